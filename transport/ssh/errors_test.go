package ssh

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/internal/memnet"
	xssh "golang.org/x/crypto/ssh"
)

// proposalPacket is an SSH_MSG_KEXINIT as it is sent before encryption begins.
func proposalPacket(o Offer) []byte {
	list := func(names []string) string { return strings.Join(names, ",") }
	payload := xssh.Marshal(struct {
		Cookie                                                 [16]byte
		Kex, Keys, In, Out, MACIn, MACOut, Comp, Comp2, L1, L2 string
		First                                                  bool
		Reserved                                               uint32
	}{
		Kex: list(o.KeyExchanges), Keys: list(o.HostKeys), In: list(o.Ciphers), Out: list(o.Ciphers),
		MACIn: list(o.MACs), MACOut: list(o.MACs), Comp: "none", Comp2: "none",
	})
	payload = append([]byte{msgKexInit}, payload...)
	padding := 8 - (len(payload)+5)%8 + 8
	packet := binary.BigEndian.AppendUint32(nil, uint32(len(payload)+padding+1))
	packet = append(packet, byte(padding))
	return slices.Concat(packet, payload, make([]byte, padding))
}

// A hang-up in the key exchange is told from others, with what is likely behind
// it.
func TestHangUpInKeyExchange(t *testing.T) {
	_, safe := known(false)
	weak := safe.Offer
	weak.KeyExchanges, weak.Ciphers = []string{"diffie-hellman-group1-sha1"}, []string{"3des-cbc"}
	alien := safe.Offer
	alien.Ciphers = []string{"rot13"}
	for name, tc := range map[string]struct {
		said []byte
		want string
	}{
		"before the proposal": {nil, "its limit on connections"},
		"weak only":           {proposalPacket(weak), "allow the legacy ones for this host, --legacy, or in its ssh_config: KexAlgorithms +diffie-hellman-group1-sha1; Ciphers +3des-cbc"},
		"nothing in common":   {proposalPacket(alien), "no algorithm in common; it offers "},
		"agreed upon":         {proposalPacket(safe.Offer), "a defect of its " + safe.KeyExchanges[0]},
	} {
		t.Run(name, func(t *testing.T) {
			client, server := memnet.Pipe()
			go func() {
				_, _ = server.Write(append([]byte("SSH-2.0-old\r\n"), tc.said...))
				// What the client says is read, so that it is the hang-up that it hears of.
				_, _ = io.ReadAtLeast(server, make([]byte, 4096), 64)
				_ = server.Close()
			}()
			_, err := New(t.Context(), client, "r1", 22, anyKey())
			if tc.said != nil && errors.Is(err, ErrNegotiation) && name != "agreed upon" {
				return // it was quicker to see that than the hang-up
			}
			if !errors.Is(err, ErrClosedInKeyExchange) || !errors.Is(err, io.EOF) || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%v; want %q", err, tc.want)
			}
		})
	}
	h := newHandshake(t.Context(), &settings{propose: safe}, nil, nil)
	for name, o := range map[string]Offer{"weak": weak, "alien": alien} {
		h.w.hello.kexInit = kexInit(o)
		if why := h.likely(); name == "weak" != strings.Contains(why, "--legacy") || name == "alien" != strings.Contains(why, "rot13") {
			t.Errorf("%s: %s", name, why)
		}
	}
}

// kexInit is the payload of SSH_MSG_KEXINIT that offers o.
func kexInit(o Offer) []byte {
	payload := append([]byte{msgKexInit}, make([]byte, 16)...)
	for _, list := range [][]string{o.KeyExchanges, o.HostKeys, o.Ciphers, o.Ciphers, o.MACs, o.MACs} {
		text := strings.Join(list, ",")
		payload = append(binary.BigEndian.AppendUint32(payload, uint32(len(text))), text...)
	}
	return payload
}

// The states that a caller may want to tell apart are sentinels, and no two are
// the same.
func TestSentinels(t *testing.T) {
	all := []error{ErrAuth, ErrHostKey, ErrNegotiation, ErrNoVersion, ErrClosedInKeyExchange, ErrTooManySessions, ErrNoShell, ErrLost}
	mute := func(said string) error {
		client, server := memnet.Pipe()
		go func() {
			_, _ = io.WriteString(server, said)
			if said != "" {
				// A pipe, unlike TCP, refuses at once what is written to an end that was closed.
				_, _ = server.Read(make([]byte, 1))
			}
			_ = server.Close()
		}()
		_, err := New(t.Context(), client, "r1", 22, anyKey())
		return err
	}
	open := func(d *device, cfg *Config) error {
		_, err := d.mem(t.Context(), cfg)
		return err
	}
	silent := func() error {
		client, server := memnet.Pipe()
		defer server.Close()
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		_, err := New(ctx, client, "r1", 22, anyKey())
		return err
	}
	for _, tc := range []struct {
		err  error
		want error
		says string
	}{
		{mute(""), ErrNoVersion, "before it showed an SSH version"},
		{mute("% all lines in use\r\n"), ErrNoVersion, "% all lines in use"},
		{silent(), ErrNoVersion, "no answer within"},
		{mute("SSH-2.0-x\r\n"), ErrClosedInKeyExchange, "in the key exchange ("},
		{open(&device{config: both(weak["group1"], func(c *xssh.ServerConfig) { c.NoClientAuth = true })}, anyKey()), ErrNegotiation, "no common algorithm"},
		{open(&device{}, &Config{HostKeys: auth.KnownHosts("/no/such")}), ErrHostKey, "unknown"},
		{open(&device{config: password("x")}, anyKey(literal("y"))), ErrAuth, "password refused"},
		{open(&device{rejectSession: true}, anyKey()), ErrTooManySessions, "all lines in use"},
		{open(&device{refuseShell: true}, anyKey()), ErrNoShell, "refuses a shell"},
	} {
		for _, sentinel := range all {
			if errors.Is(tc.err, sentinel) != (sentinel == tc.want) {
				t.Errorf("%v: is %v: %t", tc.err, sentinel, sentinel != tc.want)
			}
		}
		if tc.err == nil || !strings.Contains(tc.err.Error(), tc.says) {
			t.Errorf("%v; want %q", tc.err, tc.says)
		}
	}
}

// OpenSSH's own limit on sessions, and its own renewing of keys every half
// megabyte while both sides send.
func TestOpenSSHLimits(t *testing.T) {
	srv := openSSH(t, "cat", "MaxSessions 1", "RekeyLimit 512K", "LogLevel DEBUG")
	cfg := &Config{User: me(t), HostKeys: auth.Unchecked(), Auth: []auth.Method{auth.KeyFile(keyFiles(t).path("ed25519"), nil)}}
	client, err := Connect(t.Context(), srv.host, srv.port, cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	c, err := client.Session(t.Context(), Session{Command: "cat"})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := client.Session(t.Context(), Session{}); !errors.Is(err, ErrTooManySessions) {
		t.Errorf("a second session: %v", err)
	}
	const size = 8 << 20
	sent := make([]byte, size)
	for i := range sent {
		sent[i] = byte(i * 7 >> 3)
	}
	failed := make(chan error, 1)
	go func() {
		_, err := io.Copy(c, bytes.NewReader(sent))
		failed <- errors.Join(err, c.CloseWrite())
	}()
	got, err := io.ReadAll(c)
	if err != nil || !bytes.Equal(got, sent) {
		t.Errorf("%d of %d bytes came back, %v", len(got), size, err)
	}
	if err := <-failed; err != nil {
		t.Error(err)
	}
	if status, known := c.ExitStatus(); status != 0 || !known {
		t.Errorf("exit status %d, %t", status, known)
	}
	if n := srv.log.count("ssh_set_newkeys: rekeying"); n < 10 {
		t.Errorf("the keys were renewed %d times", n)
	}
}
