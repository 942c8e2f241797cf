package transfer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/vtynet/vty/transport"
	"github.com/vtynet/vty/transport/ssh"
)

// Method is how files are copied.
type Method string

// The methods.
const (
	Auto Method = ""     // SFTP, and SCP where the device has none
	SFTP Method = "sftp" // the SFTP subsystem (draft-ietf-secsh-filexfer-02)
	SCP  Method = "scp"  // the protocol of rcp and scp, by the device's own scp
)

// Options say how to copy. Nil options are the zero Options.
type Options struct {
	Method Method
	// Overwrite replaces a file that is there already. Without it one that differs
	// is ErrExists, and one that is the same is left alone. SCP cannot tell what is
	// there, and always replaces it.
	Overwrite bool
	// Resume goes on where an earlier copy broke off. SCP cannot: ErrNoResume.
	Resume bool
	// SizeOnly leaves out the check of the hash.
	SizeOnly bool
	// Mode are the permissions of a new file; 0 means those of the local file for
	// Put, and 0644 for Get. Some devices ignore them.
	Mode fs.FileMode
	// Progress, where not nil, is called after each piece, from one goroutine at a
	// time.
	Progress func(Progress)
}

// Progress is how far a copy is.
type Progress struct {
	Done, Total int64 // bytes, those of an earlier copy that is resumed included
	Elapsed     time.Duration
}

// Report is what became of a copy.
type Report struct {
	Method  Method
	Remote  string // the file there, where a folder was named
	Local   string // the file here
	Size    int64  // bytes
	Resumed int64  // bytes that were there already
	Same    bool   // the very file was there already: nothing was copied
	SHA256  string // of the whole file, in hexadecimal
	// Checked says how the far side was compared: "sha256sum" where the device
	// computed the hash, "read back" where its file was read once more, "size".
	Checked string
	Elapsed time.Duration
}

// What went wrong, for errors.Is.
var (
	// ErrExists: another file is there, and Overwrite is not set.
	ErrExists = errors.New("a different file is there already")
	// ErrMismatch: what arrived is not what was sent.
	ErrMismatch = errors.New("the copy differs from the original")
	// ErrNoResume: this method cannot go on where another copy broke off.
	ErrNoResume = errors.New("a broken copy cannot be resumed")
	// ErrRefused: the device said no.
	ErrRefused = errors.New("refused by the device")
)

// Error says which copy failed, and gives the device's own reason.
type Error struct {
	Op     string // "put" or "get"
	Remote string
	Method Method
	Done   int64 // bytes that were copied before
	Err    error
}

func (e *Error) Error() string {
	text := fmt.Sprintf("%s %s by %s: %v", e.Op, e.Remote, e.Method, e.Err)
	if e.Done > 0 {
		text += fmt.Sprintf(" (after %d bytes)", e.Done)
	}
	return text
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Put copies the file local to the device. A remote name that ends in a slash,
// or is that of a folder, gets the local file's name added. ctx bounds all of it; a
// copy that it cuts short leaves what has arrived so far.
//
// The report is never nil. An error is an *Error, or that of reading local.
func Put(ctx context.Context, client *ssh.Client, local, remote string, o *Options) (*Report, error) {
	t := newTask("put", client, o)
	info, err := os.Stat(local)
	if err != nil {
		return &t.report, err
	}
	if !info.Mode().IsRegular() {
		return &t.report, fmt.Errorf("%s: not a file", local)
	}
	t.report.Local, t.report.Size = local, info.Size()
	if t.o.Mode == 0 {
		t.o.Mode = info.Mode().Perm()
	}
	if strings.HasSuffix(remote, "/") || remote == "" {
		remote += filepath.Base(local)
	}
	t.report.Remote = remote
	return t.run(ctx, map[Method]func(context.Context) error{SFTP: t.putSFTP, SCP: t.putSCP})
}

// Get copies the file remote of the device to local; where that is a folder, the
// remote file's name is added. What has arrived stands in a file with the ending
// ".part" until it is whole and checked.
//
// The report is never nil. An error is an *Error, or that of writing local.
func Get(ctx context.Context, client *ssh.Client, remote, local string, o *Options) (*Report, error) {
	t := newTask("get", client, o)
	if info, err := os.Stat(local); err == nil && info.IsDir() || local == "" || strings.HasSuffix(local, string(filepath.Separator)) {
		local = filepath.Join(local, path.Base(strings.ReplaceAll(remote, ":", "/")))
	}
	t.report.Local, t.report.Remote = local, remote
	if t.o.Mode == 0 {
		t.o.Mode = 0o644
	}
	return t.run(ctx, map[Method]func(context.Context) error{SFTP: t.getSFTP, SCP: t.getSCP})
}

// task is one copy under way.
type task struct {
	op      string
	client  *ssh.Client
	o       Options
	report  Report
	started time.Time
	done    int64
}

func newTask(op string, client *ssh.Client, o *Options) *task {
	t := &task{op: op, client: client, started: time.Now()}
	if o != nil {
		t.o = *o
	}
	return t
}

// errUnavailable: the device has no such method.
var errUnavailable = errors.New("the device does not offer it")

// run copies by the method asked for, or by the first that there is.
func (t *task) run(ctx context.Context, by map[Method]func(context.Context) error) (*Report, error) {
	defer func() { t.report.Elapsed = time.Since(t.started) }()
	methods := []Method{t.o.Method}
	switch t.o.Method {
	case Auto:
		methods = []Method{SFTP, SCP}
	case SFTP, SCP:
	default:
		return &t.report, fmt.Errorf("transfer: unknown method %q: want %q or %q", t.o.Method, SFTP, SCP)
	}
	var err error
	for _, m := range methods {
		t.report.Method = m
		if err = by[m](ctx); err == nil {
			return &t.report, nil
		}
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		if !errors.Is(err, errUnavailable) {
			break
		}
	}
	return &t.report, &Error{Op: t.op, Remote: t.report.Remote, Method: t.report.Method, Done: t.done, Err: err}
}

// session opens a session beside the others of the client, which ends with ctx or
// when done is called. A device that refuses it does not offer the method.
func (t *task) session(ctx context.Context, with ssh.Session) (conn *ssh.Conn, done func(), err error) {
	conn, err = t.client.Session(ctx, with)
	if err != nil {
		if ctx.Err() == nil && !errors.Is(err, ssh.ErrLost) {
			err = fmt.Errorf("%w: %w", errUnavailable, err)
		}
		return nil, nil, err
	}
	stop := transport.CloseOn(ctx, conn)
	return conn, func() { stop(); _ = conn.Close() }, nil
}

// advance counts bytes that were copied.
func (t *task) advance(n int) {
	t.done += int64(n)
	if t.o.Progress != nil {
		t.o.Progress(Progress{Done: t.report.Resumed + t.done, Total: t.report.Size, Elapsed: time.Since(t.started)})
	}
}
