package auth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// ErrNoSecret says that a source has nothing to give: the variable is not set,
// the file does not exist, nobody was there to ask.
var ErrNoSecret = errors.New("no secret")

// Source is where a secret comes from. Secret is called when the secret is
// needed, not before; it returns an error that satisfies
// errors.Is(err, ErrNoSecret) where there is none. Implementations are safe for
// concurrent use.
type Source interface {
	Secret(ctx context.Context) (Secret, error)
}

// SourceFunc makes a Source of a function.
type SourceFunc func(ctx context.Context) (Secret, error)

// Secret calls f.
func (f SourceFunc) Secret(ctx context.Context) (Secret, error) { return f(ctx) }

// Literal is a secret that the program already holds.
func Literal(text string) Source {
	s := NewSecret(text)
	return atHand(func() (Secret, error) { return s, nil })
}

// Env reads the environment variable name. A variable that is set and empty is
// an empty secret; one that is not set is ErrNoSecret.
func Env(name string) Source {
	return atHand(func() (Secret, error) {
		text, ok := os.LookupEnv(name)
		if !ok {
			return Secret{}, fmt.Errorf("environment variable %s is not set: %w", name, ErrNoSecret)
		}
		return NewSecret(text), nil
	})
}

// maxSecretFile bounds what File reads, so that a wrong path to a huge file or
// a device node cannot fill the memory.
const maxSecretFile = 64 << 10

// File reads the first line of a file, without its line end. It fails on a file
// larger than 64 KiB.
func File(path string) Source {
	return SourceFunc(func(context.Context) (Secret, error) {
		f, err := os.Open(path)
		if err != nil {
			if errors.Is(err, os.ErrNotExist) {
				return Secret{}, fmt.Errorf("password file: %w: %w", err, ErrNoSecret)
			}
			return Secret{}, fmt.Errorf("password file: %w", err)
		}
		defer func() { _ = f.Close() }()
		text, err := io.ReadAll(io.LimitReader(f, maxSecretFile+1))
		if err != nil {
			return Secret{}, fmt.Errorf("password file: %w", err)
		}
		if len(text) > maxSecretFile {
			return Secret{}, fmt.Errorf("password file %s is larger than %d bytes: not a password", path, maxSecretFile)
		}
		line, _, _ := strings.Cut(string(text), "\n")
		return NewSecret(strings.TrimSuffix(line, "\r")), nil
	})
}

// First tries sources in order and gives the first secret there is. It passes
// over ErrNoSecret only; any other error ends the search. Nil sources are passed
// over as well.
func First(sources ...Source) Source {
	return SourceFunc(func(ctx context.Context) (Secret, error) {
		var missing []error
		for _, src := range sources {
			if src == nil {
				continue
			}
			secret, err := src.Secret(ctx)
			if err == nil {
				return secret, nil
			}
			if !errors.Is(err, ErrNoSecret) {
				return Secret{}, err
			}
			missing = append(missing, err)
		}
		return Secret{}, noneOf(missing)
	})
}

// noneOf joins the reasons on one line, since they end up in the middle of a
// longer message.
func noneOf(missing []error) error {
	if len(missing) == 0 {
		return ErrNoSecret
	}
	texts := make([]string, len(missing))
	for i, err := range missing {
		texts[i] = strings.TrimSuffix(err.Error(), ": "+ErrNoSecret.Error())
	}
	return fmt.Errorf("%s: %w", strings.Join(texts, "; "), ErrNoSecret)
}
