package telnet

import (
	"testing"
	"testing/synctest"

	"github.com/vtynet/vty/internal/memnet"
	"github.com/vtynet/vty/transport"
)

func TestServerAndClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := memnet.Pipe()
		var resized []transport.Size
		interrupts := 0
		server := NewServer(a, &ServerConfig{
			Resized:   func(s transport.Size) { resized = append(resized, s) },
			Interrupt: func() { interrupts++ },
		})
		client := New(b, &Config{Term: "vt220", Size: transport.Size{Columns: 132, Rows: 50}})
		settle(t, client, server)
		if got, want := server.Size(), (transport.Size{Columns: 132, Rows: 50}); got != want || server.Term() != "vt220" {
			t.Errorf("the server knows %v and %q", got, server.Term())
		}
		if !client.Echo() || client.Size() != server.Size() {
			t.Errorf("the client knows echo %v, size %v", client.Echo(), client.Size())
		}
		if err := client.Resize(t.Context(), transport.Size{Columns: 255, Rows: 255}); err != nil {
			t.Fatal(err)
		}
		if err := client.Break(); err != nil {
			t.Fatal(err)
		}
		settle(t, client, server)
		if len(resized) != 2 || resized[1] != (transport.Size{Columns: 255, Rows: 255}) || server.Size() != resized[1] {
			t.Errorf("resized %v", resized)
		}
		if interrupts != 1 {
			t.Errorf("%d interrupts", interrupts)
		}
		_ = client.Close()
		_ = server.Close()
	})
}

// A server that begins late is answered late.
func TestServerThatIsQuietAtFirst(t *testing.T) {
	a, b := memnet.Pipe()
	server, client := NewServer(a, &ServerConfig{Quiet: true}), New(b, nil)
	defer client.Close()
	defer server.Close()
	settle(t, client, server)
	if client.Echo() || server.Term() != "" || server.Size() != (transport.Size{}) {
		t.Error("something was agreed on")
	}
	if err := server.Negotiate(); err != nil {
		t.Fatal(err)
	}
	settle(t, client, server)
	if !client.Echo() || server.Term() != "xterm" || server.Size() != defaultSize {
		t.Errorf("echo %v, terminal %q, size %v", client.Echo(), server.Term(), server.Size())
	}
}
