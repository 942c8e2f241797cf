package settings

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	f, problems := parse("vty.yaml", []byte("user: &me ops\ntimeout: 90s\nlegacy: true\nworkers: 0x10\njump: [a, b]\nnetconf:\n  user: nc\n  get:\n    user: [x]\n"))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for key, want := range map[string][]string{
		"user": {"ops"}, "timeout": {"90s"}, "legacy": {"true"}, "workers": {"0x10"}, "jump": {"a", "b"},
		"netconf user": {"nc"}, "netconf get user": {"x"},
	} {
		if v := f.find(strings.Fields(key)); v == nil || !slices.Equal(v.texts, want) || v.list != (key == "jump" || strings.HasPrefix(key, "netconf get")) {
			t.Errorf("%s is %+v, want %v", key, v, want)
		}
	}
	for _, key := range []string{"netconf", "netconf get", "netconf get x user", "run user", "nothing"} {
		if v := f.find(strings.Fields(key)); v != nil {
			t.Errorf("%s is %+v", key, v)
		}
	}
	if at := f.find([]string{"netconf", "get", "user"}).place.String(); at != "vty.yaml:9" {
		t.Errorf("it stands at %s", at)
	}
}

func TestParseSaysWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		"- a":                           "vty.yaml:1: must be a mapping",
		"user: a\nuser: b":              "vty.yaml:2: user: is given twice",
		"run: {a: b}\nrun: {}":          "vty.yaml:2: run: is given twice",
		"user:":                         "vty.yaml:1: user: has no value",
		"run:\n  user: [a, [b]]":        "vty.yaml:2: run.user: must be a text",
		"user: *x":                      "unknown anchor",
		"a: &a b\nc: *a":                "vty.yaml:2: c: must be a text",
		"a:\n\tb: c":                    "vty.yaml:2: ",
		"a: {b: {c: {d: {e: {f: 1}}}}}": "a.b.c.d.e: is too deep",
		"<<: {a: b}":                    "vty.yaml:1: a name must be a text",
		"? [a]\n: b":                    "vty.yaml:1: a name must be a text",
	} {
		_, problems := parse("vty.yaml", []byte(text))
		if len(problems) == 0 || !strings.Contains(problems[0].Error(), want) {
			t.Errorf("%q: %v, want %q", text, problems, want)
		}
	}
	for _, text := range []string{"", "# nothing\n", "---\n", "null", "{}"} {
		if f, problems := parse("vty.yaml", []byte(text)); len(problems) > 0 || f.find([]string{"user"}) != nil {
			t.Errorf("%q: %v", text, problems)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), Name)
	if _, _, err := load(path); !os.IsNotExist(err) {
		t.Errorf("a file that is not there: %v", err)
	}
	if err := os.WriteFile(path, []byte(strings.Repeat("#", maxFile+1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := load(path); err == nil || !strings.Contains(err.Error(), "larger than 1024 KiB") {
		t.Errorf("a large file: %v", err)
	}
	if runtime.GOOS == "windows" {
		return
	}
	if err := os.Chmod(path, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, _, err := load(path); err == nil || !strings.Contains(err.Error(), "others may write") {
		t.Errorf("a file that others may write: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"user: a\nrun: {workers: 5}\n", "a: [b, c]\n", "a: &x {b: *x}", "<<: 1", "? {}\n: x", "a: !!binary x", "\x00", "a: |\n  b\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		read, problems := parse("vty.yaml", []byte(text))
		for _, p := range problems {
			if p.Place.File != "vty.yaml" || p.Text == "" {
				t.Errorf("%q: problem %+v", text, p)
			}
		}
		var look func(s *section, key []string)
		look = func(s *section, key []string) {
			for name, v := range s.values {
				if read.find(append(slices.Clone(key), name)) != v || v.place.Line < 1 || !v.list && len(v.texts) != 1 {
					t.Errorf("%q: %v %s is %+v", text, key, name, v)
				}
			}
			for name, below := range s.sections {
				look(below, append(slices.Clone(key), name))
			}
		}
		look(read.root, nil)
	})
}
