package target

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/auth/totp"
	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/internal/cli/streams"
)

// The environment variables that secrets come from.
const (
	envPassword     = "VTY_PASSWORD"
	envJumpPassword = "VTY_JUMP_PASSWORD"
	envEnable       = "VTY_ENABLE"
	envPassphrase   = "VTY_PASSPHRASE"
	envTOTP         = "VTY_TOTP"
	envUser         = "VTY_USER"
)

// Variables are the names of the environment variables that targets are made of,
// beside those that set flags.
func Variables() []string {
	return []string{envPassword, envJumpPassword, envEnable, envPassphrase, envTOTP, envPlatforms}
}

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

// methods are the ways to authenticate over SSH that the flags and the environment
// name: keys first, for they cannot be wrong and lock nobody out. With no key among
// them, those that ssh_config names or that are usual come before.
func (f *Flags) methods(s *streams.Streams, password auth.Source) ([]auth.Method, error) {
	var methods []auth.Method
	for _, file := range f.identities {
		if _, err := os.Stat(file); err != nil {
			return nil, exit.Misused(fmt.Errorf("--identity: %w", err))
		}
		methods = append(methods, auth.KeyFile(file, env(s, envPassphrase)))
	}
	if socket := s.Env("SSH_AUTH_SOCK"); socket != "" && len(f.identities) > 0 {
		methods = append(methods, auth.AgentMethod{Socket: socket})
	}
	// A password that is not there is left out: an attempt that had to be skipped
	// would only clutter the error.
	if _, err := password.Secret(context.Background()); !errors.Is(err, auth.ErrNoSecret) {
		methods = append(methods, auth.Password(password))
	}
	seed := env(s, envTOTP)
	if _, err := seed.Secret(context.Background()); err == nil || f.askPass {
		methods = append(methods, f.questions(s, auth.Reply{Question: totp.Question, Answer: totp.Code(seed)}))
	}
	return methods, nil
}
