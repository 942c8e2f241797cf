package netconf_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/netconf"
	"github.com/vtynet/vty/netconf/framing"
	"github.com/vtynet/vty/netconf/netconftest"
	"github.com/vtynet/vty/netconf/rpc"
)

// interfaces answers with n elements in chunks.
func interfaces(n int) netconftest.HandlerFunc {
	part := "<interface><name>##10.0.0.1##</name>" + strings.Repeat("<leaf a='1'>value</leaf>", 40) + "</interface>"
	batch := strings.Repeat(part, 64)
	framed := fmt.Appendf(nil, "\n#%d\n%s", len(batch), batch)
	return func(s *netconftest.Session, r *netconftest.Request) {
		if r.Name != "get" {
			_ = s.Reply(r, "<ok/>")
			return
		}
		chunk := func(text string) error { return s.Write(fmt.Appendf(nil, "\n#%d\n%s", len(text), text)) }
		_ = chunk(`<rpc-reply message-id="` + r.ID + `"><data><interfaces>`)
		for range n / 64 {
			if s.Write(framed) != nil {
				return
			}
		}
		_ = chunk("</interfaces></data></rpc-reply>")
		_ = s.Write([]byte("\n##\n"))
	}
}

// TestStreamTakesConstantMemory reads a reply of 39 MiB over SSH, or of as many as
// VTY_NETCONF_MIB says.
func TestStreamTakesConstantMemory(t *testing.T) {
	mib := 39
	if text := os.Getenv("VTY_NETCONF_MIB"); text != "" {
		var err error
		if mib, err = strconv.Atoi(text); err != nil || mib < 1 {
			t.Fatalf("VTY_NETCONF_MIB=%s: want a number of MiB", text)
		}
	}
	const each = 1008 // bytes of an interface
	n := mib << 20 / each / 64 * 64
	server := &netconftest.Server{Handler: interfaces(n)}
	handle, fingerprint := sshServer(t, func(c io.ReadWriteCloser) { _ = server.Serve(c) })
	s, err := netconf.OverSSH(t.Context(), pipeTCP(t, handle), "r1", &netconf.Config{User: "ops", HostKeys: auth.Pinned(fingerprint)})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var before, after runtime.MemStats
	runtime.GC() // what other tests have left is no part of it
	runtime.ReadMemStats(&before)
	st, err := s.Stream(t.Context(), rpc.Get{})
	if err != nil {
		t.Fatal(err)
	}
	count, size := 0, 0
	for e, err := range st.Elements("data", "interfaces", "interface") {
		if err != nil {
			t.Fatal(err)
		}
		count++
		size += len(e.Bytes())
	}
	runtime.ReadMemStats(&after)
	took := int64(after.HeapSys - before.HeapSys)
	t.Logf("%d elements, %d MiB; the heap grew by %d KiB, and all memory of the process is %d MiB", count, size>>20, took>>10, after.Sys>>20)
	if count != n || size != n*each || took > 16<<20 {
		t.Errorf("%d elements of %d, %d bytes; the heap grew by %d", count, n, size, took)
	}
	if _, err := (rpc.GetConfig{}).Do(t.Context(), s); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestStreamIsExact(t *testing.T) {
	body := "<a>" + strings.Repeat(nasty, 10_000) + "</a>"
	s := open(t, &netconftest.Server{Handler: netconftest.HandlerFunc(echo)}, nil)
	st, err := s.Stream(t.Context(), rpc.Raw(body))
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(st)
	want := `<rpc-reply xmlns="urn:ietf:params:xml:ns:netconf:base:1.0" message-id="1"><data>` + body + `</data></rpc-reply>`
	if err != nil || sha256.Sum256(got) != sha256.Sum256([]byte(want)) {
		t.Errorf("%d bytes of %d, %v", len(got), len(want), err)
	}
}

func TestStreamLeftEarly(t *testing.T) {
	s := open(t, &netconftest.Server{Handler: interfaces(10_000)}, nil)
	st, err := s.Stream(t.Context(), rpc.Get{})
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range st.Elements("data", "interfaces", "interface") {
		if err != nil {
			t.Fatal(err)
		}
		break
	}
	ctx, cancel := context.WithCancel(t.Context())
	st, err = s.Stream(ctx, rpc.Get{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := st.Read(make([]byte, 10)); err != nil {
		t.Fatal(err)
	}
	cancel()
	_, err = io.Copy(io.Discard, st)
	if e, ok := errors.AsType[*netconf.CallError](err); !ok || !e.Sent || !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if _, err := (rpc.GetConfig{}).Do(t.Context(), s); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestStreamErrors(t *testing.T) {
	server := &netconftest.Server{Handler: netconftest.HandlerFunc(func(s *netconftest.Session, r *netconftest.Request) {
		switch r.Name {
		case "warned":
			_ = s.Reply(r, warning+"<data><a/></data>")
		case "failed":
			_ = s.Reply(r, warning+failure)
		case "broken":
			framed, _ := framing.Append(nil, framing.V11, []byte(`<rpc-reply message-id="`+r.ID+`"><data><a/><b`))
			_ = s.Write(framed)
		case "cut":
			_ = s.Write([]byte("\n#100\n<rpc-reply message-id=\"" + r.ID + "\"><data><a/>"))
			s.Close()
		}
	})}
	for name, want := range map[string]string{"warned": "", "failed": "access-denied: e", "broken": "unexpected EOF", "cut": "unexpected EOF"} {
		s := open(t, server, nil)
		st, err := s.Stream(t.Context(), rpc.Raw("<"+name+"/>"))
		if err != nil {
			t.Fatal(err)
		}
		count := 0
		err = nil
		for _, e := range st.Elements("data", "a") {
			if err = e; err == nil {
				count++
			}
		}
		if (err == nil) != (want == "") || err != nil && (!strings.Contains(err.Error(), want) || !errors.As(err, new(*netconf.CallError))) {
			t.Errorf("%s: %v", name, err)
		}
		if name != "failed" && count != 1 || name == "warned" && len(st.Warnings()) != 1 {
			t.Errorf("%s: %d elements, %d warnings", name, count, len(st.Warnings()))
		}
	}
	s := open(t, server, nil)
	if _, err := s.Stream(t.Context(), rpc.Commit{}); !errors.As(err, new(*rpc.UnsupportedError)) {
		t.Error(err)
	}
}

func TestStreamThatNobodyReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := netconf.New(t.Context(), (&netconftest.Server{Handler: interfaces(10_000)}).Pipe(), nil)
		if err != nil {
			t.Fatal(err)
		}
		st, err := s.Stream(t.Context(), rpc.Get{})
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		started := time.Now()
		_ = s.Close()
		if took := time.Since(started); took > 2*time.Second {
			t.Errorf("Close took %v", took)
		}
		if _, err := io.Copy(io.Discard, st); !errors.Is(err, netconf.ErrClosed) {
			t.Error(err)
		}
	})
}
