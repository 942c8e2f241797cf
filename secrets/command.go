package secrets

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"

	"github.com/vtynet/vty/auth"
)

// Command runs a program and gives the first line that it prints. What the program
// says on standard error is part of the error where it fails; what it prints never
// is.
func Command(program ...string) auth.Source {
	return auth.SourceFunc(func(ctx context.Context) (auth.Secret, error) {
		if len(program) == 0 {
			return auth.Secret{}, errors.New("no program")
		}
		out, err := exec.CommandContext(ctx, program[0], program[1:]...).Output()
		if err != nil {
			why := err.Error()
			if failed, ok := errors.AsType[*exec.ExitError](err); ok {
				if said := strings.TrimSpace(string(failed.Stderr)); said != "" {
					why += ": " + said
				}
			}
			return auth.Secret{}, fmt.Errorf("secret from %s: %s", program[0], why)
		}
		line, _, _ := strings.Cut(string(out), "\n")
		if line = strings.TrimSuffix(line, "\r"); line == "" {
			return auth.Secret{}, fmt.Errorf("secret from %s: it prints nothing: %w", program[0], auth.ErrNoSecret)
		}
		return auth.NewSecret(line), nil
	})
}
