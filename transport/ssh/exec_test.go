package ssh

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/internal/memnet"
	xssh "golang.org/x/crypto/ssh"
)

// connected is a connection to a device in memory, and the device's end of it.
func connected(t *testing.T, d *device) (*Client, *memnet.Conn) {
	t.Helper()
	client, server := memnet.Pipe()
	go d.serve(server)
	cfg := anyKey()
	cfg.Dial = func(context.Context, string, int) (net.Conn, error) { return client, nil }
	c, err := Connect(t.Context(), "r1", 22, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c, server
}

// How servers end a command: in order, late, without a word, without an end of the
// output, by a signal.
func TestExec(t *testing.T) {
	status := func(ch xssh.Channel, code byte) { _, _ = ch.SendRequest("exit-status", false, []byte{0, 0, 0, code}) }
	for name, tc := range map[string]struct {
		end  func(ch xssh.Channel)
		want Executed
		took time.Duration
	}{
		"well":                                {func(ch xssh.Channel) { status(ch, 0); _ = ch.Close() }, Executed{Status: 0}, 0},
		"badly":                               {func(ch xssh.Channel) { status(ch, 3); _ = ch.Close() }, Executed{Status: 3}, 0},
		"status before the end of the output": {func(ch xssh.Channel) { status(ch, 4); _ = ch.CloseWrite(); _ = ch.Close() }, Executed{Status: 4}, 0},
		"status late": {func(ch xssh.Channel) {
			_ = ch.CloseWrite()
			<-time.After(time.Second) // of the bubble
			status(ch, 5)
			_ = ch.Close()
		}, Executed{Status: 5}, time.Second},
		"status never, closed": {func(ch xssh.Channel) { _ = ch.Close() }, Executed{Status: -1}, grace},
		"status never, open":   {func(ch xssh.Channel) { _ = ch.CloseWrite() }, Executed{Status: -1}, grace + statusTime},
		"a signal": {func(ch xssh.Channel) {
			_, _ = ch.SendRequest("exit-signal", false, xssh.Marshal(&exitSignal{Name: "TERM"}))
			_ = ch.Close()
		}, Executed{Status: -1, Signal: "TERM"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := &device{exec: func(command string, ch xssh.Channel) {
					in, _ := io.ReadAll(ch) // its end comes at once
					_, _ = io.WriteString(ch, "out of "+command+string(in))
					_, _ = io.WriteString(ch.Stderr(), "some words")
					tc.end(ch)
				}}
				c, _ := connected(t, d)
				defer c.Close()
				var out, words bytes.Buffer
				started := time.Now()
				got, err := c.Exec(t.Context(), "show clock", &out, &words)
				if err != nil || got != tc.want || out.String() != "out of show clock" || words.String() != "some words" {
					t.Errorf("%+v, %v, %q, %q", got, err, out.String(), words.String())
				}
				if took := time.Since(started); took != tc.took {
					t.Errorf("it took %v, want %v", took, tc.took)
				}
			})
		})
	}
}

func TestExecThatFails(t *testing.T) {
	hang := func(string, xssh.Channel) {}
	for name, tc := range map[string]struct {
		device *device
		limit  time.Duration
		want   error
	}{
		"no such thing": {&device{}, time.Minute, ErrNoShell},
		"no session":    {&device{rejectSession: true}, time.Minute, ErrTooManySessions},
		"never ends":    {&device{exec: hang}, time.Second, context.DeadlineExceeded},
		"breaks": {&device{exec: func(_ string, ch xssh.Channel) {
			_, _ = io.WriteString(ch, "half an ans")
		}}, time.Minute, ErrLost},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), tc.limit)
				defer cancel()
				c, conn := connected(t, tc.device)
				defer c.Close()
				if name == "breaks" {
					time.AfterFunc(time.Second, conn.Abort)
				}
				var out bytes.Buffer
				_, err := c.Exec(ctx, "show clock", &out, nil)
				if !errors.Is(err, tc.want) || !strings.Contains(err.Error(), "show clock") && tc.want != ErrTooManySessions {
					t.Errorf("%v, want %v", err, tc.want)
				}
				if name == "breaks" && out.String() != "half an ans" {
					t.Errorf("what came before: %q", out.String())
				}
			})
		})
	}
	c, _ := connected(t, &device{})
	defer c.Close()
	if _, err := c.Exec(t.Context(), "", nil, nil); err == nil {
		t.Error("no error for no command")
	}
}

// The real server: much on both streams at once, in whatever order.
func TestExecOpenSSH(t *testing.T) {
	srv := openSSH(t, `eval "$SSH_ORIGINAL_COMMAND"`)
	cfg := &Config{User: me(t), HostKeys: auth.Unchecked(), Auth: []auth.Method{auth.KeyFile(keyFiles(t).path("ed25519"), nil)}}
	c, err := Connect(t.Context(), srv.host, srv.port, cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var out, words bytes.Buffer
	got, err := c.Exec(t.Context(), "head -c 3000000 /dev/zero >&2; head -c 4000000 /dev/zero; wc -c; exit 7", &out, &words)
	if err != nil || got != (Executed{Status: 7}) || out.Len() != 4000000+len("0\n") || words.Len() != 3000000 {
		t.Errorf("%+v, %v; %d and %d bytes", got, err, out.Len(), words.Len())
	}
	if got, err = c.Exec(t.Context(), "kill -9 $$", nil, nil); err != nil || got.Signal != "KILL" {
		t.Errorf("%+v, %v", got, err)
	}
}
