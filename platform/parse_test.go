package platform

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"regexp/syntax"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func replace(text string, pairs ...string) string { return strings.NewReplacer(pairs...).Replace(text) }

// whole says everything that a definition can say.
const whole = `
name: acme_os
aliases: [acme, acme_ssh]
description: Acme routers
proof: recorded
return: "\n"
interrupt: "\x1b"
default: privileged
modes:
  exec:
    prompt: '^(?P<host>\w+)>$'
    except: '^no>$'
    display: "{host}> "
    samples: ["r1>"]
  privileged:
    prompt: '^(?P<host>\w+)#$'
    above: '^\[[^]]*\]$'
    display: "[{context}]\n{host}# "
    samples:
      - "r1#"
      - "[edit]\nr1#"
transitions:
  - from: exec
    to: privileged
    send: enable
    asks:
      - {prompt: 'Password:$', secret: enable}
      - {prompt: 'Sure\?$', answer: "y", key: true}
  - from: privileged
    to: exec
    steps: [disable, {send: "", optional: true}]
login:
  user: 'name:$'
  password: 'word:$'
  rejected: '^no$'
  detours: [{prompt: '\[Y/N\]$', answer: N}]
open: [{send: no page, optional: true}, wide]
close: [{send: bye, ends: true}]
pagers: ['^--more--$', {prompt: '^==$', key: "\r"}]
questions: ['\?$', {prompt: '!$'}]
failures:
  - '^%'
  - {pattern: '^% ok', severity: ignore}
configure:
  mode: privileged
  commit: [commit]
  abort: [rollback]
  save: [{send: save, asks: [{prompt: ok, answer: ""}]}]
  failures: ['^bad']
help: "?"
`

// more says, over whole, what else a definition can say.
const more = `
name: acme_xos
extends: acme_os
aliases: [acme_x]
known_as: {textfsm: acme_os, netmiko: [acme, acme_xl], napalm: acmed, scrapli: acme_xos}
description: Acme switches
proof: lab
typing: {window: 512, line: 254}
modes:
  exec: {except: '^never>$'}
  vdom:
    argument: vdom
    prompt: '^(?P<host>\w+)/(?P<vdom>\w+)#$'
    display: "{host}/{vdom}# "
    samples: ["r1/root#"]
  configuration:
    prompt: '^(?P<host>\w+)\(config\)#$'
    samples: ["r1(config)#"]
transitions+:
  - {from: privileged, to: vdom, steps: [config vdom, "edit {vdom}"]}
  - {from: vdom, to: privileged, send: end}
  - {from: privileged, to: configuration, send: configure}
  - {from: privileged, to: configuration, send: configure private, as: private}
  - {from: privileged, to: configuration, send: "configure timed {minutes}", as: timed}
  - {from: configuration, to: privileged, send: end}
login: {suffix: +ct}
answers: true
paging: [no page, [{send: pager off, in: configuration}, commit]]
width: [{send: width 511, asks: [{prompt: 'Sure', answer: "y", times: 2}]}]
open+: [{send: last, in: privileged}]
close+: [{send: bye, ends: true, in: exec}]
questions+: [{prompt: 'Overwrite\?$', answer: "y"}]
failures+: [{pattern: '(?s)^no\n', whole: true}]
endings: ['^OK$', {line: '^end$', command: '^show run'}]
configure:
  mode: configuration private
  places: [vdom]
  diff: [show diff]
  check: [check]
  commit: [{send: "commit[ confirmed {minutes}][ comment \"{comment}\"]", in: configuration}]
  confirm: [confirm]
  cancel: [cancel]
  abort: [{send: abort, in: configuration}]
  rollback: ["rollback {number}"]
  save+: [{send: write, in: privileged}]
  failures+: [{pattern: '^nope$', whole: true}]
  locked: '^locked by'
  blocks: [{begin: '^banner$', end: '^EOF$'}]
candidate: {mode: vdom, places: [configuration], diff: [d], check: [k], commit: [c], confirm: [f], cancel: [n], abort: [a], rollback: [r], save: [s], failures: ['^!'], locked: '^x', blocks: [{begin: '^banner$', end: '^EOF$'}]}
revert: {mode: configuration timed, confirm: [{send: last, in: privileged}], cancel: [{send: back, in: privileged}]}
running: {show: show run, startup: show start, comment: "!", volatile: ['^! Time'], secrets: ['secret (?P<secret>\S+)']}
detect: {ssh: Acme, banner: '^Acme', show: show version, says: '^Acme X', unless: lite, sample: "Acme XOS 1"}
samples:
  refused: ["% no", "no\nway"]
  accepted: [fine]
  lookalikes: ["x y#"]
  blocks: ["banner\nKeep out\nEOF"]
  pagers: ["--more--"]
`

func acme(t testing.TB, text string) (*Definition, error) {
	t.Helper()
	return NewLibrary(fstest.MapFS{
		"acme_os.yaml":  {Data: []byte(whole)},
		"acme_xos.yaml": {Data: []byte(text)},
	}).Load("acme_xos")
}

func TestParseReadsEveryFieldOfAnExtension(t *testing.T) {
	d, err := acme(t, more)
	if err != nil {
		t.Fatal(err)
	}
	empty := emptyFields(reflect.ValueOf(*d), "Definition")
	empty = slices.DeleteFunc(empty, func(f string) bool {
		return strings.HasSuffix(f, ".In") || strings.HasSuffix(f, "Candidate.Failures.Whole") || strings.HasSuffix(f, "Samples.Warned") ||
			strings.HasSuffix(f, "Detect.Unknown") || // only those that nothing tells have it
			strings.HasSuffix(f, "Modes.Exact") // only files of scrapli's have it
	})
	if len(empty) > 0 {
		t.Errorf("not read: %v", empty)
	}
	sends := func(steps []Step) string {
		var all []string
		for _, s := range steps {
			all = append(all, s.Send)
		}
		return strings.Join(all, ",")
	}
	checks := []struct {
		what      string
		got, want any
	}{
		{"own name", d.Name, "acme_xos"},
		{"extends", d.Extends, "acme_os"},
		{"aliases", d.Aliases, []string{"acme_x", "acme", "acme_xl", "acmed"}},
		{"proof", d.Proof, ProofLab},
		{"inherited", d.Return, "\n"},
		{"modes", d.modeNames(), []string{"exec", "privileged", "vdom", "configuration"}},
		{"a field of a mode", d.Modes[0].Except.String(), "^never>$"},
		{"the others of the mode", d.Modes[0].Prompt.String(), `^(?P<host>\w+)>$`},
		{"added ways come first", d.Transitions[0].To, "vdom"},
		{"those of the base", d.Transitions[5].To, "privileged"},
		{"the base's login", d.Login.Rejected.String(), "^no$"},
		{"added steps come last", sends(d.Open), "no page,wide,last"},
		{"ways", []int{len(d.Paging), len(d.Paging[0]), len(d.Paging[1])}, []int{2, 1, 2}},
		{"way within a mode", d.Paging[1][0].In, "configuration"},
		{"times", d.Width[0][0].Asks[0].Times, 2},
		{"usual answer", d.Questions[0].Usual.Answer, "y"},
		{"no usual answer", d.Questions[1].Usual == nil, true},
		{"base's commit is replaced", len(d.Configure.Commit), 1},
		{"added step of a section", sends(d.Configure.Save), "save,write"},
		{"ending of all", d.Endings[0].Command == nil, true},
	}
	for _, c := range checks {
		if !reflect.DeepEqual(c.got, c.want) {
			t.Errorf("%s: %v, want %v", c.what, c.got, c.want)
		}
	}
}

func TestExtensionsThatAreWrong(t *testing.T) {
	tests := []struct{ name, from, to, want string }{
		{"no such base", "extends: acme_os", "extends: acme_so", `acme_xos.yaml:3: extends: "acme_so" cannot be read: platform: unknown platform "acme_so"; did you mean acme_os, acme_xos?`},
		{"itself", "extends: acme_os", "extends: acme_xos", `acme_xos.yaml:3: extends: "acme_xos" cannot be read: platform: unknown`},
		{"a mode that is not there", "  exec: {except: '^never>$'}", "  other: {except: '^never>$'}", "acme_xos.yaml:10: modes.other.prompt: is missing"},
		{"the base no longer holds", "  exec: {except: '^never>$'}", "  exec: {except: '^r1>$'}", `acme_xos.yaml:3: modes.exec.samples[0]: "r1>", which is no prompt of exec`},
		{"a mode taken out", "  exec: {except: '^never>$'}", "  exec:", `there is no mode "exec"`},
		{"unknown field", "edit {vdom}", "edit {vdm}", "knows no {vdm}; there are {vdom}"},
		{"field of a commit", "confirmed {minutes}", "confirmed {hours}", "configure.commit: knows no {hours}; there are {comment}"},
		{"revert without a time", "revert: {mode: configuration timed", "revert: {mode: configuration private", `revert.mode: must name a way, as in "configuration revert", whose steps hold {minutes}`},
		{"revert without confirm", "confirm: [{send: last, in: privileged}], ", "", "revert.confirm: is missing"},
		{"field of a way", "configure timed {minutes}", "configure timed {hours}", "knows no {hours}; there are {minutes}, {seconds}, {clock}, {name}"},
		{"way that is not there", "mode: configuration private", "mode: configuration exclusive", `configure.mode: no way into configuration is named "exclusive"`},
		{"a place that is not there", "places: [vdom]", "places: [vdm]", `configure.places[0]: there is no mode "vdm"; did you mean "vdom"?`},
		{"step in no mode", "in: configuration}, commit", "in: config}, commit", `paging[1][0].in: there is no mode "config"`},
		{"refusal that is none", `["% no",`, `["no",`, `samples.refused[0]: "no" is matched by none of the failures, and should be an error`},
		{"block without its end", `Keep out\nEOF`, `Keep out`, `samples.blocks[0]: "banner\nKeep out" are 2 statements by configure.blocks, and should be one`},
		{"lookalike that is a prompt", `"x y#"`, `"xy#"`, `samples.lookalikes[0]: "xy#" is taken for a prompt of privileged`},
		{"page end that is none", `pagers: ["--more--"]`, `pagers: ["more"]`, `samples.pagers[0]: "more" is no page end`},
		{"sample that says nothing", `"Acme XOS 1"`, `"Beta"`, "detect.sample: is no answer that says it"},
		{"told and not told", "says: '^Acme X'", "says: '^Acme X', unknown: nobody knows", `acme_xos.yaml:52: detect.unknown: says why nothing is known that tells this platform, and "says" does`},
		{"argument twice", `(?P<vdom>\w+)`, `(?P<vdom>\w)(?P<vdom>\w*)`, `names the group "vdom" 2 times`},
		{"number", "window: 512", "window: many", "typing.window: must be a number"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if !strings.Contains(more, test.from) {
				t.Fatalf("%q is not in the text", test.from)
			}
			_, err := acme(t, strings.Replace(more, test.from, test.to, 1))
			if !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got\n%v\nwant in it\n%s", err, test.want)
			}
		})
	}
}

func TestExtensionTakesAModeOut(t *testing.T) {
	d, err := acme(t, "name: acme_xos\nextends: acme_os\nmodes:\n  exec:\n")
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Modes) != 1 || len(d.Transitions) != 0 || len(d.Aliases) != 0 || d.Description != "" {
		t.Errorf("%+v", d)
	}
}

// What the base has none of may be added to as well.
func TestExtensionAddsToNothing(t *testing.T) {
	d, err := acme(t, "name: acme_xos\nextends: acme_os\nsamples:\n  accepted+: [fine]\n")
	if err != nil || len(d.Samples.Accepted) != 1 {
		t.Errorf("%+v, %v", d, err)
	}
}

// Steps have an order: those of the base are typed first, in whatever list.
func TestExtensionAddsStepsBehind(t *testing.T) {
	var text strings.Builder
	text.WriteString("name: acme_xos\nextends: cisco_iosxr\ncandidate: { mode: configuration exclusive }\nconfigure:\n")
	base := load(t, "cisco_iosxr").Configure
	for _, l := range base.lists() {
		text.WriteString("  " + l.name + "+: [mine]\n")
	}
	d, err := Parse("acme_xos.yaml", []byte(text.String()))
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range d.Configure.lists() {
		first := base.lists()[i].steps
		if n := len(l.steps); n != len(first)+1 || l.steps[n-1].Send != "mine" {
			t.Errorf("%s: %+v", l.name, l.steps)
		}
	}
}

func TestExtensionOfOnesOwnName(t *testing.T) {
	lib := Embedded().With(fstest.MapFS{"cisco_iosxe.yaml": {Data: []byte("name: cisco_iosxe\nextends: cisco_iosxe\nreturn: \"\\n\"\n")}})
	d, err := lib.Load("cisco_iosxe")
	if err != nil || d.Return != "\n" || len(d.Modes) < 3 {
		t.Errorf("%+v, %v", d, err)
	}
	// It is the same platform: it goes by the same names, and is found by the same signs.
	if d, err := lib.Load("cisco_ios"); err != nil || d.Return != "\n" || d.KnownAs.TextFSM != "cisco_ios" || d.Detect.Says == nil || d.Description == "" {
		t.Errorf("by an alias: %+v, %v", d, err)
	}
}

func TestParseReadsEveryField(t *testing.T) {
	d, err := Parse("acme_os.yaml", []byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	checks := []struct {
		what      string
		got, want any
	}{
		{"name", d.Name, "acme_os"},
		{"aliases", d.Aliases, []string{"acme", "acme_ssh"}},
		{"proof", d.Proof, ProofRecorded},
		{"return", d.Return, "\n"},
		{"interrupt", d.Interrupt, "\x1b"},
		{"help", d.Help, "?"},
		{"mode order", d.modeNames(), []string{"exec", "privileged"}},
		{"except", d.Modes[0].Except.String(), "^no>$"},
		{"above", d.Modes[1].Above.String(), `^\[[^]]*\]$`},
		{"samples", d.Modes[1].Samples, []string{"r1#", "[edit]\nr1#"}},
		{"single step", d.Transitions[0].Steps[0].Send, "enable"},
		{"secret", d.Transitions[0].Steps[0].Asks[0].Secret, "enable"},
		{"key", d.Transitions[0].Steps[0].Asks[1].Key, true},
		{"two steps", len(d.Transitions[1].Steps), 2},
		{"step as a text", d.Transitions[1].Steps[0], Step{Send: "disable"}},
		{"empty step", d.Transitions[1].Steps[1], Step{Optional: true}},
		{"detour", d.Login.Detours[0].Answer, "N"},
		{"open", []bool{d.Open[0].Optional, d.Open[1].Optional}, []bool{true, false}},
		{"close", d.Close[0].Ends, true},
		{"pager keys", []string{d.Pagers[0].Key, d.Pagers[1].Key}, []string{" ", "\r"}},
		{"severities", []Severity{d.Failures[0].Severity, d.Failures[1].Severity}, []Severity{SeverityError, SeverityIgnore}},
		{"save", d.Configure.Save[0].Asks[0].Prompt.String(), "ok"},
	}
	for _, c := range checks {
		if !reflect.DeepEqual(c.got, c.want) {
			t.Errorf("%s: %v, want %v", c.what, c.got, c.want)
		}
	}
}

// emptyFields names the fields of nested structs that no element of their
// slices fills.
func emptyFields(v reflect.Value, name string) []string {
	var empty []string
	for i := range v.NumField() {
		field, at := v.Field(i), name+"."+v.Type().Field(i).Name
		switch {
		case field.Kind() == reflect.Struct:
			empty = append(empty, emptyFields(field, at)...)
		case field.Kind() == reflect.Slice && field.Type().Elem().Kind() == reflect.Struct && field.Len() > 0:
			common := emptyFields(field.Index(0), at)
			for j := 1; j < field.Len(); j++ {
				also := emptyFields(field.Index(j), at)
				common = slices.DeleteFunc(common, func(f string) bool { return !slices.Contains(also, f) })
			}
			// Steps and asks are seen in full at other places.
			empty = append(empty, slices.DeleteFunc(common, func(f string) bool {
				return strings.Contains(f, "Steps.") || strings.Contains(f, "Asks.") || strings.Contains(f, "Detours.") ||
					strings.HasPrefix(strings.TrimPrefix(f, at+"."), "Asks") || strings.HasPrefix(strings.TrimPrefix(f, at+"."), "Optional") ||
					strings.HasPrefix(strings.TrimPrefix(f, at+"."), "Ends")
			})...)
		case field.IsZero():
			empty = append(empty, at)
		}
	}
	return empty
}

func TestParseDefaults(t *testing.T) {
	d, err := Parse("x", []byte(replace(tiny, "%NAME%", "acme_os", "%ALIAS%", "acme")))
	if err != nil {
		t.Fatal(err)
	}
	if d.Return != "\r" || d.Interrupt != "\x03" || d.Proof != ProofDocumented || d.Default != "" || d.Login.User != nil {
		t.Errorf("defaults: %+v", d)
	}
}

func TestParseNamesLineAndField(t *testing.T) {
	tests := []struct {
		name     string
		from, to string // what is changed in whole
		want     string // "line: field: part of the message"
	}{
		{"unknown key", "proof: recorded", "prof: recorded", `5: prof: is no field here; did you mean "proof"?`},
		{"unknown key far off", "proof: recorded", "zzz: 1", `5: zzz: is no field here; there are aliases, answers, candidate, close,`},
		{"key twice", "proof: recorded", "name: other", "5: name: is given twice, first on line 2"},
		{"missing name", "name: acme_os\n", "\n", "3: name: is missing"},
		{"missing prompt", `    prompt: '^(?P<host>\w+)>$'` + "\n", "\n", "12: modes.exec.prompt: is missing"},
		{"missing samples", `    samples: ["r1>"]` + "\n", "\n", "11: modes.exec.samples: is missing"},
		{"no samples", `samples: ["r1>"]`, `samples: []`, "14: modes.exec.samples: needs at least one"},
		{"bad name", "name: acme_os", "name: Acme-OS", "2: name: must be lower-case"},
		{"bad alias", "[acme, acme_ssh]", "[acme, ACME]", "3: aliases[1]: must be lower-case"},
		{"alias twice", "[acme, acme_ssh]", "[acme, acme]", `3: aliases[1]: "acme" is named already`},
		{"bad proof", "proof: recorded", "proof: hearsay", "5: proof: must be one of [lab recorded documented]"},
		{"text left open", "description: Acme routers", "description:", `4: description: is left open; write "" for an empty text`},
		{"list for text", "description: Acme routers", "description: [a]", "4: description: must be a text"},
		{"text for list", "aliases: [acme, acme_ssh]", "aliases: acme", "3: aliases: must be a list"},
		{"bad flag", "key: true", "key: maybe", "28: transitions[0].asks[1].key: must be true or false"},
		{"escape in single quotes", `interrupt: "\x1b"`, `interrupt: '\x1b'`, `7: interrupt: holds \x1b as so many characters`},
		{"empty return", `return: "\n"`, `return: ""`, "6: return: is empty"},
		{"empty pager key", `key: "\r"`, `key: ""`, "39: pagers[1].key: is empty"},
		{"wrong regexp", `'^(?P<host>\w+)>$'`, `'^(?P<host>\w+>$'`, "11:13: modes.exec.prompt: error parsing regexp: missing closing )"},
		{"wrong regexp in a list", "'^--more--$'", "'^--[mor$'", "39:14: pagers[0]: error parsing regexp: missing closing ]"},
		{"lookahead", "'^no>$'", "'^(?!no)>$'", "12:15: modes.exec.except: error parsing regexp: invalid or unsupported Perl syntax"},
		{"empty regexp", "except: '^no>$'", "except: ''", "12: modes.exec.except: an empty pattern"},
		{"no begin", `'^(?P<host>\w+)>$'`, `'(?P<host>\w+)>$'`, "11: modes.exec.prompt: must begin with ^"},
		{"no end", `'^(?P<host>\w+)>$'`, `'^(?P<host>\w+)>'`, "11: modes.exec.prompt: must end with $"},
		{"no end on one way", `'^--more--$'`, `'^(?:--more--$|==)'`, "39: pagers[0]: must end with $"},
		{"host twice", `'^(?P<host>\w+)>$'`, `'^(?:(?P<host>\w+)|x(?P<host>\w+))>$'`, `11: modes.exec.prompt: names the group "host" 2 times`},
		{"mode twice", "  privileged:\n    prompt", "  exec:\n    prompt", "15: modes.exec: this mode is defined twice, first on line 10"},
		{"bad mode name", "  exec:\n", "  Exec mode:\n", "10: modes.Exec mode: the name of a mode must be lower-case"},
		{"unknown from", "from: exec", "from: exe", `23: transitions[0].from: there is no mode "exe"; did you mean "exec"?`},
		{"unknown to", "to: exec", "to: shell", `30: transitions[1].to: there is no mode "shell"; there are exec, privileged`},
		{"to itself", "to: exec", "to: privileged", `29: transitions[1]: leads from "privileged" to itself`},
		{"unknown default", "default: privileged", "default: root", `8: default: there is no mode "root"`},
		{"unknown configure mode", "mode: privileged", "mode: config", `45: configure.mode: there is no mode "config"`},
		{"foreign sample", `samples: ["r1>"]`, `samples: ["r1>", "r1$"]`, `14: modes.exec.samples[1]: "r1$", which is no prompt of exec`},
		{"excepted sample", `samples: ["r1>"]`, `samples: ["no>"]`, `14: modes.exec.samples[0]: "no>", which is no prompt of exec`},
		{"ambiguous sample", `'^(?P<host>\w+)>$'`, `'^(?P<host>\w+)[>#]$'`, `20: modes.privileged.samples[0]: "r1#", which is a prompt of exec too`},
		{"lines above a mode without", `samples: ["r1>"]`, `samples: ["[edit]\nr1>"]`, `14: modes.exec.samples[0]: "[edit]\nr1>", whose upper lines "above" does not match`},
		{"wrong display", `display: "{host}> "`, `display: "{host}? "`, `13: modes.exec.display: shows "r1? ", which is no prompt of exec`},
		{"unknown mark", `display: "{host}> "`, `display: "{name}> "`, `13: modes.exec.display: knows no {name}`},
		{"display without its host", `'^(?P<host>\w+)>$'`, `'^(?P<host>\w)\w+>$'`, `13: modes.exec.display: shows "r1> ", whose group "host" is "r" and not "r1"`},
		{"neither answer nor secret", ", secret: enable", "", `27: transitions[0].asks[0]: needs either "answer" or "secret"`},
		{"answer and secret", "secret: enable", `secret: enable, answer: ""`, `27: transitions[0].asks[0]: needs either "answer" or "secret"`},
		{"a secret itself", "secret: enable", `secret: "S3cret!"`, "27: transitions[0].asks[0].secret: must be a name"},
		{"step beside steps", "    to: exec\n", "    to: exec\n    send: x\n", `31: transitions[1].send: belongs inside "steps"`},
		{"missing send", "    send: enable\n", "", "23: transitions[0].send: is missing"},
		{"modes as a list", "modes:\n  exec:", "modes:\n  - exec:", "not YAML"},
		{"alias node", "[acme, acme_ssh]", "[&a acme, *a]", "3: aliases[1]: must be a text"},
		{"two documents", "name: acme_os", "name: acme_os\n---\nname: b", "3: a file holds one definition, this is a second"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if !strings.Contains(whole, test.from) {
				t.Fatalf("%q is not in the text", test.from)
			}
			_, err := Parse("a.yaml", []byte(strings.Replace(whole, test.from, test.to, 1)))
			var invalid *InvalidError
			if !errors.As(err, &invalid) || !errors.Is(err, ErrInvalid) {
				t.Fatalf("%v is no *InvalidError", err)
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("got\n%v\nwant in it\n%s", err, test.want)
			}
			if !slices.IsSortedFunc(invalid.Problems, func(a, b *Problem) int { return a.Line - b.Line }) {
				t.Errorf("not in the order of lines:\n%v", err)
			}
			for line := range strings.SplitSeq(err.Error(), "\n") {
				if !strings.HasPrefix(line, "a.yaml:") {
					t.Errorf("%q does not begin with the file", line)
				}
			}
		})
	}
}

func TestParseReportsModesOutOfReach(t *testing.T) {
	const text = `
name: acme_os
modes:
  one:
    prompt: '^\w+>$'
    samples: ["r1>"]
  two:
    prompt: '^\w+#$'
    samples: ["r1#"]
  three:
    prompt: '^\w+%$'
    samples: ["r1%"]
transitions:
  - {from: one, to: two, send: x}
  - {from: three, to: one, send: y}
`
	_, err := Parse("a.yaml", []byte(text))
	want := `a.yaml:7: modes.two: cannot be left: no transitions lead from it to "one"
a.yaml:10: modes.three: cannot be reached: no transitions lead from "one" to it`
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

func TestParseReportsEverythingAtOnce(t *testing.T) {
	text := replace(whole, `'^(?P<host>\w+)>$'`, `'('`, "default: privileged", "default: x", "name: acme_os", "nam: acme_os")
	_, err := Parse("a.yaml", []byte(text))
	var invalid *InvalidError
	if !errors.As(err, &invalid) {
		t.Fatal(err)
	}
	var fields []string
	for _, p := range invalid.Problems {
		fields = append(fields, p.Field)
	}
	if want := []string{"nam", "name", "default", "modes.exec.prompt"}; !slices.Equal(fields, want) {
		t.Errorf("fields %v, want %v\n%v", fields, want, err)
	}
	var bad *syntax.Error
	if !errors.As(err, &bad) || bad.Code != syntax.ErrMissingParen {
		t.Errorf("the cause %v is not kept", bad)
	}
}

func TestParseRefusesWhatIsNotADefinition(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"nothing", "", "a.yaml:1: the file is empty"},
		{"comments", "# nothing\n", "a.yaml:1: the file is empty"},
		{"text", "hello", "a.yaml:1: must be a mapping with some of the keys aliases,"},
		{"list", "- a\n- b\n", "a.yaml:1: must be a mapping"},
		{"broken", "name: x\nmodes: {a: [}\n", "not YAML: "},
		{"tab", "name: x\n\tmodes: 1\n", "not YAML: "},
		{"binary", "\x00\x01\x02", "not YAML: "},
		{"no modes", "name: x\nmodes: {}\n", "a.yaml:2: modes: must map"},
		{"empty mode", "name: x\nmodes:\n  a:\n", "a.yaml:3: modes.a: must be a mapping"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := Parse("a.yaml", []byte(test.text))
			if !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}

func TestReadFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mine.yaml")
	if _, err := ReadFile(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
	if err := os.WriteFile(path, []byte("name: 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadFile(path); !errors.Is(err, ErrInvalid) || !strings.HasPrefix(err.Error(), path+":1: ") {
		t.Errorf("a broken file: %v", err)
	}
	if err := os.WriteFile(path, file("mine", "own").Data, 0o600); err != nil {
		t.Fatal(err)
	}
	if d, err := ReadFile(path); err != nil || d.Name != "mine" {
		t.Errorf("a good file: %v, %v", d, err)
	}
}

// FuzzParse: no text makes Parse panic or hang, a refusal has lines within the
// file, and what is accepted keeps its promises.
func FuzzParse(f *testing.F) {
	f.Add([]byte(whole))
	f.Add([]byte("name: &a x\nmodes: *a\n"))
	f.Add([]byte("a: &a [*a]\n"))
	f.Add([]byte("failures: [{}]\nsamples: {refused: [x]}\n"))
	f.Add([]byte("configure: {blocks: [{}]}\nsamples: {blocks: [x]}\n"))
	f.Add([]byte("? [a]\n: {b: c}\n--- x\n"))
	for _, name := range Names() {
		text, err := definitions.ReadFile("definitions/" + name + ".yaml")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := Parse("f.yaml", text)
		if err != nil {
			var invalid *InvalidError
			if !errors.As(err, &invalid) || len(invalid.Problems) == 0 {
				t.Fatalf("%v is no *InvalidError", err)
			}
			for _, p := range invalid.Problems {
				if p.Line < 1 || p.Line > len(text)+1 || p.Err == nil {
					t.Errorf("problem %+v", p)
				}
			}
			return
		}
		if d.Name == "" || len(d.Modes) == 0 || d.Return == "" || d.Interrupt == "" {
			t.Errorf("accepted without the least: %+v", d)
		}
		for i := range d.Modes {
			for _, sample := range d.Modes[i].Samples {
				if m, ok := d.ModeOf(trimmed(sample)); !ok || m != &d.Modes[i] {
					t.Errorf("sample %q of %s is of another mode", sample, d.Modes[i].Name)
				}
			}
			for j := range d.Modes {
				target := d.Modes[j].Name
				if d.Modes[j].Argument != "" && i != j {
					target += " x1"
				}
				if _, err := d.Path(d.Modes[i].Name, target); err != nil {
					t.Error(err)
				}
			}
		}
	})
}

func BenchmarkLoad(b *testing.B) {
	texts := fstest.MapFS{}
	for _, name := range Names() {
		text, err := definitions.ReadFile("definitions/" + name + ".yaml")
		if err != nil {
			b.Fatal(err)
		}
		texts[name+".yaml"] = &fstest.MapFile{Data: text}
	}
	for b.Loop() {
		if _, err := NewLibrary(texts).Load("cisco_iosxe"); err != nil {
			b.Fatal(err)
		}
	}
}
