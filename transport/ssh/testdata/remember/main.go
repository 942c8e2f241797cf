// Command remember connects to the SSH server at an address under several names
// that it has never seen, and believes and remembers each: remember ADDRESS
// KNOWN_HOSTS NAME... It waits for its standard input to end first, so that many can
// start at once.
package main

import (
	"context"
	"io"
	"log"
	"net"
	"os"
	"strconv"

	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/transport/ssh"
)

func main() {
	host, text, err := net.SplitHostPort(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	port, err := strconv.Atoi(text)
	if err != nil {
		log.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
	for _, name := range os.Args[3:] {
		c, err := ssh.Connect(context.Background(), host, port, &ssh.Config{User: "ops", HostKeys: auth.AcceptNew(os.Args[2]), HostKeyAlias: name})
		if err != nil {
			log.Fatal(err)
		}
		_ = c.Close()
	}
}
