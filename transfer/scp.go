package transfer

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/vtynet/vty/transport/ssh"
)

// The SCP protocol has no specification but its programs. One side sends lines
// that announce a file ("C0644 1024 name"), times ("T...") or a failure (a byte 1
// or 2 and a text); the other answers each with a byte 0, or with a failure.
const (
	scpOK    = 0
	scpWarns = 1
	scpFatal = 2
)

// scp is one end of the protocol.
type scp struct {
	out io.Writer
	in  *bufio.Reader
}

// withSCP starts the device's scp for the time of f.
func (t *task) withSCP(ctx context.Context, mode string, f func(*scp) error) error {
	if t.o.Resume {
		return ErrNoResume
	}
	conn, done, err := t.session(ctx, ssh.Session{Command: "scp " + mode + " " + quote(t.report.Remote)})
	if err != nil {
		return err
	}
	defer done()
	s := &scp{out: conn, in: bufio.NewReaderSize(conn, 64<<10)}
	err = f(s)
	if err == nil {
		return nil
	}
	// A device that has no scp, or dislikes the name, says so where a shell would.
	if words := strings.TrimSpace(conn.Stderr()); words != "" && !errors.Is(err, ErrRefused) {
		return fmt.Errorf("%w: %s", ErrRefused, words)
	}
	if !conn.Client.Alive() && ctx.Err() == nil {
		return fmt.Errorf("%w: %w", ssh.ErrLost, err)
	}
	return err
}

// acknowledged waits for the other side to agree.
func (s *scp) acknowledged() error {
	b, err := s.in.ReadByte()
	if err != nil {
		return ended(err)
	}
	return s.failure(b)
}

// failure reads the rest of an answer that began with b.
func (s *scp) failure(b byte) error {
	switch b {
	case scpOK:
		return nil
	case scpWarns, scpFatal:
		text, err := s.line()
		if err != nil {
			return err
		}
		return fmt.Errorf("%w: %s", ErrRefused, strings.TrimPrefix(text, "scp: "))
	}
	text, _ := s.line()
	return fmt.Errorf("%w: it says %q where the SCP protocol wants an answer", ErrRefused, string(b)+text)
}

// maxLine bounds a line of the protocol.
const maxLine = 16 << 10

func (s *scp) line() (string, error) {
	var b strings.Builder
	for b.Len() < maxLine {
		c, err := s.in.ReadByte()
		if err != nil {
			return b.String(), ended(err)
		}
		if c == '\n' {
			return strings.TrimRight(b.String(), "\r"), nil
		}
		b.WriteByte(c)
	}
	return "", errors.New("a line of the SCP protocol has no end")
}

// ended says that the other side left too early.
func ended(err error) error {
	if err == io.EOF {
		return fmt.Errorf("the device ended it: %w", io.ErrUnexpectedEOF)
	}
	return err
}

func (s *scp) say(text string) error {
	_, err := io.WriteString(s.out, text)
	return err
}

func (t *task) putSCP(ctx context.Context) error {
	r := &t.report
	var err error
	if r.SHA256, err = hashFile(r.Local); err != nil {
		return err
	}
	in, err := os.Open(r.Local)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	err = t.withSCP(ctx, "-t", func(s *scp) error {
		if err := s.acknowledged(); err != nil {
			return err
		}
		if err := s.say(fmt.Sprintf("C%04o %d %s\n", t.o.Mode.Perm(), r.Size, filepath.Base(r.Remote))); err != nil {
			return err
		}
		if err := s.acknowledged(); err != nil {
			return err
		}
		n, err := io.CopyBuffer(onlyWriter{s.out}, &counter{r: io.LimitReader(in, r.Size), t: t}, make([]byte, 64<<10))
		switch {
		case err != nil:
			// The device's reason, where it gave one, stands before the end.
			if reason := s.acknowledged(); errors.Is(reason, ErrRefused) {
				return reason
			}
			return err
		case n != r.Size:
			return fmt.Errorf("%s became shorter while it was sent: %d bytes, not %d", r.Local, n, r.Size)
		}
		if err := s.say("\x00"); err != nil {
			return err
		}
		return s.acknowledged()
	})
	if err != nil {
		return err
	}
	return t.confirm(ctx, func(w io.Writer) error { return t.readSCP(ctx, w, nil) })
}

// onlyWriter hides all methods but Write, so that io.CopyBuffer uses its buffer.
type onlyWriter struct{ io.Writer }

// readSCP reads a remote file. sized, where not nil, hears how large it is before
// anything is read.
func (t *task) readSCP(ctx context.Context, w io.Writer, sized func(int64) error) error {
	return t.withSCP(ctx, "-f", func(s *scp) error {
		if err := s.say("\x00"); err != nil {
			return err
		}
		size, err := s.announced()
		if err != nil {
			return err
		}
		if sized != nil {
			if err := sized(size); err != nil {
				return err
			}
		}
		if err := s.say("\x00"); err != nil {
			return err
		}
		if _, err := io.CopyN(w, s.in, size); err != nil {
			return ended(err)
		}
		if err := s.acknowledged(); err != nil {
			return err
		}
		return s.say("\x00")
	})
}

// announced reads up to the line that announces a file, and returns its size.
func (s *scp) announced() (int64, error) {
	for {
		b, err := s.in.ReadByte()
		if err != nil {
			return 0, ended(err)
		}
		switch b {
		case 'T':
			if _, err := s.line(); err != nil {
				return 0, err
			}
			if err := s.say("\x00"); err != nil {
				return 0, err
			}
		case 'C':
			line, err := s.line()
			if err != nil {
				return 0, err
			}
			return parseFile(line)
		case 'D':
			return 0, fmt.Errorf("%w: it is a folder", ErrRefused)
		default:
			if err := s.failure(b); err != nil {
				return 0, err
			}
		}
	}
}

// parseFile reads "0644 1024 name".
func parseFile(line string) (size int64, err error) {
	mode, rest, ok := strings.Cut(line, " ")
	length, name, named := strings.Cut(rest, " ")
	if _, err := strconv.ParseUint(mode, 8, 16); err != nil || !ok || !named || name == "" {
		return 0, fmt.Errorf("%w: it announces a file by %q", ErrRefused, line)
	}
	size, err = strconv.ParseInt(length, 10, 64)
	if err != nil || size < 0 {
		return 0, fmt.Errorf("%w: it announces a file by %q", ErrRefused, line)
	}
	return size, nil
}

func (t *task) getSCP(ctx context.Context) error {
	r := &t.report
	if _, err := os.Stat(r.Local); err == nil && !t.o.Overwrite {
		return ErrExists
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	part, err := t.openPart()
	if err != nil {
		return err
	}
	defer func() { _ = part.Close() }()
	err = t.readSCP(ctx, &sink{w: part, t: t}, func(size int64) error {
		r.Size = size
		return nil
	})
	if err != nil {
		if t.done == 0 {
			_ = part.Close()
			_ = os.Remove(part.Name())
		}
		return err
	}
	return t.finish(ctx, part)
}
