package scenario

import (
	"slices"
	"time"

	"github.com/vtynet/vty/platform"
	"github.com/vtynet/vty/sim"
	"github.com/vtynet/vty/transport"
)

// Front is a way to reach the device of a scenario.
type Front string

// The fronts.
const (
	OverPipe   Front = "pipe"   // bytes in memory
	OverSSH    Front = "ssh"    // an SSH session
	OverTelnet Front = "telnet" // a Telnet session
	OverWire   Front = "wire"   // the connection beneath Telnet
)

// Scenario is one device's script, and what a user should see of it. It is
// read-only once parsed.
type Scenario struct {
	Name string // of the file, without folder and ending

	Platform   string
	Definition *platform.Definition // instead of Platform; nil where there is none
	User       string
	Password   string
	Secrets    map[string]string
	Size       transport.Size
	Prepare    bool // the platform's on-open steps are run
	Quiet      time.Duration
	Confirm    time.Duration
	Silence    time.Duration
	Fronts     []Front
	ShortPause bool   // not to be played with long pauses
	Mode       string // that commands run in; "" means the platform's own
	NoAuth     bool   // over SSH everyone is let in
	Input      int    // how many bytes typed ahead the device keeps; 0 means all
	Legacy     bool   // the user allows weak algorithms
	Server     sim.SSHConfig

	Device []Step
	Ops    []Op
}

// Plays reports whether the scenario can be played over f.
func (s *Scenario) Plays(f Front) bool { return slices.Contains(s.Fronts, f) }

// StepKind is what a device does in a step.
type StepKind int

// The steps of a device.
const (
	Send    StepKind = iota // sends Text
	Await                   // waits until Text was typed
	Echo                    // the same, and echoes it
	Pause                   // says nothing for Delay
	Repeat                  // sends Text every Delay until something is typed
	Reflex                  // answers Key by Text from here on
	EOF                     // ends the session in order
	Drop                    // closes the connection without ending the session
	Reset                   // breaks the connection
	Silence                 // says nothing more
)

// Step is what a device does next.
type Step struct {
	Kind  StepKind
	Text  string
	Key   string
	Delay time.Duration
	Line  int // in the file, from 1
}

// Op is what a user does, and what must come of it.
type Op struct {
	Verb string // open, run, stream, configure, enter, disconnect, interrupt or idle
	Arg  string
	Line int // in the file, from 1

	Answers []Answer
	Ends    bool
	Leave   int
	Lines   int
	Until   string
	Cancel  string
	Within  time.Duration
	Silence time.Duration
	Send    []string
	More    []string

	Text    []string
	Any     bool
	Cut     bool // the text may be cut short, and the next operation says so
	Aside   []string
	Error   string // the kind; "" for none
	Message string // a part of the error's text
	Or      []string
	Prompt  string
	Mode    string
	Took    time.Duration // -1: not stated
	Applied int           // -1: not stated
}

// Answer is what the user answers to a question.
type Answer struct {
	Shape string
	Text  string
	Key   bool
}
