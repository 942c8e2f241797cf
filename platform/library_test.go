package platform

import (
	"errors"
	"io/fs"
	"slices"
	"testing"
	"testing/fstest"
)

func TestEmbeddedDefinitionsAreValid(t *testing.T) {
	folder, err := fs.Sub(definitions, "definitions")
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for d, err := range NewLibrary(folder).All() { // Embedded takes them as proven
		if err != nil {
			t.Error(err)
			continue
		}
		count++
		if d.Description == "" {
			t.Errorf("%s has no description", d.Name)
		}
		for _, m := range d.Modes {
			if m.Display == "" {
				t.Errorf("%s: mode %s has no display, so it cannot be simulated", d.Name, m.Name)
			}
		}
	}
	if count != len(Names()) || count == 0 {
		t.Errorf("%d definitions for the names %v", count, Names())
	}
}

func TestNamesAndAliasesAreTakenOnce(t *testing.T) {
	owner := map[string]string{}
	for d := range All() {
		for _, name := range append([]string{d.Name}, d.Aliases...) {
			if other, taken := owner[name]; taken {
				t.Errorf("%q belongs to %s and to %s", name, other, d.Name)
			}
			owner[name] = d.Name
		}
	}
	for name, want := range owner {
		for _, asked := range []string{name, name + "_ssh", name + "_telnet"} {
			d, err := Load(asked)
			if err != nil {
				t.Errorf("Load(%q): %v", asked, err)
			} else if d.Name != want {
				t.Errorf("Load(%q) gives %s, want %s", asked, d.Name, want)
			}
		}
	}
}

func TestUnknownNamesAreAnsweredWithLikelyOnes(t *testing.T) {
	tests := []struct {
		name string
		near string // one of the suggestions; "" for none at all
	}{
		{"cisco_iosx", "cisco_iosxe"},
		{"mynxos", "nxos"},
		{"CISCO_IOSXE", "cisco_iosxe"},
		{"cisco_oisxe", "cisco_iosxe"},
		{"toaster", ""},
		{"", ""},
	}
	for _, test := range tests {
		_, err := Load(test.name)
		var unknown *UnknownError
		if !errors.Is(err, ErrUnknown) || !errors.As(err, &unknown) {
			t.Errorf("Load(%q): %v is no *UnknownError", test.name, err)
			continue
		}
		if unknown.Name != test.name {
			t.Errorf("Load(%q): the error names %q", test.name, unknown.Name)
		}
		if test.near != "" && !slices.Contains(unknown.Near, test.near) || test.near == "" && len(unknown.Near) > 0 {
			t.Errorf("Load(%q): %v; want %q suggested", test.name, err, test.near)
		}
	}
}

const tiny = `
name: %NAME%
aliases: [%ALIAS%]
modes:
  only:
    prompt: '^\S+>$'
    samples: ["r1>"]
`

func file(name, alias string) *fstest.MapFile {
	text := replace(tiny, "%NAME%", name, "%ALIAS%", alias)
	return &fstest.MapFile{Data: []byte(text)}
}

func TestLibraryLaysFoldersOverOneAnother(t *testing.T) {
	base := fstest.MapFS{
		"acme_os.yaml":     file("acme_os", "acme"),
		"acme_old.yml":     file("acme_old", "old"),
		"notes.txt":        {Data: []byte("not a definition")},
		"deep/other.yaml":  file("other", "deeper"),
		"hidden.yaml/x.go": {Data: []byte("a folder, whatever its name")},
	}
	over := fstest.MapFS{"acme_os.yaml": file("acme_os", "mine")}
	lib := NewLibrary(base).With(over, fstest.MapFS{})

	if got, want := lib.Names(), []string{"acme_old", "acme_os"}; !slices.Equal(got, want) {
		t.Errorf("names %v, want %v", got, want)
	}
	if d, err := lib.Load("mine"); err != nil || d.Name != "acme_os" {
		t.Errorf("the upper folder's alias: %v, %v", d, err)
	}
	if _, err := lib.Load("acme"); !errors.Is(err, ErrUnknown) {
		t.Errorf("the covered file's alias is still known: %v", err)
	}
	if d, err := NewLibrary(base).Load("acme"); err != nil || d.Name != "acme_os" {
		t.Errorf("With changed the library it was called on: %v, %v", d, err)
	}
	first, _ := lib.Load("acme_old")
	if second, _ := lib.Load("old"); first != second {
		t.Error("a file was parsed twice")
	}
}

func TestLibraryReportsBrokenFiles(t *testing.T) {
	lib := NewLibrary(fstest.MapFS{
		"good.yaml":   file("good", "fine"),
		"broken.yaml": {Data: []byte("name: broken\n")},
		"misled.yaml": file("something", "else"),
	})
	if _, err := lib.Load("fine"); err != nil {
		t.Errorf("a broken file hides a good one: %v", err)
	}
	for _, name := range []string{"broken", "misled"} {
		if _, err := lib.Load(name); !errors.Is(err, ErrInvalid) {
			t.Errorf("Load(%q): %v", name, err)
		}
	}
	// The alias may be in the broken file: say both.
	if _, err := lib.Load("absent"); !errors.Is(err, ErrUnknown) || !errors.Is(err, ErrInvalid) {
		t.Errorf("Load(absent): %v", err)
	}
	broken := 0
	for _, err := range lib.All() {
		if err != nil {
			broken++
		}
	}
	if broken != 2 {
		t.Errorf("All reports %d broken files, want 2", broken)
	}
}
