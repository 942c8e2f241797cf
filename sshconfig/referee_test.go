package sshconfig

import (
	"bytes"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// TestAsSSHReadsIt compares what each configuration of testdata means with what
// the real ssh says it means: ssh -G -F FILE HOST.
func TestAsSSHReadsIt(t *testing.T) {
	ssh, err := exec.LookPath("ssh")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("CI must have ssh")
		}
		t.Skip("there is no ssh to compare with")
	}
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) < 60 {
		t.Fatalf("%d configurations, %v", len(archives), err)
	}
	usual := evaluate(t, ssh, os.DevNull, []string{"x"})
	for _, archive := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(archive), ".txtar"), func(t *testing.T) {
			t.Parallel()
			config, hosts := unpack(t, archive)
			c, err := Load(config)
			if err != nil {
				t.Fatal(err)
			}
			for _, args := range hosts {
				want := evaluate(t, ssh, config, args)
				h, err := c.Resolve(t.Context(), query(t, args))
				if err != nil {
					t.Errorf("%v: %v", args, err)
					continue
				}
				got := dump(t, ssh, h, usual)
				for _, k := range slices.Sorted(maps.Keys(got)) {
					if !slices.Equal(got[k], want[k]) {
						t.Errorf("%v: %s is %q, of ssh %q", args, k, got[k], want[k])
					}
				}
			}
		})
	}
}

// unpack writes the files of an archive to a folder, and gives the configuration
// and the command lines.
func unpack(t *testing.T, archive string) (config string, hosts [][]string) {
	t.Helper()
	a, err := txtar.ParseFile(archive)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, f := range a.Files {
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, bytes.ReplaceAll(f.Data, []byte("$DIR"), []byte(dir)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for line := range strings.Lines(string(a.Comment)) {
		if args, ok := strings.CutPrefix(strings.TrimSpace(line), "host "); ok {
			hosts = append(hosts, strings.Fields(args))
		}
	}
	if len(hosts) == 0 {
		t.Fatal("no host to ask for")
	}
	return filepath.Join(dir, "config"), hosts
}

func query(t *testing.T, args []string) Query {
	t.Helper()
	q := Query{Host: args[len(args)-1], Exec: true}
	for i := 0; i+1 < len(args); i += 2 {
		switch args[i] {
		case "-l":
			q.User = args[i+1]
		case "-p":
			n, err := strconv.Atoi(args[i+1])
			if err != nil {
				t.Fatal(err)
			}
			q.Port = n
		}
	}
	return q
}

// evaluate is what ssh -G says: the values of each keyword, in order.
func evaluate(t *testing.T, ssh, config string, args []string) map[string][]string {
	t.Helper()
	cmd := exec.Command(ssh, append([]string{"-G", "-F", config}, args...)...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("ssh -G %v: %v: %s", args, err, &stderr)
	}
	values := map[string][]string{}
	for line := range strings.Lines(string(out)) {
		k, v, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		values[k] = append(values[k], v)
	}
	return values
}

// dump writes a host's values as ssh -G does, those that no file sets as usual.
func dump(t *testing.T, ssh string, h *Host, usual map[string][]string) map[string][]string {
	t.Helper()
	all := map[string][]string{"hostname": {h.HostName}, "user": usual["user"], "port": usual["port"]}
	for _, k := range []string{
		"addressfamily", "bindaddress", "bindinterface", "connecttimeout", "proxycommand", "proxyjump",
		"hostkeyalgorithms", "hostkeyalias", "userknownhostsfile", "globalknownhostsfile", "stricthostkeychecking",
		"identityfile", "certificatefile", "identitiesonly", "identityagent", "pubkeyacceptedalgorithms",
		"pubkeyauthentication", "passwordauthentication", "kbdinteractiveauthentication", "preferredauthentications",
		"kexalgorithms", "ciphers", "macs", "serveraliveinterval", "serveralivecountmax", "setenv", "requesttty",
	} {
		all[k] = usual[k]
	}
	for _, s := range h.Settings() {
		if _, ok := all[s.Keyword]; ok {
			all[s.Keyword] = shown(t, ssh, s, h, usual)
		}
	}
	if h.User != "" {
		all["user"] = []string{h.User}
	}
	if h.Port != 0 {
		all["port"] = []string{strconv.Itoa(h.Port)}
	}
	return all
}

// everything is all that the ssh at hand knows, by the keyword of ssh -Q.
func everything(t *testing.T, ssh, keyword string) []string {
	t.Helper()
	all, ok := asked.Load(keyword)
	if !ok {
		out, err := exec.Command(ssh, "-Q", keyword).Output()
		if err != nil {
			t.Fatal(err)
		}
		all = strings.Fields(string(out))
		asked.Store(keyword, all)
	}
	return all.([]string)
}

var asked sync.Map // keyword to []string

func shown(t *testing.T, ssh string, s Setting, h *Host, usual map[string][]string) []string {
	one := []string{strings.Join(s.Values, " ")}
	switch s.Keyword {
	case "hostname":
		return []string{h.HostName}
	case "identityfile", "certificatefile", "setenv":
		return s.Values
	case "userknownhostsfile":
		if len(h.UserKnownHostsFiles) == 0 {
			return []string{"none"}
		}
		return []string{strings.Join(h.UserKnownHostsFiles, " ")}
	case "hostkeyalias":
		return []string{h.HostKeyAlias}
	case "identityagent":
		if s.Values[0] == "SSH_AUTH_SOCK" || s.Values[0] == "none" {
			return one
		}
		return []string{h.IdentityAgent}
	case "proxyjump":
		if s.Values[0] == "none" {
			return nil
		}
		return []string{strings.Join(s.Values, ",")}
	case "proxycommand":
		if s.Values[0] == "none" {
			return nil
		}
	case "stricthostkeychecking", "requesttty", "pubkeyauthentication":
		switch s.Values[0] {
		case "yes":
			return []string{"true"}
		case "no":
			return []string{"false"}
		}
	case "kexalgorithms", "ciphers", "macs", "hostkeyalgorithms", "pubkeyacceptedalgorithms":
		before := strings.Split(usual[s.Keyword][0], ",")
		return []string{strings.Join(Algorithms(s.Values[0]).Apply(before, everything(t, ssh, s.Keyword)), ",")}
	}
	return one
}
