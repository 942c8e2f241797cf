package vty_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/sim"
)

// router starts a simulated router that the examples connect to.
func router() *sim.Server {
	dev, err := sim.New("cisco_iosxe", &sim.Config{Hostname: "r1", Users: map[string]string{"ops": "s3cret"}, Secrets: map[string]string{"enable": "s3cret"}})
	if err != nil {
		log.Fatal(err)
	}
	srv, err := sim.ListenSSH(context.Background(), "127.0.0.1:0", dev, nil)
	if err != nil {
		log.Fatal(err)
	}
	return srv
}

func ops(srv *sim.Server) *vty.Config {
	return &vty.Config{
		Platform: "cisco_iosxe",
		User:     "ops",
		Auth:     []auth.Method{auth.Password(auth.Literal("s3cret"))},
		HostKeys: auth.Pinned(srv.Fingerprint()),
		Secrets:  map[string]auth.Source{"enable": auth.Literal("s3cret")},
	}
}

func ExampleDial() {
	srv := router()
	defer func() { _ = srv.Close() }()

	ctx := context.Background()
	dev, err := vty.Dial(ctx, srv.Addr().String(), ops(srv))
	if err != nil {
		log.Fatal(err) // a *vty.DialError names the phase and every address tried
	}
	defer func() { _ = dev.Close() }()

	res, err := dev.Run(ctx, "show privilege")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(dev.Prompt(), res.Text())
	// Output: r1# Current privilege level is 15
}

func ExampleDevice_Each() {
	srv := router()
	defer func() { _ = srv.Close() }()
	ctx := context.Background()
	dev, err := vty.Dial(ctx, srv.Addr().String(), ops(srv))
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = dev.Close() }()

	for res, err := range dev.Each(ctx, "show privilege", "show nonsense", "show inventory") {
		var refused *vty.CommandError
		switch {
		case errors.As(err, &refused):
			fmt.Printf("%s: the device says %q\n", refused.Command, refused.Reason)
		case err != nil:
			log.Fatal(err) // the session broke
		default:
			fmt.Printf("%s: %d lines\n", res.Command, len(res.Lines()))
		}
	}
	// Output:
	// show privilege: 1 lines
	// show nonsense: the device says "% Invalid input detected at '^' marker."
	// show inventory: 8 lines
}

func ExampleDevice_Configure() {
	srv := router()
	defer func() { _ = srv.Close() }()
	ctx := context.Background()
	dev, err := vty.Dial(ctx, srv.Addr().String(), ops(srv))
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = dev.Close() }()

	report, err := dev.Configure(ctx,
		"interface GigabitEthernet1",
		"description to the core",
		"frobnicate",
		"no shutdown",
	)
	for _, line := range report.Lines {
		fmt.Println(line.Accepted, line.Text)
	}
	fmt.Println("not sent:", report.Unsent)
	fmt.Println(errors.Is(err, vty.ErrRefused), dev.Mode())
	// Output:
	// true interface GigabitEthernet1
	// true description to the core
	// false frobnicate
	// not sent: [no shutdown]
	// true privileged
}

func ExampleDevice_Stream() {
	srv := router()
	defer func() { _ = srv.Close() }()
	ctx := context.Background()
	dev, err := vty.Dial(ctx, srv.Addr().String(), ops(srv))
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = dev.Close() }()

	n := 0
	for line, err := range dev.Stream(ctx, "show tech-support") {
		if err != nil {
			log.Fatal(err)
		}
		if n++; n == 3 {
			fmt.Println(line)
			break // stops the command: the device is back at its prompt
		}
	}
	fmt.Println(dev.Prompt())
	// Output:
	// 2: process 2 of r1 holds 0x7F002 bytes, allocated by IOSd, state idle
	// r1#
}
