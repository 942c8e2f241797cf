// Package shell is the verb that hands a device's command line to a person.
package shell

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"
	"github.com/vtynet/vty"
	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/internal/cli/report"
	"github.com/vtynet/vty/internal/cli/streams"
	"github.com/vtynet/vty/internal/cli/target"
	"github.com/vtynet/vty/transport"
	"golang.org/x/term"
)

// Command is "vty shell".
func Command(s *streams.Streams) *cobra.Command {
	var targets target.Flags
	var recording string
	var show, noHistory bool
	cmd := &cobra.Command{
		Use:   "shell [flags]",
		Short: "Open a device's command line, logged in and in the right mode",
		Long: `Log in to a device, reach the mode that commands run in, and hand over its command
line: every key goes to the device and all that it sends comes back.

At the beginning of a line, ~. leaves, ~h shows what you entered here before, ~B sends
a break, and ~~ types one ~. The device is told the size of the terminal, also when it
changes; its paging stays as it is.

The commands that you enter go into a history, which --history prints: when, where,
what. What the device does not echo is not in it, nor is a line that speaks of a
password, secret, key or community, nor one that begins with a space.

Where standard input is not a terminal, its bytes are typed as they are, and the
session ends once they are typed and the device is back at a prompt.`,
		Example: `  vty shell -H ops@r1.example.net -p cisco_iosxe
  vty shell --sim arista_eos --record session.vtyrec
  vty shell --history | grep bgp
  printf 'show clock\n' | vty shell --sim cisco_iosxe`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if show {
				h, err := openHistory("")
				if err != nil {
					return err
				}
				return h.write(s.Out)
			}
			set, err := targets.Resolve(cmd.Context(), s)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, set.Close()) }()
			t, err := set.Only()
			if err != nil {
				return err
			}
			if recording != "" {
				finish, err := start(cmd.Context(), t, recording)
				if err != nil {
					return exit.Misused(err)
				}
				defer func() { err = errors.Join(err, finish()) }()
			}
			if err := open(cmd.Context(), s, t, !noHistory); err != nil {
				report.Error(s.Err, t.Label, report.Text(t.Host.Name, err), err)
				return exit.Silently(exit.Of(err))
			}
			return nil
		},
	}
	targets.Register(cmd.Flags())
	cmd.Flags().StringVar(&recording, "record", "", "write the session to a new file, without its secrets")
	cmd.Flags().BoolVar(&show, "history", false, "print what was entered in earlier sessions, and connect to nothing")
	cmd.Flags().BoolVar(&noHistory, "no-history", false, "keep nothing of what is entered")
	return cmd
}

// open logs in and hands over.
func open(ctx context.Context, s *streams.Streams, t *target.Target, keeps bool) error {
	t.Config.KeepTerminal = true
	fd, interactive := streams.Terminal(s.In)
	if interactive {
		if columns, rows, err := term.GetSize(fd); err == nil {
			t.Config.Size = transport.Size{Columns: columns, Rows: rows}
		}
	}
	dev, err := t.Dial(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = dev.Close() }()
	if !interactive {
		return dev.Attach(ctx, s.In, s.Out)
	}
	return handOver(ctx, s, t, dev, fd, keeps)
}

// handOver connects the terminal with the device.
func handOver(ctx context.Context, s *streams.Streams, t *target.Target, dev *vty.Device, fd int, keeps bool) error {
	_, _ = fmt.Fprintf(s.Err, "connected to %s; at the beginning of a line ~. leaves, ~h shows the history\n", t.Label)
	state, err := term.MakeRaw(fd)
	if err != nil {
		return fmt.Errorf("terminal: %w", err)
	}
	defer func() { _ = term.Restore(fd, state) }()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go followSize(ctx, fd, func(size transport.Size) { _ = dev.Resize(ctx, size) })
	left := make(chan struct{})
	typing := &escaping{in: s.In, left: func() { close(left); cancel() }, breaks: func() {
		if err := dev.Break(); err != nil {
			_, _ = fmt.Fprintf(s.Err, "\r\nno break: %v\r\n", err)
		}
	}}
	var in io.Reader = typing
	out := s.Out
	if h, err := openHistory(t.Label); err == nil && keeps {
		// What cannot be kept is not worth an interruption.
		e := &entered{keep: func(command string) { _ = h.add(command) }, secrets: typeable(ctx, t)}
		in, out = keys{in, e}, glass{out, e}
		typing.shows = func() {
			_, _ = fmt.Fprintf(s.Err, "\r\n")
			for _, command := range h.last(20) {
				_, _ = fmt.Fprintf(s.Err, "  %s\r\n", command)
			}
			_, _ = io.WriteString(s.Err, e.current()) // where they go on
		}
	}
	err = dev.Attach(ctx, in, out)
	select {
	case <-left:
		err = nil // on request, in the middle of whatever the device was doing
	default:
	}
	_, _ = io.WriteString(s.Err, "\r\nleft "+t.Label+"\r\n")
	return err
}
