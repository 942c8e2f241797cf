package telnet

import (
	"errors"
	"slices"
	"testing"

	"github.com/vtynet/vty/internal/memnet"
)

// extended opens a session with an extension between a client and a server, and
// returns what each end receives of it.
func extended(t *testing.T) (client *Conn, server *ServerConn, heard, served *[]string) {
	t.Helper()
	a, b := memnet.Pipe()
	heard, served = new([]string), new([]string)
	note := func(to *[]string) *Extension {
		return &Extension{Option: byte(optComPort), Received: func(body []byte) []byte {
			*to = append(*to, string(body))
			if string(body) == "ask" {
				return []byte("answer")
			}
			return nil
		}}
	}
	server = NewServer(b, &ServerConfig{Quiet: true, Extension: note(served)})
	client = New(a, &Config{Start: Offer, Binary: true, Extension: note(heard)})
	t.Cleanup(func() { _ = client.Close(); _ = server.Close() })
	return client, server, heard, served
}

func TestExtension(t *testing.T) {
	client, server, heard, served := extended(t)
	if client.Settled() || client.Extended() {
		t.Error("settled before the server said a word")
	}
	settle(t, client, server)
	if !client.Settled() || !client.Extended() || !server.Settled() || !server.Extended() || !client.Binary() {
		t.Fatal("client and server did not agree")
	}
	for _, step := range []error{client.Subnegotiate(1, 0xff, 2), server.Subnegotiate(101, 0xff), client.Subnegotiate(), client.Subnegotiate(7), server.Subnegotiate([]byte("ask")...)} {
		if step != nil {
			t.Fatal(step)
		}
	}
	settle(t, client, server)
	if !slices.Equal(*served, []string{"\x01\xff\x02", "", "\x07", "answer"}) || !slices.Equal(*heard, []string{"\x65\xff", "ask"}) {
		t.Errorf("the server received %q, the client %q", *served, *heard)
	}
}

// A server that knows nothing of the option refuses it, and that is known.
func TestExtensionRefused(t *testing.T) {
	a, b := memnet.Pipe()
	server := NewServer(b, nil)
	defer server.Close()
	client := New(a, &Config{Start: Offer, Extension: &Extension{Option: byte(optComPort), Received: func([]byte) []byte { t.Error("received"); return nil }}})
	defer client.Close()
	settle(t, client, server)
	if !client.Settled() || client.Extended() {
		t.Error("the refusal is not known")
	}
	if err := client.Subnegotiate(1); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("Subnegotiate: %v", err)
	}
}

// Next tells of commands without data; Read does not.
func TestNext(t *testing.T) {
	c, dev := dialog(t, nil)
	write(t, dev, neg(cmdWILL, optEcho))
	if n, err := c.Next(make([]byte, 10)); n != 0 || err != nil || !c.Echo() {
		t.Errorf("Next = %d, %v", n, err)
	}
	write(t, dev, wire(cmdIAC, cmdNOP, "x"))
	if n, err := c.Next(make([]byte, 10)); n != 1 || err != nil {
		t.Errorf("Next = %d, %v", n, err)
	}
}
