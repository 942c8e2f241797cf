package output

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// files are all below a folder, by their path with slashes.
func files(t *testing.T, folder string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		name, _ := filepath.Rel(folder, path)
		out[filepath.ToSlash(name)] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "today")
	f, err := NewFolder(dir, []string{"[::1]:22", "R1", "r1"}, []string{"show run", "show run", "show ip | i /"})
	if err != nil {
		t.Fatal(err)
	}
	no := errors.New("no")
	for i, answers := range [][]*Answer{
		{{Output: "one"}, {Number: 1, Output: "two"}, {Number: 2, Output: "% no", Failed: true, Err: no}},
		{{Output: "good"}, {Failed: true, Err: no, Output: "% bad"}, {Number: 1}},
		{{Output: "text", Parsed: []byte(`[{"a":1}]`)}, {Number: 1, Failed: true, Err: no}},
	} {
		for _, a := range answers {
			a.Place = i
			if err := f.Save(a); err != nil {
				t.Fatal(err)
			}
		}
	}
	want := map[string]string{
		"___1__22/show_run.txt": "one\n", "___1__22/show_run~2.txt": "two\n", "___1__22/show_ip___i__.failed.txt": "% no\n",
		"R1/show_run.txt": "good\n", "R1/show_run.failed.txt": "% bad\n", "R1/show_run~2.txt": "",
		"r1~2/show_run.json": "[{\"a\":1}]\n",
	}
	if got := files(t, dir); !maps.Equal(got, want) {
		t.Errorf("%q\nwant %q", got, want)
	}
	info, err := os.Stat(filepath.Join(dir, "R1", "show_run.txt"))
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

func TestFolderThatCannotBe(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := NewFolder(file, nil, nil); err == nil {
		t.Error("a file is taken for a folder")
	}
}
