package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/vtynet/vty/internal/cli"
	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/internal/cli/streams"
	"github.com/vtynet/vty/sim"
	"golang.org/x/crypto/ssh"
)

// simulate runs "vty sim" for as long as the script lasts: sim NAME FLAGS...
// Files that the flags name are the script's.
// Where the device is goes into the environment: NAME_SSH, NAME_TELNET,
// NAME_FINGERPRINT.
func simulate(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: sim NAME PLATFORM [FLAG...]")
	}
	for i, arg := range args[:len(args)-1] {
		if arg == "--known-hosts" || arg == "--scenario" {
			args[i+1] = ts.MkAbs(args[i+1])
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	out, in := io.Pipe()
	ended := make(chan exit.Status, 1)
	go func() {
		ended <- cli.Run(ctx, append([]string{"sim", "-o", "jsonl"}, args[1:]...), &streams.Streams{
			In: strings.NewReader(""), Out: in, Err: io.Discard,
			LookupEnv: func(string) (string, bool) { return "", false },
		})
		_ = in.Close()
	}()
	ts.Defer(func() {
		cancel()
		_, _ = io.Copy(io.Discard, out)
		if status := <-ended; status != exit.OK {
			ts.Logf("vty sim ended with status %d", status)
		}
	})
	line, err := bufio.NewReader(out).ReadBytes('\n')
	ts.Check(err)
	var device struct{ SSH, Telnet, Fingerprint string }
	ts.Check(json.Unmarshal(line, &device))
	ts.Setenv(args[0]+"_SSH", device.SSH)
	ts.Setenv(args[0]+"_TELNET", device.Telnet)
	ts.Setenv(args[0]+"_FINGERPRINT", device.Fingerprint)
}

// serveWeak serves a device that knows weak algorithms only: weak NAME. Its
// address goes into the environment.
func serveWeak(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: weak NAME")
	}
	dev, err := sim.New("cisco_iosxe", nil)
	ts.Check(err)
	server, err := sim.ListenSSH(context.Background(), "", dev, &sim.SSHConfig{Algorithms: ssh.Config{
		KeyExchanges: []string{ssh.InsecureKeyExchangeDH1SHA1},
		Ciphers:      []string{ssh.InsecureCipherAES128CBC},
		MACs:         []string{ssh.InsecureHMACSHA196},
	}})
	ts.Check(err)
	ts.Defer(func() { _ = server.Close() })
	ts.Setenv(args[0], server.Addr().String())
}

// closedPort finds a port that nothing listens on: closed NAME.
func closedPort(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: closed NAME")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	// Our own end of a connection is taken, so that nobody comes to listen there.
	taken, err := net.Dial("tcp", l.Addr().String())
	ts.Check(err)
	ts.Defer(func() { _, _ = taken.Close(), l.Close() })
	ts.Setenv(args[0], taken.LocalAddr().String())
}

// mute listens, accepts and says nothing: mute NAME.
func mute(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: mute NAME")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			defer func() { _ = conn.Close() }()
		}
	}()
	ts.Defer(func() {
		_ = l.Close()
		<-done
	})
	ts.Setenv(args[0], l.Addr().String())
}
