package netconf_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/vtynet/vty/internal/memnet"
	"github.com/vtynet/vty/netconf"
	"github.com/vtynet/vty/netconf/rpc"
)

// FuzzSession has a server say anything after its hello, or instead of it. The
// client must come to an end with all that is under way, and say how.
func FuzzSession(f *testing.F) {
	const hello = `<hello xmlns="urn:ietf:params:xml:ns:netconf:base:1.0"><capabilities><capability>urn:ietf:params:netconf:base:1.0</capability></capabilities></hello>]]>]]>`
	f.Add([]byte(hello), []byte(`<rpc-reply message-id="1"><ok/></rpc-reply>]]>]]><notification><eventTime/><a/></notification>]]>]]><rpc-reply message-id="2"><data/></rpc-reply>]]>]]>`), true)
	f.Add([]byte("banner\n"+hello), []byte(`<rpc-reply><rpc-error/></rpc-reply>]]>]]>`), false)
	f.Add([]byte("banner\n"+hello), []byte("<rpc-reply><rpc-error/></rpaaac-reply\xc8>]]>"), false)
	f.Add([]byte("\n#8\n<hello/>\n##\n"), []byte("]]>]]>"), true)
	f.Fuzz(func(t *testing.T, first, second []byte, streamed bool) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		client, server := memnet.Pipe()
		go func() {
			_, _ = server.Write(append(append([]byte(nil), first...), second...))
			_ = server.CloseWrite()
			_, _ = io.Copy(io.Discard, server)
			_ = server.Close()
		}()
		s, err := netconf.New(ctx, client, &netconf.Config{MaxReply: 1 << 20, MaxNotifications: 10})
		if err != nil {
			if !errors.As(err, new(*netconf.HelloError)) || errors.Is(err, context.DeadlineExceeded) {
				t.Fatalf("%T: %v", err, err)
			}
			return
		}
		defer s.Close()
		if streamed {
			if st, err := s.Stream(ctx, rpc.Get{}); err == nil {
				for range st.Elements("data", "*") {
					continue
				}
			}
		}
		_, err = rpc.Get{}.Do(ctx, s)
		if errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("a call did not end: %v", err)
		}
		for range s.Notifications(ctx) {
			continue
		}
		if ctx.Err() != nil || !errors.Is(s.Err(), netconf.ErrClosed) {
			t.Fatalf("the session did not end: %v, %v", ctx.Err(), s.Err())
		}
	})
}
