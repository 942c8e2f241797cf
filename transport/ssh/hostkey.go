package ssh

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/sshconfig"
	xssh "golang.org/x/crypto/ssh"
)

// Reason is why a host key was not accepted.
type Reason string

// The reasons of a HostKeyError.
const (
	ReasonUnknown        Reason = "unknown"         // no file names the host
	ReasonChanged        Reason = "changed"         // the files hold other keys for the host
	ReasonRevoked        Reason = "revoked"         // a line says never to accept this key
	ReasonNotPinned      Reason = "not pinned"      // not one of the fingerprints given
	ReasonBadCertificate Reason = "bad certificate" // expired, for another host, or of an unknown authority
)

// KnownKey is a key that known_hosts holds for a host.
type KnownKey struct {
	HostKey
	File string
	Line int
}

// HostKeyError says why a device's host key was not accepted and what to do
// about it. It is ErrHostKey.
type HostKeyError struct {
	Host   string
	Port   int
	Reason Reason
	// Presented is the key that the device showed; zero where it did not get so
	// far because it no longer has any key of a type that is known.
	Presented HostKey
	// Known are the keys expected instead, or the line that revokes the key.
	Known []KnownKey
	// Files are the known_hosts files that were read.
	Files []string
	// Err is the cause where there is one: what is wrong with a certificate, the
	// *NegotiationError of a device that has no key of a known type.
	Err error
}

func (e *HostKeyError) Error() string {
	name := address(e.Host, e.Port)
	presented := fmt.Sprintf("%s %s", e.Presented.Type, e.Presented.Fingerprint)
	switch e.Reason {
	case ReasonUnknown:
		return fmt.Sprintf("the host key of %s is unknown: %s, and no line of %s names the host; compare the fingerprint with the device's own, "+
			"then accept it once (--host-key accept-new)", name, presented, strings.Join(e.Files, " or "))
	case ReasonChanged:
		if n, ok := errors.AsType[*NegotiationError](e.Err); ok {
			presented = "it has no key of a known type any more and offers " + list(n.Offered)
		}
		return fmt.Sprintf("the host key of %s has changed: %s, but known is %s; somebody may be posing as the device. "+
			"If it was really replaced, remove the old key: %s", name, presented, e.known(), e.removal())
	case ReasonRevoked:
		return fmt.Sprintf("the host key of %s is revoked by %s: %s; do not log in", name, e.known(), presented)
	case ReasonNotPinned:
		return fmt.Sprintf("the host key of %s is none of those pinned: %s", name, presented)
	}
	return fmt.Sprintf("the host certificate of %s is not accepted: %v", name, e.Err)
}

func (e *HostKeyError) known() string {
	var all []string
	for _, k := range e.Known {
		all = append(all, fmt.Sprintf("%s %s (%s:%d)", k.Type, k.Fingerprint, k.File, k.Line))
	}
	return strings.Join(all, ", ")
}

// removal is the command that forgets the known keys, one for each file.
func (e *HostKeyError) removal() string {
	var commands []string
	for _, k := range e.Known {
		c := fmt.Sprintf("ssh-keygen -R '%s' -f '%s'", address(e.Host, e.Port), k.File)
		if !slices.Contains(commands, c) {
			commands = append(commands, c)
		}
	}
	return strings.Join(commands, "; ")
}

// Unwrap finds ErrHostKey and the cause.
func (e *HostKeyError) Unwrap() []error {
	if e.Err == nil {
		return []error{ErrHostKey}
	}
	return []error{ErrHostKey, e.Err}
}

// hostChecker is a host-key policy at work for one host.
type hostChecker struct {
	host   string
	port   int
	mayUse proposal

	// algorithms to ask the device for, best first.
	algorithms []string
	// only tells that the device is known by other keys than it has if it can
	// use none of the algorithms.
	only bool

	// check decides about a key that the device has proved to hold.
	check func(key xssh.PublicKey) error

	files  *KnownFiles
	known  *knownHosts
	policy auth.KnownHostsPolicy
}

func newHostChecker(s *settings) (*hostChecker, error) {
	c := &hostChecker{host: s.host, port: s.port, mayUse: s.propose, algorithms: s.propose.HostKeys, files: s.KnownFiles}
	if s.HostKeyAlias != "" {
		c.host, c.port = s.HostKeyAlias, DefaultPort
	}
	switch p := s.HostKeys.(type) {
	case auth.UncheckedPolicy:
		c.check = func(xssh.PublicKey) error { return nil }
	case auth.PinnedPolicy:
		if err := checkFingerprints(p.Fingerprints); err != nil {
			return nil, err
		}
		c.check = func(key xssh.PublicKey) error {
			if slices.Contains(p.Fingerprints, xssh.FingerprintSHA256(key)) {
				return nil
			}
			return c.refuse(ReasonNotPinned, key, nil, nil)
		}
	case auth.KnownHostsPolicy:
		if len(p.Files) == 0 {
			files, err := defaultKnownHosts()
			if err != nil {
				return nil, err
			}
			p.Files = files
		}
		c.policy, c.check = p, c.checkKnown
		if err := c.load(s.log); err != nil {
			return nil, err
		}
	default:
		return nil, fmt.Errorf("ssh: host-key policy %T is not one of package auth", s.HostKeys)
	}
	return c, nil
}

func checkFingerprints(prints []string) error {
	if len(prints) == 0 {
		return errors.New("ssh: no host key is pinned")
	}
	for _, p := range prints {
		if !strings.HasPrefix(p, "SHA256:") || len(p) != len("SHA256:")+43 {
			return fmt.Errorf("ssh: %q is not a fingerprint as ssh-keygen -l shows it (SHA256:...)", p)
		}
	}
	return nil
}

// load reads the files and chooses the algorithms to ask for: a device with
// several keys must show one that is known.
func (c *hostChecker) load(log *slog.Logger) error {
	known, err := c.files.lookUp(c.policy.Files, c.host, c.port, func(file string, line int, err error) {
		log.Debug("unreadable line in known hosts", "file", file, "line", line, "error", err)
	})
	if err != nil {
		return err
	}
	c.known = known
	var wanted []string
	if len(known.authorities) > 0 {
		wanted = slices.Clone(c.mayUse.certificates)
	}
	for _, k := range known.keys {
		for _, a := range signaturesOf(k.Type(), c.mayUse.HostKeys) {
			if !slices.Contains(wanted, a) {
				wanted = append(wanted, a)
			}
		}
	}
	c.only = len(known.keys) > 0 && !known.portless && len(wanted) > 0
	if !c.only {
		// Nothing binds the host to those types; they are a preference.
		for _, a := range c.algorithms {
			if !slices.Contains(wanted, a) {
				wanted = append(wanted, a)
			}
		}
	}
	c.algorithms = wanted
	return nil
}

// checkKnown is strict checking, with a first-time host remembered where the
// policy says so.
func (c *hostChecker) checkKnown(key xssh.PublicKey) error {
	if cert, ok := key.(*xssh.Certificate); ok {
		return c.checkCertificate(cert)
	}
	if k, ok := find(c.known.revoked, key); ok {
		return c.refuse(ReasonRevoked, key, []knownKey{k}, nil)
	}
	if _, ok := find(c.known.keys, key); ok {
		return nil
	}
	if len(c.known.keys) > 0 && !c.known.portless {
		return c.refuse(ReasonChanged, key, c.known.keys, nil)
	}
	if !c.policy.AcceptNew {
		return c.refuse(ReasonUnknown, key, nil, nil)
	}
	return c.acceptNew(key)
}

// acceptNew remembers the key of a host that is seen for the first time. The
// files are read once more, for another connection to the host may have been
// quicker, and may have been shown another key.
func (c *hostChecker) acceptNew(key xssh.PublicKey) error {
	now, err := c.files.lookUp(c.policy.Files, c.host, c.port, func(string, int, error) {})
	if err != nil {
		return err
	}
	if _, ok := find(now.keys, key); ok {
		return nil
	}
	if len(now.keys) > 0 && !now.portless {
		return c.refuse(ReasonChanged, key, now.keys, nil)
	}
	return remember(c.policy.Files[0], c.host, c.port, key)
}

func (c *hostChecker) checkCertificate(cert *xssh.Certificate) error {
	for _, key := range []xssh.PublicKey{cert.Key, cert.SignatureKey} {
		if k, ok := find(c.known.revoked, key); ok {
			return c.refuse(ReasonRevoked, key, []knownKey{k}, nil)
		}
	}
	bad := func(err error) error { return c.refuse(ReasonBadCertificate, cert, nil, err) }
	if cert.CertType != xssh.HostCert {
		return bad(errors.New("it is not a certificate for a host"))
	}
	if _, ok := find(c.known.authorities, cert.SignatureKey); !ok {
		return bad(fmt.Errorf("its authority %s is not known", xssh.FingerprintSHA256(cert.SignatureKey)))
	}
	if cert.Signature.Format == xssh.KeyAlgoRSA && !slices.Contains(c.mayUse.HostKeys, xssh.KeyAlgoRSA) {
		return bad(errors.New("its authority signed it with SHA-1, which is a legacy algorithm"))
	}
	// An authority may sign for patterns of names; CheckCert knows only names.
	principal := strings.ToLower(c.host)
	if i := slices.IndexFunc(cert.ValidPrincipals, func(p string) bool {
		return sshconfig.Wildcard(strings.ToLower(p), principal)
	}); i >= 0 {
		principal = cert.ValidPrincipals[i]
	}
	if err := (&xssh.CertChecker{}).CheckCert(principal, cert); err != nil {
		return bad(err)
	}
	return nil
}

// noCommonKey is the error for a device that has no host key of a type asked for.
func (c *hostChecker) noCommonKey(n *NegotiationError) error {
	if !c.only || n.Legacy {
		return n
	}
	return c.refuse(ReasonChanged, nil, c.known.keys, n)
}

func (c *hostChecker) refuse(reason Reason, key xssh.PublicKey, known []knownKey, err error) *HostKeyError {
	e := &HostKeyError{Host: c.host, Port: c.port, Reason: reason, Files: c.policy.Files, Err: err}
	if key != nil {
		e.Presented = hostKeyOf(key)
	}
	for _, k := range known {
		e.Known = append(e.Known, KnownKey{HostKey: hostKeyOf(k.PublicKey), File: k.file, Line: k.line})
	}
	return e
}

func hostKeyOf(key xssh.PublicKey) HostKey {
	if cert, ok := key.(*xssh.Certificate); ok {
		return HostKey{Type: key.Type(), Fingerprint: xssh.FingerprintSHA256(cert.Key)}
	}
	return HostKey{Type: key.Type(), Fingerprint: xssh.FingerprintSHA256(key)}
}

func find(known []knownKey, key xssh.PublicKey) (knownKey, bool) {
	blob := key.Marshal()
	i := slices.IndexFunc(known, func(k knownKey) bool { return bytes.Equal(k.Marshal(), blob) })
	if i < 0 {
		return knownKey{}, false
	}
	return known[i], true
}
