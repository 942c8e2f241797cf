package secrets

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/vtynet/vty/auth"
	"github.com/zalando/go-keyring"
)

// Keyring asks the keyring of the operating system: the Keychain of macOS, the
// Credential Manager of Windows, the Secret Service elsewhere.
func Keyring(service, user string) auth.Source {
	return auth.SourceFunc(func(context.Context) (auth.Secret, error) {
		text, err := keyring.Get(service, user)
		switch {
		case errors.Is(err, keyring.ErrNotFound):
			return auth.Secret{}, fmt.Errorf("keyring: nothing for %s of %s: %w", user, service, auth.ErrNoSecret)
		case err != nil:
			return auth.Secret{}, fmt.Errorf("keyring: %w", err)
		}
		return auth.NewSecret(text), nil
	})
}

func keyringReference(rest string) (auth.Source, error) {
	cut := strings.LastIndexByte(rest, '/')
	if cut <= 0 || cut == len(rest)-1 {
		return nil, errors.New("want SERVICE/USER")
	}
	return Keyring(rest[:cut], rest[cut+1:]), nil
}
