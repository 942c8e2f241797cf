package ssh

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// KnownFiles reads known_hosts files once for many connections: again only where
// a file has changed, and of one that has merely grown only what is new. The zero
// value is ready. It is safe for concurrent use.
type KnownFiles struct {
	mu    sync.Mutex
	files map[string]*hostsFile
}

// tick is how long after a change another one may leave the same time behind, on
// the coarsest of file systems.
const tick = 2 * time.Second

// hostsFile is what a file held when it was last read.
type hostsFile struct {
	name string

	mu    sync.RWMutex
	err   error       // why it cannot be read
	info  fs.FileInfo // nil: it was not read, or may have changed since
	text  []byte
	count int // of lines in text
	lines []knownLine
	named map[string][]int // lines that name a host plainly, by its name
	other []int            // lines that must be tried: patterns and hashed names
	bad   []badLine
}

// badLine is a line that cannot be read.
type badLine struct {
	line int
	err  error
}

// file is the file of a name. A nil k shares nothing.
func (k *KnownFiles) file(name string) *hostsFile {
	if k == nil {
		return &hostsFile{name: name}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.files == nil {
		k.files = map[string]*hostsFile{}
	}
	f := k.files[name]
	if f == nil {
		f = &hostsFile{name: name}
		k.files[name] = f
	}
	return f
}

// lookUp gathers the lines of all files that speak of host and port. A file that
// does not exist has none; one that cannot be read is an error, since it may hold
// what forbids the host.
func (k *KnownFiles) lookUp(names []string, host string, port int, bad func(file string, line int, err error)) (*knownHosts, error) {
	bare := strings.ToLower(host)
	exact := strings.ToLower(address(host, port))
	var hosts, withoutPort knownHosts
	for _, name := range names {
		f := k.file(name)
		f.refresh()
		f.mu.RLock()
		if err := f.err; err != nil {
			f.mu.RUnlock()
			return nil, err
		}
		for _, b := range f.bad {
			bad(name, b.line, b.err)
		}
		of := f.about(exact)
		for _, n := range of {
			hosts.add(f.lines[n], bad)
		}
		if bare != exact {
			for _, n := range f.about(bare) {
				if !slices.Contains(of, n) {
					withoutPort.add(f.lines[n], bad)
				}
			}
		}
		f.mu.RUnlock()
	}
	hosts.revoked = append(hosts.revoked, withoutPort.revoked...)
	if hosts.empty() && !withoutPort.empty() {
		hosts.keys, hosts.authorities, hosts.portless = withoutPort.keys, withoutPort.authorities, true
	}
	return &hosts, nil
}

// about are the lines that speak of a name, in their order. The lock is held.
func (f *hostsFile) about(name string) []int {
	found := slices.Clone(f.named[name])
	for _, n := range f.other {
		if f.lines[n].matches(name) {
			found = append(found, n)
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// refresh reads the file if it may have changed.
func (f *hostsFile) refresh() {
	info, err := os.Stat(f.name)
	f.mu.RLock()
	same := err == nil && f.info != nil && unchanged(f.info, info)
	f.mu.RUnlock()
	if !same {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.err = f.read()
	}
}

func unchanged(before, now fs.FileInfo) bool {
	return os.SameFile(before, now) && before.Size() == now.Size() && before.ModTime().Equal(now.ModTime())
}

// read takes the file in. The lock is held, as in forget and add.
func (f *hostsFile) read() error {
	started := time.Now()
	info, err := os.Stat(f.name) // before the text: what is written in between is seen the next time
	if err == nil && f.info != nil && unchanged(f.info, info) {
		return nil // somebody else has just read it
	}
	var text []byte
	if err == nil {
		text, err = os.ReadFile(f.name)
	}
	f.info = nil
	if errors.Is(err, os.ErrNotExist) {
		f.forget()
		return nil
	}
	if err != nil {
		return fmt.Errorf("known hosts: %w", err)
	}
	lineEnds := len(f.text) == 0 || f.text[len(f.text)-1] == '\n'
	if !lineEnds || !bytes.HasPrefix(text, f.text) {
		f.forget()
	}
	if err := f.add(text[len(f.text):]); err != nil {
		f.forget()
		return err
	}
	f.text = text
	if info.Mode().IsRegular() && started.Sub(info.ModTime()) > tick {
		f.info = info
	}
	return nil
}

func (f *hostsFile) forget() {
	f.text, f.count, f.lines, f.named, f.other, f.bad = nil, 0, nil, nil, nil, nil
}

// add takes in lines that stand behind those that are there.
func (f *hostsFile) add(text []byte) error {
	if f.named == nil {
		f.named = map[string][]int{}
	}
	first := f.count
	err := scanKnownHosts(bytes.NewReader(text), f.name, func(l knownLine) {
		l.line += first
		n := len(f.lines)
		f.lines = append(f.lines, l)
		if strings.ContainsAny(l.hosts, "*?!|") {
			f.other = append(f.other, n)
			return
		}
		for name := range strings.SplitSeq(strings.ToLower(l.hosts), ",") {
			f.named[name] = append(f.named[name], n)
		}
	}, func(line int, err error) { f.bad = append(f.bad, badLine{first + line, err}) })
	f.count += bytes.Count(text, []byte("\n"))
	return err
}
