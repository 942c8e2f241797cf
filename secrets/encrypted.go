package secrets

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"filippo.io/age"
	"filippo.io/age/armor"
	ansible "github.com/sosedoff/ansible-vault-go"
	"github.com/vtynet/vty/auth"
)

// The environment variables that say how to decrypt.
const (
	envAgeIdentity   = "AGE_IDENTITY"                // file of age identities
	envVaultPassword = "ANSIBLE_VAULT_PASSWORD_FILE" // as ansible-vault has it
)

// AgeFile gives the first line of a file that age encrypted, armored or not, for
// one of the identities in the file that $AGE_IDENTITY names.
func AgeFile(path string) auth.Source {
	return auth.SourceFunc(func(context.Context) (auth.Secret, error) {
		text, err := os.ReadFile(path)
		if err != nil {
			return auth.Secret{}, fmt.Errorf("age: %w", err)
		}
		file := os.Getenv(envAgeIdentity)
		if file == "" {
			return auth.Secret{}, fmt.Errorf("age: $%s names no file of identities: %w", envAgeIdentity, auth.ErrNoSecret)
		}
		keys, err := os.ReadFile(file)
		if err != nil {
			return auth.Secret{}, fmt.Errorf("age: %w", err)
		}
		identities, err := age.ParseIdentities(bytes.NewReader(keys))
		if err != nil {
			return auth.Secret{}, fmt.Errorf("age: %s: no identities that age can read", file)
		}
		var in io.Reader = bytes.NewReader(text)
		if bytes.HasPrefix(bytes.TrimSpace(text), []byte(armor.Header)) {
			in = armor.NewReader(in)
		}
		plain, err := age.Decrypt(in, identities...)
		if err != nil {
			return auth.Secret{}, fmt.Errorf("age: %s: %w", path, err)
		}
		line, err := bufio.NewReader(io.LimitReader(plain, most)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return auth.Secret{}, fmt.Errorf("age: %s: %w", path, err)
		}
		return auth.NewSecret(strings.TrimRight(line, "\r\n")), nil
	})
}

// AnsibleVaultFile gives the first line of a file that ansible-vault encrypted.
func AnsibleVaultFile(path string) auth.Source {
	return auth.SourceFunc(func(ctx context.Context) (auth.Secret, error) {
		text, err := os.ReadFile(path)
		if err != nil {
			return auth.Secret{}, fmt.Errorf("ansible-vault: %w", err)
		}
		return AnsibleVault(string(text)).Secret(ctx)
	})
}

// AnsibleVault gives the first line of what is in a text that ansible-vault
// encrypted ("$ANSIBLE_VAULT;1.1;AES256" and hexadecimal lines). The password is
// the first line of the file that $ANSIBLE_VAULT_PASSWORD_FILE names.
func AnsibleVault(text string) auth.Source {
	return auth.SourceFunc(func(ctx context.Context) (auth.Secret, error) {
		plain, err := OpenAnsibleVault(ctx, text)
		line, _, _ := strings.Cut(plain.Reveal(), "\n")
		if err != nil {
			return auth.Secret{}, err
		}
		return auth.NewSecret(strings.TrimSuffix(line, "\r")), nil
	})
}

// OpenAnsibleVault decrypts all of a text that ansible-vault encrypted.
func OpenAnsibleVault(ctx context.Context, text string) (auth.Secret, error) {
	file := os.Getenv(envVaultPassword)
	if file == "" {
		return auth.Secret{}, fmt.Errorf("ansible-vault: $%s names no file with the password: %w", envVaultPassword, auth.ErrNoSecret)
	}
	password, err := auth.File(file).Secret(ctx)
	if err != nil {
		return auth.Secret{}, fmt.Errorf("ansible-vault: %w", err)
	}
	plain, err := decrypt(text, password.Reveal())
	if err != nil {
		return auth.Secret{}, fmt.Errorf("ansible-vault: %w", err)
	}
	return auth.NewSecret(plain), nil
}

// decrypt is the library's, which knows the header 1.1 only: 1.2 differs from it
// by a label alone. It panics on some damaged texts.
func decrypt(text, password string) (plain string, err error) {
	defer func() {
		if recover() != nil {
			plain, err = "", errors.New("the text is damaged")
		}
	}()
	head, body, _ := strings.Cut(strings.TrimSpace(text), "\n")
	words := strings.Split(strings.TrimSpace(head), ";")
	if len(words) < 3 || words[0] != "$ANSIBLE_VAULT" || words[2] != "AES256" {
		return "", errors.New("the text does not begin with $ANSIBLE_VAULT;1.1;AES256")
	}
	var lines []string
	for _, l := range strings.Split(body, "\n") {
		lines = append(lines, strings.TrimSpace(l))
	}
	return ansible.Decrypt("$ANSIBLE_VAULT;1.1;AES256\n"+strings.Join(lines, "\n"), password)
}
