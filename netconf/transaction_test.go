package netconf_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vtynet/vty/netconf"
	"github.com/vtynet/vty/netconf/netconftest"
	"github.com/vtynet/vty/netconf/rpc"
	simnetconf "github.com/vtynet/vty/sim/netconf"
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
				// A confirmation that is answered has made the change, whoever waits for it still.
				made := how == "cancelled" && i == 6
				if (err == nil) != made || how == "cancelled" && !made && !errors.Is(err, context.Canceled) {
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
				committed := !made && (i >= 5 || i == 4 && how == "cancelled")
				if undone != committed {
					t.Errorf("%s at %d (%s): undone %t: %q", how, i, step, undone, h.asked)
				}
			})
		}
	}
}

// TestTransactionOnADevice has every operation of a transaction go wrong in every way,
// on a device that carries it out or not. In the end the change is in effect or not at
// all, as the error says, and nothing is left behind.
func TestTransactionOnADevice(t *testing.T) {
	ways := map[string]simnetconf.Fault{
		"refused":   {NotDone: true, Reply: simnetconf.Failure("operation-failed", "no")},
		"gone":      {NotDone: true, HangUp: true},
		"done,gone": {HangUp: true},
		"silent":    {Silent: true},
		"late":      {Delay: 20 * time.Second},
		"deaf":      {NotDone: true, Silent: true},
	}
	// How many of an operation come before the one that goes wrong.
	places := []struct {
		operation string
		skip      int
	}{{"lock", 0}, {"lock", 1}, {"edit-config", 0}, {"edit-config", 1}, {"validate", 0}, {"commit", 0}, {"commit", 1}, {"discard-changes", 0}, {"unlock", 0}, {"unlock", 1}}
	for _, place := range places {
		for name, fault := range ways {
			for _, checkFails := range []bool{false, true} {
				synctest.Test(t, func(t *testing.T) {
					d, err := simnetconf.New(&simnetconf.Config{Running: "<a xmlns='urn:a'><old/></a>"})
					if err != nil {
						t.Fatal(err)
					}
					s := dialSim(t, d)
					fault.Operation, fault.Skip, fault.Times = place.operation, place.skip, 1
					d.Fail(fault)
					ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
					defer cancel()
					err = netconf.Transaction(ctx, s, netconf.Change{
						Edits:    []rpc.EditConfig{{Config: []byte("<a xmlns='urn:a'><one/></a>")}, {Config: []byte("<a xmlns='urn:a'><two/></a>")}},
						Validate: true, Timeout: 5 * time.Minute,
						Check: func(context.Context) error {
							if checkFails {
								return errors.New("it does not work")
							}
							return nil
						},
					})
					_ = s.Close()
					synctest.Wait()
					what := fmt.Sprintf("%s %d %s, check fails %t: %v", place.operation, place.skip+1, name, checkFails, err)
					if d.Dirty() || len(d.Locks()) > 0 || d.AwaitsConfirmation() {
						t.Errorf("%s: dirty %t, locks %v, awaits confirmation %t", what, d.Dirty(), d.Locks(), d.AwaitsConfirmation())
					}
					const before, after = `<a xmlns="urn:a"><old/></a>`, `<a xmlns="urn:a"><old/><one/><two/></a>`
					got := d.Running()
					switch {
					case got != before && got != after:
						t.Errorf("%s: half a change: %s", what, got)
					case err == nil && got != after:
						t.Errorf("%s: there is no change", what)
					case err != nil && got == after && !errors.Is(err, netconf.ErrClosed) && place.operation != "unlock" && place.operation != "discard-changes":
						t.Errorf("%s: the change was made", what)
					}
				})
			}
		}
	}
}
