// Package secrets finds secrets by reference: in the environment, in files, in
// what a program prints, in the keyring of the operating system, in HashiCorp
// Vault, and in files that age or ansible-vault encrypted.
//
// A source is asked when its secret is needed and not before, and keeps the answer
// in memory for as long as the process runs; an error is not kept. Nothing is
// written down, and no error holds a secret.
package secrets

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/internal/home"
)

// Parse reads a reference:
//
//	env:NAME              the environment variable NAME
//	file:PATH             the first line of a file
//	command:PROGRAM ARG…  the first line that a program prints; no shell is involved
//	keyring:SERVICE/USER  the keyring of the operating system
//	vault:MOUNT/PATH#KEY  HashiCorp Vault, KV version 2
//	age:FILE              a file that age encrypted, for the identity in $AGE_IDENTITY
//	ansible-vault:FILE    a file that ansible-vault encrypted
//
// Files may be written as ~/PATH. The source that it returns asks once; see Once.
func Parse(ref string) (auth.Source, error) {
	scheme, rest, ok := strings.Cut(ref, ":")
	build := schemes[scheme]
	if !ok || build == nil {
		// The text is not shown: it may be the secret itself.
		return nil, fmt.Errorf("is no reference to a secret: want env:NAME, file:PATH, command:PROGRAM, keyring:SERVICE/USER, vault:MOUNT/PATH#KEY, age:FILE or ansible-vault:FILE")
	}
	if strings.TrimSpace(rest) == "" {
		return nil, fmt.Errorf("%s: says not which", scheme)
	}
	src, err := build(rest)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", scheme, err)
	}
	return Once(src), nil
}

var schemes = map[string]func(rest string) (auth.Source, error){
	"env":           func(name string) (auth.Source, error) { return auth.Env(name), nil },
	"file":          func(path string) (auth.Source, error) { return auth.File(home.Expand(path)), nil },
	"command":       func(line string) (auth.Source, error) { return Command(strings.Fields(line)...), nil },
	"keyring":       keyringReference,
	"vault":         vaultReference,
	"age":           func(path string) (auth.Source, error) { return AgeFile(home.Expand(path)), nil },
	"ansible-vault": func(path string) (auth.Source, error) { return AnsibleVaultFile(home.Expand(path)), nil },
}

// Once asks src the first time and gives the same secret from then on. Those who
// ask meanwhile wait, each until its own context ends. Errors are not kept.
func Once(src auth.Source) auth.Source {
	var o struct {
		turn   chan struct{}
		mu     sync.Mutex
		secret auth.Secret
	}
	o.turn = make(chan struct{}, 1)
	known := func() (auth.Secret, bool) {
		o.mu.Lock()
		defer o.mu.Unlock()
		return o.secret, o.secret.Present()
	}
	return auth.SourceFunc(func(ctx context.Context) (auth.Secret, error) {
		if s, ok := known(); ok {
			return s, nil
		}
		select {
		case o.turn <- struct{}{}:
			defer func() { <-o.turn }()
		case <-ctx.Done():
			return auth.Secret{}, context.Cause(ctx)
		}
		if s, ok := known(); ok {
			return s, nil
		}
		s, err := src.Secret(ctx)
		if err == nil {
			o.mu.Lock()
			o.secret = s
			o.mu.Unlock()
		}
		return s, err
	})
}
