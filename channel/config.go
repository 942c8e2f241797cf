package channel

import (
	"context"
	"log/slog"
	"regexp"
	"time"

	"github.com/vtynet/vty/auth"
)

// Config says what a device's command line looks like. It is read, never
// written, once New has it.
type Config struct {
	Prompts   []Prompt         // tried in order
	Pagers    []Pager          // tried in order
	Questions []*regexp.Regexp // lines that wait for an answer
	Messages  []*regexp.Regexp // lines that are sent unasked, such as log messages
	// Outside are lines that a device shows when nobody is logged in: after a
	// command that may end the session they are its end.
	Outside []*regexp.Regexp

	Return    string // what ends a typed line; "" means "\r"
	Interrupt string // what stops a running command; "" means Ctrl-C
	Width     int    // columns of the terminal the device was told of; 0 means it never wraps
	Height    int    // and its rows, for a device that asks where its cursor is; 0 means not stated

	// Window is how many bytes are typed ahead of their echo: 0 means 240, for
	// devices that keep 255 and drop the rest; a negative value means any number.
	Window int

	// Quiet is how long the device must say nothing before a line that only has
	// the shape of a prompt is believed to be one. 0 means 150 ms.
	Quiet time.Duration
	// Confirm is how long the device must say nothing after the learned prompt
	// before it ends an answer. 0 believes it at once: an output with a line that
	// equals the prompt, at the end of a packet, is then returned cut short, which
	// the next operation reports as a *DesyncError.
	Confirm time.Duration
	// Answers says that the device answers every command with a line at least, and
	// may show its prompt once more before it does (birdc): a prompt right behind
	// the echo is believed only after 5 s of silence.
	Answers bool
	// QuestionAfter is how long the device must say nothing after a line that
	// looks like a question. 0 means 500 ms.
	QuestionAfter time.Duration
	// Hold is how long a question of the login must stand before a secret is typed
	// at it, and later on a question or a pager that came in pieces: what looks
	// like one may be the beginning of a longer line. 0 means 50 ms.
	Hold time.Duration
	// Silence is how long the device may say nothing while an answer is awaited.
	// 0 means 60 s, a negative value means for ever.
	Silence time.Duration
	// Grace is how long an interrupted command may take to give the prompt back
	// before the session is closed. 0 means 5 s.
	Grace time.Duration

	// Secrets are kept out of every error; what is typed hidden joins them. Nil means
	// that none is known yet.
	Secrets *auth.Masker

	Raw bool // keeps every byte of an answer for Reply.Raw, which more than doubles what it takes

	Logger *slog.Logger // nil logs nothing
}

// Prompt is the shape of a prompt.
type Prompt struct {
	Mode   string         // the mode that it is the prompt of
	Shape  *regexp.Regexp // the whole line without trailing blanks; a group "host" is the device's name
	Except *regexp.Regexp // lines that Shape matches and that are no prompt; may be nil
	Exact  Matcher        // decides over the lines that Shape matches, where no such pattern can; mostly nil
	Above  *regexp.Regexp // the whole of the one to three lines above it that belong to it; may be nil
}

// A Matcher decides over a line where no RE2 pattern can. An error ends the
// operation: nobody knows what the line is. It must be safe for concurrent use.
type Matcher interface {
	Match(line string) (bool, error)
}

// Pager is the shape of the line that stands where a page ends, and the key
// that shows the next one.
type Pager struct {
	Shape *regexp.Regexp // the whole line without trailing blanks
	Key   string
}

// Ask is a question that is expected, and its answer.
type Ask struct {
	Shape  *regexp.Regexp // found in the line at the cursor, without trailing blanks
	Hidden bool           // the answer is a secret: the question must stand for Config.Hold
	// Answer gives the answer; question is the line. An error ends the exchange.
	Answer func(ctx context.Context, question string) (Answer, error)
}

// Answer is what to type at a question.
type Answer struct {
	Text   string
	Hidden bool // a secret: kept out of every log and error
	Key    bool // a single key: no return follows
	Skip   bool // type nothing: what was typed before answers the question too
}

// Input is a line to type and what may follow it.
type Input struct {
	// Line is the command. Line feeds within it are typed as returns, for
	// commands that go over several lines (a banner).
	Line string
	// Modes are the modes the device may be in afterwards; it may always stay in
	// the one it is in.
	Modes []string
	// Asks are the questions that may come, in any order, each up to three times.
	Asks []Ask
	// Steps are questions that come one after the other; each is asked once.
	Steps []Ask
	// Ends allows the device to end the session instead of showing a prompt, also
	// by asking who is there on the same stream. The channel is closed then.
	Ends bool
	// Stays is Ends for a terminal that outlives the session, a console: where the
	// device asks who is there, after a return perhaps, the channel stays open, for
	// Login and for nothing else.
	Stays bool
	// Leaves is Ends for a device that may also go without a word: silence is the
	// end of the session as well.
	Leaves bool
	// Cancel says what becomes of the command where its prompt does not come in
	// time.
	Cancel Cancel
	// Last marks a line after which the channel will be closed: where its prompt
	// does not come the session is closed at once, without an interrupt.
	Last bool
	// Answered is Config.Answers for this input.
	Answered bool
	// Silence takes the place of Config.Silence for this input; 0 leaves that.
	Silence time.Duration
}

// ends reports whether the end of the session is an answer.
func (in *Input) ends() bool { return in.Ends || in.Leaves || in.Stays }

// Cancel is what becomes of a command whose context ends, whose device falls
// silent or asks what nobody can answer, or whose stream is left.
type Cancel int

const (
	// Resync interrupts the command and waits for the prompt; where none comes
	// within Config.Grace the session is closed.
	Resync Cancel = iota
	// Hangup closes the session at once.
	Hangup
	// Leave types nothing: the command runs on. The next operation first waits, as
	// long as its own context and silence allow, for the prompt that ends it.
	Leave
)

// Reply is what came back.
type Reply struct {
	Text    string   // what a person would have read, without the last line end
	Raw     []byte   // with Config.Raw every byte received, echo and prompt included; nil for a streamed reply
	Prompt  string   // the prompt that ended it
	Mode    string   // the mode that it shows
	Steps   int      // how many of the Steps were asked
	Ended   bool     // the device ended the session
	Aside   []string // lines that came unasked before the echo or behind the prompt, such as log messages
	Started time.Time
	Elapsed time.Duration
}

func (c *Config) withDefaults() *Config {
	d := *c
	if d.Return == "" {
		d.Return = "\r"
	}
	if d.Interrupt == "" {
		d.Interrupt = "\x03"
	}
	if d.Window == 0 {
		d.Window = defaultWindow
	}
	if d.Quiet <= 0 {
		d.Quiet = 150 * time.Millisecond
	}
	if d.QuestionAfter <= 0 {
		d.QuestionAfter = 500 * time.Millisecond
	}
	if d.Hold <= 0 {
		d.Hold = 50 * time.Millisecond
	}
	if d.Silence == 0 {
		d.Silence = time.Minute
	}
	if d.Grace <= 0 {
		d.Grace = 5 * time.Second
	}
	if d.Secrets == nil {
		d.Secrets = &auth.Masker{}
	}
	if d.Logger == nil {
		d.Logger = slog.New(slog.DiscardHandler)
	}
	return &d
}
