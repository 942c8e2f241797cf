package ssh

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/vtynet/vty/auth"
	xssh "golang.org/x/crypto/ssh"
)

// The names of methods in the protocol (RFC 4252, RFC 4256).
const (
	methodNone        = "none"
	methodPassword    = "password"
	methodInteractive = "keyboard-interactive"
	methodPublicKey   = "publickey"
)

// authenticator chooses what to offer next, after each answer of the device. A
// secret is fetched when the device will take it, and one that it refused is not
// offered again by another method: wrong passwords lock accounts.
type authenticator struct {
	ctx     context.Context // of the handshake
	s       *settings
	w       *wire
	started func(xssh.NegotiatedAlgorithms) // called before the first choice

	candidates []*candidate
	refused    map[string]bool // texts of secrets
	keys       map[string]bool // public keys that were offered
	release    []func()

	allowed   []string // by the device, as it said last
	attempts  []Attempt
	current   *trial
	partials  int
	exhausted bool
}

// candidate is a method of the caller's.
type candidate struct {
	method auth.Method
	spent  bool
	loaded bool
	keys   []credential // not yet offered
}

// trial is the attempt that the device is judging.
type trial struct {
	Attempt
	settle func(*Attempt)
}

func newAuthenticator(ctx context.Context, s *settings, w *wire) *authenticator {
	a := &authenticator{ctx: ctx, s: s, w: w, refused: map[string]bool{}, keys: map[string]bool{}}
	for _, m := range s.Auth {
		a.candidates = append(a.candidates, &candidate{method: m})
	}
	return a
}

// next is an xssh.ClientAuthCallback. It returns nothing where nothing is left.
func (a *authenticator) next(c *xssh.ClientAuthContext) (xssh.AuthMethod, error) {
	if a.started != nil {
		a.started(c.Algorithms)
		a.started = nil
	}
	if a.w.ended() != nil {
		// x/crypto/ssh asks on after the connection has died. Nobody should be
		// asked for a password that cannot be sent.
		return nil, nil
	}
	a.settle(len(c.PartialSuccessMethods) > a.partials)
	a.partials = len(c.PartialSuccessMethods)
	a.allowed = c.AllowedMethods
	m := a.pick()
	if a.ctx.Err() != nil {
		return nil, ended(a.ctx)
	}
	a.exhausted = m == nil
	return m, nil
}

func (a *authenticator) pick() xssh.AuthMethod {
	for _, c := range a.candidates {
		if c.spent {
			continue
		}
		var m xssh.AuthMethod
		switch method := c.method.(type) {
		case auth.PasswordMethod:
			m = a.password(c, method.Source)
		case auth.InteractiveMethod:
			m = a.keyboard(c)
		default:
			m = a.publicKey(c)
		}
		if m != nil {
			return m
		}
	}
	return nil
}

// allows tells that the device takes a method, and that the caller lets us use it.
func (a *authenticator) allows(method string) bool {
	return slices.Contains(a.allowed, method) && (a.s.Methods == nil || slices.Contains(a.s.Methods, method))
}

func (a *authenticator) password(c *candidate, src auth.Source) xssh.AuthMethod {
	if !a.allows(methodPassword) {
		return a.keyboard(c)
	}
	text, err := a.secret(src)
	if err != nil {
		a.skip(c, methodPassword, err)
		return nil
	}
	a.begin(Attempt{Method: methodPassword}, func(t *Attempt) {
		c.spent = true
		a.refused[text] = t.Outcome == Refused
	})
	return xssh.Password(text)
}

var errRefusedBefore = errors.New("the device refused the same secret before")

// secret fetches one that has not been refused yet.
func (a *authenticator) secret(src auth.Source) (string, error) {
	if src == nil {
		return "", auth.ErrNoSecret
	}
	secret, err := ask(a.ctx, src)
	if err != nil {
		return "", err
	}
	if a.refused[secret.Reveal()] {
		return "", errRefusedBefore
	}
	return secret.Reveal(), nil
}

func (a *authenticator) publicKey(c *candidate) xssh.AuthMethod {
	if !a.allows(methodPublicKey) {
		return nil
	}
	if !c.loaded {
		var err error
		if c.keys, err = a.load(c.method); err != nil {
			a.skip(c, methodPublicKey, err)
			return nil
		}
		c.loaded = true
	}
	for len(c.keys) > 0 {
		key := c.keys[0]
		c.keys = c.keys[1:]
		blob := string(key.signer.PublicKey().Marshal())
		if a.keys[blob] {
			continue
		}
		a.keys[blob] = true
		a.begin(Attempt{Method: methodPublicKey, Detail: key.String()}, func(t *Attempt) {
			if key.lazy != nil && key.lazy.failed != nil {
				t.Outcome, t.Err = Skipped, key.lazy.failed
			}
		})
		return xssh.PublicKeys(key.signer)
	}
	c.spent = true
	return nil
}

func (a *authenticator) load(m auth.Method) ([]credential, error) {
	switch m := m.(type) {
	case auth.KeyFileMethod:
		return fileCredentials(a.ctx, m, &a.s.propose)
	case auth.KeyMethod:
		return memoryCredentials(a.ctx, m, &a.s.propose)
	case auth.AgentMethod:
		keys, release, err := agentCredentials(a.ctx, m, &a.s.propose)
		if release != nil {
			a.release = append(a.release, release)
		}
		return keys, err
	}
	return nil, fmt.Errorf("method %T is not one of package auth", m)
}

// begin notes what the device is about to judge.
func (a *authenticator) begin(attempt Attempt, settle func(*Attempt)) {
	a.s.log.Debug("offering", "method", attempt.Method, "detail", attempt.Detail)
	a.current = &trial{Attempt: attempt, settle: settle}
}

// settle notes the judgement, which is success in part or a refusal.
func (a *authenticator) settle(partial bool) {
	t := a.current
	if t == nil {
		return
	}
	a.current = nil
	t.Outcome = Refused
	if partial {
		t.Outcome = Partial
	}
	t.settle(&t.Attempt)
	a.attempts = append(a.attempts, t.Attempt)
	a.s.log.Debug("offered", "method", t.Method, "detail", t.Detail, "outcome", string(t.Outcome))
}

func (a *authenticator) skip(c *candidate, method string, err error) {
	c.spent = true
	a.attempts = append(a.attempts, Attempt{Method: method, Outcome: Skipped, Err: err})
	if _, isAgent := c.method.(auth.AgentMethod); isAgent {
		a.s.log.Debug("agent offers nothing", "error", err)
		return
	}
	a.s.log.Warn("credential cannot be used", "method", method, "error", err)
}

// method is the one that opened the door.
func (a *authenticator) method() string {
	if a.current == nil {
		return methodNone
	}
	return a.current.Method
}

// awaited is what the exchange waits for: the device, or our own source of secrets.
func (a *authenticator) awaited() string {
	switch {
	case a.current != nil && a.current.Detail != "":
		return fmt.Sprintf("its answer to the %s %s", a.current.Method, a.current.Detail)
	case a.current != nil:
		return "its answer to the " + a.current.Method
	case a.allowed != nil:
		return "the secret or key to offer, which its source has not given"
	}
	return "the ways to authenticate that it takes"
}

// wantsNewPassword is how x/crypto/ssh reports SSH_MSG_USERAUTH_PASSWD_CHANGEREQ
// (RFC 4252, section 8), which it does not know.
const wantsNewPassword = "unexpected message type 60"

// failure is the error of an exchange that ended with err.
func (a *authenticator) failure(err error, banner string) error {
	if t := a.current; t != nil && t.Method == methodPassword && strings.Contains(err.Error(), wantsNewPassword) {
		err = ErrPasswordExpired
		t.Err = err
	}
	a.settle(false)
	offered := slices.ContainsFunc(a.attempts, func(t Attempt) bool { return t.Outcome == Refused })
	if !a.exhausted && !offered {
		return err
	}
	e := &AuthError{User: a.s.User, Attempts: a.attempts, Offered: a.allowed, Banner: a.s.masker.Hide(banner)}
	switch {
	case !a.exhausted:
		e.Err = err
	case len(a.attempts) > 0 && strings.Contains(err.Error(), "signature algorithm"):
		// Of the reasons for which a key is not even offered this one has a remedy.
		last := &a.attempts[len(a.attempts)-1]
		last.Outcome, last.Err = Skipped, fmt.Errorf("%w (an RSA key with an old device? allow legacy algorithms, --legacy)", err)
	}
	return e
}

// close lets go of the agent.
func (a *authenticator) close() {
	for _, f := range a.release {
		f()
	}
}
