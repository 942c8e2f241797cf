package transfer_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/lab"
	"github.com/vtynet/vty/socket"
	"github.com/vtynet/vty/transfer"
	"github.com/vtynet/vty/transport/ssh"
)

const large = 100 << 20

// config logs in to a device of the lab.
func config(d lab.Device) *ssh.Config {
	return &ssh.Config{
		User: d.User, Auth: []auth.Method{auth.Password(auth.Literal(d.Password))}, HostKeys: auth.KnownHosts(d.KnownHosts),
	}
}

func connect(t *testing.T, d lab.Device, cfg *ssh.Config) *ssh.Client {
	t.Helper()
	client, err := ssh.Connect(t.Context(), d.Address, d.Port, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// folder is one on the device that ends with the test.
func folder(t *testing.T, d lab.Device) string {
	t.Helper()
	client := connect(t, d, config(d))
	name := fmt.Sprintf("transfer-%s-%d", path.Base(t.Name()), time.Now().UnixNano())
	shell(t, client, "mkdir "+name)
	t.Cleanup(func() { shell(t, client, "rm -rf "+name) })
	return name
}

func shell(t *testing.T, client *ssh.Client, command string) string {
	t.Helper()
	conn, err := client.Session(context.Background(), ssh.Session{Command: command})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	out, err := io.ReadAll(conn)
	if status, known := conn.ExitStatus(); err != nil || !known || status != 0 {
		t.Fatalf("%s: %q, %v, status %d: %s", command, out, err, status, conn.Stderr())
	}
	return string(out)
}

// original is a local file of random bytes.
func original(t *testing.T, size int) (name string, data []byte) {
	t.Helper()
	data = make([]byte, size)
	_, _ = rand.NewChaCha8([32]byte{7}).Read(data)
	name = filepath.Join(t.TempDir(), "image.bin")
	if err := os.WriteFile(name, data, 0o640); err != nil {
		t.Fatal(err)
	}
	return name, data
}

func TestLabLargeFiles(t *testing.T) {
	d := lab.Require(t, lab.LinuxSSH)
	local, data := original(t, large)
	for _, method := range []transfer.Method{transfer.SFTP, transfer.SCP} {
		t.Run(string(method), func(t *testing.T) {
			client := connect(t, d, config(d))
			remote := folder(t, d) + "/image.bin"
			var last transfer.Progress
			options := &transfer.Options{Method: method, Progress: func(p transfer.Progress) {
				if p.Done < last.Done || p.Total != large {
					t.Errorf("progress goes from %+v to %+v", last, p)
				}
				last = p
			}}
			report, err := transfer.Put(t.Context(), client, local, remote, options)
			if err != nil || report.Size != large || report.Checked != "sha256sum" || report.Method != method || last.Done != large {
				t.Fatalf("%+v, %v, %+v", report, err, last)
			}
			if there := shell(t, client, "sha256sum "+remote); !strings.HasPrefix(there, report.SHA256) {
				t.Errorf("the device has %s, the report says %s", there, report.SHA256)
			}
			back := filepath.Join(t.TempDir(), "back.bin")
			last = transfer.Progress{}
			report, err = transfer.Get(t.Context(), client, remote, back, options)
			if err != nil || report.Checked != "sha256sum" || last.Done != large {
				t.Fatalf("%+v, %v, %+v", report, err, last)
			}
			if got, err := os.ReadFile(back); err != nil || !bytes.Equal(got, data) {
				t.Errorf("%d bytes came back, %v", len(got), err)
			}
			if _, err := os.Stat(back + ".part"); err == nil {
				t.Error("a part is left behind")
			}
		})
	}
}

func TestLabWhatIsThere(t *testing.T) {
	d := lab.Require(t, lab.LinuxSSH)
	local, _ := original(t, 100_000)
	client := connect(t, d, config(d))
	there := folder(t, d)
	put := func(o *transfer.Options) (*transfer.Report, error) {
		return transfer.Put(t.Context(), client, local, there, o)
	}
	report, err := put(nil)
	if err != nil || report.Remote != there+"/image.bin" || report.Same {
		t.Fatalf("%+v, %v", report, err)
	}
	if report, err = put(nil); err != nil || !report.Same {
		t.Errorf("the same again: %+v, %v", report, err)
	}
	if mode := shell(t, client, "stat -c %a "+report.Remote); mode != "640\n" {
		t.Errorf("permissions %s", mode)
	}
	shell(t, client, "printf x >>"+report.Remote)
	if _, err = put(nil); !errors.Is(err, transfer.ErrExists) {
		t.Errorf("another file is there: %v", err)
	}
	if report, err = put(&transfer.Options{Overwrite: true}); err != nil || report.Same {
		t.Errorf("overwritten: %+v, %v", report, err)
	}
	if _, err := transfer.Get(t.Context(), client, report.Remote, local, nil); err != nil {
		t.Errorf("the same file is here: %v", err)
	}
	if err := os.WriteFile(local, []byte("other"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := transfer.Get(t.Context(), client, report.Remote, local, nil); !errors.Is(err, transfer.ErrExists) {
		t.Errorf("another file is here: %v", err)
	}
}

func TestLabRefusals(t *testing.T) {
	d := lab.Require(t, lab.LinuxSSH)
	local, _ := original(t, 1<<20)
	client := connect(t, d, config(d))
	for _, tc := range []struct {
		method transfer.Method
		remote string
		want   string
	}{
		{transfer.SFTP, "/root/image.bin", "ermission denied"},
		{transfer.SCP, "/root/image.bin", "/root/image.bin: Permission denied"},
		{transfer.SFTP, "no/such/folder/image.bin", "not exist"},
		{transfer.SCP, "no/such/folder/image.bin", "No such file or directory"},
		{transfer.SFTP, "/dev/full", "refused by the device"},
		{transfer.SCP, "/dev/full", "No space left on device"},
	} {
		_, err := transfer.Put(t.Context(), client, local, tc.remote, &transfer.Options{Method: tc.method, Overwrite: true})
		var failed *transfer.Error
		if !errors.As(err, &failed) || !errors.Is(err, transfer.ErrRefused) || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s to %s: %v; want %q", tc.method, tc.remote, err, tc.want)
		}
	}
	for _, method := range []transfer.Method{transfer.SFTP, transfer.SCP} {
		here := filepath.Join(t.TempDir(), "x")
		_, err := transfer.Get(t.Context(), client, "no-such-file", here, &transfer.Options{Method: method})
		if !errors.Is(err, transfer.ErrRefused) {
			t.Errorf("%s: %v", method, err)
		}
		if _, err := os.Stat(here + ".part"); err == nil {
			t.Errorf("%s: a part is left behind", method)
		}
	}
	if _, err := transfer.Put(t.Context(), client, local, "x", &transfer.Options{Method: transfer.SCP, Resume: true}); !errors.Is(err, transfer.ErrNoResume) {
		t.Errorf("SCP resumes: %v", err)
	}
}

// Where there is no SFTP, SCP is taken.
func TestLabWithoutSFTP(t *testing.T) {
	d := lab.Require(t, lab.WeakSSH)
	local, _ := original(t, 300_000)
	cfg := config(d)
	cfg.Legacy = true
	client := connect(t, d, cfg)
	if _, err := transfer.Put(t.Context(), client, local, "x", &transfer.Options{Method: transfer.SFTP}); err == nil || !strings.Contains(err.Error(), "does not offer it") {
		t.Errorf("SFTP alone: %v", err)
	}
	remote := fmt.Sprintf("without-sftp-%d", time.Now().UnixNano())
	t.Cleanup(func() { shell(t, client, "rm -f "+remote) })
	report, err := transfer.Put(t.Context(), client, local, remote, nil)
	if err != nil || report.Method != transfer.SCP {
		t.Errorf("%+v, %v", report, err)
	}
}

// breaking is a connection that breaks once so many bytes have gone one way.
type breaking struct {
	net.Conn
	read, written atomic.Int64
	limit         int64
}

func (b *breaking) Read(p []byte) (int, error) {
	n, err := b.Conn.Read(p)
	if b.read.Add(int64(n)) > b.limit {
		_ = b.Conn.Close()
	}
	return n, err
}

func (b *breaking) Write(p []byte) (int, error) {
	if b.written.Add(int64(len(p))) > b.limit {
		_ = b.Conn.Close()
	}
	return b.Conn.Write(p)
}

func TestLabBrokenAndResumed(t *testing.T) {
	const size = 16 << 20
	d := lab.Require(t, lab.LinuxSSH)
	local, data := original(t, size)
	fragile := config(d)
	fragile.Dial = func(ctx context.Context, host string, port int) (net.Conn, error) {
		conn, err := socket.Dial(ctx, host, port, nil)
		if err != nil {
			return nil, err
		}
		return &breaking{Conn: conn, limit: size * 2 / 3}, nil
	}
	there := folder(t, d)
	remote, back := there+"/image.bin", filepath.Join(t.TempDir(), "back.bin")
	_, err := transfer.Put(t.Context(), connect(t, d, fragile), local, remote, nil)
	var failed *transfer.Error
	if !errors.As(err, &failed) || failed.Done == 0 || !errors.Is(err, ssh.ErrLost) {
		t.Fatalf("broken: %v", err)
	}
	client := connect(t, d, config(d))
	report, err := transfer.Put(t.Context(), client, local, remote, &transfer.Options{Resume: true})
	if err != nil || report.Resumed == 0 || report.Checked != "sha256sum" {
		t.Fatalf("resumed: %+v, %v", report, err)
	}
	if _, err := transfer.Get(t.Context(), connect(t, d, fragile), remote, back, nil); !errors.Is(err, ssh.ErrLost) {
		t.Fatalf("broken: %v", err)
	}
	report, err = transfer.Get(t.Context(), client, remote, back, &transfer.Options{Resume: true})
	if err != nil || report.Resumed == 0 {
		t.Fatalf("resumed: %+v, %v", report, err)
	}
	if got, err := os.ReadFile(back); err != nil || !bytes.Equal(got, data) {
		t.Errorf("%d bytes came back, %v", len(got), err)
	}

	// A part of another file is found out.
	shell(t, client, "head -c 5000000 /dev/zero >"+remote)
	if _, err := transfer.Put(t.Context(), client, local, remote, &transfer.Options{Resume: true}); !errors.Is(err, transfer.ErrMismatch) {
		t.Errorf("resumed from another file: %v", err)
	}
	_, err = transfer.Put(t.Context(), connect(t, d, fragile), local, remote, &transfer.Options{Method: transfer.SCP})
	if !errors.Is(err, ssh.ErrLost) {
		t.Errorf("SCP broken: %v", err)
	}
}

func TestLabStopped(t *testing.T) {
	d := lab.Require(t, lab.LinuxSSH)
	local, _ := original(t, large)
	client := connect(t, d, config(d))
	there := folder(t, d)
	for _, method := range []transfer.Method{transfer.SFTP, transfer.SCP} {
		ctx, cancel := context.WithCancel(t.Context())
		report, err := transfer.Put(ctx, client, local, there+"/"+string(method), &transfer.Options{Method: method, Progress: func(p transfer.Progress) {
			if p.Done > 1<<20 {
				cancel()
			}
		}})
		if !errors.Is(err, context.Canceled) || report.Size != large {
			t.Errorf("%s: %v", method, err)
		}
		cancel()
	}
	if shell(t, client, "echo alive") != "alive\n" {
		t.Error("the connection is spoilt")
	}
}
