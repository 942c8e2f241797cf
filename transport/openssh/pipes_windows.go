package openssh

import (
	"errors"
	"fmt"
	"os"
)

// pipes are not to be had: there is no terminal to run ssh on either.
type pipes struct{ question, answer, log *os.File }

func (*pipes) open() error {
	return fmt.Errorf("the system's ssh is not supported on Windows, use the transport ssh: %w", errors.ErrUnsupported)
}

func (*pipes) path(string) string    { return "" }
func (*pipes) environment() []string { return nil }
func (*pipes) Close() error          { return nil }
