package sshconfig

import (
	"context"
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

// load writes a configuration and loads it. $DIR in it is its folder.
func load(t *testing.T, text string) (*Config, error) {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "config")
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(text, "$DIR", dir)), 0o600); err != nil {
		t.Fatal(err)
	}
	return Load(file)
}

func mustLoad(t *testing.T, text string) *Config {
	t.Helper()
	c, err := load(t, text)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestWarnings(t *testing.T) {
	c := mustLoad(t, "Host a\n Frobnicate yes\n Port 7\n Frobnicate no\n IgnoreUnknown Use*,other\n UseKeychain2 yes\n ForwardAgent yes\nMatch sessiontype shell\n User x\n")
	var got []string
	for _, w := range c.Warnings() {
		got = append(got, strings.TrimPrefix(w.String(), c.Files()[0]))
	}
	want := []string{`:2: unknown keyword "Frobnicate" is ignored`, `:8: Match sessiontype is not supported: the block is ignored`}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	h, err := c.Resolve(t.Context(), Query{Host: "a"})
	if err != nil || h.Port != 7 || h.User != "" {
		t.Errorf("%+v, %v", h, err)
	}
}

func TestErrorsNameTheLine(t *testing.T) {
	for text, want := range map[string]string{
		"Port 0":                        `config:1: Port: "0" is not a port`,
		"\n\nPort 70000":                "config:3: Port",
		"Port":                          "config:1: Port: no argument",
		"Port 22 23":                    `"23" is too much`,
		"User \"x":                      "a quote is not closed",
		"AddressFamily inet5":           `"inet5" is none of any, inet, inet6`,
		"ConnectTimeout 5 minutes":      "too much",
		"ConnectTimeout 5x":             "is not a time",
		"ServerAliveCountMax -1":        "is not a number",
		"SetEnv A":                      "is not NAME=VALUE",
		"Match":                         "no argument",
		"Match host":                    "wants an argument",
		"Match host a all":              `"all" goes with no other`,
		"Match all host a":              `"all" goes with no other`,
		"ProxyJump @gw":                 "no user before the @",
		"ProxyJump a,,b":                "is no host",
		"ProxyJump gw:x":                "is not a port",
		"UserKnownHostsFile none /tmp":  "must stand alone",
		"Ciphers !aes128-cbc":           "no negations",
		"Include $DIR/config":           "include each other more than 16 deep",
		"Host \"\"":                     "an empty argument",
		"StrictHostKeyChecking perhaps": "is none of",
	} {
		_, err := load(t, text+"\n")
		if _, ok := errors.AsType[*Error](err); !ok || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v; want %q", text, err, want)
		}
	}
}

func TestErrorsOfAHost(t *testing.T) {
	for text, want := range map[string]string{
		"\nHostName %p.example.net":         "config:2: \"%p.example.net\": %p stands for nothing here",
		"IdentityFile ${VTY_NO_SUCH}/id":    "the environment has no VTY_NO_SUCH",
		"IdentityFile /tmp/%":               "ends in a %",
		"ProxyCommand nc %d":                "%d stands for nothing here",
		"UserKnownHostsFile ~no-such-user/": "no-such-user",
	} {
		_, err := mustLoad(t, text+"\n").Resolve(t.Context(), Query{Host: "a"})
		if _, ok := errors.AsType[*Error](err); !ok || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v; want %q", text, err, want)
		}
	}
}

func TestFilesThatAreNotRead(t *testing.T) {
	if _, err := Load(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is named must exist: %v", err)
	}
	c := mustLoad(t, "Port 7\n")
	if err := os.Chmod(c.Files()[0], 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(c.Files()[0]); err == nil || !strings.Contains(err.Error(), "others may write") {
		if runtime.GOOS == "windows" {
			t.Skip("Windows knows no such permissions")
		}
		t.Errorf("a file that others may write: %v", err)
	}
}

func TestMatchExecIsNotRunUnasked(t *testing.T) {
	c := mustLoad(t, "Match exec \"touch $DIR/ran\"\n Port 7\nMatch !exec \"touch $DIR/ran\"\n User x\n")
	h, err := c.Resolve(t.Context(), Query{Host: "a"})
	if err != nil {
		t.Fatal(err)
	}
	if h.Port != 0 || h.User != "" || len(h.Warnings()) != 2 {
		t.Errorf("%+v", h)
	}
	if _, err := os.Stat(filepath.Join(filepath.Dir(c.Files()[0]), "ran")); err == nil {
		t.Error("it ran")
	}
}

func TestMatchTagged(t *testing.T) {
	c := mustLoad(t, "Host a\n Tag legacy\nMatch tagged legacy\n Ciphers +aes128-cbc\n")
	for host, want := range map[string]Algorithms{"a": "+aes128-cbc", "b": ""} {
		if h, err := c.Resolve(t.Context(), Query{Host: host}); err != nil || h.Ciphers != want {
			t.Errorf("%s: %+v, %v", host, h, err)
		}
	}
}

// names is a Resolver that knows some names.
type names []string

func (n names) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	if slices.Contains(n, host) {
		return []netip.Addr{netip.MustParseAddr("192.0.2.1")}, nil
	}
	return nil, errors.New("no such host")
}

func TestCanonicalNames(t *testing.T) {
	const text = `
CanonicalizeHostname yes
CanonicalDomains a.test b.test
CanonicalizeFallbackLocal %s
Match canonical host *.b.test
  User b
Host other.elsewhere
  User o
`
	known := names{"r1.b.test.", "r1.c.test."}
	c := mustLoad(t, strings.Replace(text, "%s", "yes", 1))
	for host, want := range map[string]string{"r1": "r1.b.test/b", "r2": "r2/", "other.elsewhere": "other.elsewhere/o", "r1.b.test.": "r1.b.test/b"} {
		h, err := c.Resolve(t.Context(), Query{Host: host, Resolver: known})
		if err != nil || h.HostName+"/"+h.User != want {
			t.Errorf("%s: %+v, %v; want %s", host, h, err, want)
		}
	}
	c = mustLoad(t, strings.Replace(text, "%s", "no", 1))
	if _, err := c.Resolve(t.Context(), Query{Host: "r2", Resolver: known}); err == nil || !strings.Contains(err.Error(), "none of the domains a.test, b.test") {
		t.Errorf("no fallback: %v", err)
	}
}

func TestPlaces(t *testing.T) {
	c := mustLoad(t, "Host a\n Port 7\n IdentityFile /tmp/1\nHost *\n IdentityFile /tmp/2\n")
	h, err := c.Resolve(t.Context(), Query{Host: "a"})
	if err != nil {
		t.Fatal(err)
	}
	got := h.Settings()
	if len(got) != 2 || got[0].Keyword != "port" || got[0].Line != 2 || got[1].Line != 5 || !slices.Equal(got[1].Values, []string{"/tmp/1", "/tmp/2"}) {
		t.Errorf("%+v", got)
	}
}

func TestParseJumps(t *testing.T) {
	for text, want := range map[string]Jump{
		"gw":                 {Host: "gw"},
		"ops@gw:2202":        {User: "ops", Host: "gw", Port: 2202},
		"ops@corp@gw":        {User: "ops@corp", Host: "gw"},
		"[2001:db8::1]:22":   {Host: "2001:db8::1", Port: 22},
		"[::1]":              {Host: "::1"},
		"ssh://o%40c@gw:22/": {User: "o@c", Host: "gw", Port: 22},
		"fe80::1%eth0":       {Host: "fe80::1%eth0"},
	} {
		got, err := ParseJumps(text)
		if err != nil || len(got) != 1 || got[0] != want {
			t.Errorf("%q: %+v, %v", text, got, err)
			continue
		}
		if again, err := ParseJumps(got[0].String()); err != nil || again[0] != want {
			t.Errorf("%q is written %q, and that is %+v, %v", text, got[0], again, err)
		}
	}
}

// One Config serves many at once.
func TestShared(t *testing.T) {
	c := mustLoad(t, "Host r*\n Port 7\n IdentityFile /tmp/%h\nMatch final host r1\n User one\nHost *\n IdentityFile /tmp/2\n")
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 50 {
				h, err := c.Resolve(t.Context(), Query{Host: "r1"})
				if err != nil || h.User != "one" || len(h.IdentityFiles) != 2 {
					t.Errorf("%+v, %v", h, err)
					return
				}
			}
		})
	}
	all.Wait()
}

func TestWildcard(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"", "", true}, {"*", "", true}, {"?", "", false}, {"a*b*c", "axxbyyc", true}, {"a*b*c", "axxbyy", false},
		{"*.example.net", "r1.example.net", true}, {"r??", "r1", false}, {"R1", "r1", false},
		{"a*b*c", "abcbc", true}, {"[*]:2222", "[r1]:2222", true}, {"r*2*b", "r1.core.lab", false}, {"?", "", false},
		// A pattern that a careless matcher takes years for.
		{strings.Repeat("*a", 200), strings.Repeat("a", 199) + "b", false},
	} {
		if got := Wildcard(c.pattern, c.text); got != c.want {
			t.Errorf("%q %q: %t", c.pattern, c.text, got)
		}
	}
}

// FuzzConfig looks for text that makes the parser or a resolution fail in another
// way than with an *Error.
func FuzzConfig(f *testing.F) {
	archives, _ := filepath.Glob("testdata/*.txtar")
	for _, a := range archives {
		text, err := os.ReadFile(a)
		if err != nil {
			f.Fatal(err)
		}
		_, config, _ := strings.Cut(string(text), "-- config --\n")
		f.Add(config)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(strings.ToLower(text), "include") || strings.Contains(strings.ToLower(text), "canonical") {
			return // those reach out of the text
		}
		r := reader{user: true}
		lines, err := r.parse(strings.NewReader(text), "fuzz", 0)
		if err != nil {
			if _, ok := errors.AsType[*Error](err); !ok {
				t.Errorf("%T: %v", err, err)
			}
			return
		}
		c := &Config{sources: [][]line{lines}}
		h, err := c.Resolve(t.Context(), Query{Host: "r1.example.net"})
		if err != nil {
			if _, ok := errors.AsType[*Error](err); !ok {
				t.Errorf("%T: %v", err, err)
			}
			return
		}
		for _, s := range h.Settings() {
			if len(s.Values) == 0 || s.Line == 0 {
				t.Errorf("%+v", s)
			}
		}
	})
}
