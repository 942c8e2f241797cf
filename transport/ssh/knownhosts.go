package ssh

import (
	"bufio"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/vtynet/vty/sshconfig"
	xssh "golang.org/x/crypto/ssh"
)

// marker is the first word of a line that does not simply name a key.
type marker string

const (
	noMarker      marker = ""
	certAuthority marker = "@cert-authority"
	revoked       marker = "@revoked"
)

// knownLine is one line of a known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE
// FORMAT). The key is decoded only when a host matches: files grow to a hundred
// thousand lines.
type knownLine struct {
	marker  marker
	hosts   string
	keyType string
	key     string // base64
	file    string
	line    int
}

var errNoEntry = errors.New("no entry")

// parseKnownLine reads a line. Blank lines and comments are errNoEntry.
func parseKnownLine(text string) (knownLine, error) {
	fields := strings.Fields(text)
	if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
		return knownLine{}, errNoEntry
	}
	var l knownLine
	if strings.HasPrefix(fields[0], "@") {
		l.marker = marker(fields[0])
		if l.marker != certAuthority && l.marker != revoked {
			return knownLine{}, fmt.Errorf("unknown marker %q", fields[0])
		}
		fields = fields[1:]
	}
	if len(fields) < 3 {
		return knownLine{}, errors.New("too few words")
	}
	l.hosts, l.keyType, l.key = fields[0], fields[1], fields[2]
	if strings.HasPrefix(l.hosts, "|") {
		if _, _, err := splitHash(l.hosts); err != nil {
			return knownLine{}, err
		}
	}
	return l, nil
}

// publicKey decodes the line's key.
func (l knownLine) publicKey() (xssh.PublicKey, error) {
	blob, err := base64.StdEncoding.DecodeString(l.key)
	if err != nil {
		return nil, fmt.Errorf("%s:%d: %w", l.file, l.line, err)
	}
	key, err := xssh.ParsePublicKey(blob)
	if err != nil {
		return nil, fmt.Errorf("%s:%d: %w", l.file, l.line, err)
	}
	if key.Type() != l.keyType {
		return nil, fmt.Errorf("%s:%d: the line says %s and the key %s", l.file, l.line, l.keyType, key.Type())
	}
	return key, nil
}

// matches reports whether the line speaks of name: "host", or "[host]:port" for
// a port other than 22. Names are in lower case.
func (l knownLine) matches(name string) bool {
	if strings.HasPrefix(l.hosts, "|") {
		salt, want, err := splitHash(l.hosts)
		return err == nil && hmac.Equal(hashHost(salt, name), want)
	}
	found := false
	for pattern := range strings.SplitSeq(strings.ToLower(l.hosts), ",") {
		bare := strings.TrimPrefix(pattern, "!")
		if !sshconfig.Wildcard(bare, name) {
			continue
		}
		if bare != pattern {
			return false // a negated pattern wins over all others
		}
		found = true
	}
	return found
}

// splitHash takes "|1|salt|hash" apart: a host name that the file does not
// disclose.
func splitHash(hosts string) (salt, hash []byte, err error) {
	parts := strings.Split(hosts, "|")
	if len(parts) != 4 || parts[0] != "" || parts[1] != "1" {
		return nil, nil, errors.New("unknown form of hashed host name")
	}
	if salt, err = base64.StdEncoding.DecodeString(parts[2]); err != nil {
		return nil, nil, fmt.Errorf("salt of a hashed host name: %w", err)
	}
	if hash, err = base64.StdEncoding.DecodeString(parts[3]); err != nil {
		return nil, nil, fmt.Errorf("hashed host name: %w", err)
	}
	return salt, hash, nil
}

func hashHost(salt []byte, name string) []byte {
	mac := hmac.New(sha1.New, salt)
	mac.Write([]byte(name))
	return mac.Sum(nil)
}

// knownHosts are the lines that speak of one host.
type knownHosts struct {
	keys        []knownKey
	authorities []knownKey
	revoked     []knownKey
	// portless tells that no line names the host with its port, and that keys
	// are those of the bare host name, as OpenSSH accepts them.
	portless bool
}

// knownKey is a key and the place where it is written.
type knownKey struct {
	xssh.PublicKey
	file string
	line int
}

func (h *knownHosts) empty() bool {
	return len(h.keys) == 0 && len(h.authorities) == 0
}

// maxKnownLine bounds a line; the longest real ones hold a 16384-bit RSA key.
const maxKnownLine = 1 << 20

// scanKnownHosts calls found with every line of r that is an entry. A line that
// cannot be read is passed over and told to bad, as OpenSSH does: one broken
// line must not lock out every host.
func scanKnownHosts(r io.Reader, file string, found func(knownLine), bad func(line int, err error)) error {
	scanner := bufio.NewScanner(r)
	scanner.Buffer(nil, maxKnownLine)
	for n := 1; scanner.Scan(); n++ {
		l, err := parseKnownLine(scanner.Text())
		switch err {
		case nil:
			l.file, l.line = file, n
			found(l)
		case errNoEntry:
		default:
			bad(n, err)
		}
	}
	if err := scanner.Err(); err != nil {
		return fmt.Errorf("known hosts file %s: %w", file, err)
	}
	return nil
}

func (h *knownHosts) add(l knownLine, bad func(file string, line int, err error)) {
	key, err := l.publicKey()
	if err != nil {
		bad(l.file, l.line, err)
		return
	}
	known := knownKey{PublicKey: key, file: l.file, line: l.line}
	switch l.marker {
	case certAuthority:
		h.authorities = append(h.authorities, known)
	case revoked:
		h.revoked = append(h.revoked, known)
	default:
		h.keys = append(h.keys, known)
	}
}
