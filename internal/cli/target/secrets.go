package target

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/internal/cli/streams"
)

// The environment variables that secrets come from.
const (
	envPassword     = "VTY_PASSWORD"
	envJumpPassword = "VTY_JUMP_PASSWORD"
	envEnable       = "VTY_ENABLE"
	envPassphrase   = "VTY_PASSPHRASE"
	envUser         = "VTY_USER"
)

// env reads an environment variable of the command's surroundings.
func env(s *streams.Streams, name string) auth.Source {
	return auth.SourceFunc(func(context.Context) (auth.Secret, error) {
		text, ok := s.LookupEnv(name)
		if !ok {
			return auth.Secret{}, fmt.Errorf("environment variable %s is not set: %w", name, auth.ErrNoSecret)
		}
		return auth.NewSecret(text), nil
	})
}

// fileOr reads a file where one is named, and the environment otherwise.
func fileOr(file string, s *streams.Streams, name string) (auth.Source, error) {
	if file == "" {
		return env(s, name), nil
	}
	if _, err := os.Stat(file); err != nil {
		return nil, exit.Misused(err)
	}
	return auth.File(file), nil
}

// password is where the login password comes from.
func (f *Flags) password(s *streams.Streams) (auth.Source, error) {
	if f.askPass {
		secret, err := askPassword(s)
		if err != nil {
			return nil, exit.Misused(fmt.Errorf("--ask-pass: %w", err))
		}
		return auth.SourceFunc(func(context.Context) (auth.Secret, error) { return secret, nil }), nil
	}
	return fileOr(f.passwordFile, s, envPassword)
}

// methods are the ways to authenticate over SSH: keys first, for they cannot be
// wrong and lock nobody out.
func (f *Flags) methods(s *streams.Streams, password auth.Source) ([]auth.Method, error) {
	var methods []auth.Method
	passphrase := env(s, envPassphrase)
	for _, file := range f.identities {
		if _, err := os.Stat(file); err != nil {
			return nil, exit.Misused(fmt.Errorf("--identity: %w", err))
		}
		methods = append(methods, auth.KeyFile(file, passphrase))
	}
	if socket, ok := s.LookupEnv("SSH_AUTH_SOCK"); ok && socket != "" {
		methods = append(methods, auth.AgentMethod{Socket: socket})
	}
	if len(f.identities) == 0 {
		for _, file := range usualKeys() {
			methods = append(methods, auth.KeyFile(file, passphrase))
		}
	}
	// A password that is not there is left out: an attempt that had to be skipped
	// would only clutter the error.
	if _, err := password.Secret(context.Background()); !errors.Is(err, auth.ErrNoSecret) {
		methods = append(methods, auth.Password(password))
	}
	return methods, nil
}

// usualKeys are the user's own key files that exist.
func usualKeys() []string {
	home, err := os.UserHomeDir()
	if err != nil {
		return nil
	}
	var files []string
	for _, name := range []string{"id_ed25519", "id_ecdsa", "id_rsa"} {
		file := filepath.Join(home, ".ssh", name)
		if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
			files = append(files, file)
		}
	}
	return files
}
