package platform

import (
	"iter"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// some are definitions of names and what each says beside a prompt.
func some(t testing.TB, defs ...string) iter.Seq2[*Definition, error] {
	t.Helper()
	return func(yield func(*Definition, error) bool) {
		for i := 0; i < len(defs); i += 2 {
			name := defs[i]
			d, err := Parse(name, []byte("name: "+name+"\nmodes:\n  main:\n    prompt: '^(?P<host>\\w+)[>#]$'\n    samples: [\"r1>\"]\n"+defs[i+1]+"\n"))
			if err != nil {
				t.Fatal(err)
			}
			if !yield(d, nil) {
				return
			}
		}
	}
}

func three(t testing.TB) iter.Seq2[*Definition, error] {
	t.Helper()
	return some(t,
		"red_os", "detect: {ssh: '^SSH-2.0-Red', show: show version, says: '^Red', unless: Blue, sample: Red 1}",
		"blue_os", "detect: {banner: '^Welcome to Blue', show: show version, says: '^(?:Red )?Blue', sample: Blue 1}",
		"grey_os", "detect: {show: who are you, says: '^Grey', sample: Grey}",
		"mute_os", "")
}

func TestDetector(t *testing.T) {
	tests := []struct {
		name        string
		ssh, banner string
		prompt      string
		answers     map[string]string
		want        string
		confidence  Confidence
		typed       []string
		remembered  string
	}{
		{name: "by its answer", prompt: "r1>", answers: map[string]string{"show version": "\nRed 5"}, want: "red_os", confidence: Certain, typed: []string{"show version"}},
		{name: "what speaks against it", prompt: "r1>", answers: map[string]string{"show version": "Red Blue"}, want: "blue_os", confidence: Certain, typed: []string{"show version"}},
		{name: "by another command", prompt: "r1>", answers: map[string]string{"show version": "what?", "who are you": "Grey 7"}, want: "grey_os", confidence: Certain, typed: []string{"show version", "who are you"}},
		{name: "nothing is left but one", prompt: "r1>", want: "mute_os", confidence: Likely, typed: []string{"show version", "who are you"}},
		{name: "another server than known", ssh: "SSH-2.0-OpenSSH_9", prompt: "r1>", answers: map[string]string{"show version": "Red 5"}, want: "red_os", confidence: Certain, typed: []string{"show version"}},
		{name: "a prompt of none", prompt: "r1$", want: Generic, confidence: Unsure},
		{name: "known from before", prompt: "r1#", remembered: "grey_os", want: "grey_os", confidence: Certain},
		{name: "known from before, and another by now", prompt: "r1$", remembered: "grey_os", want: Generic, confidence: Unsure},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := NewDetector(three(t))
			d.SSH(test.ssh)
			d.Banner(test.banner)
			d.Prompt(test.prompt)
			d.Prefer(test.remembered)
			var typed []string
			for {
				command, ok := d.Next()
				if !ok {
					break
				}
				typed = append(typed, command)
				d.Answer(command, test.answers[command])
			}
			v := d.Verdict()
			if v.Platform != test.want || v.Confidence != test.confidence || !slices.Equal(typed, test.typed) || len(v.Evidence) == 0 {
				t.Errorf("%v after %v", v, typed)
			}
		})
	}
}

// What the server or the greeting gives away is asked for first, and decides
// where nothing can be asked.
func TestDetectorAsksForTheMarkedFirst(t *testing.T) {
	d := NewDetector(three(t))
	d.SSH("SSH-2.0-Red_1")
	d.Prompt("r1>")
	if command, _ := d.Next(); command != "show version" {
		t.Errorf("first %q", command)
	}
	if command, ok := d.Next(); ok { // the server spoke for red, and nothing against it
		t.Errorf("then %q", command)
	}
	if v := d.Verdict(); v.Platform != "red_os" || v.Confidence != Likely {
		t.Errorf("%v", v)
	}
	d.Answer("show version", "no")
	if command, _ := d.Next(); command != "who are you" { // it does now
		t.Errorf("then %q", command)
	}
	d = NewDetector(three(t))
	d.Banner("Hello\nWelcome to Blue land")
	d.Prompt("r1>")
	if v := d.Verdict(); v.Platform != "blue_os" || v.Confidence != Likely {
		t.Errorf("%v", v)
	}
	d.Prefer("grey_os")
	if v := d.Verdict(); v.Platform != "blue_os" {
		t.Errorf("what was remembered outdoes the greeting: %v", v)
	}
}

// Where the user may not type a command its refusal tells nothing.
func TestDetectorMeetsAUserWithoutRights(t *testing.T) {
	for _, refusal := range []string{"Command authorization failed.", "% Authorization failed", "\nERROR: Permission denied", "Access denied", "Error: not authorized", "Insufficient privileges"} {
		d := NewDetector(three(t))
		d.Prompt("r1>")
		for command, ok := d.Next(); ok; command, ok = d.Next() {
			d.Answer(command, refusal)
		}
		v := d.Verdict()
		if !v.MayBe("red_os") || !v.MayBe("mute_os") || !strings.Contains(v.String(), `the user may not type "show version": it answers `) {
			t.Errorf("%v", v)
		}
		if got, want := v.Doubts()[0], `red_os, blue_os: only its answer to "show version" tells it, which the user may not type`; got != want {
			t.Errorf("got %s", got)
		}
	}
	d := NewDetector(some(t, "a_os", "detect: {show: show version, says: '^Access denied$', sample: Access denied}", "b_os", ""))
	d.Prompt("r1>")
	d.Next()
	d.Answer("show version", "Access denied") // which this one is known by
	if v := d.Verdict(); v.Platform != "a_os" || v.Confidence != Certain {
		t.Errorf("%v", v)
	}
}

// A special system says of itself what the general one says.
func TestDetectorAsksForTheMoreSpecial(t *testing.T) {
	for answer, want := range map[string]string{"0815": "special_os", "no such order": "base_os"} {
		base := some(t, "base_os", "detect: {show: uname, says: '^Base', sample: Base}\nknown_as: {netmiko: b}", "other_os", "detect: {show: who, says: '^O', sample: O}")
		d := NewDetector(func(yield func(*Definition, error) bool) {
			for def, err := range base {
				if !yield(def, err) {
					return
				}
			}
			for def := range some(t, "special_os", "detect: {show: serial, says: '^\\d', sample: '1'}") {
				def.Extends = "base_os"
				yield(def, nil)
			}
		})
		d.Prompt("r1>")
		var typed []string
		for command, ok := d.Next(); ok; command, ok = d.Next() {
			typed = append(typed, command)
			d.Answer(command, map[string]string{"uname": "Base 6.1", "serial": answer}[command])
		}
		if v := d.Verdict(); v.Platform != want || v.Confidence != Certain || !slices.Equal(typed, []string{"uname", "serial"}) {
			t.Errorf("%v after %q", v, typed)
		}
	}
}

func TestDetectionSaysWhyItIsUnsure(t *testing.T) {
	d := NewDetector(some(t,
		"a_os", "detect: {show: show version, says: '^A', sample: A}",
		"b_os", "detect: {unknown: its command line is nowhere written down}",
		"c_os", "", "d_os", "",
		"e_os", "detect: {ssh: '^SSH-2.0-E'}",
		"f_os", "detect: {banner: '^F'}",
		"g_os", "detect: {ssh: '^SSH-2.0-G', banner: '^G'}"))
	d.Prompt("r1>")
	v := d.Verdict()
	want := []string{
		`a_os: only its answer to "show version" tells it, which was not typed after 0 others`,
		"b_os: its command line is nowhere written down",
		"c_os, d_os: nothing is known that tells it from others",
		"e_os: no command tells it, only the name of its SSH server",
		"f_os: no command tells it, only its greeting",
		"g_os: no command tells it, only the name of its SSH server or its greeting",
	}
	if got := v.Doubts(); v.Platform != Generic || !slices.Equal(got, want) {
		t.Errorf("%v\ngot  %q\nwant %q", v, got, want)
	}
	if got, want := v.String(), `generic (unsure: its prompt "r1>" is that of 7 platforms); it may be a_os, b_os, c_os, d_os or one of 3 more`; got != want {
		t.Errorf("got %s", got)
	}
	d.Next()
	d.Answer("show version", "B")
	v = d.Verdict()
	if got := v.String(); v.MayBe("a_os") || !v.MayBe("b_os") || !strings.Contains(got, `it answers "show version" like no platform`) {
		t.Errorf("%v", v)
	}
}

// A refusal speaks for the one that alone knows its words, and never against what
// another command says.
func TestDetectorKnowsTheWordsOfARefusal(t *testing.T) {
	shared, own := "failures: ['^% Invalid input detected']", "failures: ['^% Invalid input detected', '^Sorry, no such order: ']"
	tests := []struct {
		name, refusal string
		defs          []string
		want          string
		confidence    Confidence
	}{
		{"its own", "Sorry, no such order: show", []string{"a_os", own, "b_os", shared, "c_os", shared}, "a_os", Likely},
		{"those of all", "% Invalid input detected", []string{"a_os", own, "b_os", shared, "c_os", shared, "d_os", shared}, Generic, Unsure},
		{"too short to be its own", "Error: what?", []string{"a_os", "failures: ['^Error']", "b_os", shared}, Generic, Unsure},
		{"in an answer that goes on", "Sorry, no such order: x\na\nb\nc\nd", []string{"a_os", own, "b_os", shared}, Generic, Unsure},
		{"of two", "Sorry, no such order: show", []string{"a_os", own, "b_os", own, "c_os", shared}, Generic, Unsure},
		{"another says who it is", "Sorry, no such order: show", []string{"a_os", own, "b_os", "detect: {show: who, says: '^B', sample: B}"}, "b_os", Certain},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := NewDetector(some(t, append(test.defs, "z_os", "detect: {show: show version, says: '^Z', sample: Z}")...))
			d.Prompt("r1>")
			for command, ok := d.Next(); ok; command, ok = d.Next() {
				if command == "who" {
					d.Answer(command, "B")
				} else {
					d.Answer(command, test.refusal)
				}
			}
			v := d.Verdict()
			if v.Platform != test.want || v.Confidence != test.confidence {
				t.Errorf("%v", v)
			}
			for i := 0; i < len(test.defs) && v.Platform == Generic; i += 2 {
				if !v.MayBe(test.defs[i]) {
					t.Errorf("it may be %s as well: %v", test.defs[i], v)
				}
			}
		})
	}
}

func TestOwnLetters(t *testing.T) {
	for pattern, want := range map[string]int{`^a+b*c?$`: 1, `^(?:abc|de)\[x\]`: 5, `^\w{3}#$`: 1, `^(ab){2}`: 4, `(?i)ok`: 2, ``: 0} {
		if got := ownLetters(regexp.MustCompile(pattern)); got != want {
			t.Errorf("%s: %d, want %d", pattern, got, want)
		}
	}
	if ownLetters(nil) != 0 {
		t.Error("nil")
	}
}

// Each says what gives it away, or why nothing does. One that stands for what has no
// definition has nothing to say.
func TestDefinitionsSayHowTheyAreToldApart(t *testing.T) {
	for def := range All() {
		if d := def.Detect; d.Says == nil && d.SSH == nil && d.Banner == nil && d.Unknown == "" && def.Name != Generic {
			t.Errorf("%s: detect is missing", def.Name)
		}
	}
}

// What gives one platform away must not be what many servers say.
func TestDefinitionsLeaveCommonServersAlone(t *testing.T) {
	for def := range All() {
		if def.Detect.SSH == nil {
			continue
		}
		for _, server := range []string{
			"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10", "SSH-2.0-OpenSSH_8.1", "SSH-1.99-OpenSSH_3.7.1p2", "SSH-2.0-OpenSSH_7.4p1-hpn14v5",
			"SSH-2.0-dropbear_2022.83", "SSH-2.0-dropbear", "SSH-2.0-libssh_0.9.6", "SSH-2.0-libssh2_1.10.0", "SSH-2.0-Go",
			"SSH-2.0-paramiko_3.4.0", "SSH-2.0-APACHE-SSHD-2.9.2", "SSH-2.0-lwIP", "SSH-2.0-server",
		} {
			if def.Detect.SSH.MatchString(server) {
				t.Errorf("%s takes %s for its own", def.Name, server)
			}
		}
	}
}

// An answer that tells one platform must tell no other, but one that it extends, or
// whose prompts are others.
func TestDefinitionsAnswersTellOneAlone(t *testing.T) {
	for def := range All() {
		for other := range All() {
			if other.Name == def.Name || def.Extends == other.Name || def.Detect.Says == nil || other.Detect.Says == nil || def.Detect.Show != other.Detect.Show {
				continue
			}
			if line, tells := other.Detect.find(def.Detect.Sample); tells && haveCommon(def, other) {
				t.Errorf("%q in the answer of %s tells %s, too", line, def.Name, other.Name)
			}
		}
	}
}

// haveCommon reports whether a prompt of a is one of b.
func haveCommon(a, b *Definition) bool {
	for _, m := range a.Modes {
		for _, sample := range m.Samples {
			if _, ok := b.ModeOf(sample); ok {
				return true
			}
		}
	}
	return false
}

// Whatever a device shows, a detection comes to an end and is sound.
func FuzzDetector(f *testing.F) {
	f.Add("SSH-2.0-Cisco-1.25", "Welcome", "r1#", "Cisco IOS Software\nx", "% Invalid input detected at '^' marker.")
	f.Add("", "\x00\xff", "ops@r1:~$", "Linux web1 6.1", "-bash: show: command not found")
	f.Add("SSH-2.0-x", "BIRD 2.0 ready.", "bird>", "", "Access denied")
	f.Fuzz(func(t *testing.T, server, greeting, prompt, first, others string) {
		d := NewDetector(Embedded().All())
		d.SSH(server)
		d.Banner(greeting)
		d.Prompt(prompt)
		typed := map[string]bool{}
		for command, ok := d.Next(); ok; command, ok = d.Next() {
			if typed[command] {
				t.Fatalf("%q is typed twice", command)
			}
			if typed[command] = true; len(typed) == 1 {
				d.Answer(command, first)
			} else {
				d.Answer(command, others)
			}
		}
		v := d.Verdict()
		if (v.Platform == Generic) != (v.Confidence == Unsure) || v.Confidence != Unsure && len(v.Others) > 0 || len(v.Others) == 1 || len(v.Evidence) == 0 {
			t.Errorf("%v", v)
		}
		for _, o := range v.Others {
			if o.Why == "" {
				t.Errorf("nothing says why %s is not told", o.Name)
			}
		}
	})
}
