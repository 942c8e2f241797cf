package ssh

import (
	"bytes"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/vtynet/vty/internal/memnet"
	xssh "golang.org/x/crypto/ssh"
)

// recordedHello is what an x/crypto server says before anything else.
func recordedHello(t testing.TB) []byte {
	t.Helper()
	client, server := memnet.Pipe()
	go (&device{}).serve(server)
	defer client.Close()
	_, _ = io.WriteString(client, "SSH-2.0-x\r\n")
	var all []byte
	buf := make([]byte, 4096)
	for {
		n, err := client.Read(buf)
		all = append(all, buf[:n]...)
		if _, rest, ok := bytes.Cut(all, []byte("\n")); ok {
			if _, perr := firstPacket(rest); perr == nil {
				return all
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// Any split of the bytes gives the same answer.
func TestHelloInPieces(t *testing.T) {
	text := append([]byte("Welcome\r\nto SSH-\r\n"), recordedHello(t)...)
	read := func(pieces ...[]byte) (hello, int) {
		var h hello
		greeted := 0
		h.greeted = func(string) { greeted++ }
		for _, p := range pieces {
			h.feed(p)
		}
		h.greeted = nil
		return h, greeted
	}
	want, greeted := read(text)
	offer := want.offer()
	if want.version != "SSH-2.0-Go" || greeted != 1 || !want.done || len(offer.KeyExchanges) == 0 ||
		!reflect.DeepEqual(offer.HostKeys, []string{xssh.KeyAlgoED25519}) || len(offer.Ciphers) == 0 || len(offer.MACs) == 0 {
		t.Fatalf("%+v", want)
	}
	for i := range text {
		if got, n := read(text[:i], text[i:]); !reflect.DeepEqual(got, want) || n != 1 {
			t.Fatalf("cut at %d: %+v", i, got)
		}
	}
	var bytewise [][]byte
	for i := range text {
		bytewise = append(bytewise, text[i:i+1])
	}
	if got, n := read(bytewise...); !reflect.DeepEqual(got, want) || n != 1 {
		t.Fatalf("byte by byte: %+v", got)
	}
}

func TestHelloIsBounded(t *testing.T) {
	var h hello
	for range 100 {
		h.feed(bytes.Repeat([]byte("no version here\n"), 1<<10))
	}
	if len(h.buf) > 3*maxHello {
		t.Errorf("%d bytes kept", len(h.buf))
	}
}

func FuzzHello(f *testing.F) {
	f.Add(recordedHello(f), 5)
	f.Add([]byte("SSH-2.0-x\r\n\xff\xff\xff\xff\x00\x14"), 3)
	f.Add([]byte("SSH-2.0-x\r\n\x00\x00\x00\x02\x01\x14"), 3)
	f.Fuzz(func(t *testing.T, text []byte, cut int) {
		var whole, parts hello
		whole.feed(text)
		cut = min(max(cut, 0), len(text))
		parts.feed(text[:cut])
		parts.feed(text[cut:])
		if whole.version != parts.version || len(text) < maxHello && !reflect.DeepEqual(whole.offer(), parts.offer()) {
			t.Errorf("whole %+v, in parts %+v", whole, parts)
		}
		if strings.ContainsRune(whole.version, '\n') {
			t.Errorf("version %q", whole.version)
		}
	})
}
