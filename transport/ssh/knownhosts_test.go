package ssh

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/vtynet/vty/transport/transporttest"
	xssh "golang.org/x/crypto/ssh"
)

// authorized is a key as known_hosts writes it: type and base64.
func authorized(key xssh.PublicKey) string {
	return strings.TrimSpace(string(xssh.MarshalAuthorizedKey(key)))
}

func hashed(name string) string {
	salt := make([]byte, 20)
	_, _ = rand.Read(salt)
	b64 := base64.StdEncoding.EncodeToString
	return "|1|" + b64(salt) + "|" + b64(hashHost(salt, name))
}

func TestParseKnownLine(t *testing.T) {
	key := authorized(ed25519Key().PublicKey())
	for name, tc := range map[string]struct {
		line    string
		ok      bool
		marker  marker
		matches []string
		not     []string
	}{
		"plain":            {"r1 " + key, true, noMarker, []string{"r1"}, []string{"r2", "[r1]:22"}},
		"upper case":       {"R1.Example.NET " + key, true, noMarker, []string{"r1.example.net"}, nil},
		"list":             {"r1,192.0.2.1,2001:db8::1 " + key, true, noMarker, []string{"r1", "192.0.2.1", "2001:db8::1"}, []string{"r1,192.0.2.1"}},
		"port":             {"[r1]:2222 " + key, true, noMarker, []string{"[r1]:2222"}, []string{"r1", "[r1]:222"}},
		"negated":          {"*.lab,!r9.lab " + key, true, noMarker, []string{"r1.lab"}, []string{"r9.lab"}},
		"negated first":    {"!r9.lab,*.lab " + key, true, noMarker, []string{"r1.lab"}, []string{"r9.lab"}},
		"only negated":     {"!r9 " + key, true, noMarker, nil, []string{"r9", "r1"}},
		"comment":          {"r1 " + key + " a comment of several words", true, noMarker, []string{"r1"}, nil},
		"tabs and CR":      {"\tr1\t" + key + "\r", true, noMarker, []string{"r1"}, nil},
		"hashed":           {hashed("r1") + " " + key, true, noMarker, []string{"r1"}, []string{"r2"}},
		"hashed, port":     {hashed("[r1]:2222") + " " + key, true, noMarker, []string{"[r1]:2222"}, []string{"r1"}},
		"authority":        {"@cert-authority *.lab " + key, true, certAuthority, []string{"r1.lab"}, nil},
		"revoked":          {"@revoked * " + key, true, revoked, []string{"r1"}, nil},
		"unknown marker":   {"@trusted r1 " + key, false, "", nil, nil},
		"marker alone":     {"@revoked", false, "", nil, nil},
		"host alone":       {"r1", false, "", nil, nil},
		"no key":           {"r1 ssh-ed25519", false, "", nil, nil},
		"unknown hash":     {"|2|YQ==|YQ== " + key, false, "", nil, nil},
		"hash without end": {"|1|YQ== " + key, false, "", nil, nil},
		"hash no base64":   {"|1|?|YQ== " + key, false, "", nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := parseKnownLine(tc.line)
			if (err == nil) != tc.ok {
				t.Fatalf("err = %v", err)
			}
			if err != nil {
				return
			}
			if l.marker != tc.marker {
				t.Errorf("marker %q", l.marker)
			}
			if _, err := l.publicKey(); err != nil {
				t.Error(err)
			}
			for _, n := range tc.matches {
				if !l.matches(n) {
					t.Errorf("does not match %s", n)
				}
			}
			for _, n := range tc.not {
				if l.matches(n) {
					t.Errorf("matches %s", n)
				}
			}
		})
	}
	for _, line := range []string{"", "  \t ", "# comment", "  # r1 " + key} {
		if _, err := parseKnownLine(line); err != errNoEntry {
			t.Errorf("%q: %v", line, err)
		}
	}
}

func TestLookUp(t *testing.T) {
	dir := t.TempDir()
	ed, rsa, ec := authorized(ed25519Key().PublicKey()), authorized(rsaKey().PublicKey()), authorized(ecdsaKey().PublicKey())
	one, two := filepath.Join(dir, "one"), filepath.Join(dir, "two")
	writeFile(t, one, []byte(strings.Join([]string{
		"# a comment",
		"r1 " + ed,
		"r1 ssh-rsa AAAA-broken",
		"r1 1024 35 1234567", // of SSH version 1
		"@nonsense r1 " + ed,
		"[r1]:2222 " + rsa,
		"@revoked * " + ec,
		"@cert-authority *.lab " + rsa,
		"r5 ssh-rsa " + strings.Fields(ed)[1], // type and key differ
		"r4 " + ed,                            // no line end
	}, "\n")))
	writeFile(t, two, []byte("r1 "+rsa+"\n"))
	files := []string{one, filepath.Join(dir, "none"), two}

	type where []string // file:line
	for _, tc := range []struct {
		host                       string
		port                       int
		keys, authorities, revoked where
		portless                   bool
	}{
		{"r1", 22, where{"one:2", "two:1"}, nil, where{"one:7"}, false},
		{"R1", 22, where{"one:2", "two:1"}, nil, where{"one:7"}, false},
		{"r1", 2222, where{"one:6"}, nil, where{"one:7"}, false},
		{"r1", 2223, where{"one:2", "two:1"}, nil, where{"one:7"}, true},
		{"x.lab", 22, nil, where{"one:8"}, where{"one:7"}, false},
		{"x.lab", 23, nil, where{"one:8"}, where{"one:7"}, true},
		{"r4", 22, where{"one:10"}, nil, where{"one:7"}, false},
		{"r5", 22, nil, nil, where{"one:7"}, false},
		{"r6", 22, nil, nil, where{"one:7"}, false},
	} {
		t.Run(fmt.Sprint(tc.host, tc.port), func(t *testing.T) {
			var bad int
			got, err := (*KnownFiles)(nil).lookUp(files, tc.host, tc.port, func(string, int, error) { bad++ })
			if err != nil {
				t.Fatal(err)
			}
			at := func(keys []knownKey) (w where) {
				for _, k := range keys {
					w = append(w, fmt.Sprintf("%s:%d", filepath.Base(k.file), k.line))
				}
				return w
			}
			if !slices.Equal(at(got.keys), tc.keys) || !slices.Equal(at(got.authorities), tc.authorities) ||
				!slices.Equal(at(got.revoked), tc.revoked) || got.portless != tc.portless {
				t.Errorf("keys %v, authorities %v, revoked %v, portless %t", at(got.keys), at(got.authorities), at(got.revoked), got.portless)
			}
			if bad == 0 {
				t.Error("nobody was told of the broken lines")
			}
		})
	}
	if _, err := (*KnownFiles)(nil).lookUp([]string{dir}, "r1", 22, nil); err == nil {
		t.Error("a file that cannot be read has nothing to say")
	}
}

// OpenSSH is the judge of what the files mean.
func TestKnownHostsAsOpenSSHReadsThem(t *testing.T) {
	keygen := transporttest.Program(t, "ssh-keygen")
	path := filepath.Join(t.TempDir(), "known_hosts")
	ed := authorized(ed25519Key().PublicKey())
	writeFile(t, path, []byte("r1,192.0.2.1 "+ed+"\n[r2]:2222 "+ed+"\n*.lab,!r9.lab "+ed+"\n"+hashed("r3")+" "+ed+"\nR4 "+ed+"\n"))
	for _, name := range []string{"r1", "192.0.2.1", "r2", "[r2]:2222", "a.lab", "r9.lab", "r3", "r4", "R4", "r5", "lab"} {
		out, _ := exec.Command(keygen, "-F", name, "-f", path).Output()
		want := strings.Contains(string(out), ed)
		host, port := name, 22
		if name == "[r2]:2222" {
			host, port = "r2", 2222
		}
		got, err := (*KnownFiles)(nil).lookUp([]string{path}, host, port, func(string, int, error) {})
		if err != nil {
			t.Fatal(err)
		}
		if (len(got.keys) > 0) != want {
			t.Errorf("%s: found %t, ssh-keygen %t", name, len(got.keys) > 0, want)
		}
	}
	// And what is remembered is what OpenSSH finds.
	for _, host := range []string{"new1", "New2.Example.NET"} {
		for _, port := range []int{22, 2022} {
			if err := remember(path, host, port, ed25519Key().PublicKey()); err != nil {
				t.Fatal(err)
			}
			out, err := exec.Command(keygen, "-F", address(host, port), "-f", path).Output()
			if err != nil || !strings.Contains(string(out), ed) {
				t.Errorf("ssh-keygen does not find %s: %v", address(host, port), err)
			}
		}
	}
}

func TestRemember(t *testing.T) {
	path := filepath.Join(t.TempDir(), "home", ".ssh", "known_hosts")
	key := ed25519Key().PublicKey()
	if err := remember(path, "R1", 22, key); err != nil {
		t.Fatal(err)
	}
	want := "r1 " + authorized(key) + "\n"
	if text, err := os.ReadFile(path); err != nil || string(text) != want {
		t.Fatalf("%q, %v", text, err)
	}
	if runtime.GOOS != "windows" {
		for p, mode := range map[string]os.FileMode{path: 0o600, filepath.Dir(path): 0o700} {
			if info, err := os.Stat(p); err != nil || info.Mode().Perm() != mode {
				t.Errorf("%s: %v, %v", p, info.Mode(), err)
			}
		}
	}
	// A last line without an end stays a line of its own.
	writeFile(t, path, []byte("# by hand"))
	if err := remember(path, "::1", 2222, key); err != nil {
		t.Fatal(err)
	}
	want = "# by hand\n[::1]:2222 " + authorized(key) + "\n"
	if text, err := os.ReadFile(path); err != nil || string(text) != want {
		t.Errorf("%q, %v", text, err)
	}
	if err := remember(filepath.Join(path, "below"), "r1", 22, key); err == nil {
		t.Error("no error where the file cannot be made")
	}
}

func FuzzKnownHosts(f *testing.F) {
	key := authorized(ed25519Key().PublicKey())
	for _, line := range []string{"r1 " + key, hashed("r1") + " " + key, "@revoked *,!a?b " + key, "@cert-authority [*]:22 " + key + " c", "|1||", "# x", "@"} {
		f.Add(line, "r1")
	}
	f.Fuzz(func(t *testing.T, text, name string) {
		lines := 0
		err := scanKnownHosts(strings.NewReader(text), "f", func(l knownLine) {
			lines++
			if l.line < 1 || l.line > strings.Count(text, "\n")+1 {
				t.Errorf("line %d", l.line)
			}
			l.matches(name)
			if k, err := l.publicKey(); err == nil && k.Type() != l.keyType {
				t.Errorf("a %s passes as %s", k.Type(), l.keyType)
			}
		}, func(int, error) { lines++ })
		if err == nil && lines > strings.Count(text, "\n")+1 {
			t.Errorf("%d lines", lines)
		}
	})
}
