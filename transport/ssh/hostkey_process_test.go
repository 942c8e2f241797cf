package ssh

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	xssh "golang.org/x/crypto/ssh"
)

// TestManyProcessesRemember has a hundred processes append to one known_hosts file
// at the same time: no line is lost, and none is torn.
func TestManyProcessesRemember(t *testing.T) {
	const each = 20
	if file := os.Getenv("VTY_TEST_REMEMBER"); file != "" {
		// The process that is started below. It waits for the start of all.
		var start [1]byte
		_, _ = os.Stdin.Read(start[:])
		for i := range each {
			if err := remember(file, fmt.Sprintf("r%d-%s.example.net", i, os.Getenv("VTY_TEST_NAME")), 22, ed25519Key().PublicKey()); err != nil {
				t.Fatal(err)
			}
		}
		return
	}
	const processes = 100
	file := filepath.Join(t.TempDir(), "sub", "known_hosts")
	gate, open, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	type process struct {
		cmd  *exec.Cmd
		said *bytes.Buffer
	}
	var all []process
	for i := range processes {
		cmd := exec.Command(os.Args[0], "-test.run=^TestManyProcessesRemember$")
		cmd.Env = append(os.Environ(), "VTY_TEST_REMEMBER="+file, fmt.Sprintf("VTY_TEST_NAME=p%d", i))
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
	seen := map[string]int{}
	for n, line := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
		fields := strings.Fields(line)
		if len(fields) != 3 {
			t.Fatalf("line %d is torn: %q", n+1, line)
		}
		if _, _, _, _, err := xssh.ParseAuthorizedKey([]byte(strings.Join(fields[1:], " "))); err != nil {
			t.Fatalf("line %d: %v", n+1, err)
		}
		seen[fields[0]]++
	}
	if len(seen) != processes*each {
		t.Errorf("%d hosts, want %d", len(seen), processes*each)
	}
	for host, times := range seen {
		if times != 1 {
			t.Errorf("%s is there %d times", host, times)
		}
	}
}
