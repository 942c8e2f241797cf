// Command vty drives the command line of network devices.
package main

import (
	"os"

	"github.com/vtynet/vty/internal/cli"
	"github.com/vtynet/vty/internal/cli/streams"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], streams.Standard()))
}
