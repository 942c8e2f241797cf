package ssh

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh/knownhosts"
)

// old makes a file look as if nobody had written to it for a while.
func old(t *testing.T, file string, age time.Duration) {
	t.Helper()
	then := time.Now().Add(-age)
	if err := os.Chtimes(file, then, then); err != nil {
		t.Fatal(err)
	}
}

// lines are the places of the keys that a file has for a host.
func lines(t *testing.T, k *KnownFiles, file, host string) (at []int) {
	t.Helper()
	known, err := k.lookUp([]string{file}, host, 22, func(string, int, error) {})
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range known.keys {
		at = append(at, key.line)
	}
	return at
}

func TestKnownFilesAreReadAgainWhereTheyChanged(t *testing.T) {
	ed, rsa := authorized(ed25519Key().PublicKey()), authorized(rsaKey().PublicKey())
	file := filepath.Join(t.TempDir(), "known_hosts")
	k := &KnownFiles{}
	for i, step := range []struct {
		text string // "" takes the file away
		age  time.Duration
		want string // lines for r1, r2 and x.lab
	}{
		{"", 0, "[] [] []"},
		{"r1 " + ed + "\n", time.Hour, "[1] [] []"},
		{"r1 " + ed + "\n", time.Hour, "[1] [] []"},
		{"r1 " + ed + "\nr2 " + ed + "\n", 50 * time.Minute, "[1] [2] []"},                   // grown
		{"r1 " + ed + "\nr2 " + ed + "\n\n*.lab " + ed, 40 * time.Minute, "[1] [2] [4]"},     // without a line end
		{"r1 " + ed + "\nr2 " + ed + "\n\n*.labor " + ed, 30 * time.Minute, "[1] [2] []"},    // and otherwise there
		{"r2 " + ed + "\nr1 " + ed + "\nr1 " + rsa + "\n", 20 * time.Minute, "[2 3] [1] []"}, // another
		{"r3 " + ed + "\nr1 " + ed + "\nr1 " + rsa + "\n", 0, "[2 3] [] []"},                 // as long as before
		{"r1 " + ed + "\nr3 " + ed + "\nr1 " + rsa + "\n", 0, "[1 3] [] []"},                 // and at the same time, perhaps
		{"", 0, "[] [] []"},
		{"# r1 \nbroken\n*.lab,r1 " + ed + "\n", time.Hour, "[3] [] [3]"},
	} {
		if step.text == "" {
			_ = os.Remove(file)
		} else {
			writeFile(t, file, []byte(step.text))
			old(t, file, step.age)
		}
		for range 2 {
			got := fmt.Sprint(lines(t, k, file, "r1"), lines(t, k, file, "r2"), lines(t, k, file, "x.lab"))
			if got != step.want {
				t.Errorf("step %d: %s, want %s", i, got, step.want)
			}
		}
	}
}

// A file that nobody wrote to is not read again: what it says is not seen where
// neither its size nor its time tells.
func TestKnownFilesAreReadOnce(t *testing.T) {
	ed := authorized(ed25519Key().PublicKey())
	file := filepath.Join(t.TempDir(), "known_hosts")
	writeFile(t, file, []byte("r1 "+ed+"\n"))
	then := time.Now().Add(-time.Hour)
	k := &KnownFiles{}
	for range 2 {
		if err := os.Chtimes(file, then, then); err != nil {
			t.Fatal(err)
		}
		if at := lines(t, k, file, "r1"); len(at) != 1 {
			t.Errorf("r1 is on %v", at)
		}
		writeFile(t, file, []byte("r2 "+ed+"\n"))
	}
}

// One that cannot be read forbids every host, until it can.
func TestKnownFilesThatCannotBeRead(t *testing.T) {
	file := filepath.Join(t.TempDir(), "known_hosts")
	k := &KnownFiles{}
	ed := authorized(ed25519Key().PublicKey())
	writeFile(t, file, []byte("r1 "+ed+"\n"+strings.Repeat("x", maxKnownLine+1)+"\n"))
	for range 2 {
		if _, err := k.lookUp([]string{file}, "r1", 22, nil); err == nil || !strings.Contains(err.Error(), file) {
			t.Errorf("%v", err)
		}
	}
	writeFile(t, file, []byte("r1 "+ed+"\n"))
	if at := lines(t, k, file, "r1"); len(at) != 1 {
		t.Errorf("r1 is on %v", at)
	}
}

// Many connections look up, and remember, at once.
func TestKnownFilesAtOnce(t *testing.T) {
	file := filepath.Join(t.TempDir(), "known_hosts")
	k := &KnownFiles{}
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			host := fmt.Sprint("r", i)
			if err := remember(file, host, 22, ed25519Key().PublicKey()); err != nil {
				t.Error(err)
			}
			known, err := k.lookUp([]string{file}, host, 22, func(string, int, error) {})
			if err != nil || len(known.keys) != 1 {
				t.Errorf("%s: %v", host, err)
			}
		})
	}
	wg.Wait()
}

func BenchmarkLookUp(b *testing.B) {
	ed := authorized(ed25519Key().PublicKey())
	var plain, hashed strings.Builder
	for i := range 10_000 {
		host := fmt.Sprintf("10.0.%d.%d", i/256, i%256)
		fmt.Fprintf(&plain, "%s %s\n", host, ed)
		fmt.Fprintf(&hashed, "%s %s\n", knownhosts.HashHostname(host), ed)
	}
	for _, c := range []struct {
		name, text string
		files      *KnownFiles
	}{{"shared", plain.String(), &KnownFiles{}}, {"anew", plain.String(), nil}, {"hashed", hashed.String(), &KnownFiles{}}} {
		file := filepath.Join(b.TempDir(), c.name)
		if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
			b.Fatal(err)
		}
		then := time.Now().Add(-time.Hour)
		if err := os.Chtimes(file, then, then); err != nil {
			b.Fatal(err)
		}
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if known, err := c.files.lookUp([]string{file}, "10.0.7.7", 22, nil); err != nil || len(known.keys) != 1 {
					b.Fatalf("%v, %v", known, err)
				}
			}
		})
	}
}
