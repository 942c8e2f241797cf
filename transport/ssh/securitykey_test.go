package ssh

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"net"
	"os"
	"path/filepath"
	"slices"
	"testing"

	xssh "golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

// securityKey is an agent that holds one key as a FIDO token does (OpenSSH's
// PROTOCOL.u2f): what it signs says that somebody was there.
type securityKey struct {
	agent.Agent
	public  xssh.PublicKey
	private ed25519.PrivateKey
}

const application = "ssh:"

func newSecurityKey(t *testing.T) *securityKey {
	t.Helper()
	point, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	public, err := xssh.ParsePublicKey(xssh.Marshal(struct {
		Name        string
		Point       []byte
		Application string
	}{xssh.KeyAlgoSKED25519, point, application}))
	if err != nil {
		t.Fatal(err)
	}
	return &securityKey{Agent: agent.NewKeyring(), public: public, private: private}
}

func (k *securityKey) List() ([]*agent.Key, error) {
	return []*agent.Key{{Format: k.public.Type(), Blob: k.public.Marshal(), Comment: "token"}}, nil
}

func (k *securityKey) Sign(key xssh.PublicKey, data []byte) (*xssh.Signature, error) {
	if !bytes.Equal(key.Marshal(), k.public.Marshal()) {
		return nil, errors.New("no such key")
	}
	const present = 1
	told := binary.BigEndian.AppendUint32([]byte{present}, 7) // flags, counter
	app, message := sha256.Sum256([]byte(application)), sha256.Sum256(data)
	return &xssh.Signature{
		Format: k.public.Type(),
		Blob:   ed25519.Sign(k.private, slices.Concat(app[:], told, message[:])),
		Rest:   told,
	}, nil
}

// serveKeys serves an agent on a socket.
func serveKeys(t *testing.T, keys agent.Agent) string {
	t.Helper()
	return listenAgent(t, func(c net.Conn) { _ = agent.ServeAgent(keys, c) })
}

// dirOf makes a folder that anybody may read, with one file.
func dirOf(t *testing.T, name string, text []byte) string {
	t.Helper()
	dir := t.TempDir()
	for _, d := range []string{dir, filepath.Dir(dir)} {
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}
