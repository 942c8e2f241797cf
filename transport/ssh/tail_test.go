package ssh

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	xssh "golang.org/x/crypto/ssh"
)

// A server that ends everything with its last byte takes nothing of what it has said
// with it, however late that is read, and whichever end it forgets.
func TestTailAtClose(t *testing.T) {
	said := bytes.Repeat([]byte("0123456789abcde\n"), 16<<10) // 256 KiB: less than the window
	for name, end := range map[string]func(d *device, ch xssh.Channel){
		"the channel, without the end of the output": func(_ *device, ch xssh.Channel) { _ = ch.Close() },
		"the output, without the channel":            func(_ *device, ch xssh.Channel) { _ = ch.CloseWrite() },
		"the connection alone":                       func(d *device, _ xssh.Channel) { _ = d.conn.Close() },
		"the status, and the connection": func(d *device, ch xssh.Channel) {
			_, _ = ch.SendRequest("exit-status", false, make([]byte, 4))
			_ = d.conn.Close()
		},
	} {
		t.Run(name, func(t *testing.T) {
			over := make(chan struct{})
			d := &device{shell: func(d *device, ch xssh.Channel) {
				defer close(over)
				_, _ = ch.Write(said)
				d.mu.Lock()
				defer d.mu.Unlock()
				end(d, ch)
			}}
			host, port := d.listen(t)
			c, err := Dial(t.Context(), host, port, anyKey())
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			<-over
			got, err := io.ReadAll(c)
			// A connection that is closed under what we still send is reset, which may
			// cost its tail: that is an error, and never an answer that looks whole.
			lost := strings.Contains(name, "connection") && errors.Is(err, ErrLost) && bytes.HasPrefix(said, got)
			if (!bytes.Equal(got, said) || err != nil) && !lost {
				t.Errorf("%d of %d bytes, %v", len(got), len(said), err)
			}
		})
	}
}
