package platform

import "regexp"

// Definition is all that vty knows of one kind of device: what its prompts look
// like, how to move between its modes, what it asks, and how it says no. A
// Definition is read-only once loaded and safe for concurrent use.
type Definition struct {
	Name        string   // vendor_os, such as "cisco_iosxe"
	Aliases     []string // other names for it, such as netmiko's device types
	Description string   // one line for people
	Proof       Proof    // how far it was tried
	Return      string   // what the Enter key sends; "\r" unless stated
	Interrupt   string   // what stops a running command; Ctrl-C ("\x03") unless stated
	Help        string   // the key that shows help at once instead of standing in the line; "" for none
	Modes       []Mode   // at least one, in the order they are tried
	Default     string   // mode that commands run in; "" means wherever the login ends
	Transitions []Transition
	Login       Login
	Open        []Step // after login, once the default mode is reached
	Close       []Step // before the connection is closed
	Pagers      []Pager
	Questions   []Question
	Failures    []Failure
	Configure   Configure
}

// Proof says how far a definition was tried.
type Proof string

// The degrees of proof, strongest first.
const (
	ProofLab        Proof = "lab"        // driven on the real thing
	ProofRecorded   Proof = "recorded"   // replayed from a recorded session
	ProofDocumented Proof = "documented" // written from the vendor's or a peer's facts
)

// Mode is a state of the command line, told by its prompt.
type Mode struct {
	Name string
	// Prompt matches the whole line that the cursor stands on, trailing blanks
	// removed. A group named "host" is the device's name: once learned, a
	// prompt with another name is not taken for this device's.
	Prompt *regexp.Regexp
	// Except, where not nil, rules out lines that Prompt matches.
	Except *regexp.Regexp
	// Above, where not nil, matches further lines of the prompt that stand right
	// above it (Junos: "[edit]"), at the end of the text before the prompt; see
	// AboveCount.
	Above *regexp.Regexp
	// Display is the prompt as the device prints it, trailing blank included,
	// for simulated devices: "{host}(config{context})#", see Render. Lines above
	// the prompt are part of it, separated by "\n".
	Display string
	// Samples are prompts that must be of this mode and of no other.
	Samples []string
}

// Matches reports whether line, without trailing blanks, is a prompt of m.
func (m *Mode) Matches(line string) bool {
	return m.Prompt.MatchString(line) && (m.Except == nil || !m.Except.MatchString(line))
}

// Transition is one way from a mode to another.
type Transition struct {
	From, To string
	Steps    []Step
}

// Step is one line typed, and the questions that it may lead to.
type Step struct {
	Send string
	Asks []Ask
	// Optional steps may be refused by the device without harm.
	Optional bool
	// Ends marks a step after which the device may end the session.
	Ends bool
}

// Ask is a question that a step or a login may lead to, and its answer: either
// the text Answer or the secret that Secret names.
type Ask struct {
	Prompt *regexp.Regexp // matches the line that the cursor stands on
	Answer string
	Secret string // "password", "enable", "user", or a name of the user's own
	Key    bool   // a single key: no return is typed after Answer
}

// Login is how a device asks who is there within the session. Nil patterns mean
// the package's own, which know the usual words.
type Login struct {
	User     *regexp.Regexp
	Password *regexp.Regexp
	Rejected *regexp.Regexp // a line that says the login was refused
	Detours  []Ask          // questions on the way in, and the safest answer
}

// Pager is the line a device shows when a page is full.
type Pager struct {
	Prompt *regexp.Regexp // matches the whole line that the cursor stands on
	Key    string         // typed to go on; " " unless stated
}

// Question is a line that waits for an answer nobody planned.
type Question struct {
	Prompt *regexp.Regexp // matches the line that the cursor stands on
}

// Severity is how bad a device's word is.
type Severity string

// The severities of a Failure.
const (
	SeverityError   Severity = "error"   // the command was refused
	SeverityWarning Severity = "warning" // it was taken, with a remark
	SeverityIgnore  Severity = "ignore"  // not a failure, though another pattern says so
)

// Failure is a pattern over one line of output that means a refused command.
type Failure struct {
	Pattern  *regexp.Regexp
	Severity Severity
}

// Configure is how a device is configured.
type Configure struct {
	Mode     string    // the mode that takes configuration lines; "" means none
	Commit   []Step    // makes a candidate live; empty where lines act at once
	Abort    []Step    // throws a candidate away
	Save     []Step    // makes the running configuration survive a restart
	Failures []Failure // beside the definition's own, for configuration lines and Commit
}
