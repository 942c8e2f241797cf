// Package vty drives the command line of network devices: it connects, logs in,
// reaches the right mode, sends commands and configuration, and knows exactly
// where each answer ends.
//
//	dev, err := vty.Dial(ctx, "r1.example.net", &vty.Config{
//		Platform: "cisco_iosxe",
//		User:     "ops",
//		Auth:     []auth.Method{auth.Agent(), auth.Password(auth.Env("VTY_PASSWORD"))},
//		HostKeys: auth.KnownHosts(),
//	})
//	if err != nil {
//		return err
//	}
//	defer dev.Close()
//	res, err := dev.Run(ctx, "show version")
//
// An answer is never given to the wrong command: a device that gets out of step
// is an error. A command that the device refuses is a *CommandError, which
// differs from a session that broke. A context that ends stops the command and
// leaves the device at its prompt, or the session closed; the error says which.
//
// The layers beneath are packages of their own and useful alone: socket (a name
// becomes a live connection), transport and its children (ways to reach a
// terminal), terminal (bytes become lines), channel (the conversation), platform
// (what is known of each kind of device).
package vty
