package secrets

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/vtynet/vty/auth"
)

// Vault is a HashiCorp Vault server with a KV engine of version 2. The zero value
// takes everything from the environment as Vault's own client does.
type Vault struct {
	Address   string       // "" means $VAULT_ADDR
	Namespace string       // "" means $VAULT_NAMESPACE
	Token     auth.Source  // nil means $VAULT_TOKEN, then ~/.vault-token
	Client    *http.Client // nil means http.DefaultClient
}

// most bounds an answer of the server.
const most = 1 << 20

// Secret gives one key of a secret: of the engine at mount, the newest version of
// what is at path.
//
// The request is GET /v1/MOUNT/data/PATH with the header X-Vault-Token (Vault's API
// documentation, KV secrets engine version 2, "Read secret version").
func (v Vault) Secret(mount, path, key string) auth.Source {
	return auth.SourceFunc(func(ctx context.Context) (auth.Secret, error) {
		text, err := v.read(ctx, mount, path, key)
		if err != nil {
			return auth.Secret{}, fmt.Errorf("vault %s/%s: %w", mount, path, err)
		}
		return auth.NewSecret(text), nil
	})
}

func (v Vault) read(ctx context.Context, mount, path, key string) (string, error) {
	address := cmp.Or(v.Address, os.Getenv("VAULT_ADDR"))
	if address == "" {
		return "", fmt.Errorf("VAULT_ADDR is not set: %w", auth.ErrNoSecret)
	}
	target, err := url.JoinPath(address, "v1", mount, "data", path)
	if err != nil {
		return "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return "", err
	}
	token, err := v.token().Secret(ctx)
	if err != nil {
		return "", fmt.Errorf("token: %w", err)
	}
	req.Header.Set("X-Vault-Token", token.Reveal())
	req.Header.Set("X-Vault-Request", "true")
	if ns := cmp.Or(v.Namespace, os.Getenv("VAULT_NAMESPACE")); ns != "" {
		req.Header.Set("X-Vault-Namespace", ns)
	}
	resp, err := cmp.Or(v.Client, http.DefaultClient).Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, most))
	if err != nil {
		return "", err
	}
	switch resp.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound:
		return "", fmt.Errorf("there is nothing: %w", auth.ErrNoSecret)
	default:
		return "", fmt.Errorf("the server says %s", resp.Status)
	}
	var answer struct {
		Data struct {
			Data map[string]any `json:"data"`
		} `json:"data"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return "", errors.New("the answer is not the JSON of a KV version 2 engine")
	}
	text, ok := answer.Data.Data[key].(string)
	if !ok {
		return "", fmt.Errorf("no text under the key %q: %w", key, auth.ErrNoSecret)
	}
	return text, nil
}

func (v Vault) token() auth.Source {
	if v.Token != nil {
		return v.Token
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return auth.Env("VAULT_TOKEN")
	}
	return auth.First(auth.Env("VAULT_TOKEN"), auth.File(filepath.Join(home, ".vault-token")))
}

func vaultReference(rest string) (auth.Source, error) {
	place, key, _ := strings.Cut(rest, "#")
	mount, path, ok := strings.Cut(place, "/")
	if !ok || mount == "" || path == "" || key == "" {
		return nil, errors.New("want MOUNT/PATH#KEY")
	}
	return Vault{}.Secret(mount, path, key), nil
}
