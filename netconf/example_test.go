package netconf_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/vtynet/vty/netconf"
	"github.com/vtynet/vty/netconf/rpc"
	simnetconf "github.com/vtynet/vty/sim/netconf"
)

// exampleSession begins a session with a simulated device, where a program would have
// netconf.Dial.
func exampleSession(running string) (*simnetconf.Device, *netconf.Session) {
	dev, err := simnetconf.New(&simnetconf.Config{Running: running})
	if err != nil {
		log.Fatal(err)
	}
	sess, err := netconf.New(context.Background(), dev.Pipe(), nil)
	if err != nil {
		log.Fatal(err)
	}
	return dev, sess
}

func Example() {
	_, sess := exampleSession(`<system xmlns="urn:s"><hostname>r1</hostname><contact>##noc##</contact></system>`)
	defer sess.Close()
	reply, err := rpc.GetConfig{Filter: rpc.Subtree(`<system xmlns="urn:s"><contact/></system>`)}.Do(context.Background(), sess)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s\n", reply.Data())
	var v struct {
		Contact string `xml:"system>contact"`
	}
	if err := reply.Decode(&v); err != nil {
		log.Fatal(err)
	}
	fmt.Println(v.Contact)
	// Output:
	// <system xmlns="urn:s"><contact>##noc##</contact></system>
	// ##noc##
}

// A change is checked while it is in effect, and undone where the check fails.
func ExampleTransaction() {
	dev, sess := exampleSession(`<system xmlns="urn:s"><hostname>r1</hostname></system>`)
	defer sess.Close()
	change := netconf.Change{
		Edits: []rpc.EditConfig{{Config: []byte(`<system xmlns="urn:s"><hostname>r2</hostname></system>`)}},
		Check: func(context.Context) error {
			fmt.Println("while it is checked:", dev.Running())
			return errors.New("the neighbours do not like it")
		},
	}
	fmt.Println("error:", netconf.Transaction(context.Background(), sess, change))
	fmt.Println("afterwards:", dev.Running())
	// Output:
	// while it is checked: <system xmlns="urn:s"><hostname>r2</hostname></system>
	// error: the neighbours do not like it
	// afterwards: <system xmlns="urn:s"><hostname>r1</hostname></system>
}

// A lock that another session holds names its holder.
func ExampleWithLock() {
	dev, holder := exampleSession("")
	defer holder.Close()
	sess, err := netconf.New(context.Background(), dev.Pipe(), nil)
	if err != nil {
		log.Fatal(err)
	}
	defer sess.Close()
	ctx := context.Background()
	err = netconf.WithLock(ctx, holder, func(ctx context.Context) error {
		return netconf.WithLock(ctx, sess, func(context.Context) error { return nil }, rpc.Running)
	}, rpc.Running)
	var locked *netconf.LockedError
	if errors.As(err, &locked) {
		fmt.Println(locked.Datastore, locked.Session == holder.ID(), locked.Holder.User, locked.Holder.Ours)
	}
	// Output: running true vty true
}

// A reply of any size is read element by element.
func ExampleSession_Stream() {
	_, sess := exampleSession(`<interfaces xmlns="urn:if"><interface><name>eth0</name></interface><interface><name>eth1</name></interface></interfaces>`)
	defer sess.Close()
	st, err := sess.Stream(context.Background(), rpc.GetConfig{})
	if err != nil {
		log.Fatal(err)
	}
	for e, err := range st.Elements("data", "interfaces", "interface") {
		if err != nil {
			log.Fatal(err)
		}
		var v struct {
			Name string `xml:"name"`
		}
		if err := e.Decode(&v); err != nil {
			log.Fatal(err)
		}
		fmt.Println(v.Name)
	}
	// Output:
	// eth0
	// eth1
}

// A Watch goes on where a session breaks: what happened in between is replayed.
func ExampleWatch() {
	dev, err := simnetconf.New(nil)
	if err != nil {
		log.Fatal(err)
	}
	dev.Notify(`<linkDown xmlns="urn:e"/>`)
	watch := netconf.Watch{
		Dial:         func(ctx context.Context) (*netconf.Session, error) { return netconf.New(ctx, dev.Pipe(), nil) },
		Subscription: rpc.CreateSubscription{Start: time.Now().Add(-time.Hour)},
	}
	for n, err := range watch.Notifications(context.Background()) {
		if err != nil {
			log.Fatal(err)
		}
		switch n.Name() {
		case "linkDown":
			fmt.Println(n.Name())
			dev.HangUp()
			dev.Notify(`<linkUp xmlns="urn:e"/>`)
		case "linkUp":
			fmt.Println(n.Name())
			return
		}
	}
	// Output:
	// linkDown
	// linkUp
}
