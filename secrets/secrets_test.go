package secrets_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"filippo.io/age"
	"filippo.io/age/armor"
	ansible "github.com/sosedoff/ansible-vault-go"
	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/secrets"
	"github.com/zalando/go-keyring"
)

func want(t *testing.T, ref, secret string) {
	t.Helper()
	src, err := secrets.Parse(ref)
	if err != nil {
		t.Fatalf("%s: %v", ref, err)
	}
	got, err := src.Secret(t.Context())
	if err != nil || got.Reveal() != secret {
		t.Errorf("%s gives %q, %v; want %q", ref, got.Reveal(), err, secret)
	}
}

func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestReferences(t *testing.T) {
	t.Setenv("SECRETS_TEST", "from env")
	want(t, "env:SECRETS_TEST", "from env")
	path := file(t, "from file\nmore\n")
	want(t, "file:"+path, "from file")
	t.Setenv("HOME", filepath.Dir(path))
	t.Setenv("USERPROFILE", filepath.Dir(path))
	want(t, "file:~/"+filepath.Base(path), "from file")
	keyring.MockInit()
	if err := keyring.Set("vty/lab", "ops", "from keyring"); err != nil {
		t.Fatal(err)
	}
	want(t, "keyring:vty/lab/ops", "from keyring")
	if path := "/bin/echo"; exists(path) {
		want(t, "command:"+path+" from command", "from command")
	}
	for _, bad := range []string{"hunter2", "env:", "vault:x", "vault:a/b", "keyring:x", "env: "} {
		if _, err := secrets.Parse(bad); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: error %v", bad, err)
		}
	}
}

func exists(path string) bool { _, err := os.Stat(path); return err == nil }

func TestCommandThatFails(t *testing.T) {
	if !exists("/bin/sh") {
		t.Skip("needs /bin/sh")
	}
	_, err := secrets.Command("/bin/sh", "-c", "echo hunter2; echo locked >&2; exit 4").Secret(t.Context())
	if err == nil || !strings.Contains(err.Error(), "locked") || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("error %v", err)
	}
}

func TestVault(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Header.Get("X-Vault-Token") != "s.token":
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, `{"errors":["permission denied"]}`)
		case r.URL.Path == "/v1/secret/data/net/lab":
			_, _ = io.WriteString(w, `{"request_id":"1","data":{"data":{"password":"from vault"},"metadata":{"version":3}}}`)
		default:
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, `{"errors":[]}`)
		}
	}))
	defer srv.Close()
	t.Setenv("VAULT_ADDR", srv.URL)
	t.Setenv("VAULT_TOKEN", "s.token")
	want(t, "vault:secret/net/lab#password", "from vault")
	for _, missing := range []string{"vault:secret/net/lab#other", "vault:secret/nothing#x"} {
		src, err := secrets.Parse(missing)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := src.Secret(t.Context()); !errors.Is(err, auth.ErrNoSecret) {
			t.Errorf("%s: %v", missing, err)
		}
	}
	t.Setenv("VAULT_TOKEN", "wrong")
	src, _ := secrets.Parse("vault:secret/net/lab#password")
	if _, err := src.Secret(t.Context()); err == nil || !strings.Contains(err.Error(), "403") || strings.Contains(err.Error(), "wrong") {
		t.Errorf("error %v", err)
	}
}

func TestAge(t *testing.T) {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	armored := armor.NewWriter(&text)
	w, err := age.Encrypt(armored, id.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(w, "from age\n")
	if err := errors.Join(w.Close(), armored.Close()); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AGE_IDENTITY", file(t, id.String()+"\n"))
	want(t, "age:"+file(t, text.String()), "from age")
}

func TestAnsibleVault(t *testing.T) {
	text, err := ansible.Encrypt("from ansible\n", "opensesame")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("ANSIBLE_VAULT_PASSWORD_FILE", file(t, "opensesame\n"))
	want(t, "ansible-vault:"+file(t, text), "from ansible")
	labelled := strings.Replace(text, "1.1;AES256", "1.2;AES256;prod", 1)
	want(t, "ansible-vault:"+file(t, strings.ReplaceAll(labelled, "\n", "\n   ")), "from ansible")
	for _, bad := range []string{"", "$ANSIBLE_VAULT;1.1;AES256\n", "$ANSIBLE_VAULT;1.1;AES256\nzz", text[:len(text)-40], "x"} {
		if _, err := secrets.AnsibleVault(bad).Secret(t.Context()); err == nil {
			t.Errorf("%q: no error", bad)
		}
	}
}

func TestOnceAsksOnce(t *testing.T) {
	var asked int
	src := secrets.Once(auth.SourceFunc(func(context.Context) (auth.Secret, error) {
		if asked++; asked == 1 {
			return auth.Secret{}, errors.New("not yet")
		}
		return auth.NewSecret("s"), nil
	}))
	if _, err := src.Secret(t.Context()); err == nil {
		t.Fatal("no error")
	}
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if s, err := src.Secret(t.Context()); err != nil || s.Reveal() != "s" {
				t.Errorf("%v %v", s, err)
			}
		})
	}
	all.Wait()
	if asked != 2 {
		t.Errorf("asked %d times", asked)
	}
}
