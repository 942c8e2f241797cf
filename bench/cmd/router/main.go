// The router is the server of the comparison as a process of its own. It prints
// its addresses as one line of JSON, and then, for each line on its standard
// input, the processor time that it has used so far, in nanoseconds. It ends
// with its input.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"log"
	"net"
	"os"

	"github.com/vtynet/vty/bench/router"
	"github.com/vtynet/vty/bench/work"
)

func main() {
	var addresses struct{ SSH, Telnet string }
	addresses.SSH = listen(router.ServeSSH)
	addresses.Telnet = listen(router.ServeTelnet)
	if err := json.NewEncoder(os.Stdout).Encode(addresses); err != nil {
		log.Fatal(err)
	}
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		fmt.Println(work.CPU().Nanoseconds())
	}
}

func listen(serve func(net.Listener) error) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	go func() { log.Fatal(serve(l)) }()
	return l.Addr().String()
}
