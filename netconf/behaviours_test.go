package netconf_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/vtynet/vty/internal/memnet"
	"github.com/vtynet/vty/netconf"
	"github.com/vtynet/vty/netconf/framing"
	"github.com/vtynet/vty/netconf/rpc"
	simnetconf "github.com/vtynet/vty/sim/netconf"
)

// leaf is a configuration whose one value looks like framing.
const leaf = `<a xmlns="urn:a"><v>##10.0.0.1##
##
#5
]]&gt;]]&gt;é</v></a>`

// TestDevicesThatDisturb is what servers in the field do to a client, each on a
// simulated device.
func TestDevicesThatDisturb(t *testing.T) {
	start := func(t *testing.T, cfg simnetconf.Config, faults ...simnetconf.Fault) (*simnetconf.Device, *netconf.Session) {
		t.Helper()
		d, err := simnetconf.New(&cfg)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range faults {
			d.Fail(f)
		}
		return d, dialSim(t, d)
	}
	reads := func(t *testing.T, s *netconf.Session, want string) {
		t.Helper()
		reply, err := rpc.GetConfig{}.Do(t.Context(), s)
		if err != nil || string(reply.Data()) != want {
			t.Errorf("%.300q, %v", reply.Bytes(), err)
		}
	}
	for _, size := range []int{1, 2, 3, 7} {
		t.Run(fmt.Sprintf("chunks of %d", size), func(t *testing.T) {
			_, s := start(t, simnetconf.Config{Running: leaf, ChunkSize: size})
			reads(t, s, leaf)
		})
	}
	t.Run("a text of 10 MB", func(t *testing.T) {
		long := `<a xmlns="urn:a"><v>` + strings.Repeat("0123456789abcdef", 640<<10) + `</v></a>`
		_, s := start(t, simnetconf.Config{Running: long})
		reads(t, s, long)
	})
	t.Run("line feeds that are missing and too many", func(t *testing.T) {
		inner := `<rpc-reply message-id="1"><data>x</data></rpc-reply>`
		for _, raw := range []string{
			fmt.Sprintf("#%d\n%s\n##\n", len(inner), inner), fmt.Sprintf("\n\n\n#%d\n%s\n\n##\n\n", len(inner), inner),
			fmt.Sprintf("\r\n#%d\r\n%s\r\n##\r\n", len(inner), inner),
		} {
			d, _ := start(t, simnetconf.Config{}, simnetconf.Fault{Operation: "get", Times: 1, Raw: raw})
			s, err := netconf.New(t.Context(), d.Pipe(), nil)
			if err != nil {
				t.Fatal(err)
			}
			if reply, err := (rpc.Get{}).Do(t.Context(), s); err != nil || string(reply.Data()) != "x" {
				t.Errorf("%q: %v", raw, err)
			}
			if _, err := (rpc.Get{}).Do(t.Context(), s); err != nil {
				t.Errorf("after %q: %v", raw, err)
			}
			_ = s.Close()
		}
	})
	const warning = `<rpc-error><error-tag>operation-failed</error-tag><error-severity>warning</error-severity></rpc-error>`
	t.Run("a warning, then an error", func(t *testing.T) {
		_, s := start(t, simnetconf.Config{}, simnetconf.Fault{Operation: "commit", Reply: warning + simnetconf.Failure("in-use", "no")})
		_, err := rpc.Commit{}.Do(t.Context(), s)
		if e, ok := errors.AsType[*netconf.RPCError](err); !ok || e.Tag != rpc.InUse {
			t.Error(err)
		}
	})
	t.Run("ok and a warning", func(t *testing.T) {
		_, s := start(t, simnetconf.Config{}, simnetconf.Fault{Operation: "commit", Reply: warning + "<ok/>"})
		if reply, err := (rpc.Commit{}).Do(t.Context(), s); err != nil || len(reply.Warnings()) != 1 || !reply.OK() {
			t.Error(err)
		}
	})
	t.Run("a notification before the reply to its subscription", func(t *testing.T) {
		_, s := start(t, simnetconf.Config{}, simnetconf.Fault{Operation: "create-subscription", Before: note(7)})
		if _, err := (rpc.CreateSubscription{}).Do(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		if n, err := s.Notification(t.Context()); err != nil || number(t, n) != 7 {
			t.Errorf("%v, %v", n, err)
		}
	})
	t.Run("set-id and get-next", func(t *testing.T) {
		part := func(id, set, inner string) string {
			return fmt.Sprintf(`<rpc-reply message-id="%s"%s><data>%s</data></rpc-reply>`, id, set, inner)
		}
		frame := func(message string) string {
			framed, err := framing.Append(nil, framing.V11, []byte(message))
			if err != nil {
				t.Fatal(err)
			}
			return string(framed)
		}
		const more = ` xmlns:hw="http://www.huawei.com/netconf/capability/base/1.0" hw:set-id="12"`
		_, s := start(t, simnetconf.Config{},
			simnetconf.Fault{Operation: "get", Times: 1, Raw: frame(part("1", more, "<a/>"))},
			simnetconf.Fault{Operation: "get-next", Times: 1, NotDone: true, Raw: frame(part("2", more, "<b/>"))},
			simnetconf.Fault{Operation: "get-next", Times: 1, NotDone: true, Raw: frame(part("3", "", "<c/>"))})
		var all string
		for reply, err := range rpc.Parts(t.Context(), s, rpc.Get{}) {
			if err != nil {
				t.Fatal(err)
			}
			all += string(reply.Data())
		}
		if all != "<a/><b/><c/>" {
			t.Error(all)
		}
	})
}

// packets is a connection on which each Read brings one packet at most, as the server
// cut them.
type packets struct {
	*memnet.Conn
	in   chan []byte
	rest []byte
	over chan struct{}
	once sync.Once
}

func (p *packets) Read(b []byte) (int, error) {
	for len(p.rest) == 0 {
		select {
		case p.rest = <-p.in:
		case <-p.over:
			return 0, net.ErrClosed
		}
	}
	n := copy(b, p.rest)
	p.rest = p.rest[n:]
	return n, nil
}

func (p *packets) Close() error {
	p.once.Do(func() { close(p.over) })
	return p.Conn.Close()
}

// TestDelimiterCutAtEveryByte has a server of base:1.0 whose packets end anywhere: one
// byte or one tag each, and right within the delimiter.
func TestDelimiterCutAtEveryByte(t *testing.T) {
	const hello = `<hello xmlns="urn:ietf:params:xml:ns:netconf:base:1.0"><capabilities><capability>urn:ietf:params:netconf:base:1.0</capability></capabilities><session-id>1</session-id></hello>]]>]]>`
	for pad := 4090; pad <= 4097; pad++ {
		for name, cut := range map[string]func([]byte) [][]byte{
			"4096":         func(b []byte) [][]byte { return [][]byte{b[:4096], b[4096:]} },
			"a tag":        func(b []byte) [][]byte { return bytes.SplitAfter(b, []byte(">")) },
			"a byte, near": func(b []byte) [][]byte { return append([][]byte{b[:4080]}, bytes.SplitAfter(b[4080:], nil)...) },
		} {
			head := `<rpc-reply message-id="1"><data>`
			message := head + strings.Repeat("x", pad-len(head)-len("</data></rpc-reply>")) + "</data></rpc-reply>"
			stream := []byte(message + "]]>]]>" + strings.Repeat(" ", 8)) // so that all can be cut at 4096
			client, server := memnet.Pipe()
			conn := &packets{Conn: client, in: make(chan []byte), over: make(chan struct{})}
			go func() {
				send := func(packet []byte) {
					select {
					case conn.in <- packet:
					case <-conn.over:
					}
				}
				send([]byte(hello))
				_, _ = io.ReadAtLeast(server, make([]byte, 1<<16), 700) // hello and operation
				for _, packet := range cut(stream) {
					send(packet)
				}
			}()
			s, err := netconf.New(t.Context(), conn, nil)
			if err != nil {
				t.Fatal(err)
			}
			reply, err := rpc.Get{Filter: rpc.Subtree("<x>" + strings.Repeat("y", 400) + "</x>")}.Do(t.Context(), s)
			if err != nil || string(reply.Bytes()) != message {
				t.Errorf("%d, packets of %s: %d bytes of %d, %v", pad, name, len(reply.Bytes()), len(message), err)
			}
			_ = conn.Close() // the server has no more to say, and need not take leave
			_ = s.Close()
		}
	}
}
