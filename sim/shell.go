package sim

import (
	"strings"
	"sync/atomic"

	"github.com/vtynet/vty/transport"
)

// shell is the device's side of one session: keys go in, bytes to show come out.
// It does no input and never waits, so any cut of the input gives the same
// output.
type shell struct {
	dev    *Device
	user   string
	out    output
	line   editor
	stated atomic.Pointer[transport.Size] // what the terminal said of itself
	rows   int                            // what a command set; -1: nothing
	cols   int

	login    bool // the device itself asks who is there
	console  bool // which outlives the session
	idle     bool // a console that waits for a return
	inside   bool // somebody is logged in
	mode     string
	path     []step     // where in the configuration
	argument string     // of the mode, where it takes one
	next     string     // kind of candidate that the next mode has
	how      string     // kind of candidate, where it is not the mode's usual
	own      *candidate // what this session alone edits
	ask      *asking    // the question that waits for an answer; nil at the prompt
	page     *page      // the answer on its way
	hold     *command   // the command that goes on until interrupted
	stream   *stream    // what it prints meanwhile, if anything
	text     *collect   // lines that belong to a configuration line
	cr       bool       // the last key was a return
	exec     bool       // one command, without prompts and echo
	stamp    bool
	done     bool
	fails    int // the last command's exit status
}

// collect gathers lines up to a delimiter.
type collect struct {
	until byte
	lines []string
	then  func(lines []string)
}

func newShell(d *Device, user string, size transport.Size) *shell {
	s := &shell{dev: d, user: user, mode: d.cfg.Mode, rows: -1, cols: -1}
	s.out.newline = d.model.data.Newline
	s.line.out, s.line.style = &s.out, d.model.data.Echo
	s.stamp = d.model.data.Stamp.Layout != ""
	s.stated.Store(&size)
	return s
}

func (s *shell) model() *Model { return s.dev.model }

// size is the size of the screen as the device sees it; zero rows: no paging.
func (s *shell) size() transport.Size {
	d := &s.model().data
	size := transport.Size{Columns: d.Columns, Rows: d.Rows}
	if said := *s.stated.Load(); d.Follow && said != (transport.Size{}) {
		size = said // a size without rows is a screen without end
	}
	if s.rows >= 0 {
		size.Rows = s.rows
	}
	if s.cols >= 0 {
		size.Columns = s.cols
	}
	return size
}

// begin starts the session.
func (s *shell) begin() {
	if s.console {
		s.finish()
		return
	}
	s.open()
}

// open lets somebody in, with the login inside the session or before it.
func (s *shell) open() {
	if s.login {
		s.say(s.model().data.Banner)
		s.identify(0)
		return
	}
	s.welcome()
}

func (s *shell) welcome() {
	s.inside = true
	s.say(s.model().data.Motd)
	s.prompt(false)
}

// key is one byte typed.
func (s *shell) key(b byte) {
	if s.done {
		return
	}
	after := s.cr
	s.cr = b == '\r'
	if b == '\n' && after || b == 0 {
		return // CR LF and CR NUL are one return
	}
	switch {
	case s.idle:
		if b == '\r' || b == '\n' {
			s.idle = false
			s.out.text("\n")
			s.open()
		}
	case !s.inside && s.ask != nil && b == 0x03: // it ends no login
		s.line.take(0x15)
	case s.hold != nil:
		if b == 0x03 || b == 0x1e && s.model().data.Keys.Escape {
			s.interrupted()
		}
	case s.page != nil:
		if s.page.waiting {
			s.turn(b)
		}
	case s.ask != nil && s.ask.Key:
		s.answered(b)
	case b == '\r' || b == '\n':
		s.entered()
	case b == 0x03:
		s.cancel()
	case b == 0x1a && s.model().data.Keys.Suspend && s.ask == nil && s.configuring():
		s.suspend()
	case b == 0x04 && s.model().data.Keys.EOF && len(s.line.line) == 0 && s.ask == nil:
		s.out.text("\n")
		s.leave("exit", "")
	case b == '?' && s.model().data.Help && s.ask == nil && s.text == nil:
		s.help()
	default:
		s.line.take(b)
	}
}

// entered is the return at the end of a line.
func (s *shell) entered() {
	text := string(s.line.line)
	s.out.text("\n")
	switch {
	case s.text != nil:
		s.collected(text)
	case s.ask != nil:
		a := s.ask
		s.ask = nil
		s.replied(a, text)
	default:
		s.command(text)
	}
}

// prompt shows the prompt and waits for a command.
func (s *shell) prompt(gap bool) {
	s.ask, s.page, s.hold = nil, nil, nil
	if s.exec {
		s.done = true
	}
	if s.done {
		return
	}
	if gap {
		s.say(s.model().data.Gap)
	}
	text := s.display()
	s.out.text(text)
	s.line.reset(text[strings.LastIndexByte(text, '\n')+1:], s.size().Columns, false)
}

// again is the prompt after a command.
func (s *shell) again() { s.prompt(true) }

// display is the prompt as the definition prints it.
func (s *shell) display() string {
	text, ok := s.model().data.Displays[s.mode]
	if !ok {
		text = s.model().mode(s.mode).Display
	}
	return expand(text, func(name string) (string, bool) {
		if name == "context" {
			return s.context(), true
		}
		value, ok := s.value(name)
		if most := s.model().data.NameLimit; name == "host" && most > 0 && s.configuring() && len(value) > most {
			value = value[:most]
		}
		return value, ok
	})
}

// context is what the prompt says of the place in the configuration.
func (s *shell) context() string {
	if len(s.path) == 0 {
		return ""
	}
	if s.model().data.Configuration.Style == "braces" {
		var b strings.Builder
		for _, p := range s.path {
			b.WriteString(" " + p.line)
		}
		return b.String()
	}
	last := s.path[len(s.path)-1]
	word := last.line[strings.LastIndexByte(last.line, ' ')+1:]
	return expand(last.rule.Context, lookup(map[string]string{"last": word, "short": s.model().opts.shorten(word)}))
}

// say prints a string of the device file.
func (s *shell) say(text string) {
	if text != "" {
		s.out.text(expand(text, s.value))
	}
}

// cancel is Ctrl-C at a prompt or a question.
func (s *shell) cancel() {
	k := &s.model().data.Keys
	s.ask, s.text = nil, nil
	s.out.text(k.Interrupt + "\n")
	if k.Leaves && s.configuring() {
		s.leave("end", "")
		return
	}
	s.again()
}

// suspend is Ctrl-Z in configuration: the line is taken, then all is left.
func (s *shell) suspend() {
	text := strings.TrimSpace(string(s.line.line))
	s.out.text("^Z\n")
	if text != "" && s.text == nil {
		if f := s.model().fit(s.path, text); f.value != nil && (*f.value).Until == "" {
			s.change(f)
		}
	}
	s.text = nil
	s.leave("end", "")
}

func (s *shell) configuring() bool {
	_, is := s.model().data.Configuration.Modes[s.mode]
	return is
}
