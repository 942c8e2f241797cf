package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/pkg/sftp"
	"github.com/vtynet/vty/transport/ssh"
)

// inFlight is how much package sftp may have sent without an answer. When a
// connection breaks, so much before the end of the file may have holes.
const inFlight = 64 * (32 << 10)

// withSFTP opens the subsystem for the time of f.
func (t *task) withSFTP(ctx context.Context, f func(*sftp.Client) error) error {
	conn, done, err := t.session(ctx, ssh.Session{Subsystem: "sftp"})
	if err != nil {
		return err
	}
	defer done()
	client, err := sftp.NewClientPipe(conn, conn, sftp.UseConcurrentWrites(true))
	if err != nil {
		// Some devices accept the subsystem and then end it at once.
		if words := conn.Stderr(); words != "" {
			err = fmt.Errorf("%w: %s", err, words)
		}
		if ctx.Err() == nil && conn.Client.Alive() {
			return fmt.Errorf("%w: %w", errUnavailable, err)
		}
		return err
	}
	defer func() { _ = client.Close() }()
	return explain(f(client), conn)
}

// explain has a broken connection say why it broke, and a refusal that it is one.
func explain(err error, conn *ssh.Conn) error {
	var status *sftp.StatusError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &status), errors.Is(err, fs.ErrPermission), errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w: %w", ErrRefused, err)
	case errors.Is(err, sftp.ErrSSHFxConnectionLost) && !conn.Client.Alive():
		return fmt.Errorf("%w: %w", ssh.ErrLost, err)
	}
	return err
}

func (t *task) putSFTP(ctx context.Context) error {
	return t.withSFTP(ctx, func(c *sftp.Client) error {
		r := &t.report
		there, err := c.Stat(r.Remote)
		if err == nil && there.IsDir() {
			r.Remote = path.Join(r.Remote, filepath.Base(r.Local))
			there, err = c.Stat(r.Remote)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if r.SHA256, err = hashFile(r.Local); err != nil {
			return err
		}
		from, flags := int64(0), os.O_WRONLY|os.O_CREATE|os.O_TRUNC
		if there != nil && there.Mode().IsRegular() {
			again := func(w io.Writer) error { return readSFTP(c, r.Remote, 0, w) }
			switch {
			case there.Size() == r.Size && t.confirm(ctx, again) == nil && r.Checked != "size":
				r.Same = true
				return nil
			case t.o.Resume && there.Size() < r.Size:
				from, flags = max(0, there.Size()-inFlight), os.O_WRONLY
			case !t.o.Overwrite && !t.o.Resume:
				return ErrExists
			}
		}
		if err := t.sendSFTP(c, from, flags); err != nil {
			return err
		}
		if there, err = c.Stat(r.Remote); err != nil {
			return err
		}
		if there.Mode().IsRegular() && there.Size() != r.Size {
			return fmt.Errorf("%w: it has %d bytes, not %d", ErrMismatch, there.Size(), r.Size)
		}
		return t.confirm(ctx, func(w io.Writer) error { return readSFTP(c, r.Remote, 0, w) })
	})
}

// sendSFTP writes the local file from an offset on.
func (t *task) sendSFTP(c *sftp.Client, from int64, flags int) error {
	in, err := os.Open(t.report.Local)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	if _, err := in.Seek(from, io.SeekStart); err != nil {
		return err
	}
	out, err := c.OpenFile(t.report.Remote, flags)
	if err != nil {
		return err
	}
	t.report.Resumed = from
	if _, err := out.Seek(from, io.SeekStart); err != nil {
		_ = out.Close()
		return err
	}
	_, err = out.ReadFrom(&counter{r: in, t: t, size: t.report.Size - from})
	if e := out.Close(); err == nil {
		err = e
	}
	if err == nil && flags&os.O_CREATE != 0 {
		_ = c.Chmod(t.report.Remote, t.o.Mode) // many devices know no permissions
	}
	return err
}

// readSFTP reads a remote file from an offset on.
func readSFTP(c *sftp.Client, name string, from int64, w io.Writer) error {
	f, err := c.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	if _, err := f.Seek(from, io.SeekStart); err != nil {
		return err
	}
	_, err = f.WriteTo(w)
	return err
}

func (t *task) getSFTP(ctx context.Context) error {
	return t.withSFTP(ctx, func(c *sftp.Client) error {
		r := &t.report
		there, err := c.Stat(r.Remote)
		if err != nil {
			return err
		}
		if there.IsDir() {
			return fmt.Errorf("%w: it is a folder", ErrRefused)
		}
		r.Size = there.Size()
		if same, err := t.sameHere(ctx); same || err != nil {
			return err
		}
		part, err := t.openPart()
		if err != nil {
			return err
		}
		defer func() { _ = part.Close() }()
		if err := readSFTP(c, r.Remote, r.Resumed, &sink{w: part, t: t}); err != nil {
			return err
		}
		return t.finish(ctx, part)
	})
}

// sameHere tells whether the local file is the device's already. Another one is
// in the way unless it may be replaced.
func (t *task) sameHere(ctx context.Context) (bool, error) {
	r := &t.report
	here, err := os.Stat(r.Local)
	if err != nil {
		return false, nil
	}
	if here.Size() == r.Size && !t.o.SizeOnly {
		if r.SHA256, err = hashFile(r.Local); err != nil {
			return false, err
		}
		if sum, ok := t.remoteHash(ctx); ok && sum == r.SHA256 {
			r.Same, r.Checked = true, "sha256sum"
			return true, nil
		}
	}
	if !t.o.Overwrite {
		return false, ErrExists
	}
	return false, nil
}

// openPart opens the file that stands for the copy until it is whole.
func (t *task) openPart() (*os.File, error) {
	name := t.report.Local + ".part"
	if t.o.Resume {
		if have, err := os.Stat(name); err == nil && have.Size() <= t.report.Size {
			part, err := os.OpenFile(name, os.O_WRONLY, 0)
			if err != nil {
				return nil, err
			}
			t.report.Resumed, err = part.Seek(0, io.SeekEnd)
			return part, err
		}
	}
	return os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, t.o.Mode)
}

// finish checks the copy and gives it its name.
func (t *task) finish(ctx context.Context, part *os.File) error {
	r := &t.report
	if err := part.Close(); err != nil {
		return err
	}
	name := r.Local + ".part"
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	if info.Size() != r.Size {
		return fmt.Errorf("%w: %d bytes came, not %d", ErrMismatch, info.Size(), r.Size)
	}
	if r.SHA256, err = hashFile(name); err != nil {
		return err
	}
	r.Checked = "size"
	if !t.o.SizeOnly {
		sum, ok := t.remoteHash(ctx)
		switch {
		case ok && sum != r.SHA256:
			if r.Resumed > 0 {
				_ = os.Remove(name) // what it was resumed from was of another file
			}
			return fmt.Errorf("%w: its SHA-256 is %s on the device and %s here", ErrMismatch, sum, r.SHA256)
		case ok:
			r.Checked = "sha256sum"
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case r.Resumed > 0:
			return fmt.Errorf("%w on a device that computes no hash: whether the earlier part is of this file cannot be told; remove %s", ErrNoResume, name)
		}
	}
	return os.Rename(name, r.Local)
}
