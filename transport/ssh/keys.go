package ssh

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/vtynet/vty/auth"
	xssh "golang.org/x/crypto/ssh"
)

// credential is a public key to offer, and how to sign with it.
type credential struct {
	signer xssh.Signer
	from   string      // where it came from, for people
	lazy   *lazySigner // what signs in the end, if it is yet to be unlocked
}

func (c credential) String() string {
	key := hostKeyOf(c.signer.PublicKey())
	return fmt.Sprintf("%s %s from %s", key.Type, key.Fingerprint, c.from)
}

// maxKeyFile bounds what is read of a key file.
const maxKeyFile = 1 << 20

// fileCredentials reads the key file of a method, and its certificate if it has
// one, which goes first.
func fileCredentials(ctx context.Context, m auth.KeyFileMethod, may *proposal) ([]credential, error) {
	text, err := readFile(m.Path)
	if err != nil {
		return nil, err
	}
	var cert []byte
	switch {
	case m.CertificateFile != "":
		cert, err = readFile(m.CertificateFile)
	default:
		cert, err = readFile(m.Path + "-cert.pub")
		if errors.Is(err, os.ErrNotExist) {
			err = nil
		}
	}
	if err != nil {
		return nil, err
	}
	public, _ := readFile(m.Path + ".pub") // only a help; it need not exist
	return keyCredentials(ctx, keyText{from: m.Path, private: text, public: public, cert: cert, passphrase: m.Passphrase}, may)
}

func memoryCredentials(ctx context.Context, m auth.KeyMethod, may *proposal) ([]credential, error) {
	return keyCredentials(ctx, keyText{from: "memory", private: []byte(m.PEM.Reveal()), cert: m.Certificate, passphrase: m.Passphrase}, may)
}

// keyText is a private key as it is stored.
type keyText struct {
	from       string
	private    []byte
	public     []byte // an authorized_keys line, or nil
	cert       []byte // an authorized_keys line, or nil
	passphrase auth.Source
}

func keyCredentials(ctx context.Context, k keyText, may *proposal) ([]credential, error) {
	signer, err := k.signer(ctx)
	if err != nil {
		return nil, fmt.Errorf("key %s: %w", k.from, err)
	}
	lazy, _ := signer.(*lazySigner)
	if signer, err = may.restrict(signer); err != nil {
		return nil, fmt.Errorf("key %s: %w", k.from, err)
	}
	plain := credential{signer: signer, from: k.from, lazy: lazy}
	if k.cert == nil {
		return []credential{plain}, nil
	}
	public, _, _, _, err := xssh.ParseAuthorizedKey(k.cert)
	if err != nil {
		return nil, fmt.Errorf("certificate of key %s: %w", k.from, err)
	}
	cert, ok := public.(*xssh.Certificate)
	if !ok {
		return nil, fmt.Errorf("certificate of key %s: the file holds a bare key", k.from)
	}
	certified, err := xssh.NewCertSigner(cert, signer)
	if err != nil {
		return nil, fmt.Errorf("certificate of key %s: %w", k.from, err)
	}
	return []credential{{signer: certified, from: k.from, lazy: lazy}, plain}, nil
}

// signer makes a signer of the key. The passphrase of an encrypted one is asked
// for when the device has said that it would take the key, if its public half
// can be known before.
func (k keyText) signer(ctx context.Context) (xssh.Signer, error) {
	private, err := parsePrivateKey(k.private, nil)
	if err == nil {
		return xssh.NewSignerFromKey(private)
	}
	var encrypted *xssh.PassphraseMissingError
	if !errors.As(err, &encrypted) {
		return nil, err
	}
	if k.passphrase == nil {
		return nil, errors.New("it is encrypted and no passphrase was given")
	}
	unlock := func() (xssh.Signer, error) { return k.unlock(ctx) }
	if encrypted.PublicKey != nil {
		return &lazySigner{public: encrypted.PublicKey, unlock: sync.OnceValues(unlock)}, nil
	}
	if public, _, _, _, err := xssh.ParseAuthorizedKey(k.public); err == nil {
		return &lazySigner{public: public, unlock: sync.OnceValues(unlock)}, nil
	}
	return unlock()
}

func (k keyText) unlock(ctx context.Context) (xssh.Signer, error) {
	passphrase, err := ask(ctx, k.passphrase)
	if err != nil {
		return nil, fmt.Errorf("its passphrase: %w", err)
	}
	private, err := parsePrivateKey(k.private, []byte(passphrase.Reveal()))
	if err != nil {
		return nil, err
	}
	return xssh.NewSignerFromKey(private)
}

// parsePrivateKey reads a private key in any format that OpenSSH writes. A nil
// passphrase on an encrypted key gives *xssh.PassphraseMissingError.
func parsePrivateKey(text, passphrase []byte) (any, error) {
	if der, ok := encryptedPKCS8(text); ok {
		if passphrase == nil {
			return nil, &xssh.PassphraseMissingError{}
		}
		return decryptPKCS8(der, passphrase)
	}
	if passphrase == nil {
		return xssh.ParseRawPrivateKey(text)
	}
	return xssh.ParseRawPrivateKeyWithPassphrase(text, passphrase)
}

// lazySigner signs with a key whose public half is known before the private one
// is unlocked.
type lazySigner struct {
	public xssh.PublicKey
	unlock func() (xssh.Signer, error)
	failed error // why it could not sign
}

func (s *lazySigner) PublicKey() xssh.PublicKey { return s.public }

func (s *lazySigner) Sign(rand io.Reader, data []byte) (*xssh.Signature, error) {
	return s.SignWithAlgorithm(rand, data, s.public.Type())
}

func (s *lazySigner) SignWithAlgorithm(rand io.Reader, data []byte, algorithm string) (*xssh.Signature, error) {
	signer, err := s.unlock()
	if err != nil {
		s.failed = err
		return nil, err
	}
	if a, ok := signer.(xssh.AlgorithmSigner); ok {
		return a.SignWithAlgorithm(rand, data, algorithm)
	}
	return signer.Sign(rand, data)
}

// restrict keeps a key to the signatures that it may make: an RSA key above all
// from SHA-1, unless legacy algorithms are allowed.
func (p *proposal) restrict(signer xssh.Signer) (xssh.Signer, error) {
	keyType := plainType(signer.PublicKey().Type())
	allowed := make([]string, len(p.signatures))
	for i, a := range p.signatures {
		allowed[i] = plainType(a)
	}
	can := signaturesOf(keyType, allowed)
	if len(can) == 0 {
		return nil, fmt.Errorf("a key of type %s may make no signature that is allowed (%s)", keyType, list(p.signatures))
	}
	a, ok := signer.(xssh.AlgorithmSigner)
	if !ok || keyType != xssh.KeyAlgoRSA {
		return signer, nil
	}
	return xssh.NewSignerWithAlgorithms(a, can)
}

func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	text, err := io.ReadAll(io.LimitReader(f, maxKeyFile+1))
	if err == nil && len(text) > maxKeyFile {
		err = fmt.Errorf("%s is larger than %d bytes: not a key", path, maxKeyFile)
	}
	return text, err
}

// ask gets a secret from its source. A source that does not heed the context,
// as one that reads a terminal cannot, is left behind.
func ask(ctx context.Context, src auth.Source) (auth.Secret, error) {
	type answer struct {
		secret auth.Secret
		err    error
	}
	c := make(chan answer, 1)
	go func() {
		secret, err := src.Secret(ctx)
		c <- answer{secret, err}
	}()
	select {
	case a := <-c:
		return a.secret, a.err
	case <-ctx.Done():
		return auth.Secret{}, ended(ctx)
	}
}
