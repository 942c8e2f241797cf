package platform

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// first is a definition in the format of scrapligo's first version.
const first = `---
platform-type: 'acme_one'
default:
  driver-type: 'network'
  privilege-levels:
    exec:
      name: 'exec'
      pattern: '(?im)^[\w.-]{1,48}>\s?$'
      previous-priv:
      deescalate:
      escalate:
      escalate-auth: false
      escalate-prompt:
    privilege-exec:
      name: 'privilege-exec'
      pattern: '(?im)^[\w.()-]{1,48}#\s?$'
      not-contains:
        - 'tcl)'
      previous-priv: 'exec'
      deescalate: 'disable'
      escalate: 'enable'
      escalate-auth: true
      escalate-prompt: '(?im)^password: '
    configuration:
      pattern: '(?im)^({\w+:\d}\n){0,1}[\w.-]{1,48}\(config[\w-]{0,32}\)#\s?$'
      previous-priv: 'privilege-exec'
      deescalate: 'end'
      escalate: 'configure terminal'
    configuration-exclusive:
      pattern: '(?im)^({\w+:\d}\n){0,1}[\w.-]{1,48}\(config[\w-]{0,32}\)#\s?$'
      previous-priv: 'privilege-exec'
      deescalate: 'end'
      escalate: 'configure exclusive'
  default-desired-privilege-level: 'privilege-exec'
  failed-when-contains:
    - '% Invalid input'
  textfsm-platform: 'acme_os'
  network-on-open:
    - operation: 'acquire-priv'
    - operation: 'driver.send-command'
      command: 'terminal length 0'
    - operation: 'acquire-priv'
      target: 'configuration'
    - operation: 'driver.send-command'
      command: 'no page'
  network-on-close:
    - operation: 'channel.write'
      input: 'exit'
    - operation: 'channel.return'
`

// second is one in that of scrapli's second version.
const second = `---
prompt_pattern: '^.*[>#$]\s?+$'
default_mode: "privileged_exec"
modes:
  - name: "exec"
    prompt_pattern: '^[\w.\-@/:]{1,63}>\s?+$'
    accessible_modes:
      - name: "privileged_exec"
        instructions:
          - send_prompted_input:
              input: "enable"
              prompt_exact: "Password:"
              response: "__lookup::enable-7"
  - name: "privileged_exec"
    prompt_pattern: '^(?!RP/)[\w.\-@/:]{1,63}#\h*$'
    prompt_excludes: ["(cfg"]
    accessible_modes:
      - name: "exec"
        instructions:
          - send_input: {input: "disable"}
      - name: "shell"
        instructions:
          - write: {input: "start"}
          - send_prompted_input:
              input: "shell"
              prompt_pattern: '^sure\?+\s?$'
              response: "y"
  - name: "shell"
    prompt_exact: "sh-5$ "
    accessible_modes:
      - name: "privileged_exec"
        send_input: {input: "exit"}
failure_indicators: ["% Invalid"]
on_open_instructions:
  - enter_mode: {requested_mode: "privileged_exec"}
  - send_input: {input: "term len 0"}
on_close_instructions:
  - write: {input: "exit"}
ntc_templates_platform: "acme_os"
genie_platform: "acme"
`

func typedBy(steps []Step) string {
	var all []string
	for _, s := range steps {
		text := s.Send
		if s.In != "" {
			text = s.In + ":" + text
		}
		all = append(all, text)
	}
	return strings.Join(all, ",")
}

func TestScrapliFirstFormat(t *testing.T) {
	d, err := Parse("some/acme.yaml", []byte(first))
	if err != nil {
		t.Fatal(err)
	}
	if d.Name != "acme_one" || d.Default != "privilege_exec" || d.KnownAs.TextFSM != "acme_os" || strings.Join(d.modeNames(), ",") != "exec,privilege_exec,configuration" {
		t.Errorf("%s, %s, %v", d.Name, d.Default, d.modeNames())
	}
	for line, want := range map[string]string{
		"r1>": "exec", "r1#": "privilege_exec", "r1(config-if)#": "configuration", "R1(CONFIG)#": "configuration", "r1(tcl)#": "",
	} {
		got := ""
		if m, ok := d.ModeOf(line); ok {
			got = m.Name
		}
		if got != want {
			t.Errorf("%q is a prompt of %q, want %q", line, got, want)
		}
	}
	if m, _ := d.Mode("configuration"); m.AboveCount([]string{"text", "{master:0}"}) != 1 {
		t.Error("the line above the prompt")
	}
	path, err := d.Path("exec", "configuration configuration_exclusive")
	if err != nil || len(path) != 2 || path[0].Steps[0].Asks[0].Secret != "enable" || path[1].Steps[0].Send != "configure exclusive" {
		t.Errorf("%+v, %v", path, err)
	}
	if !path[0].Steps[0].Asks[0].Prompt.MatchString("Password:") {
		t.Error("the question for the secret")
	}
	if got := typedBy(d.Open); got != "terminal length 0,configuration:no page" || !d.Open[0].Optional {
		t.Errorf("on opening: %s", got)
	}
	if got := typedBy(d.Close); got != "exit" || !d.Close[0].Ends {
		t.Errorf("on closing: %s", got)
	}
	if Judge("foo % Invalid input here", d.Failures) != SeverityError {
		t.Error("a failure")
	}
}

func TestScrapliSecondFormat(t *testing.T) {
	nested := "kind: 'acme_two'\ndefault:\n  " + strings.ReplaceAll(strings.TrimPrefix(second, "---\n"), "\n", "\n  ") + "\nvariants: []\n"
	for name, text := range map[string]string{"acme_two": second, "other": nested} {
		d, err := Parse("x/"+name+".yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if d.Name != "acme_two" || d.KnownAs.TextFSM != "acme_os" || len(d.Modes) != 3 {
			t.Errorf("%s: %v", d.Name, d.modeNames())
		}
		for line, want := range map[string]string{"r1>": "exec", "r1#": "privileged_exec", "RP/0#": "", "r1(cfg)#": "", "sh-5$": "shell"} {
			got := ""
			if m, ok := d.ModeOf(line); ok {
				got = m.Name
			}
			if got != want {
				t.Errorf("%q is a prompt of %q, want %q", line, got, want)
			}
		}
		path, err := d.Path("exec", "shell")
		if err != nil || len(path) != 2 || path[0].Steps[0].Asks[0].Secret != "enable_7" || typedBy(path[1].Steps) != "start,shell" || path[1].Steps[1].Asks[0].Answer != "y" {
			t.Errorf("%+v, %v", path, err)
		}
	}
}

func TestScrapliFilesThatAreWrong(t *testing.T) {
	tests := []struct{ name, text, from, to, want string }{
		{"mode that is not there", second, `default_mode: "privileged_exec"`, `default_mode: "enabled"`, `a.yaml:3: default_mode: there is no mode "enabled"`},
		{"close in a mode that is not there", second, `on_close_instructions:`, "on_close_instructions:\n  - enter_mode: {requested_mode: \"login\"}", `a.yaml:38: on_close_instructions[0].enter_mode.requested_mode: there is no mode "login"`},
		{"way to nowhere", second, `      - name: "shell"`, `      - name: "shel"`, `a.yaml:21: modes[1].accessible_modes[1].name: there is no mode "shel"; did you mean "shell"?`},
		{"no way out", second, `send_input: {input: "exit"}`, ``, "says no way"},
		{"escape as text", second, `"term len 0"`, `'term len 0\n'`, `on_open_instructions[1].send_input.input: holds \n as so many characters`},
		{"unknown key", second, "failure_indicators", "failure_indicator", `failure_indicator: is no field here; did you mean "failure_indicators"?`},
		{"back reference to nothing", second, `'^[\w.\-@/:]{1,63}>\s?+$'`, `'^(\w)\2>$'`, `a.yaml:6:21: modes[0]: the back reference "2" is to a group that is not there`},
		{"back reference in braces", second, `'^[\w.\-@/:]{1,63}>\s?+$'`, `'^(\w)\g{-1}>$'`, `a.yaml:6:21: modes[0]: what \g refers to is not clear`},
		{"look-around in the lines above", second, `'^[\w.\-@/:]{1,63}>\s?+$'`, `'^(?=r)\w+\n\w+>$'`, "in the lines above a prompt cannot be read"},
		{"look-around in a question", second, `'^sure\?+\s?$'`, `'^(?!un)sure\?$'`, "modes[1].accessible_modes[1].instructions[1].send_prompted_input.prompt_pattern: "},
		{"recursion", second, `'^[\w.\-@/:]{1,63}>\s?+$'`, `'^(a|\((?R)\))>$'`, "a.yaml:6:28: modes[0]: error parsing regexp: invalid or unsupported Perl syntax"},
		{"wrong pattern", second, `'^[\w.\-@/:]{1,63}>\s?+$'`, `'^(\w+>$'`, "missing closing )"},
		{"line end as text", second, `'^[\w.\-@/:]{1,63}>\s?+$'`, `'^x\\n[\w.]+>$'`, `a.yaml:6:21: modes[0]: \\n is a backslash and the letter n`},
		{"pattern of any mode", second, `'^.*[>#$]\s?+$'`, `'^.*([>#$]$'`, `a.yaml:2:`},
		{"instruction of two", second, `- write: {input: "exit"}`, `- {write: {input: "exit"}, send_input: {input: "bye"}}`, "on_close_instructions[0]: wants one of write, enter_mode"},
		{"empty instruction", second, `- write: {input: "exit"}`, `- {}`, "on_close_instructions[0]: wants one of write, enter_mode"},
		{"question without prompt", second, `              prompt_exact: "Password:"` + "\n", "", `needs either "prompt_exact" or "prompt_pattern"`},
		{"mode without prompt", second, `    prompt_exact: "sh-5$ "` + "\n", "", `a.yaml:28: modes[2]: needs either "prompt_pattern" or "prompt_exact"`},
		{"mode with two prompts", second, `prompt_exact: "sh-5$ "`, `{prompt_exact: "a", prompt_pattern: "b"}`, "a.yaml:"},
		{"no modes", second, "modes:\n", "mods:\n", `mods: is no field here; did you mean "modes"?`},
		{"not YAML", first, "default:\n", "default: [\n", "not YAML"},
		{"no default level", first, "  default-desired-privilege-level: 'privilege-exec'\n", "", "default.default-desired-privilege-level: is missing"},
		{"kind of driver", first, "'network'", "'netwrk'", "a.yaml:4: default.driver-type: must be one of"},
		{"misspelt key", first, "escalate-auth: true", "eskalate-auth: true", `privilege-exec.eskalate-auth: is no field here; did you mean "escalate-auth"?`},
		{"flag", first, "escalate-auth: true", "escalate-auth: yes", "privilege-exec.escalate-auth: must be true or false"},
		{"wrong pattern of a level", first, `'(?im)^[\w.-]{1,48}>\s?$'`, `'(?im)^[\w.-{1,48}>\s?$'`, "a.yaml:8:"},
		{"nothing to type", first, "      input: 'exit'\n", "", "default.network-on-close[0].input: is missing: channel.write needs it"},
		{"empty failure", first, "'% Invalid input'", "''", "default.failed-when-contains[0]: is empty"},
		{"unknown option", first, "  textfsm-platform", "  options: [{option: pord, value: 22}]\n  textfsm-platform", `default.options[0].option: there is no option "pord"; did you mean "port"?`},
		{"wrong pattern of an option", first, "  textfsm-platform", "  options: [{option: username-pattern, value: '(x'}]\n  textfsm-platform", "default.options[0].value: error parsing regexp: missing closing )"},
		{"broken variant", first, "platform-type: 'acme_one'\n", "platform-type: 'acme_one'\nvariants:\n  old:\n    default-desired-privilege-level: admin\n", `a.yaml:5: variants.old.default-desired-privilege-level: there is no mode "admin"`},
		{"unknown operation", first, "driver.send-command'\n      command: 'terminal", "driver.send-comand'\n      command: 'terminal", `knows no "driver.send-comand"`},
		{"level that is not there", first, "previous-priv: 'exec'", "previous-priv: 'exek'", `a.yaml:19: default.privilege-levels.privilege-exec.previous-priv: there is no mode "exek"; did you mean "exec"?`},
		{"level out of reach", first, "escalate: 'enable'", "escalate:", `a.yaml:6: default.privilege-levels.exec: cannot be left`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if !strings.Contains(test.text, test.from) {
				t.Fatalf("%q is not in the text", test.from)
			}
			_, err := Parse("a.yaml", []byte(strings.Replace(test.text, test.from, test.to, 1)))
			if !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got\n%v\nwant in it\n%s", err, test.want)
			}
		})
	}
}

// A device without levels, and a file that leaves its name to that of the file.
func TestScrapliGenericDriver(t *testing.T) {
	const text = `default:
  driver-type: generic
  failed-when-contains: ['% nope']
  on-open:
    - {operation: channel.write, input: 'no page', redacted: true}
    - {operation: channel.return}
  on-close:
    - {operation: channel.write, input: 'bye'}
    - {operation: channel.return}
  options:
    - {option: prompt-pattern, value: '^(?=box)\w+\)$'}
    - {option: username-pattern, value: '^(?i)who:\s?$'}
    - {option: password-pattern, value: '^secret:'}
    - {option: return-char, value: "\r\n"}
    - {option: port, value: 2022}
    - {option: auth-strict-key}
    - {option: transport-type, value: system}
`
	d, err := Parse("x/boxes.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	m, ok := d.ModeOf("box1)")
	if _, other := d.ModeOf("bix1)"); !ok || other || d.Name != "boxes" || d.Default != "" {
		t.Errorf("%s, %v, %q", d.Name, m, d.Default)
	}
	if !d.Login.User.MatchString("Who:") || !d.Login.Password.MatchString("secret:") || d.Return != "\r\n" {
		t.Errorf("%v, %q", d.Login, d.Return)
	}
	if typedBy(d.Open) != "no page" || typedBy(d.Close) != "bye" || !d.Close[0].Ends {
		t.Errorf("%v, %v", d.Open, d.Close)
	}
	d, err = Parse("x/any.yaml", []byte("default: {driver-type: generic}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := d.ModeOf("[admin@MikroTik] >"); !ok {
		t.Error("a device of which nothing is said")
	}
}

func TestScrapliVariants(t *testing.T) {
	firstText := first + `variants:
  read_only:
    default-desired-privilege-level: exec
    network-on-open: [{operation: driver.send-command, command: 'terminal pager 0'}]
`
	secondText := "kind: 'acme_two'\ndefault:\n  " + strings.ReplaceAll(strings.TrimPrefix(second, "---\n"), "\n", "\n  ") + `
variants:
  - name: read_only
    definition:
      prompt_pattern: '^\w+>$'
      default_mode: exec
      modes: [{name: exec, prompt_pattern: '^\w+>$'}]
`
	for text, want := range map[string]string{firstText: "acme_one_read_only exec terminal pager 0 3", secondText: "acme_two_read_only exec  1"} {
		d, err := Parse("a.yaml#read_only", []byte(text))
		if err != nil {
			t.Error(err)
			continue
		}
		if got := fmt.Sprint(d.Name, " ", d.Default, " ", typedBy(d.Open), " ", len(d.Modes)); got != want {
			t.Errorf("%s, want %s", got, want)
		}
		if d, err := Parse("a.yaml", []byte(text)); err != nil || strings.HasSuffix(d.Name, "read_only") {
			t.Errorf("%v, %v", d, err)
		}
		if _, err := Parse("a.yaml#read_onli", []byte(text)); !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), `there is no "read_onli"; did you mean "read_only"?`) {
			t.Errorf("%v", err)
		}
	}
	path := filepath.Join(t.TempDir(), "acme.yaml")
	if err := os.WriteFile(path, []byte(firstText), 0o600); err != nil {
		t.Fatal(err)
	}
	if d, err := ReadFile(path + "#read_only"); err != nil || d.Default != "exec" {
		t.Errorf("%v, %v", d, err)
	}
}

func TestLintOfScrapliFiles(t *testing.T) {
	text := strings.NewReplacer("'configure terminal'", "'configrue terminal'", "    - '% Invalid input'\n", "", "failed-when-contains:", "failed-when-contains: []").Replace(first)
	_, weak, err := Lint("acme_one.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, p := range weak {
		all = append(all, fmt.Sprintf("%d: %v", p.Line, p))
	}
	got := strings.Join(all, "\n")
	for _, want := range []string{
		`28: default.privilege-levels.configuration.escalate: types "configrue"; is "configure" meant?`,
		"says of no output that it is a failure",
		`the mode "configuration_exclusive" shows the same prompt as "configuration"`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if _, weak, err := Lint("acme_two.yaml", []byte(second)); err != nil || len(weak) > 0 {
		t.Errorf("a sound one: %v, %v", weak, err)
	}
}

func TestPerlPatterns(t *testing.T) {
	tests := []struct {
		pattern string
		yes, no []string
		above   string // a line above that belongs to it
	}{
		{pattern: `^[\w]{1,8}#\s?+$`, yes: []string{"r1#"}, no: []string{"r1>", "x r1#"}},
		{pattern: `(?im)^(?<host>\w+)(?>\(x\))?#$`, yes: []string{"r1#", "R1(X)#"}, no: []string{"r1(y)#"}},
		{pattern: `[>#]`, yes: []string{"a>", "any thing #"}, no: []string{"a> b"}},
		{pattern: `a$|^b>$`, yes: []string{"xa", "b>"}, no: []string{"cb>"}},
		{pattern: `^\w++(?<!tcl)#$`, yes: []string{"r1#"}, no: []string{"r1tcl#"}},
		{pattern: `^(?!.*--\{)\S+#\Z`, yes: []string{"r1#"}, no: []string{"--{x#"}},
		{pattern: `^\[.*\]\n[abcd]:\S+@\S+#\s?$`, yes: []string{"a:ops@r1#"}, no: []string{"r1#"}, above: "[ex]"},
		{pattern: `^({\w+:\d}\n){0,1}[\w@]+>\s?$`, yes: []string{"ops@r1>"}, no: []string{"ops@r1#"}, above: "{master:0}"},
		{pattern: `^[]x+]++#$`, yes: []string{"]+x#"}, no: []string{"a#"}},
		{pattern: `^[[:alpha:]]++#$`, yes: []string{"ab#"}, no: []string{"1#"}},
		// What only an engine that goes back can match.
		{pattern: `^(\w)\1#$`, yes: []string{"aa#"}, no: []string{"ab#", "a#"}},
		{pattern: `^(?=r)\w+#$`, yes: []string{"r1#"}, no: []string{"s1#"}},
		{pattern: `(?i)^(?=r)\w+#$`, yes: []string{"R1#"}, no: []string{"s1#"}},
		{pattern: `^\w+(?!x)#$`, yes: []string{"rxx#", "r#"}, no: []string{"r"}},
		{pattern: `^(?!x)a\w*#$|^xb#$`, yes: []string{"a1#", "xb#"}, no: []string{"xa#"}},
		{pattern: `^\w+(?<!tcl)\(?\w*\)?#$`, yes: []string{"r1tclx)#", "r1(x)#"}, no: []string{"r1tcl(x)#"}},
		{pattern: `^(?<name>\w+)@\k<name>#$`, yes: []string{"ab@ab#"}, no: []string{"ab@ac#"}},
		{pattern: `^(?P<name>\w+)@(?P=name)#$`, yes: []string{"ab@ab#"}, no: []string{"ab@ac#"}},
		{pattern: `^((?:a|[(])+)-\g{1}#$`, yes: []string{"a(-a(#"}, no: []string{"a(-aa#"}},
		{pattern: `^(\w(\d))-\1-\g2#$`, yes: []string{"a1-a1-1#"}, no: []string{"a1-a1-2#"}},
		{pattern: `^[[:alpha:]]+(?=#)#\h?$`, yes: []string{"ab#"}, no: []string{"a1#"}},
		{pattern: `^\[ex\]\n(?=a)\w+#$`, yes: []string{"ab#"}, no: []string{"b#"}, above: "[ex]"},
		{pattern: `^(?<!a)b.*c#$`, yes: []string{"bc#"}, no: []string{"ac#"}},
		{pattern: `^(?=a)(?=.*b)\w+(?<!x)#$`, yes: []string{"ab#"}, no: []string{"b#", "a#", "abx#"}},
	}
	for _, test := range tests {
		p := &parser{lines: map[string]int{}}
		m, ok := p.scrapliPrompt(&scrapliMode{name: "m", pattern: test.pattern, node: yamlText(test.pattern)})
		if !ok {
			t.Errorf("%s: %v", test.pattern, p.err("x"))
			continue
		}
		for _, line := range test.yes {
			if !m.Matches(line) {
				t.Errorf("%s: %q is missed by %v except %v", test.pattern, line, m.Prompt, m.Except)
			}
		}
		for _, line := range test.no {
			if m.Matches(line) {
				t.Errorf("%s: %q is matched by %v except %v", test.pattern, line, m.Prompt, m.Except)
			}
		}
		if test.above != "" && m.AboveCount([]string{"x", test.above}) != 1 {
			t.Errorf("%s: %q above it is missed by %v", test.pattern, test.above, m.Above)
		}
	}
}

// What is translated needs no engine that goes back, and the rest has one.
func TestPerlPatternsThatNeedBacktracking(t *testing.T) {
	for pattern, want := range map[string]bool{
		`^\w++(?<!tcl)#\s?+$`:      false,
		`^(?!RP/)[\w.]{1,63}#\h*$`: false,
		`^(?<n>\w+)(?>\(x\))?#$`:   false,
		`^(?=r)\w+#$`:              true,
		`^(\w)\1#$`:                true,
		`^(\w)\\1#$`:               false, // a backslash and a digit
		`^\w+(?!x)#$`:              true,
	} {
		mode := Mode{}
		if err := (&scrapliMode{pattern: pattern}).compile(&mode); err != nil || (mode.Exact != nil) != want {
			t.Errorf("%s: %v, %v", pattern, mode.Exact, err)
		}
	}
}

// A pattern that takes too long is an error that names it.
func TestPatternThatTakesTooLong(t *testing.T) {
	mode := Mode{Name: "m"}
	const pattern = `^(\w+\s?)+(?<!x)\.#$|^(?=\w)((\w+)+)+\3!#$`
	if err := (&scrapliMode{pattern: pattern}).compile(&mode); err != nil {
		t.Fatal(err)
	}
	line := strings.Repeat("a", 60) + "#"
	mode.Prompt = regexp.MustCompile(`^.*#$`) // or else RE2 rules the line out
	matched, err := mode.Match(line)
	var slow *PatternTimeoutError
	if matched || !errors.Is(err, ErrPatternTimeout) || !errors.As(err, &slow) || slow.Pattern != pattern || !strings.Contains(err.Error(), line) {
		t.Errorf("%v, %v", matched, err)
	}
	if mode.Matches(line) {
		t.Error("it passes for a match")
	}
}

func yamlText(text string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Value: text, Line: 1} }
