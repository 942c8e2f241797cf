package netconf_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vtynet/vty/internal/memnet"
	"github.com/vtynet/vty/netconf"
	"github.com/vtynet/vty/netconf/element"
	"github.com/vtynet/vty/netconf/netconftest"
	"github.com/vtynet/vty/netconf/rpc"
)

// open begins a session with a server in memory.
func open(t testing.TB, server *netconftest.Server, cfg *netconf.Config) *netconf.Session {
	t.Helper()
	s, err := netconf.New(t.Context(), server.Pipe(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// nasty is content that looks like framing, and like replies.
const nasty = "##10.0.0.1##\n##\n]]&gt;]]&gt;\n#5\n<a/><!-- ]]>]]> --><b  x='1'></b><c><![CDATA[<rpc-error>]]></c>é"

// echo answers with the operation that it was asked.
func echo(s *netconftest.Session, r *netconftest.Request) {
	_ = s.Reply(r, "<data>"+string(r.Body)+"</data>")
}

func TestBytesComeAndGoAsTheyAre(t *testing.T) {
	for _, base10 := range []bool{false, true} {
		server := &netconftest.Server{Handler: netconftest.HandlerFunc(echo)}
		s := open(t, server, &netconf.Config{Base10: base10, Strict: true})
		content := nasty
		if base10 {
			content = strings.Replace(nasty, "<!-- ]]>]]> -->", "", 1)
		}
		body := "<do xmlns='urn:x' >" + content + "</do>"
		reply, err := rpc.Raw(body).Do(t.Context(), s)
		if err != nil || string(reply.Data()) != body {
			t.Errorf("framing %s: %q, %v", s.Framing(), reply.Bytes(), err)
		}
		if want := map[bool]string{false: "1.1", true: "1.0"}[base10]; s.Framing() != want || s.ID() != 1 {
			t.Errorf("framing %s, session %d", s.Framing(), s.ID())
		}
	}
}

func TestDelimiterInBase10IsRefused(t *testing.T) {
	s := open(t, &netconftest.Server{}, &netconf.Config{Base10: true})
	_, err := rpc.Raw("<a><!-- ]]>]]> --></a>").Do(t.Context(), s)
	if e, ok := errors.AsType[*netconf.CallError](err); !ok || e.Sent || !strings.Contains(err.Error(), "cannot carry") {
		t.Errorf("%v", err)
	}
	if _, err := (rpc.Get{}).Do(t.Context(), s); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestHello(t *testing.T) {
	const plain = `<hello xmlns="urn:ietf:params:xml:ns:netconf:base:1.0"><capabilities><capability>urn:ietf:params:netconf:base:1.0</capability>%s</capabilities><session-id>4</session-id></hello>`
	both := fmt.Sprintf(plain, "<capability>\n urn:ietf:params:netconf:base:1.1 </capability>")
	for _, tc := range []struct {
		name, hello string
		framing     string // "" for a failure
		strict      bool   // whether it is taken strictly, too
		banner      string
	}{
		{"1.0", fmt.Sprintf(plain, "") + "]]>]]>", "1.0", true, ""},
		{"both", both + "]]>]]>", "1.1", true, ""},
		{"declaration", "<?xml version='1.0'?>\n" + both + "]]>]]>", "1.1", true, ""},
		{"prefixes", strings.NewReplacer("</", "</nc:", "<", "<nc:", "xmlns=", "xmlns:nc=").Replace(both) + "]]>]]>", "1.1", true, ""},
		{"banner", "### Welcome <user> ###\r\nnot a hello\n" + both + "]]>]]>", "1.1", true, "### Welcome <user> ###\r\nnot a hello\n"},
		{"Latin-1 banner", "Gru\xdf\n" + both + "]]>]]>", "1.1", true, "Gru\xdf\n"},
		{"chunked", fmt.Sprintf("\n#%d\n%s\n##\n", len(both), both), "1.1", false, ""},
		{"no session-id", strings.Replace(both, "<session-id>4</session-id>", "", 1) + "]]>]]>", "1.1", false, ""},
		{"no base", strings.ReplaceAll(both, "netconf:base:", "netconf:other:") + "]]>]]>", "1.0", false, ""},
		{"no hello", "Too many sessions.\n]]>]]>", "", false, ""},
		{"hung up", "Connection refused", "", false, ""},
		{"bad session-id", strings.Replace(both, ">4<", ">x<", 1) + "]]>]]>", "", false, ""},
		{"broken", "<hello><capabilities>]]>]]>", "", false, ""},
	} {
		for _, strict := range []bool{false, true} {
			client, peer := memnet.Pipe()
			go func() {
				_, _ = io.WriteString(peer, tc.hello)
				_ = peer.CloseWrite()
				_, _ = io.Copy(io.Discard, peer)
			}()
			s, err := netconf.New(t.Context(), client, &netconf.Config{Strict: strict})
			if want := tc.framing != "" && (tc.strict || !strict); (err == nil) != want {
				t.Errorf("%s, strict %t: %v", tc.name, strict, err)
			}
			if err != nil {
				if _, ok := errors.AsType[*netconf.HelloError](err); !ok {
					t.Errorf("%s: %T %v", tc.name, err, err)
				}
				continue
			}
			if s.Framing() != tc.framing || s.Banner() != tc.banner {
				t.Errorf("%s: framing %s, banner %q", tc.name, s.Framing(), s.Banner())
			}
			_ = s.Close()
		}
	}
}

func TestHelloThatDoesNotCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, peer := memnet.Pipe()
		_, _ = io.WriteString(peer, "Welcome")
		started := time.Now()
		_, err := netconf.New(t.Context(), client, &netconf.Config{HelloTimeout: 7 * time.Second})
		if took := time.Since(started); took != 7*time.Second || !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "no hello within 7s") {
			t.Errorf("after %v: %v", took, err)
		}
		client, _ = memnet.Pipe()
		ctx, cancel := context.WithCancelCause(t.Context())
		gone := errors.New("gone")
		time.AfterFunc(time.Second, func() { cancel(gone) })
		if _, err := netconf.New(ctx, client, nil); !errors.Is(err, gone) {
			t.Error(err)
		}
	})
}

func TestCallsGoAtOnce(t *testing.T) {
	const calls = 1000
	var held []*netconftest.Request
	server := &netconftest.Server{Handler: netconftest.HandlerFunc(func(s *netconftest.Session, r *netconftest.Request) {
		// All are answered once all have come, the last first.
		if held = append(held, r); len(held) < calls {
			return
		}
		for i := range held {
			echo(s, held[calls-1-i])
		}
	})}
	s := open(t, server, nil)
	var all sync.WaitGroup
	for i := range calls {
		all.Go(func() {
			body := fmt.Sprintf("<a>%d</a>", i)
			reply, err := rpc.Raw(body).Do(t.Context(), s)
			if err != nil || string(reply.Data()) != body {
				t.Errorf("%s: %v", body, err)
			}
		})
	}
	all.Wait()
}

func TestCancelledCallIsSwallowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var first *netconftest.Request
		server := &netconftest.Server{Handler: netconftest.HandlerFunc(func(s *netconftest.Session, r *netconftest.Request) {
			if first == nil {
				first = r
				return
			}
			echo(s, first)
			echo(s, r)
		})}
		s := open(t, server, nil)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := rpc.Raw("<first/>").Do(ctx, s)
		if e, ok := errors.AsType[*netconf.CallError](err); !ok || !e.Sent || e.Operation != "first" || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
		reply, err := rpc.Raw("<second/>").Do(t.Context(), s)
		if err != nil || string(reply.Data()) != "<second/>" {
			t.Errorf("%v %v", reply, err)
		}
		_, err = rpc.Raw("<third/>").Do(ctx, s)
		if e, ok := errors.AsType[*netconf.CallError](err); !ok || e.Sent {
			t.Errorf("with a context that has ended: %v", err)
		}
		_ = s.Close()
	})
}

func TestCallWaitsForASlowLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, peer := memnet.PipeSize(600)
		go func() {
			_, _ = io.WriteString(peer, `<hello><capabilities><capability>urn:ietf:params:netconf:base:1.1</capability></capabilities></hello>]]>]]>`)
		}()
		s, err := netconf.New(t.Context(), client, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		// The first fills the link, the second waits for the first: it was not sent.
		time.Sleep(time.Second)
		go func() { _, _ = rpc.Raw("<a>"+strings.Repeat("x", 2000)+"</a>").Do(t.Context(), s) }()
		synctest.Wait()
		_, err = rpc.Raw("<b/>").Do(ctx, s)
		if e, ok := errors.AsType[*netconf.CallError](err); !ok || e.Sent || !strings.HasSuffix(err.Error(), "(not sent)") {
			t.Errorf("%v", err)
		}
	})
}

func TestUnsupportedIsNotSent(t *testing.T) {
	asked := make(chan string, 10)
	server := &netconftest.Server{Handler: netconftest.HandlerFunc(func(s *netconftest.Session, r *netconftest.Request) {
		asked <- r.Name
		_ = s.Reply(r, "<ok/>")
	})}
	s := open(t, server, nil)
	_, err := rpc.Commit{}.Do(t.Context(), s)
	e, ok := errors.AsType[*rpc.UnsupportedError](err)
	if !ok || e.Operation != "commit" || len(asked) > 0 || !strings.HasPrefix(err.Error(), "commit: the server does not support the candidate datastore") {
		t.Errorf("%v", err)
	}
	if _, err := (rpc.Commit{}).Do(t.Context(), open(t, server, &netconf.Config{Unchecked: true})); err != nil || <-asked != "commit" {
		t.Error(err)
	}
}

const (
	warning = `<rpc-error><error-tag>operation-failed</error-tag><error-severity>warning</error-severity><error-message>w</error-message></rpc-error>`
	failure = `<rpc-error><error-tag>access-denied</error-tag><error-severity>error</error-severity><error-message>e</error-message></rpc-error>`
)

func TestErrorsAndWarnings(t *testing.T) {
	server := &netconftest.Server{Handler: netconftest.HandlerFunc(func(s *netconftest.Session, r *netconftest.Request) { _ = s.Reply(r, r.Text()) })}
	ask := func(s *netconf.Session, inner string) (*rpc.Reply, error) {
		return rpc.Raw("<a><![CDATA["+inner+"]]></a>").Do(t.Context(), s)
	}
	s := open(t, server, nil)
	reply, err := ask(s, warning+"<ok/>")
	if err != nil || len(reply.Warnings()) != 1 {
		t.Error(err)
	}
	reply, err = ask(s, warning+failure)
	if e, ok := errors.AsType[*netconf.RPCError](err); !ok || e.Tag != rpc.AccessDenied || reply == nil || len(reply.Errors()) != 2 || err.Error() != "a: access-denied: e (and 1 more)" {
		t.Error(err)
	}
	if _, err = ask(open(t, server, &netconf.Config{Warnings: netconf.FailOnWarnings}), warning+"<ok/>"); err == nil {
		t.Error("a warning was let through")
	}
}

func TestReplyWithoutID(t *testing.T) {
	server := &netconftest.Server{Handler: netconftest.HandlerFunc(func(s *netconftest.Session, r *netconftest.Request) {
		_ = s.Send("<!-- a comment -->")
		_ = s.Send("<rpc-reply message-id='99'><ok/></rpc-reply>")
		_ = s.Send("<unknown/>")
		_ = s.Send("<rpc-reply>" + failure + "</rpc-reply>")
	})}
	if _, err := (rpc.Get{}).Do(t.Context(), open(t, server, nil)); !errors.As(err, new(*netconf.RPCError)) {
		t.Error(err)
	}
}

func TestLimits(t *testing.T) {
	server := &netconftest.Server{Handler: netconftest.HandlerFunc(echo)}
	s := open(t, server, &netconf.Config{MaxReply: 100_000})
	_, err := rpc.Raw("<a>"+strings.Repeat("x", 200_000)+"</a>").Do(t.Context(), s)
	if !errors.Is(err, netconf.ErrTooLarge) {
		t.Error(err)
	}
	if _, err := rpc.Raw("<a/>").Do(t.Context(), s); err != nil {
		t.Errorf("afterwards: %v", err)
	}
	bad := &netconftest.Server{Handler: netconftest.HandlerFunc(func(s *netconftest.Session, r *netconftest.Request) { _ = s.Reply(r, "<data>x\xcdy</data>") })}
	if _, err := (rpc.Get{}).Do(t.Context(), open(t, bad, nil)); !errors.As(err, new(*element.TextError)) {
		t.Error(err)
	}
	if reply, err := (rpc.Get{}).Do(t.Context(), open(t, bad, &netconf.Config{Text: element.Drop})); err != nil || string(reply.Data()) != "x\xcdy" {
		t.Error(err)
	}
}

func TestTheServerHangsUp(t *testing.T) {
	server := &netconftest.Server{Handler: netconftest.HandlerFunc(func(s *netconftest.Session, _ *netconftest.Request) { s.Close() })}
	s := open(t, server, nil)
	_, err := rpc.Get{}.Do(t.Context(), s)
	if !errors.Is(err, netconf.ErrClosed) || !strings.Contains(err.Error(), "the server has ended it") {
		t.Error(err)
	}
	<-s.Done()
	if _, err := (rpc.Get{}).Do(t.Context(), s); !errors.Is(err, netconf.ErrClosed) || !errors.Is(s.Err(), netconf.ErrClosed) {
		t.Error(err)
	}
	if _, err := s.Notification(t.Context()); !errors.Is(err, netconf.ErrClosed) {
		t.Error(err)
	}
}

func TestCloseEndsWhatIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		names := make(chan string, 10)
		server := &netconftest.Server{Handler: netconftest.HandlerFunc(func(_ *netconftest.Session, r *netconftest.Request) { names <- r.Name })}
		s, err := netconf.New(t.Context(), server.Pipe(), nil)
		if err != nil {
			t.Fatal(err)
		}
		got := make(chan error, 1)
		go func() {
			_, err := rpc.Get{}.Do(t.Context(), s)
			got <- err
		}()
		<-names
		started := time.Now()
		_ = s.Close()
		if err := <-got; !errors.Is(err, netconf.ErrClosed) || time.Since(started) != 0 {
			t.Errorf("after %v: %v", time.Since(started), err)
		}
		_ = s.Close()
	})
}

func TestCloseOfAServerThatIsSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, peer := memnet.Pipe()
		_, _ = io.WriteString(peer, `<hello><capabilities/></hello>]]>]]>`)
		s, err := netconf.New(t.Context(), client, nil)
		if err != nil {
			t.Fatal(err)
		}
		started := time.Now()
		_ = s.Close()
		if took := time.Since(started); took != 2*time.Second {
			t.Errorf("Close took %v", took)
		}
	})
}

// A server that is gone in the middle of a reply ends the call that the reply was
// for, and does so without a deadline.
func TestCutReplyEndsItsCall(t *testing.T) {
	for _, id := range []string{` message-id="1"`, ""} {
		s := open(t, &netconftest.Server{Handler: netconftest.HandlerFunc(func(s *netconftest.Session, _ *netconftest.Request) {
			_ = s.Write([]byte("\n#100\n<rpc-reply" + id + "><data><a/>"))
			s.Close()
		})}, nil)
		_, err := rpc.Get{}.Do(t.Context(), s)
		if call, ok := errors.AsType[*netconf.CallError](err); !ok || !call.Sent || !errors.Is(err, netconf.ErrClosed) || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("id %q: %v", id, err)
		}
	}
}
