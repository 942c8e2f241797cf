package netconf

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/vtynet/vty/internal/cli/streams"
	"github.com/vtynet/vty/netconf"
	"github.com/vtynet/vty/netconf/rpc"
)

func commit(s *streams.Streams) *cobra.Command {
	var op rpc.Commit
	var cancel bool
	cmd, _ := operation(s, &cobra.Command{
		Use:   "commit [flags]",
		Short: "Make the candidate the running configuration",
		Long: `Make the candidate the running configuration.

A confirmed commit is undone when its session ends, which is at the end of this
command, unless --persist gives it a name: confirm it then with --persist-id, or undo
it with --cancel.`,
	}, func() (action, error) {
		if op.Confirmed && op.Persist == "" {
			return nil, errors.New("--confirmed without --persist NAME would be undone at the end of this command")
		}
		if cancel {
			return checked(rpc.CancelCommit{PersistID: op.PersistID})
		}
		return checked(op)
	})
	flags := cmd.Flags()
	flags.BoolVar(&op.Confirmed, "confirmed", false, "go back unless another commit follows in time")
	flags.DurationVar(&op.Timeout, "confirm-timeout", 0, "that time, in whole seconds (0 is the device's own, 10m)")
	flags.StringVar(&op.Persist, "persist", "", "name of the confirmed commit")
	flags.StringVar(&op.PersistID, "persist-id", "", "confirm the commit of this name")
	flags.BoolVar(&cancel, "cancel", false, "undo a confirmed commit instead")
	return cmd
}

func lock(s *streams.Streams) *cobra.Command {
	var targets []string
	var length time.Duration
	cmd, o := operation(s, &cobra.Command{
		Use:   "lock [flags]",
		Short: "Hold locks until Ctrl-C",
		Long: `Lock datastores, say so, and hold the locks until Ctrl-C or for a time: a lock lasts
no longer than its session. The locks are given back in every case.`,
	}, func() (action, error) {
		var stores []rpc.Datastore
		for _, t := range targets {
			if _, err := (rpc.Lock{Target: rpc.Datastore(t)}).Request(); err != nil {
				return nil, err
			}
			stores = append(stores, rpc.Datastore(t))
		}
		return func(ctx context.Context, h *host) (answer, error) {
			return answer{}, netconf.WithLock(ctx, h.Session, func(ctx context.Context) error {
				h.tell(strings.Join(targets, " and ") + " locked")
				var over <-chan time.Time
				if length > 0 {
					timer := time.NewTimer(length)
					defer timer.Stop()
					over = timer.C
				}
				select {
				case <-ctx.Done():
					return nil
				case <-over:
					return nil
				case <-h.Done():
					return h.Err()
				}
			}, stores...)
		}, nil
	})
	o.lasting = true
	cmd.Flags().StringSliceVar(&targets, "target", []string{"running"}, "datastores to lock: running, candidate, startup")
	cmd.Flags().DurationVar(&length, "for", 0, "how long (0 is until Ctrl-C)")
	return cmd
}

func killSession(s *streams.Streams) *cobra.Command {
	var op rpc.KillSession
	cmd, _ := operation(s, &cobra.Command{
		Use:   "kill-session [flags] --session N",
		Short: "End another session, and with it its locks",
		Long: `End another session of the device, with its locks and what it has not committed: one
that was left behind, for example. Its number is in the error of a lock that it holds.`,
	}, func() (action, error) { return checked(op) })
	cmd.Flags().Uint32Var(&op.Session, "session", 0, "number of the session")
	return cmd
}

func schema(s *streams.Streams) *cobra.Command {
	var op rpc.GetSchema
	cmd, _ := operation(s, &cobra.Command{
		Use:   "schema [flags]",
		Short: "Print a data model, or list them",
		Long:  "Print a data model that the device has. Without --name, list those of its YANG library.",
	}, func() (action, error) {
		if op.Identifier == "" {
			return listModules, nil
		}
		return func(ctx context.Context, h *host) (answer, error) {
			text, err := op.Do(ctx, h)
			return answer{text: strings.TrimRight(text, "\n"), raw: []byte(text)}, err
		}, nil
	})
	cmd.Flags().StringVarP(&op.Identifier, "name", "n", "", "name of the module")
	cmd.Flags().StringVar(&op.Version, "revision", "", "its revision, where there are several")
	cmd.Flags().StringVar(&op.Format, "format", "", "yang or yin")
	return cmd
}

func listModules(ctx context.Context, h *host) (answer, error) {
	modules, err := rpc.Library{}.Do(ctx, h)
	var lines []string
	for _, m := range modules {
		lines = append(lines, strings.TrimRight(m.Name+" "+m.Revision, " "))
	}
	text := strings.Join(lines, "\n")
	return answer{text: text, raw: []byte(text + "\n")}, err
}

func subscribe(s *streams.Streams) *cobra.Command {
	var f filter
	var stream string
	var since, length time.Duration
	var count int
	cmd, o := operation(s, &cobra.Command{
		Use:   "subscribe [flags]",
		Short: "Print what devices tell unasked until Ctrl-C",
		Long: `Print notifications (RFC 5277) as they come, until Ctrl-C. A session that breaks is
begun again, and what happened in between replayed; what the device could not replay, or
came faster than it could be printed, is said on standard error.`,
	}, func() (action, error) {
		only, err := f.filter(s)
		if err != nil {
			return nil, err
		}
		op := rpc.CreateSubscription{Stream: stream, Filter: only}
		if _, err := op.Request(); err != nil {
			return nil, err
		}
		return func(ctx context.Context, h *host) (answer, error) {
			if since > 0 {
				op.Start = time.Now().Add(-since)
			}
			if length > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, length)
				defer cancel()
			}
			first := h.Session
			w := netconf.Watch{Subscription: op, Dial: func(ctx context.Context) (*netconf.Session, error) {
				if s := first; s != nil {
					first = nil
					return s, nil
				}
				return h.again(ctx)
			}}
			shown := 0
			for n, err := range w.Notifications(ctx) {
				if ctx.Err() != nil {
					break
				}
				if err != nil {
					return answer{}, err
				}
				switch {
				case n.Uncertain:
					h.tell("the session was broken, and notifications may be missing here")
				case n.Lost > 0:
					h.tell(fmt.Sprintf("%d notifications are missing here: they came too fast", n.Lost))
				}
				h.show(answer{text: string(n.Bytes()), raw: n.Bytes()})
				if shown++; shown == count {
					break
				}
			}
			return answer{}, nil
		}, nil
	})
	o.lasting = true
	f.register(cmd)
	flags := cmd.Flags()
	flags.StringVar(&stream, "stream", "", "stream of events (the device's NETCONF unless given)")
	flags.DurationVar(&since, "since", 0, "replay what the device kept of so much time, first")
	flags.DurationVar(&length, "for", 0, "how long (0 is until Ctrl-C)")
	flags.IntVar(&count, "count", 0, "end after so many notifications (0 is none)")
	return cmd
}
