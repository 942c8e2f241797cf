package transfer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"os"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/vtynet/vty/transport/ssh"
)

// counter passes on what is read and counts it. Its size is for package sftp,
// which sends large files in several pieces at once.
type counter struct {
	r    io.Reader
	t    *task
	sum  hash.Hash
	size int64
}

func (c *counter) Size() int64 { return c.size }

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if c.sum != nil {
		c.sum.Write(p[:n])
	}
	c.t.advance(n)
	return n, err
}

// sink passes on what is written and counts it.
type sink struct {
	w   io.Writer
	t   *task
	sum hash.Hash
}

func (s *sink) Write(p []byte) (int, error) {
	n, err := s.w.Write(p)
	if s.sum != nil {
		s.sum.Write(p[:n])
	}
	s.t.advance(n)
	return n, err
}

func hexSum(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }

// hashFile is the SHA-256 of a local file.
func hashFile(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hexSum(h), nil
}

// A device may take its time over a large file: so many bytes a second at least,
// and some seconds more.
const (
	slowestHash = 5 << 20
	hashGrace   = 10 * time.Second
)

// sum256 finds the hash in what sha256sum prints: a backslash before it marks a name with
// odd characters.
var sum256 = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^\\?([0-9a-f]{64})[ *]`)
})

// remoteHash has the device hash a file, where it has sha256sum; ok tells. No
// answer in reasonable time is none.
func (t *task) remoteHash(ctx context.Context) (sum string, ok bool) {
	limit := hashGrace + time.Duration(t.report.Size/slowestHash)*time.Second
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	conn, done, err := t.session(ctx, ssh.Session{Command: "sha256sum " + quote(t.report.Remote)})
	if err != nil {
		return "", false
	}
	defer done()
	_ = conn.CloseWrite()
	out, err := io.ReadAll(io.LimitReader(conn, 4<<10))
	m := sum256().FindSubmatch(out)
	if err != nil || m == nil {
		return "", false
	}
	return string(m[1]), true
}

// confirm compares the copy with the original's hash. again reads the device's
// file once more, where it cannot hash it itself.
func (t *task) confirm(ctx context.Context, again func(io.Writer) error) error {
	if t.o.SizeOnly {
		t.report.Checked = "size"
		return nil
	}
	sum, ok := t.remoteHash(ctx)
	t.report.Checked = "sha256sum"
	if !ok {
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		h := sha256.New()
		if err := again(h); err != nil {
			return fmt.Errorf("reading the copy back to check it: %w", err)
		}
		sum, t.report.Checked = hexSum(h), "read back"
	}
	if sum != t.report.SHA256 {
		return fmt.Errorf("%w: its SHA-256 is %s on the device and %s here", ErrMismatch, sum, t.report.SHA256)
	}
	return nil
}

// plain are names that no shell reads anything into.
var plain = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[\w./:@%+=,-]+$`)
})

// quote writes a name so that a device's shell takes it as one word. Most devices
// have no shell there and know no quotes, so a name that needs none gets none.
func quote(name string) string {
	if strings.HasPrefix(name, "-") {
		name = "./" + name
	}
	if plain().MatchString(name) {
		return name
	}
	return "'" + strings.ReplaceAll(name, "'", `'\''`) + "'"
}
