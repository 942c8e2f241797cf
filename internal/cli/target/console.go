package target

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/pflag"
	"github.com/vtynet/vty"
	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/transport/line"
)

// transports are the words of -t.
func transports() []string {
	var words []string
	for _, t := range vty.Transports() {
		words = append(words, string(t))
	}
	return words
}

// serialLine is how the flags set a serial line.
type serialLine struct {
	baud  int
	frame string
	flow  string
}

func (l *serialLine) register(set *pflag.FlagSet) {
	set.IntVar(&l.baud, "baud", 0, "speed of a serial line (default 9600; over rfc2217 as the server has it)")
	set.StringVar(&l.frame, "frame", "", "data bits, parity and stop bits of a serial line, such as 7E1 (default 8N1; over rfc2217 as the server has it)")
	set.StringVar(&l.flow, "flow", "", "flow control of a serial line: none, software or hardware (default none; over rfc2217 as the server has it)")
}

func (l *serialLine) settings() (line.Settings, error) {
	frame, err := line.ParseFrame(l.frame)
	if err != nil {
		return line.Settings{}, exit.Misused(fmt.Errorf("--frame: %w", err))
	}
	flow, err := line.ParseFlow(l.flow)
	if err != nil {
		return line.Settings{}, exit.Misused(fmt.Errorf("--flow: %w", err))
	}
	s := line.Settings{Baud: l.baud, Frame: frame, Flow: flow}
	if err := s.Validate(); err != nil {
		return line.Settings{}, exit.Misused(fmt.Errorf("--baud: %w", err))
	}
	return s, nil
}

// consoleMode is what --console says.
func (f *Flags) consoleMode() vty.Console {
	if f.console.String() == "auto" {
		return vty.ConsoleAuto
	}
	return vty.Console(f.console.String())
}

// parsePort reads [USER@]PORT, where the port is a serial one.
func parsePort(text string) (Host, error) {
	h := Host{Name: text}
	// A path may hold an @, a user's name none where one follows.
	if user, port, found := strings.Cut(text, "@"); found && !strings.ContainsAny(user, `/\\`) {
		h.User, h.Name = user, port
		if user == "" {
			return Host{}, fmt.Errorf("serial port %q: no user before the @", text)
		}
	}
	if h.Name == "" {
		return Host{}, errors.New("serial port: no name; want one such as /dev/ttyUSB0 or COM3")
	}
	return h, nil
}

// fits checks that what is said of the port and of its line fits the transport.
func (t *Target) fits() error {
	how := t.Config.Transport
	if how != vty.SSH {
		t.Config.Fallback = nil // it is one from SSH
	}
	switch how {
	case vty.RFC2217, vty.Raw:
		if t.Host.Port == 0 {
			return exit.Misused(fmt.Errorf("%s: over %s there is no usual port: name it, as in -H %s:4001", t.Label, how, t.Host.bracketed()))
		}
	}
	switch {
	case how == vty.Exec && len(t.Config.Program) == 0:
		return exit.Misused(fmt.Errorf("%s: no program to reach it by: name one, as in --program 'docker exec -it %%h vtysh'", t.Label))
	case how == vty.Exec && t.Jump != "":
		return exit.Misused(fmt.Errorf("%s: a program finds its own way: exec takes no jump hosts", t.Label))
	case how == vty.Exec:
		if _, err := t.Config.ProgramFor(t.Host.Name, t.Host.Port); err != nil {
			return exit.Misused(fmt.Errorf("%s: %w", t.Label, err))
		}
	case len(t.Config.Program) > 0 && t.Listed == nil:
		return exit.Misused(fmt.Errorf("%s: a program (--program) is for -t exec, not for %s", t.Label, how))
	}
	if how == vty.OpenSSH {
		if err := t.fitsSystem(); err != nil {
			return err
		}
	}
	if set := t.Config.Line.String(); set != "" && how != vty.Serial && how != vty.RFC2217 {
		return exit.Misused(fmt.Errorf("%s: a line is set (%s) over serial and rfc2217 only, not over %s", t.Label, set, how))
	}
	return nil
}
