// Package transfer is the verbs that copy files: vty put and vty get.
package transfer

import (
	"errors"

	"github.com/spf13/cobra"
	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/internal/cli/fanout"
	"github.com/vtynet/vty/internal/cli/output"
	"github.com/vtynet/vty/internal/cli/streams"
	"github.com/vtynet/vty/internal/cli/suggest"
	"github.com/vtynet/vty/internal/cli/target"
	"github.com/vtynet/vty/transfer"
)

type options struct {
	targets   target.Flags
	method    *suggest.Choice
	format    *suggest.Choice
	fleet     fanout.Flags
	overwrite bool
	resume    bool
	sizeOnly  bool
}

const common = `

SFTP is used, or SCP where the device has no SFTP, over the same SSH as everything
else: jump hosts, host keys and credentials hold. What arrived is compared by its
SHA-256, which the device computes where it has sha256sum; else a file that was
put is read back. A file that is there already is left alone if it is the same, and
replaced only with --overwrite (SCP cannot tell, and replaces it). A copy that broke
off goes on with --resume (SCP cannot).

Exit status: 0 all well, 1 a device refused, 2 usage, 3 a host could not be reached
or the connection broke, 4 timed out, 130 stopped by Ctrl-C.`

// Put is vty put.
func Put(s *streams.Streams) *cobra.Command {
	o := newOptions()
	cmd := &cobra.Command{
		Use:   "put [flags] FILE [REMOTE]",
		Short: "Copy a file to devices, and check it",
		Long:  "Copy a file to one or several devices. Without REMOTE it gets the same name there." + common,
		Example: `  vty put -H ops@r1 image.bin flash:/image.bin
  vty put -H r1 -H r2 --resume image.bin /var/tmp/
  vty put -J ops@gate.example.net -H r1 -t ssh --method scp image.bin disk0:/image.bin`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) < 1 || len(args) > 2 {
				return exit.Misused(errors.New("vty put takes a file and where to put it: vty put -H HOST FILE [REMOTE]"))
			}
			remote := ""
			if len(args) == 2 {
				remote = args[1]
			}
			return o.run(cmd.Context(), s, copying{local: args[0], remote: remote})
		},
	}
	o.register(cmd)
	return cmd
}

// Get is vty get.
func Get(s *streams.Streams) *cobra.Command {
	o := newOptions()
	cmd := &cobra.Command{
		Use:   "get [flags] REMOTE [LOCAL]",
		Short: "Copy a file from devices, and check it",
		Long: "Copy a file from one or several devices. LOCAL is a file or a folder, the current\n" +
			"folder unless stated; of several hosts each has a folder of its own in it." + common,
		Example: `  vty get -H ops@r1 flash:/running.cfg
  vty get -H r1 -H r2 /var/log/messages logs`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) < 1 || len(args) > 2 || args[0] == "" {
				return exit.Misused(errors.New("vty get takes a remote file and where to put it: vty get -H HOST REMOTE [LOCAL]"))
			}
			local := "."
			if len(args) == 2 {
				local = args[1]
			}
			return o.run(cmd.Context(), s, copying{get: true, local: local, remote: args[0]})
		},
	}
	o.register(cmd)
	return cmd
}

func newOptions() *options {
	return &options{method: suggest.NewChoice("auto", string(transfer.SFTP), string(transfer.SCP)), format: suggest.NewChoice(string(output.Text), string(output.JSONL))}
}

func (o *options) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	o.targets.Register(flags)
	o.fleet.Register(flags, 4)
	flags.Var(o.method, "method", "how to copy")
	flags.BoolVar(&o.overwrite, "overwrite", false, "replace a different file that is there already")
	flags.BoolVar(&o.resume, "resume", false, "go on where an earlier copy broke off")
	flags.BoolVar(&o.sizeOnly, "size-only", false, "compare sizes only, not hashes")
	flags.VarP(o.format, "output", "o", "form of the report")
}

func (o *options) transfer() *transfer.Options {
	how := &transfer.Options{Method: transfer.Method(o.method.String()), Overwrite: o.overwrite, Resume: o.resume, SizeOnly: o.sizeOnly}
	if o.method.String() == "auto" {
		how.Method = transfer.Auto
	}
	return how
}
