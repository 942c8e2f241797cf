package vtytest_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/vtynet/vty/netconf"
	"github.com/vtynet/vty/netconf/rpc"
	simnetconf "github.com/vtynet/vty/sim/netconf"
	"github.com/vtynet/vty/vtytest"
)

func TestNETCONF(t *testing.T) {
	dev := vtytest.SimulateNETCONF(t, &simnetconf.Config{Running: `<system xmlns="urn:s"><hostname>r1</hostname></system>`})
	addr, cfg := vtytest.ServeNETCONF(t, dev)
	over, err := netconf.Dial(t.Context(), addr, cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer over.Close()
	if _, err := (rpc.CreateSubscription{}).Do(t.Context(), over); err != nil {
		t.Fatal(err)
	}

	s := vtytest.OpenNETCONF(t, dev, nil)
	rename := rpc.EditConfig{Target: rpc.Running, Config: []byte(`<system xmlns="urn:s"><hostname>r2</hostname></system>`)}
	if _, err := rename.Do(t.Context(), s); err != nil || !strings.Contains(dev.Running(), ">r2<") {
		t.Errorf("%s, %v", dev.Running(), err)
	}
	dev.Fail(simnetconf.Fault{Operation: "edit-config", Times: 1, NotDone: true, Reply: simnetconf.Failure("resource-denied", "no")})
	if _, err := rename.Do(t.Context(), s); !errors.As(err, new(*netconf.RPCError)) {
		t.Error(err)
	}
	dev.Notify("<hot xmlns='urn:h'/>")
	for n, err := range over.Notifications(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if n.Name() == "hot" {
			break
		}
	}
}
