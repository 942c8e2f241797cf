package target

import (
	"errors"
	"fmt"
	"os"

	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/internal/cli/streams"
	"golang.org/x/term"
)

// askPassword asks for a password on the controlling terminal, so that standard
// input stays free for lines and commands.
func askPassword(s *streams.Streams) (auth.Secret, error) {
	tty, err := os.OpenFile(terminalFile, os.O_RDWR, 0)
	if err != nil {
		return auth.Secret{}, errors.New("there is no terminal to ask on; set " + envPassword + " or use --password-file")
	}
	defer func() { _ = tty.Close() }()
	_, _ = fmt.Fprint(s.Err, "Password: ")
	text, err := term.ReadPassword(int(tty.Fd()))
	_, _ = fmt.Fprintln(s.Err)
	if err != nil {
		return auth.Secret{}, err
	}
	return auth.NewSecret(string(text)), nil
}
