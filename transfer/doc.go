// Package transfer copies files to and from devices over an SSH connection that
// is there already, by SFTP or by the older SCP protocol, and checks that what
// arrived is what was sent.
//
//	client, err := ssh.Connect(ctx, "r1.example.net", 22, cfg)
//	report, err := transfer.Put(ctx, client, "image.bin", "flash:/image.bin", nil)
//
// It needs no scp program on this side. It knows nothing of devices' own copy
// commands, which fetch a file themselves; those are commands like any other.
package transfer
