package target

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"unicode"

	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/internal/cli/streams"
	"golang.org/x/term"
)

// askPassword asks for a password on the controlling terminal.
func askPassword(s *streams.Streams) (auth.Secret, error) { return ask(s, "Password: ", false) }

// questions answers what a device asks beside the password: by the replies known
// beforehand, and with --ask-pass by asking the user.
func (f *Flags) questions(s *streams.Streams, known ...auth.Reply) auth.Method {
	return auth.Interactive(func(ctx context.Context, c auth.Challenge) ([]auth.Secret, error) {
		var answers []auth.Secret
		for _, q := range c.Questions {
			answer, err := auth.Answer(ctx, q, known...)
			if f.askPass && errors.Is(err, auth.ErrNoSecret) {
				answer, err = ask(s, plain(q.Text), q.Echo)
			}
			if err != nil {
				return nil, err
			}
			answers = append(answers, answer)
		}
		return answers, nil
	})
}

// plain is a device's text without what would steer the terminal.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, text)
}

// ask asks on the controlling terminal, so that standard input stays free for
// lines and commands.
func ask(s *streams.Streams, question string, echo bool) (auth.Secret, error) {
	tty, err := os.OpenFile(terminalFile, os.O_RDWR, 0)
	if err != nil {
		return auth.Secret{}, errors.New("there is no terminal to ask on; set " + envPassword + " or use --password-file")
	}
	defer func() { _ = tty.Close() }()
	_, _ = fmt.Fprint(s.Err, question)
	if echo {
		line, err := bufio.NewReader(tty).ReadString('\n')
		return auth.NewSecret(strings.TrimRight(line, "\r\n")), err
	}
	text, err := term.ReadPassword(int(tty.Fd()))
	_, _ = fmt.Fprintln(s.Err)
	if err != nil {
		return auth.Secret{}, err
	}
	return auth.NewSecret(string(text)), nil
}
