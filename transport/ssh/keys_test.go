package ssh

import (
	"bytes"
	"context"
	"crypto/rand"
	_ "embed"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/transport/transporttest"
	xssh "golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

const keyPassphrase = "correct horse"

// keyFolder holds the server's keys as a client's key files.
type keyFolder string

func (f keyFolder) path(name string) string { return filepath.Join(string(f), name) }

// lockedKey is the key of ed25519Key, locked with so little effort that tests
// need not wait for it (ssh-keygen -a 1).
//
//go:embed testdata/ed25519-locked
var lockedKey []byte

// keyTexts are ed25519Key and rsaKey as key files.
var keyTexts = sync.OnceValue(func() map[string][]byte {
	texts := map[string][]byte{"ed25519-locked": lockedKey}
	for name, key := range map[string]any{"ed25519": ed25519Private(), "rsa": rsaPrivate()} {
		plain, err := xssh.MarshalPrivateKey(key, "")
		if err != nil {
			panic(err)
		}
		texts[name] = pem.EncodeToMemory(plain)
	}
	return texts
})

// keyFiles writes keyTexts to a folder.
func keyFiles(t testing.TB) keyFolder {
	t.Helper()
	dir := keyFolder(t.TempDir())
	for name, text := range keyTexts() {
		writeFile(t, dir.path(name), text)
	}
	return dir
}

func writeFile(t testing.TB, path string, text []byte) {
	t.Helper()
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// serveAgent is an agent that holds rsaKey and ed25519Key, at a socket.
func serveAgent(t *testing.T) string {
	t.Helper()
	ring := agent.NewKeyring()
	for _, key := range []any{rsaPrivate(), ed25519Private()} {
		if err := ring.Add(agent.AddedKey{PrivateKey: key}); err != nil {
			t.Fatal(err)
		}
	}
	return listenAgent(t, func(c net.Conn) { _ = agent.ServeAgent(ring, c) })
}

func listenAgent(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "agent") // t.TempDir is too long a path for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	path := filepath.Join(dir, "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = c.Close() }()
				serve(c)
			}()
		}
	}()
	return path
}

// Every format that ssh-keygen writes, plain and with a passphrase.
func TestKeyFormats(t *testing.T) {
	keygen := transporttest.Program(t, "ssh-keygen")
	type kind struct{ keyType, bits string }
	for _, k := range []kind{{"ed25519", ""}, {"rsa", "1024"}, {"ecdsa", "256"}, {"ecdsa", "384"}, {"ecdsa", "521"}} {
		for _, format := range []string{"RFC4716", "PEM", "PKCS8"} {
			for _, passphrase := range []string{"", keyPassphrase} {
				if k.keyType == "ed25519" && format == "PEM" {
					continue // ssh-keygen writes its own format then
				}
				t.Run(strings.Join([]string{k.keyType, k.bits, format, passphrase}, " "), func(t *testing.T) {
					path := filepath.Join(t.TempDir(), "key")
					args := []string{"-q", "-t", k.keyType, "-m", format, "-a", "1", "-N", passphrase, "-f", path}
					if k.bits != "" {
						args = append(args, "-b", k.bits)
					}
					if out, err := exec.Command(keygen, args...).CombinedOutput(); err != nil {
						t.Fatalf("ssh-keygen: %v: %s", err, out)
					}
					checkKeyFile(t, path, passphrase)
					// Without the public half beside it the passphrase may be needed at once.
					if err := os.Remove(path + ".pub"); err != nil {
						t.Fatal(err)
					}
					checkKeyFile(t, path, passphrase)
				})
			}
		}
	}
}

func checkKeyFile(t *testing.T, path, passphrase string) {
	t.Helper()
	var src auth.Source
	if passphrase != "" {
		src = auth.Literal(passphrase)
	}
	creds, err := fileCredentials(t.Context(), auth.KeyFileMethod{Path: path, Passphrase: src}, usual(false))
	if err != nil || len(creds) != 1 {
		t.Fatalf("%d credentials, %v", len(creds), err)
	}
	signs(t, creds[0].signer)

	if passphrase == "" {
		return
	}
	if _, err := fileCredentials(t.Context(), auth.KeyFileMethod{Path: path}, usual(false)); err == nil || !strings.Contains(err.Error(), "encrypted") {
		t.Errorf("without a passphrase: %v", err)
	}
	wrong, err := fileCredentials(t.Context(), auth.KeyFileMethod{Path: path, Passphrase: auth.Literal("wrong")}, usual(false))
	if err == nil {
		_, err = sign(wrong[0].signer)
	}
	if err == nil {
		t.Error("a wrong passphrase is accepted")
	}
}

// usual is what is proposed where nobody says otherwise.
func usual(legacy bool) *proposal {
	_, p := known(legacy)
	return &p
}

func sign(s xssh.Signer) (*xssh.Signature, error) {
	return s.(xssh.AlgorithmSigner).SignWithAlgorithm(rand.Reader, []byte("data"), signaturesOf(s.PublicKey().Type(), usual(false).signatures)[0])
}

func signs(t *testing.T, s xssh.Signer) {
	t.Helper()
	sig, err := sign(s)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.PublicKey().Verify([]byte("data"), sig); err != nil {
		t.Error(err)
	}
}

// An RSA key does not sign with SHA-1, whoever holds it, except for legacy.
func TestRSAWithoutSHA1(t *testing.T) {
	path := keyFiles(t).path("rsa")
	for _, legacy := range []bool{false, true} {
		creds, err := fileCredentials(t.Context(), auth.KeyFileMethod{Path: path}, usual(legacy))
		if err != nil {
			t.Fatal(err)
		}
		got := creds[0].signer.(xssh.MultiAlgorithmSigner).Algorithms()
		if slices.Contains(got, xssh.KeyAlgoRSA) != legacy {
			t.Errorf("legacy %t: %v", legacy, got)
		}
	}
}

func TestCertificate(t *testing.T) {
	keys := keyFiles(t)
	cert := certify(t, otherEd25519Key(), ed25519Key().PublicKey(), xssh.UserCert, "ops")
	line := xssh.MarshalAuthorizedKey(cert)
	writeFile(t, keys.path("ed25519")+"-cert.pub", line)
	writeFile(t, keys.path("elsewhere"), line)
	pemText, err := os.ReadFile(keys.path("ed25519-locked"))
	if err != nil {
		t.Fatal(err)
	}
	checker := &xssh.CertChecker{IsUserAuthority: func(k xssh.PublicKey) bool {
		return bytes.Equal(k.Marshal(), otherEd25519Key().PublicKey().Marshal())
	}}
	for name, m := range map[string]auth.Method{
		"beside the key":      auth.KeyFileMethod{Path: keys.path("ed25519")},
		"named":               auth.KeyFileMethod{Path: keys.path("ed25519-locked"), CertificateFile: keys.path("elsewhere"), Passphrase: auth.Literal(keyPassphrase)},
		"in memory, and lazy": auth.KeyMethod{PEM: auth.NewSecret(string(pemText)), Certificate: line, Passphrase: auth.Literal(keyPassphrase)},
	} {
		t.Run(name, func(t *testing.T) {
			d := &device{config: func(c *xssh.ServerConfig) { c.PublicKeyCallback = checker.Authenticate }}
			c := d.mustOpen(t, anyKey(m))
			if c.AuthMethod() != "publickey" {
				t.Errorf("method %s", c.AuthMethod())
			}
		})
	}
	for name, m := range map[string]auth.KeyFileMethod{
		"another key's": {Path: keys.path("rsa"), CertificateFile: keys.path("elsewhere")},
		"missing":       {Path: keys.path("rsa"), CertificateFile: keys.path("none")},
		"no key at all": {Path: keys.path("rsa"), CertificateFile: keys.path("rsa")},
	} {
		if _, err := fileCredentials(t.Context(), m, usual(false)); err == nil {
			t.Errorf("certificate %s: no error", name)
		}
	}
}

// certify makes a certificate that is good for an hour.
func certify(t testing.TB, ca xssh.Signer, key xssh.PublicKey, kind uint32, principals ...string) *xssh.Certificate {
	t.Helper()
	cert := &xssh.Certificate{Key: key, CertType: kind, ValidPrincipals: principals, ValidBefore: xssh.CertTimeInfinity}
	if err := cert.SignCert(rand.Reader, ca); err != nil {
		t.Fatal(err)
	}
	return cert
}

// A wrong passphrase is a method that could not be used, not the end.
func TestWrongPassphrase(t *testing.T) {
	keys := keyFiles(t)
	d := &device{config: both(publicKey(ed25519Key().PublicKey()), password("pw"))}
	locked := auth.KeyFile(keys.path("ed25519-locked"), auth.Literal("wrong"))
	c := d.mustOpen(t, anyKey(locked, literal("pw")))
	if c.AuthMethod() != "password" {
		t.Errorf("method %s", c.AuthMethod())
	}
	_, err := d.mem(t.Context(), anyKey(locked))
	if e := as[*AuthError](t, err); len(e.Attempts) != 1 || e.Attempts[0].Outcome != Skipped || e.Attempts[0].Err == nil {
		t.Errorf("%+v", e.Attempts)
	}
}

func TestAgentThatIsNone(t *testing.T) {
	t.Setenv("SSH_AUTH_SOCK", "")
	if _, _, err := agentCredentials(t.Context(), auth.AgentMethod{}, usual(false)); err == nil {
		t.Error("no error without an agent")
	}
	t.Setenv("SSH_AUTH_SOCK", listenAgent(t, func(c net.Conn) { _, _ = io.WriteString(c, "rubbish, and then nothing") }))
	if _, _, err := agentCredentials(t.Context(), auth.AgentMethod{}, usual(false)); err == nil {
		t.Error("no error from a broken agent")
	}
	ctx, cancel := context.WithCancel(t.Context())
	stuck := listenAgent(t, func(c net.Conn) {
		_, _ = c.Read(make([]byte, 1))
		cancel() // it has been asked, and will not answer
		_, _ = io.Copy(io.Discard, c)
	})
	if _, _, err := agentCredentials(ctx, auth.AgentMethod{Socket: stuck}, usual(false)); err == nil {
		t.Error("no error from a stuck agent")
	}
}

func TestKeyFilesThatAreNone(t *testing.T) {
	dir := keyFolder(t.TempDir())
	writeFile(t, dir.path("large"), make([]byte, maxKeyFile+1))
	writeFile(t, dir.path("empty"), nil)
	for _, path := range []string{dir.path("none"), dir.path("large"), dir.path("empty"), string(dir)} {
		if _, err := fileCredentials(t.Context(), auth.KeyFileMethod{Path: path}, usual(false)); err == nil {
			t.Errorf("%s: no error", path)
		}
	}
	if _, err := fileCredentials(t.Context(), auth.KeyFileMethod{Path: dir.path("none")}, usual(false)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("err = %v", err)
	}
}

func FuzzDecryptPKCS8(f *testing.F) {
	f.Add([]byte("\x30\x00"))
	for _, seed := range pkcs8Seeds(f) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, der []byte) {
		if len(der) > 4<<10 {
			return
		}
		key, err := decryptPKCS8(der, []byte("x"))
		if err == nil && key == nil {
			t.Error("neither key nor error")
		}
	})
}

// pkcs8Seeds are real encrypted keys, where ssh-keygen is there to write them.
func pkcs8Seeds(t testing.TB) [][]byte {
	keygen, err := exec.LookPath("ssh-keygen")
	if err != nil {
		return nil
	}
	path := filepath.Join(t.TempDir(), "key")
	if out, err := exec.Command(keygen, "-q", "-t", "ecdsa", "-m", "PKCS8", "-N", "xxxxx", "-f", path).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	der, _ := encryptedPKCS8(text)
	return [][]byte{der}
}
