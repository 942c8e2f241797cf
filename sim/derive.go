package sim

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/vtynet/vty/platform"
)

// derive makes a device file of a definition alone, so that every platform can be
// simulated: it has the modes and the ways between them, a pager, the questions on
// the ways, a configuration that takes a few kinds of lines, and it refuses with
// the definition's first sample of a refusal.
//
// Its commands, beside those of the definition: "show lines N" in every mode.
// Its configuration lines: hostname NAME, description TEXT, set TEXT.
func derive(def *platform.Definition) data {
	dv := deriving{def: def, home: def.Default}
	if dv.home == "" {
		dv.home = def.Modes[0].Name
	}
	d := &dv.data
	d.Users = map[string]string{"admin": "admin"}
	d.Secrets = map[string]string{"enable": "enable"}
	d.Start = dv.home
	d.Rows, d.Columns, d.Follow = 24, 80, true
	d.Questions = map[string]question{}
	d.Displays = map[string]string{}
	d.Exits = map[string]string{}
	d.Motd = lineOf(platform.Example(def.Detect.Banner))
	for i := range def.Modes {
		if m := &def.Modes[i]; m.Display == "" {
			d.Displays[m.Name] = shownAs(m)
		}
	}
	d.Login.User = asked(def.Login.User, "Username: ", "login: ", "User: ", "User Name:", "UserName:", "Login: ", ">>User name:")
	d.Login.Password = asked(def.Login.Password, "Password: ", "password: ", "PassWord:", ">>User password:")
	d.Login.Rejected = rejection(def) + "\n"
	refused := refusal0(def)
	d.Errors = refusals{Invalid: refused, Incomplete: refused, Ambiguous: refused, Refused: refused}
	dv.pager()
	dv.configuration()
	dv.commands()
	dv.ways()
	dv.endings()
	return dv.data
}

type deriving struct {
	def  *platform.Definition
	home string
	data data
}

var unit = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(<(?:minutes|seconds)>)[a-z]`)
})

func lineOf(text string) string {
	if text == "" {
		return ""
	}
	return text + "\n"
}

// shownAs is how a mode without a display shows its prompt.
func shownAs(m *platform.Mode) string {
	text := platform.Example(m.Prompt)
	if above := platform.Example(m.Above); above != "" {
		text = above + "\n" + text
	}
	if len(m.Samples) > 0 {
		text = m.Samples[0]
	}
	return text + " "
}

// asked gives the first of the usual questions that a pattern matches.
func asked(re *regexp.Regexp, usual ...string) string {
	if re == nil {
		return usual[0]
	}
	for _, q := range usual {
		if re.MatchString(strings.TrimRight(q, " ")) {
			return q
		}
	}
	return platform.Example(re)
}

func rejection(def *platform.Definition) string {
	if re := def.Login.Rejected; re != nil {
		return platform.Example(re)
	}
	return "Login incorrect"
}

// refusal0 is what the device refuses a line with.
func refusal0(def *platform.Definition) string {
	if s := def.Samples.Refused; len(s) > 0 {
		return s[0] + "\n"
	}
	for _, f := range def.Failures {
		if text := platform.Example(f.Pattern); f.Severity == platform.SeverityError && text != "" {
			return text + "\n"
		}
	}
	return "% Invalid input\n"
}

func (dv *deriving) pager() {
	text := " --More-- "
	if s := dv.def.Samples.Pagers; len(s) > 0 {
		text = s[0]
	}
	p := &dv.data.Pager
	p.Text, p.Wipe = text, "\r"+strings.Repeat(" ", len(text))+"\r"
	p.Page, p.Quit, p.Line, p.Other = " ", "\x03", "", "ignore"
	for _, known := range slices.Concat(dv.def.Pagers, platform.UniversalPagers()) {
		if known.Prompt.MatchString(strings.TrimRight(text, " ")) {
			p.Page = known.Key
			return
		}
	}
}

// in adds a command to a mode.
func (dv *deriving) in(mode, on string, c command) {
	if strings.TrimSpace(on) == "" || strings.ContainsFunc(on, func(r rune) bool { return r < ' ' }) {
		return
	}
	c.In, c.On = []string{mode}, on
	dv.data.Commands = append(dv.data.Commands, c)
}

// list adds the commands of steps; the last does what do says.
func (dv *deriving) list(mode string, steps []platform.Step, c command) {
	for i, s := range steps {
		in := mode
		if s.In != "" {
			in, _ = platform.Target(s.In)
		}
		own := command{Ask: dv.asks(s, fmt.Sprintf("%s %s", in, s.Send)), Paging: c.Paging}
		if i == len(steps)-1 {
			own.Do, own.Text = c.Do, c.Text
		}
		for _, on := range patterns(s.Send) {
			timed := own
			timed.Do = timers(on) + own.Do
			dv.in(in, on, timed)
		}
	}
}

// timers is what a line does that names a time: the device takes back what comes
// unless it is confirmed by then.
func timers(on string) string {
	switch {
	case strings.Contains(on, "<minutes"):
		return "timer {minutes}m; "
	case strings.Contains(on, "<seconds"):
		return "timer {seconds}s; "
	case strings.Contains(on, "<clock"):
		return "timer {clock}; "
	}
	return ""
}

// patterns are the forms of a line that a step may type: with and without each
// part that falls away.
func patterns(send string) []string {
	forms := []string{send}
	for _, name := range platform.Fields([]platform.Step{{Send: send}}) {
		var next []string
		for _, f := range forms {
			bare := platform.Fill(f, map[string]string{name: ""})
			full := platform.Fill(f, map[string]string{name: "<" + name + ">"})
			full = strings.ReplaceAll(full, `"<`+name+`>"`, "<"+name+">")
			if rest, ok := strings.CutSuffix(full, " <"+name+">"); ok && strings.HasSuffix(f, " {"+name+"}]") {
				full = rest + " <" + name + "...>" // a text without quotes goes on to the end
			}
			full = unit().ReplaceAllString(full, "$1") // "<minutes>m" is one word
			if bare != full && !strings.Contains(f, " {"+name+"} ") && strings.Contains(f, "[") {
				next = append(next, bare)
			}
			next = append(next, full)
		}
		forms = next
	}
	for i, f := range forms {
		if rest, ok := strings.CutSuffix(f, " <comment>"); ok && strings.Contains(send, " {comment}") { // without quotation marks
			forms[i] = rest + " <comment...>"
		}
	}
	return forms
}

// asks makes the questions of a step that the device always asks: those for a
// secret, and those that are answered with yes. One that is answered with no is
// asked only when there is a reason.
func (dv *deriving) asks(s platform.Step, name string) []string {
	var names []string
	for i, a := range s.Asks {
		text := asked(a.Prompt, "Password: ", "Username: ", "User Name:", "Are you sure? [y/n] ", "[confirm]")
		if negative(a) || text == "" {
			continue
		}
		id := fmt.Sprintf("%s %d", name, i)
		q := question{Text: text, Key: a.Key, Answers: map[string]string{"*": "yes"}}
		if a.Key {
			q.Said = map[string]string{"yes": "\n"}
		}
		switch a.Secret {
		case "":
		case "user":
			q.Secret, dv.data.Secrets["user"] = "user", "admin"
		default:
			q.Secret, q.Hidden, q.Failed = a.Secret, true, dv.data.Errors.Refused
			if _, known := dv.data.Secrets[a.Secret]; !known && a.Secret != "password" {
				dv.data.Secrets[a.Secret] = a.Secret
			}
		}
		dv.data.Questions[id] = q
		names = append(names, id)
	}
	return names
}

func negative(a platform.Ask) bool {
	return a.Secret == "" && (strings.EqualFold(a.Answer, "n") || strings.EqualFold(a.Answer, "no"))
}

// commands are those that the definition names beside the ways.
func (dv *deriving) commands() {
	def := dv.def
	for _, ways := range []struct {
		list   []platform.Way
		do     string
		paging bool
	}{{def.Paging, "rows 0", true}, {def.Width, "columns 511", false}} {
		for _, w := range ways.list {
			dv.list(dv.home, w, command{Do: ways.do, Paging: ways.paging})
		}
	}
	for _, s := range def.Open {
		dv.list(dv.home, []platform.Step{s}, command{})
	}
	for i, s := range def.Close {
		c := command{}
		if s.Ends || i == len(def.Close)-1 {
			c.Do = "quit"
		}
		dv.list(dv.home, []platform.Step{s}, c)
	}
	dv.data.Commands = append(dv.data.Commands, command{
		In: []string{"*"}, On: "show lines <lines:int>",
		Text: text{parts: []part{{line: compile("line {n} of {count} on {host}"), repeat: compile("{lines}")}}},
	})
	dv.shows(def.Detect.Show, lines(def.Detect.Sample))
	dv.shows(def.Running.Show, lines("{config}"))
	dv.shows(def.Running.Startup, lines("{startup}"))
}

func (dv *deriving) shows(on string, answer text) {
	if on != "" {
		dv.data.Commands = append(dv.data.Commands, command{In: []string{"*"}, On: on, Text: answer})
	}
}

// endings has the answers end as the definition says that they do.
func (dv *deriving) endings() {
	for i := range dv.data.Commands {
		c := &dv.data.Commands[i]
		for _, e := range dv.def.Endings {
			if e.Command == nil || e.Command.MatchString(c.On) {
				c.Text.parts = append(c.Text.parts, part{line: compile(platform.Example(e.Line))})
				break
			}
		}
	}
}

// ways are the ways between the modes. Of those that are typed alike the first
// counts, one without a name before one with.
func (dv *deriving) ways() {
	typed := map[string]bool{}
	all := slices.Clone(dv.def.Transitions)
	slices.SortStableFunc(all, func(a, b platform.Transition) int { return cmp.Compare(min(len(a.As), 1), min(len(b.As), 1)) })
	for i, t := range all {
		m, _ := dv.def.Mode(t.To)
		do := "go " + t.To
		kind := ""
		if _, argument := platform.Target(dv.def.Candidate.Mode); t.As != "" && t.As == argument {
			kind = "private"
		} else if t.As == "private" || t.As == "exclusive" {
			kind = t.As
		}
		last := len(t.Steps) - 1
		if key := t.From + "\n" + t.Steps[last].Send; typed[key] {
			if last > 0 && (kind != "" || t.As != "") { // the steps before the last make the difference
				do := ""
				if kind != "" {
					do = "kind " + kind
				}
				dv.list(t.From, t.Steps[:last], command{Do: do})
			}
			continue
		} else {
			typed[key] = true
		}
		if kind != "" {
			do += " " + kind
		}
		if m.Argument != "" && platform.Takes(t.Steps, m.Argument) {
			do = "argument {" + m.Argument + "}; " + do
		}
		steps := slices.Clone(t.Steps)
		if kind := dv.data.Configuration.Modes[t.From]; kind == "shared" || kind == "private" {
			// What it asks on leaving, it asks where there is something uncommitted.
			for j := range steps {
				for k, a := range steps[j].Asks {
					id := fmt.Sprintf("leave %d %d %d", i, j, k)
					dv.data.Questions[id] = question{Text: platform.Example(a.Prompt), Key: a.Key, Answers: map[string]string{"*": "discard"}}
					if dv.data.Configuration.Question[kind] == "" && dv.data.Questions[id].Text != "" {
						dv.data.Configuration.Question = map[string]string{kind: id, "exclusive": id, "private": id}
					}
				}
				steps[j].Asks = nil
			}
		}
		dv.list(t.From, steps, command{Do: do})
	}
}

// configuration is what lines the device takes, and its candidate.
func (dv *deriving) configuration() {
	c := &dv.data.Configuration
	c.Host, c.Modes = "r1", map[string]string{}
	c.Initial = "hostname r1\ndescription uplink\n"
	c.Rules = []*rule{
		{Line: "hostname <name>", Sets: "host"},
		{Line: "description <text...>", Many: true},
		{Line: "set <text...>", Many: true},
	}
	for i, how := range []*platform.Configure{&dv.def.Candidate, &dv.def.Configure} {
		mode, _ := platform.Target(how.Mode)
		if mode == "" {
			continue
		}
		c.Modes[mode] = "direct"
		if len(how.Commit) > 0 {
			c.Modes[mode] = []string{"private", "shared"}[i]
		}
		dv.steps(how, mode)
	}
	mode, _ := platform.Target(dv.def.Revert.Mode)
	dv.list(mode, dv.def.Revert.Confirm, command{Do: "confirm"})
	dv.list(mode, dv.def.Revert.Cancel, command{Do: "revert"})
	c.Untimed = dv.data.Errors.Invalid
}

// steps are the commands of a way to configure.
func (dv *deriving) steps(how *platform.Configure, mode string) {
	quoted := slices.ContainsFunc(how.Commit, func(s platform.Step) bool { return strings.Contains(s.Send, `"{`) })
	dv.data.Quotes = dv.data.Quotes || quoted
	abort := "discard"
	if n := len(how.Abort); n > 0 {
		for _, t := range dv.def.Transitions { // it may leave the mode as well
			if t.From == mode && len(t.Steps) == 1 && t.Steps[0].Send == how.Abort[n-1].Send {
				abort += "; go " + t.To
			}
		}
	}
	without := func(steps []platform.Step) []platform.Step {
		steps = slices.Clone(steps)
		for i := range steps {
			steps[i].Asks = nil
		}
		return steps
	}
	for _, l := range [][]platform.Step{how.Commit, how.Diff, how.Abort} {
		for _, s := range l {
			dv.data.Configuration.Anywhere = dv.data.Configuration.Anywhere || s.In != "" && s.In != mode
		}
	}
	dv.list(mode, without(how.Check), command{})
	dv.list(mode, without(how.Diff), command{Text: lines("{changes}")})
	dv.list(mode, without(how.Confirm), command{Do: "confirm"})
	dv.list(mode, without(how.Cancel), command{Do: "revert"})
	dv.list(mode, without(how.Abort), command{Do: abort})
	dv.list(mode, without(how.Rollback), command{})
	// Last, since others may be typed alike: a commit confirms one with a timer.
	dv.list(mode, without(how.Commit), command{Do: "commit"})
	dv.list(dv.home, how.Save, command{Do: "save"})
}
