package router

import (
	"crypto/ed25519"
	"errors"
	"net"

	"golang.org/x/crypto/ssh"
)

// HostKey is the router's key, the same at every start.
func HostKey() ssh.Signer {
	signer, err := ssh.NewSignerFromKey(ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)))
	if err != nil {
		panic(err) // of a constant
	}
	return signer
}

// ServeSSH serves SSH until the listener is closed.
func ServeSSH(l net.Listener) error {
	config := &ssh.ServerConfig{
		// What all clients have in common, old ones included.
		Config: ssh.Config{
			KeyExchanges: []string{ssh.KeyExchangeCurve25519},
			Ciphers:      []string{ssh.CipherAES128GCM, ssh.CipherAES128CTR},
		},
		ServerVersion: "SSH-2.0-Cisco-1.25",
		PasswordCallback: func(meta ssh.ConnMetadata, password []byte) (*ssh.Permissions, error) {
			if meta.User() == User && string(password) == Password {
				return nil, nil
			}
			return nil, errors.New("permission denied")
		},
	}
	config.AddHostKey(HostKey())
	return accept(l, func(conn net.Conn) { serveSSH(conn, config) })
}

// accept gives each connection a goroutine.
func accept(l net.Listener, serve func(net.Conn)) error {
	_ = lines() // before anybody waits for them
	for {
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer conn.Close()
			serve(conn)
		}()
	}
}

func serveSSH(conn net.Conn, config *ssh.ServerConfig) {
	_, channels, requests, err := ssh.NewServerConn(conn, config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	for c := range channels {
		if c.ChannelType() != "session" {
			_ = c.Reject(ssh.UnknownChannelType, "only sessions")
			continue
		}
		ch, requests, err := c.Accept()
		if err != nil {
			return
		}
		go serveSession(ch, requests)
	}
}

func serveSession(ch ssh.Channel, requests <-chan *ssh.Request) {
	for r := range requests {
		known := r.Type == "pty-req" || r.Type == "shell" || r.Type == "exec" || r.Type == "env"
		if r.WantReply {
			_ = r.Reply(known, nil)
		}
		switch r.Type {
		case "shell":
			go func() {
				_ = serve(ch)
				hangUp(ch)
			}()
		case "exec":
			var exec struct{ Command string }
			_ = ssh.Unmarshal(r.Payload, &exec)
			go func() {
				t := &terminal{w: ch}
				if t.command(exec.Command) == nil {
					_ = t.flush()
				}
				hangUp(ch)
			}()
		}
	}
}

func hangUp(ch ssh.Channel) {
	_, _ = ch.SendRequest("exit-status", false, make([]byte, 4))
	_ = ch.Close()
}
