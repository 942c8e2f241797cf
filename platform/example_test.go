package platform_test

import (
	"errors"
	"fmt"
	"testing/fstest"

	"github.com/vtynet/vty/platform"
)

func ExampleLoad() {
	d, err := platform.Load("cisco_ios") // netmiko's name for it
	if err != nil {
		fmt.Println(err)
		return
	}
	mode, _ := d.ModeOf("core-sw1>")
	fmt.Println(d.Name, mode.Name, mode.Host("core-sw1>"))

	path, err := d.Path(mode.Name, d.Configure.Mode)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, t := range path {
		fmt.Printf("%s -> %s: %s\n", t.From, t.To, t.Steps[0].Send)
	}
	// Output:
	// cisco_iosxe exec core-sw1
	// exec -> privileged: enable
	// privileged -> configuration: configure terminal
}

func ExampleLoad_unknown() {
	_, err := platform.Load("juniper_jnos")
	fmt.Println(err)
	fmt.Println(errors.Is(err, platform.ErrUnknown))
	// Output:
	// platform: unknown platform "juniper_jnos"; did you mean juniper_junos, juniper?
	// true
}

func ExampleParse() {
	_, err := platform.Parse("acme_os.yaml", []byte(`
name: acme_os
default: admin
modes:
  user:
    prompt: '^(?P<host>\S+)>'
    samples: ["r1>"]
`))
	fmt.Println(err)
	// Output:
	// acme_os.yaml:3: default: there is no mode "admin"; there are user
	// acme_os.yaml:6: modes.user.prompt: must end with $: it describes all of the line
}

func ExampleLibrary_With() {
	// os.DirFS of the user's own folder does as well.
	mine := fstest.MapFS{"acme_os.yaml": {Data: []byte(`
name: acme_os
modes:
  user:
    prompt: '^(?P<host>\S+)>$'
    samples: ["r1>"]
`)}}
	d, err := platform.Embedded().With(mine).Load("acme_os")
	fmt.Println(d.Name, d.Modes[0].Host("r1>"), err)
	// Output:
	// acme_os r1 <nil>
}
