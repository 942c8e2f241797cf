package netconf_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vtynet/vty/netconf"
	"github.com/vtynet/vty/netconf/netconftest"
	"github.com/vtynet/vty/netconf/rpc"
)

var change = []rpc.EditConfig{{Config: []byte("<a xmlns='urn:a'/>")}}

// steps are those of a transaction that goes well.
var steps = []string{"lock running", "lock candidate", "edit-config candidate", "validate", "commit", "check", "commit", "discard-changes", "unlock candidate", "unlock running"}

func TestTransaction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &recorded{}
		s := h.session(t)
		defer s.Close()
		err := netconf.Transaction(t.Context(), s, netconf.Change{Edits: change, Validate: true, Timeout: time.Minute, Check: func(context.Context) error {
			h.asked = append(h.asked, "check")
			return nil
		}})
		if err != nil || !slices.Equal(h.asked, steps) {
			t.Errorf("%v, %q", err, h.asked)
		}
		h.asked = nil
		err = netconf.Transaction(t.Context(), s, netconf.Change{Edits: change})
		if want := "lock running,lock candidate,edit-config candidate,commit,discard-changes,unlock candidate,unlock running"; err != nil || strings.Join(h.asked, ",") != want {
			t.Errorf("without a check: %v, %q", err, h.asked)
		}
		if err := netconf.Transaction(t.Context(), s, netconf.Change{Edits: []rpc.EditConfig{{Target: rpc.Running}}}); err == nil {
			t.Error("another target was taken")
		}
	})
}

// TestTransactionCutShort fails, and cancels, in every step, and has the server
// refuse it or fall silent for a while.
func TestTransactionCutShort(t *testing.T) {
	for i, step := range steps[:7] {
		for _, how := range []string{"refused", "cancelled"} {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				at := 0
				h := &recorded{}
				trip := func() bool { at++; return at == i+1 }
				h.answer = func(_ string, s *netconftest.Session, r *netconftest.Request) bool {
					if !trip() {
						return false
					}
					if how == "cancelled" {
						cancel()
						time.Sleep(time.Second) // what was asked for is granted all the same
						return false
					}
					_ = s.Reply(r, failure)
					return true
				}
				s := h.session(t)
				err := netconf.Transaction(ctx, s, netconf.Change{Edits: change, Validate: true, Check: func(ctx context.Context) error {
					h.asked = append(h.asked, "check")
					if !trip() {
						return nil
					}
					if how == "cancelled" {
						cancel()
						return ctx.Err()
					}
					return errors.New("failed")
				}})
				_ = s.Close()
				if err == nil || how == "cancelled" && !errors.Is(err, context.Canceled) {
					t.Errorf("%s at %d (%s): %v", how, i, step, err)
				}
				// Every lock that was granted was given back, and nothing was left in between.
				count := func(name string) (n int) {
					for _, a := range h.asked {
						if a == name {
							n++
						}
					}
					return n
				}
				granted := func(name string) int {
					if how == "refused" && step == name {
						return count(name) - 1
					}
					return count(name)
				}
				for _, d := range []string{"running", "candidate"} {
					if granted("lock "+d) != count("unlock "+d) {
						t.Errorf("%s at %d (%s): %q", how, i, step, h.asked)
					}
				}
				if count("edit-config candidate") != count("discard-changes") && step != "lock candidate" {
					t.Errorf("%s at %d (%s): a dirty candidate: %q", how, i, step, h.asked)
				}
				undone := count("cancel-commit") == 1
				committed := i >= 5 || i == 4 && how == "cancelled"
				if undone != committed {
					t.Errorf("%s at %d (%s): undone %t: %q", how, i, step, undone, h.asked)
				}
			})
		}
	}
}
