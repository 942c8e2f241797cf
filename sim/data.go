package sim

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"go.yaml.in/yaml/v3"
)

//go:embed devices/*.yaml
var devices embed.FS

// Names lists the platforms that have an embedded device, sorted.
func Names() []string {
	files, _ := fs.Glob(devices, "devices/*.yaml")
	for i, f := range files {
		files[i] = strings.TrimSuffix(path.Base(f), ".yaml")
	}
	return files
}

// data is what a device file says. Strings that the device prints may hold the same
// placeholders, and "\n" in them is the device's own line end.
type data struct {
	Platform  string            // of the definition to run in reverse; the file's name unless stated
	Vars      map[string]string // placeholders of the file's own
	Users     map[string]string // name → password
	Secrets   map[string]string // what a definition's secrets are: enable: …
	Start     string            // the mode a login ends in; the definition's first unless stated
	Banner    string            // before a login inside the session
	Motd      string            // after the login
	Bye       string            // when the session ends by command
	Newline   string            // "\r\n" unless stated
	NameLimit int               // characters of its name that the device shows in configuration; 0: all
	Gap       string            // shown before every prompt but the first

	Rows    int  // of the terminal where nobody stated them; 0: no paging
	Columns int  // 0: lines are never too long
	Follow  bool // the terminal's stated size counts, not the device's own

	Abbreviate bool   // words may be cut short, and case does not matter
	Quotes     bool   // "two words" is one
	Help       bool   // ? lists what may follow
	Everywhere bool   // commands that name no mode hold in configuration too
	Comment    string // lines that begin with it are ignored
	Echo       string // how long lines are shown: plain, scroll, readline, pad, redraw

	Login         login
	Pager         pager
	Displays      map[string]string   // mode → its prompt, where the definition's does not do
	Questions     map[string]question // by name; those of secrets by the secret's
	Errors        refusals
	Keys          keys
	Exits         map[string]string // mode → where exit leads; absent: out
	Enter         map[string]string // mode, or mode and kind → said on the way in
	Leave         map[string]string // mode → said on the way out
	Stamp         stamp
	Clock         string            // Go layout of {clock}
	Interfaces    map[string]string // long name of an interface type → short name
	Filters       map[string]string // word after | → include, exclude, begin, count, all
	Commands      []command
	Configuration configuration
}

// login is how a device asks who is there within the session.
type login struct {
	User     string // "": only the password is asked
	Password string
	Rejected string // after every failed try
	Tries    int    // 3 unless stated; then Failed, and the session ends
	Failed   string
	Idle     string // what a console shows when nobody is logged in, until a return is typed; "": it asks who is there
}

// pager is how a full page is shown and left.
type pager struct {
	Text  string // {percent} is how much was shown
	Wipe  string // bytes that take the text off the screen
	Page  string // keys for one more page
	Line  string // keys for one more line
	Quit  string // keys that drop the rest
	Other string // what any other key does: page, line, quit or ignore
	Only  bool   // only the commands marked Paged are paged
	Eager bool   // a page that is exactly full shows the pager though nothing follows
}

// question is a line that waits for an answer.
type question struct {
	Text    string
	Key     bool // one key answers
	Hidden  bool
	Secret  string            // the answer must be this secret
	Tries   int               // for secrets; 1 unless stated
	Wrong   string            // said after a wrong secret or answer
	Failed  string            // said after the last wrong secret
	Ends    bool              // after which the session ends
	Default string            // the answer that Enter gives
	Answers map[string]string // answer → yes, no, again, or a name of the asker's own; empty: any answer is a yes
	Said    map[string]string // outcome → what is printed at once
}

// refusals are the words a device refuses a line with. {line}, {word} (the
// first), {token} (the wrong one), {index} (its number), {caret} (blanks up to it
// and a ^) may be used.
type refusals struct {
	Invalid    string
	Incomplete string
	Ambiguous  string
	Unknown    string            // where the first word is wrong; as Invalid unless stated
	Modes      map[string]string // mode → instead of Invalid and Unknown there
	Refused    string            // by an option of the device, see Config.RefusePaging
	Status     int               // exit status of an SSH exec request that was refused
}

// keys are what control characters do.
type keys struct {
	Interrupt string // shown for Ctrl-C
	Leaves    bool   // Ctrl-C leaves configuration
	Suspend   bool   // Ctrl-Z ends configuration
	EOF       bool   // Ctrl-D on an empty line is exit
	Escape    bool   // Ctrl-Shift-6 stops a command too
}

// stamp is a line of time before the answer of some commands.
type stamp struct {
	Layout string   // Go layout; "": none
	Words  []string // first words of the commands
}

// command is a command line that the device knows.
type command struct {
	In    []string // modes; empty: all that configure nothing; "*": all
	On    string   // pattern, see grammar; several separated by newlines
	Text  text
	Ask   []string // questions, by name
	Do    string   // what it does, see act
	Hold  bool     // it goes on until interrupted
	After string   // said when interrupted
	Every duration // pause between the lines of a text without end
	Paged bool     // see pager.Only
	// Paging marks commands that Config.RefusePaging has refused.
	Paging bool
	Status int // exit status of an SSH exec request
	// Needs is what a line of the running configuration must begin with, or else
	// the command says Lacking and does nothing.
	Needs, Lacking string

	to string // mode that a transition of the definition leads to
}

// configuration is what lines a device takes and how it shows them.
type configuration struct {
	Modes    map[string]string // mode → direct, shared or private
	Anywhere bool              // the shared candidate can be shown, committed and thrown away outside these modes
	Do       string            // word that runs a command of the mode below
	Set      string            // word before a line; "": none
	Negate   string            // word that takes a line back
	Edit     string            // word that enters a part of the configuration
	Style    string            // indent or braces
	Indent   string            // of one level; " " unless stated
	Mark     string            // line between the blocks
	Close    string            // line that ends a block
	Host     string            // the device's name where the configuration has none
	Rules    []*rule
	Initial  string
	Question map[string]string // kind of candidate → question asked on leaving with uncommitted changes
	Changed  string            // said on the way in where the candidate differs
	Nothing  string            // said by a commit without changes
	Done     string            // said by a commit
	Untimed  string            // said where a configuration is to be confirmed or taken back and no timer runs
}

// rule is a configuration line that a device takes.
type rule struct {
	// A "/" closes a group: groups nest in what is shown.
	Line    string  // its pattern
	Key     int     // so many words identify the line; 0: all, or up to the first capture unless Many
	Many    bool    // lines that differ stand side by side
	Context string  // what the prompt shows within it; it opens a context even where no lines follow
	Sets    string  // "host": its last word is the device's name
	Fails   string  // what a commit of it fails with
	Until   string  // lines follow up to one that holds this capture's first character
	Prompt  string  // said before those lines
	Lines   []*rule // what may stand in its context

	order  int
	key    int
	groups []int
	within *grammar[*rule]
}

// parse reads a device file over d. Commands and rules are added to those that
// are there; all else replaces.
func (d *data) parse(name string, text []byte) error {
	commands, rules := d.Commands, d.Configuration.Rules
	d.Commands, d.Configuration.Rules = nil, nil
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	if err := dec.Decode(d); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("sim: device file %s: %w", name, err)
	}
	d.Commands = append(commands, d.Commands...)
	d.Configuration.Rules = append(rules, d.Configuration.Rules...)
	return nil
}
