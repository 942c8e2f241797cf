//go:build !windows

package shell

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/vtynet/vty/transport"
	"golang.org/x/term"
)

// followSize calls changed whenever the terminal has another size, until ctx
// ends.
func followSize(ctx context.Context, fd int, changed func(transport.Size)) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGWINCH)
	defer signal.Stop(signals)
	for {
		select {
		case <-signals:
			if columns, rows, err := term.GetSize(fd); err == nil {
				changed(transport.Size{Columns: columns, Rows: rows})
			}
		case <-ctx.Done():
			return
		}
	}
}
