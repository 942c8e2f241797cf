package archtest

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestArchitecture checks the module as it is built on each system: what a
// package imports may depend on that.
func TestArchitecture(t *testing.T) {
	for _, system := range []string{"linux", "darwin", "windows"} {
		t.Run(system, func(t *testing.T) {
			packages := listModule(t, system)
			if len(packages) < 10 {
				t.Fatalf("go list found %d packages only: %v", len(packages), packages)
			}
			for _, fault := range Check(Table, packages) {
				t.Error(fault)
			}
		})
	}
}

func listModule(t *testing.T, system string) []Package {
	t.Helper()
	command := exec.Command("go", "list", "-json=ImportPath,Imports", Module+"/...")
	command.Env = append(os.Environ(), "GOOS="+system, "GOARCH=amd64", "GOFLAGS=", "GOWORK=off")
	var stderr bytes.Buffer
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.String())
	}
	packages, err := Decode(bytes.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	return packages
}

// TestCheck shows that the check can fail, and on what it does.
func TestCheck(t *testing.T) {
	table := map[string]Rule{
		"socket":          {Modules: []string{"golang.org/x/sys"}},
		"transport":       {},
		"transport/ssh":   {Own: []string{"transport", "socket"}, Modules: []string{"golang.org/x/crypto/ssh"}},
		"vty":             {Own: []string{"transport/..."}},
		"sim":             {Own: []string{"vty"}},
		"cli/...":         {Own: []string{"vty", "cli/..."}},
		"cli/special/...": {},
	}
	for _, test := range []struct {
		name    string
		from    string
		imports string
		want    string // part of the one fault; "" for none
	}{
		{"standard library", "transport", "net os/exec C", ""},
		{"an import that is allowed", "transport/ssh", "socket transport", ""},
		{"upwards", "socket", "transport", "socket may not import transport; of this module it may import: nothing"},
		{"sideways", "transport/ssh", "transport/telnet", "transport/ssh may not import transport/telnet; of this module it may import: transport, socket"},
		{"a folder does not stand for what is below it", "transport/ssh", "transport/ssh/agent", "may not import"},
		{"all below a folder", "vty", "transport/ssh transport", ""},
		{"the root", "sim", ".", ""},
		{"the root where it is not allowed", "socket", ".", "socket may not import vty"},
		{"a module that is allowed", "socket", "golang.org/x/sys/unix", ""},
		{"a module that is not", "transport", "golang.org/x/sys/unix", "transport may not import golang.org/x/sys/unix; of other modules it may import: nothing"},
		{"another package of a module", "transport/ssh", "golang.org/x/crypto/acme", "may not import golang.org/x/crypto/acme"},
		{"a name that only begins alike", "transport/ssh", "golang.org/x/crypto/sshfs", "may not import"},
		{"a row for all below a folder", "cli/run", ". cli/exit", ""},
		{"the nearest row", "cli/special/run", "cli/exit", "cli/special/run may not import cli/exit"},
		{"a package without a row", "toaster", "", "toaster is not in the table: add it to"},
		{"below a row for one package", "socket/raw", "", "socket/raw is not in the table"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := Package{ImportPath: full(test.from)}
			for path := range strings.FieldsSeq(test.imports) {
				p.Imports = append(p.Imports, full(path))
			}
			faults := Check(table, []Package{p, {ImportPath: "example.net/other", Imports: []string{"example.net/any"}}})
			switch {
			case test.want == "" && len(faults) > 0:
				t.Errorf("faults %q, want none", faults)
			case test.want != "" && (len(faults) != 1 || !strings.Contains(faults[0], test.want)):
				t.Errorf("faults %q, want one with %q", faults, test.want)
			}
		})
	}
}

// full makes an import path of a name in the table; "." is the root.
func full(name string) string {
	switch first, _, _ := strings.Cut(name, "/"); {
	case name == ".":
		return Module
	case strings.Contains(first, "."), name == "C", name == "net", first == "os":
		return name
	default:
		return Module + "/" + name
	}
}

func TestDecode(t *testing.T) {
	packages, err := Decode(strings.NewReader("{\"ImportPath\": \"a\", \"Imports\": [\"b\"]}\n{\"ImportPath\": \"c\"}\n"))
	if err != nil || len(packages) != 2 || packages[0].Imports[0] != "b" || packages[1].ImportPath != "c" {
		t.Fatalf("Decode = %v, %v", packages, err)
	}
	if _, err := Decode(strings.NewReader(`{"ImportPath": "a"`)); err == nil {
		t.Fatal("half an object was taken")
	}
}
