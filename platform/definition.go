package platform

import "regexp"

// Definition is all that vty knows of one kind of device: what its prompts look
// like, how to move between its modes, what it asks, and how it says no. A
// Definition is read-only once loaded and safe for concurrent use.
type Definition struct {
	Name        string   // vendor_os, such as "cisco_iosxe"
	Extends     string   // the definition that this one was laid over; "" for none
	Aliases     []string // other names for it, those of KnownAs included
	KnownAs     KnownAs  // what other tools call it
	Description string   // one line for people
	Proof       Proof    // how far it was tried
	Return      string   // what the Enter key sends; "\r" unless stated
	Interrupt   string   // the keys that stop a running command, in a row; Ctrl-C ("\x03") unless stated
	Help        string   // the key that shows help at once instead of standing in the line; "" for none
	Typing      Typing   // how fast may be typed
	Answers     bool     // it answers every command with a line at least, and may show its prompt once more before
	Modes       []Mode   // at least one, in the order they are tried
	Default     string   // mode that commands run in; "" means wherever the login ends
	Transitions []Transition
	Login       Login
	Paging      []Way  // to switch paging off for the session, the least intrusive first
	Width       []Way  // to widen the session's lines, the least intrusive first
	Open        []Step // after Paging and Width, in the default mode
	Close       []Step // before the connection is closed
	Pagers      []Pager
	Questions   []Question
	Failures    []Failure
	Endings     []Ending
	Configure   Configure // the usual way to configure; no Mode: there is none
	Candidate   Configure // the way with a candidate, where the usual one has none
	Revert      Revert    // lines that act at once and are taken back after a time; no Mode: there is no such thing
	Running     Running
	Detect      Detect
	Samples     Samples
}

// KnownAs is what other tools call a platform.
type KnownAs struct {
	TextFSM string   // in the index of ntc-templates
	Netmiko []string // device types, without "_ssh", "_telnet", "_serial"
	Napalm  []string // drivers
	Scrapli []string // platforms, of any generation
}

// Typing is how fast a device takes what is typed.
type Typing struct {
	// Window is how many bytes may be typed ahead of their echo. It also says that
	// the device keeps lines that are typed before others are answered. 0: it is
	// not known.
	Window int
	// Line is the longest line that the device takes, in bytes; 0: not known.
	Line int
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
	// Argument, where not "", is what the mode must be told when it is entered: a
	// context, a virtual system, a session's name. The steps that lead there hold
	// it in braces; a group of that name in Prompt shows which it is.
	Argument string
	// Prompt matches the whole line that the cursor stands on, trailing blanks
	// removed. A group named "host" is the device's name: once learned, a
	// prompt with another name is not taken for this device's.
	Prompt *regexp.Regexp
	// Except, where not nil, rules out lines that Prompt matches.
	Except *regexp.Regexp
	// Exact, where not nil, decides over the lines that Prompt matches: a pattern
	// that only a backtracking engine can match, of which Prompt is a wider one.
	// Definitions of vty's own have none.
	Exact *Backtracking
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

	own int // letters that are fixed in Prompt, known since the definition was parsed
}

// Matches reports whether line, without trailing blanks, is a prompt of m. A line
// that Exact gave up is none; Match tells of it.
func (m *Mode) Matches(line string) bool {
	matched, err := m.Match(line)
	return matched && err == nil
}

// Match is Matches where a pattern that takes too long must not pass for one that
// does not match. The error is a *PatternTimeoutError.
func (m *Mode) Match(line string) (bool, error) {
	if !m.Prompt.MatchString(line) || m.Except != nil && m.Except.MatchString(line) {
		return false, nil
	}
	if m.Exact == nil {
		return true, nil
	}
	return m.Exact.Match(line)
}

// example is a prompt of m; "" where none was found.
func (m *Mode) example() string {
	if text := Example(m.Prompt); text != "" && m.Matches(text) {
		return text
	}
	return ""
}

// Transition is one way from a mode to another.
type Transition struct {
	From, To string
	// As names a way that is taken only where it is asked for: "configuration
	// private" is the way into the mode "configuration" that is named "private".
	// Steps of such a way may hold one of {minutes}, {seconds}, {clock} and {name},
	// which stands behind the name then: "configuration revert 10". Such a way may
	// lead from a mode to itself, to another place in it that the prompt does not
	// show: "privileged context dmz".
	As    string
	Steps []Step
}

// Way is one way to set a terminal: all its steps, or none.
type Way []Step

// Step is one line typed, and the questions that it may lead to.
type Step struct {
	Send string
	// In is the mode that the step is typed in; "" is that of the list it is in.
	In   string
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
	Times  int    // how often the answer may be given; 1 unless stated
}

// Login is how a device asks who is there within the session. Nil patterns mean
// the package's own, which know the usual words.
type Login struct {
	User     *regexp.Regexp
	Password *regexp.Regexp
	Rejected *regexp.Regexp // a line that says the login was refused
	Detours  []Ask          // questions on the way in, and the safest answer
	Suffix   string         // what is added to the user's name to set the terminal
}

// Pager is the line a device shows when a page is full.
type Pager struct {
	Prompt *regexp.Regexp // matches the whole line that the cursor stands on
	Key    string         // typed to go on; " " unless stated
}

// Question is a line that waits for an answer nobody planned.
type Question struct {
	Prompt *regexp.Regexp // matches the line that the cursor stands on
	// Usual, where not nil, is what people answer. It is told, and given only
	// where the user has said so.
	Usual *Ask
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
	Whole    bool // the pattern is tried on all of the output and not line by line

	begins beginning // known since the definition was parsed
}

// Ending is the line by which an output proves that it is complete.
type Ending struct {
	Command *regexp.Regexp // the commands that end so; nil means all
	Line    *regexp.Regexp // the last line that is not blank
}

// Configure is one way to configure a device. Its steps run in Mode unless they
// say otherwise, those of Save in the definition's default mode. In their texts
// {comment}, {label}, {minutes}, {seconds}, {clock} ("00:05:00") and {number}
// stand for what the caller wants, and a part in square brackets around one of
// them falls away where the caller wants nothing of the kind; see Fill.
type Configure struct {
	Mode     string         // that takes configuration lines, with its argument or way if any; "" means none
	Places   []string       // modes that a configuration line may lead to, for the lines that follow it
	Diff     []Step         // show what the candidate would change
	Check    []Step         // test the candidate and leave it
	Commit   []Step         // makes a candidate live; empty where lines act at once
	Confirm  []Step         // make a commit with a timer last
	Cancel   []Step         // take a commit with a timer back at once
	Abort    []Step         // throws a candidate away; where lines act at once, what is begun in one of Places
	Rollback []Step         // take {number} commits back
	Save     []Step         // makes the running configuration survive a restart
	Failures []Failure      // beside the definition's own, for configuration lines and Commit
	Blocks   []Block        // statements that go over several lines, see Statements; a candidate's are those of the usual way unless it has its own
	Locked   *regexp.Regexp // a line that says that somebody else holds the configuration
}

// Revert is the way to configure by lines that act at once and that the device
// takes back by itself unless it is told in time that they are to last.
type Revert struct {
	Mode    string // the mode and the named way into it, whose steps hold {minutes}, {seconds} or {clock}
	Confirm []Step // make the lines last
	Cancel  []Step // take them back at once; empty where the device cannot
}

// Running is a device's configuration as a text.
type Running struct {
	Show    string // the command that shows the running configuration
	Startup string // the command that shows what a restart would bring; "" for none
	Comment string // what a comment begins with
	// Volatile lines change without a change of the configuration.
	Volatile []*regexp.Regexp
	// Secrets find what is secret in a line: the group "secret", or all that
	// follows the match.
	Secrets []*regexp.Regexp
}

// Detect is how a device of this platform gives itself away. Nil patterns say
// nothing.
type Detect struct {
	SSH    *regexp.Regexp // the SSH server's identification, such as "SSH-2.0-Cisco-1.25"
	Banner *regexp.Regexp // a line shown before the first prompt
	Show   string         // a harmless command
	Says   *regexp.Regexp // a line of its answer
	Unless *regexp.Regexp // a line of its answer that speaks against it
	Sample string         // an answer
	// Unknown, where Says is nil, is why: no command's answer is known that tells
	// this platform from others. Words for people; "" says nothing.
	Unknown string
}

// Samples prove a definition, and are what a simulated device shows.
type Samples struct {
	Refused    []string // lines, or whole outputs, that refuse a command
	Warned     []string // lines that are warnings
	Accepted   []string // lines of output that refuse nothing
	Lookalikes []string // lines that are no prompt of any mode
	Pagers     []string // page ends as the device shows them
	Blocks     []string // lines of a configuration that make one statement
}
