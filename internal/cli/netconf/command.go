// Package netconf is the verb that speaks NETCONF with devices.
package netconf

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/internal/cli/fanout"
	"github.com/vtynet/vty/internal/cli/streams"
	"github.com/vtynet/vty/internal/cli/suggest"
	"github.com/vtynet/vty/internal/cli/target"
	"github.com/vtynet/vty/netconf/rpc"
)

// options are the flags of all operations.
type options struct {
	targets target.Flags
	format  *suggest.Choice
	fleet   fanout.Flags
	way     way
	pretty  bool
	lasting bool // it goes on until it is told to end, and shows what comes as it comes
}

// filter are the flags that say what part is meant.
type filter struct {
	subtree, file, xpath string
	namespaces           []string
}

// Command is "vty netconf".
func Command(s *streams.Streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "netconf OPERATION [flags]",
		Short: "Speak NETCONF with devices",
		Long: `Speak NETCONF with one or several devices: over SSH, on port 830 unless the host or
--port says otherwise; with --tls over TLS; with --call-home as they connect to us.

Text output is what stands within <data>, byte for byte as the device sent it.
--pretty indents it. -o raw prints the whole reply, and -o json and -o jsonl an object
per host, as of vty run, where "parsed" is the XML as far as JSON can say it without a
data model.

Exit status: as of vty run; 1 where a device answered with an error, or does not
support the operation.`,
		Example: `  vty netconf hello -H ops@r1.example.net
  vty netconf get-config -H r1 --subtree '<interfaces xmlns="urn:ietf:params:xml:ns:yang:ietf-interfaces"/>'
  vty netconf edit-config -H r1 -H r2 --commit -f change.xml
  vty netconf get -H r1 --xpath /s:system --ns s=urn:ietf:params:xml:ns:yang:ietf-system
  vty netconf commit -H r1 --confirmed --persist change-7 --confirm-timeout 5m
  vty netconf lock -H r1 --target running,candidate --for 10m
  vty netconf kill-session -H r1 --session 17
  vty netconf schema -H r1 --name ietf-interfaces
  vty netconf subscribe -H r1 --since 1h
  echo '<get-chassis-inventory/>' | vty netconf rpc -H r1 -f -
  vty netconf get-config -i inventory.yaml -s role=leaf --port 830 -o jsonl
  vty netconf hello -H r1 --call-home :4334`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			var names []string
			for _, c := range cmd.Commands() {
				names = append(names, c.Name())
			}
			return exit.Misused(fmt.Errorf("unknown operation %q%s", args[0], suggest.DidYouMean(args[0], names)))
		},
	}
	cmd.AddCommand(hello(s), get(s), getConfig(s), editConfig(s), commit(s), lock(s), killSession(s), schema(s), subscribe(s), raw(s))
	return cmd
}

// operation is one of the verb's own verbs; work makes, from the flags, what is to
// be done on each host.
func operation(s *streams.Streams, cmd *cobra.Command, work func() (action, error)) (*cobra.Command, *options) {
	o := &options{format: suggest.NewChoice("text", "json", "jsonl", "raw")}
	cmd.Args = func(_ *cobra.Command, args []string) error {
		if len(args) > 0 {
			return exit.Misused(fmt.Errorf("unexpected argument %q: what is sent comes from flags and files", args[0]))
		}
		return nil
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		do, err := work()
		if err == nil {
			err = o.way.prepare()
		}
		if err != nil {
			return exit.Misused(err)
		}
		o.targets.Nameless = o.way.tls // the certificate is the name
		return o.run(cmd.Context(), s, cmd.Name(), do)
	}
	flags := cmd.Flags()
	o.targets.Register(flags)
	o.fleet.Register(flags, 20)
	flags.VarP(o.format, "output", "o", "form of the answers")
	flags.BoolVar(&o.pretty, "pretty", false, "indent XML in text output, which is exact otherwise")
	o.way.register(flags)
	return cmd, o
}

func hello(s *streams.Streams) *cobra.Command {
	cmd, _ := operation(s, &cobra.Command{
		Use:     "hello [flags]",
		Aliases: []string{"capabilities"},
		Short:   "Print what devices announce in their hello",
	}, func() (action, error) { return showCapabilities, nil })
	return cmd
}

func (f *filter) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.subtree, "subtree", "", "subtree filter: elements, as they are to be sent")
	flags.StringVarP(&f.file, "file", "f", "", "read the subtree filter from a file (- for standard input)")
	flags.StringVar(&f.xpath, "xpath", "", "XPath filter; what its prefixes stand for says --ns")
	flags.StringSliceVar(&f.namespaces, "ns", nil, "namespace of a prefix in --xpath: PREFIX=URI; repeatable")
}

func (f *filter) filter(s *streams.Streams) (rpc.Filter, error) {
	set := 0
	for _, text := range []string{f.subtree, f.file, f.xpath} {
		if text != "" {
			set++
		}
	}
	switch {
	case set > 1:
		return rpc.Filter{}, errors.New("--subtree, --file and --xpath exclude each other")
	case f.xpath == "" && len(f.namespaces) > 0:
		return rpc.Filter{}, errors.New("--ns goes with --xpath")
	case f.xpath != "":
		var namespaces []rpc.Namespace
		for _, text := range f.namespaces {
			prefix, uri, ok := strings.Cut(text, "=")
			if !ok || uri == "" {
				return rpc.Filter{}, fmt.Errorf("--ns %s: want PREFIX=URI", text)
			}
			namespaces = append(namespaces, rpc.Namespace{Prefix: prefix, URI: uri})
		}
		return rpc.XPath(f.xpath, namespaces...), nil
	case f.subtree != "":
		return rpc.Subtree(f.subtree), nil
	case f.file != "":
		text, err := read(s, f.file)
		return rpc.Subtree(string(text)), err
	}
	return rpc.Filter{}, nil
}

func get(s *streams.Streams) *cobra.Command {
	var f filter
	var defaults string
	cmd, _ := operation(s, &cobra.Command{
		Use:   "get [flags]",
		Short: "Read configuration and state",
	}, func() (action, error) {
		only, err := f.filter(s)
		if err != nil {
			return nil, err
		}
		return checked(rpc.Get{Filter: only, WithDefaults: rpc.WithDefaults(defaults)})
	})
	f.register(cmd)
	withDefaults(cmd, &defaults)
	return cmd
}

// checked is an action that is one operation, if that makes sense.
func checked(op rpc.Operation) (action, error) {
	_, err := op.Request()
	return call(op), err
}

func withDefaults(cmd *cobra.Command, defaults *string) {
	cmd.Flags().StringVar(defaults, "with-defaults", "", "how values that are defaults are shown: report-all, report-all-tagged, trim or explicit")
}

func getConfig(s *streams.Streams) *cobra.Command {
	var f filter
	var source, defaults string
	cmd, _ := operation(s, &cobra.Command{
		Use:   "get-config [flags]",
		Short: "Read configuration",
	}, func() (action, error) {
		only, err := f.filter(s)
		if err != nil {
			return nil, err
		}
		return checked(rpc.GetConfig{Source: rpc.Datastore(source), Filter: only, WithDefaults: rpc.WithDefaults(defaults)})
	})
	f.register(cmd)
	cmd.Flags().StringVar(&source, "source", "running", "datastore to read: running, candidate, startup or a URL")
	withDefaults(cmd, &defaults)
	return cmd
}

func editConfig(s *streams.Streams) *cobra.Command {
	var e edit
	var file, target, operationOption, test, onError string
	cmd, _ := operation(s, &cobra.Command{
		Use:   "edit-config [flags] -f FILE",
		Short: "Change configuration",
		Long: `Change the configuration with what stands in a file: the elements that go into
<config>.

With --commit the candidate is locked, changed and committed; where any of this
fails it is discarded, and unlocked in every case.`,
	}, func() (action, error) {
		config, err := read(s, file)
		if err != nil {
			return nil, err
		}
		e.EditConfig = rpc.EditConfig{
			Target: rpc.Datastore(target), DefaultOperation: rpc.DefaultOperation(operationOption),
			TestOption: rpc.TestOption(test), ErrorOption: rpc.ErrorOption(onError), Config: config,
		}
		if e.commit && e.Target != rpc.Candidate {
			return nil, errors.New("--commit goes with the candidate only")
		}
		_, err = e.Request()
		return e.do, err
	})
	flags := cmd.Flags()
	flags.StringVarP(&file, "file", "f", "", "read the configuration from a file (- for standard input)")
	flags.StringVar(&target, "target", "candidate", "datastore to change: candidate, running, startup or a URL")
	flags.BoolVar(&e.commit, "commit", false, "lock the candidate before the change and commit it after")
	flags.StringVar(&operationOption, "default-operation", "", "what to do with elements that say nothing: merge, replace or none")
	flags.StringVar(&test, "test-option", "", "test-then-set, set or test-only")
	flags.StringVar(&onError, "error-option", "", "stop-on-error, continue-on-error or rollback-on-error")
	return cmd
}

func raw(s *streams.Streams) *cobra.Command {
	var file string
	cmd, _ := operation(s, &cobra.Command{
		Use:   "rpc [flags] -f FILE",
		Short: "Send any operation",
		Long: `Send any operation: the element that goes into <rpc>, from a file or standard input,
byte for byte.`,
	}, func() (action, error) {
		text, err := read(s, file)
		if err != nil {
			return nil, err
		}
		return checked(rpc.Raw(text))
	})
	cmd.Flags().StringVarP(&file, "file", "f", "", "read the operation from a file (- for standard input)")
	return cmd
}

func read(s *streams.Streams, file string) ([]byte, error) {
	switch file {
	case "":
		return nil, errors.New("no file: name one with -f FILE, or -f - for standard input")
	case "-":
		return io.ReadAll(s.In)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("--file: %w", err)
	}
	return text, nil
}
