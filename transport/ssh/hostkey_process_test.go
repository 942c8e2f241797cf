package ssh

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/vtynet/vty/transport/transporttest"
	xssh "golang.org/x/crypto/ssh"
)

// TestManyProcessesRemember has a hundred processes meet hosts for the first time
// at the same time, with one known_hosts file: no line is lost, and none is torn.
func TestManyProcessesRemember(t *testing.T) {
	const processes, each = 100, 2
	dir := t.TempDir()
	// Built for itself and without the race detector, under which a hundred processes
	// take most of a minute to start.
	remember := filepath.Join(dir, "remember.exe")
	if out, err := exec.Command(transporttest.Program(t, "go"), "build", "-o", remember, "./testdata/remember").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	host, port := (&device{}).listen(t)
	file := filepath.Join(dir, "sub", "known_hosts")
	gate, open, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	type process struct {
		cmd  *exec.Cmd
		said *bytes.Buffer
	}
	var all []process
	for p := range processes {
		cmd := exec.Command(remember, net.JoinHostPort(host, strconv.Itoa(port)), file)
		for i := range each {
			cmd.Args = append(cmd.Args, fmt.Sprintf("r%d-%d.example.net", p, i))
		}
		said := &bytes.Buffer{}
		cmd.Stdin, cmd.Stdout, cmd.Stderr = gate, said, said
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		all = append(all, process{cmd, said})
	}
	_ = gate.Close()
	_ = open.Close() // they are off
	for _, p := range all {
		if err := p.cmd.Wait(); err != nil {
			t.Fatalf("%v: %s", err, p.said)
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for n, line := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
		fields := strings.Fields(line)
		if len(fields) != 3 || seen[fields[0]] {
			t.Fatalf("line %d is torn, or there twice: %q", n+1, line)
		}
		if _, _, _, _, err := xssh.ParseAuthorizedKey([]byte(strings.Join(fields[1:], " "))); err != nil {
			t.Fatalf("line %d: %v", n+1, err)
		}
		seen[fields[0]] = true
	}
	if len(seen) != processes*each {
		t.Errorf("%d hosts, want %d", len(seen), processes*each)
	}
}
