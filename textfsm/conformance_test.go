package textfsm

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// TestCollection runs all tests of a checkout of ntc-templates, which
// VTY_NTC_TEMPLATES names: raw output through the template that its index finds,
// against the expected values.
func TestCollection(t *testing.T) {
	dir := os.Getenv("VTY_NTC_TEMPLATES")
	if dir == "" {
		t.Skip("VTY_NTC_TEMPLATES names no checkout of ntc-templates")
	}
	lib := collection(t, dir)
	files, err := filepath.Glob(filepath.Join(dir, "tests", "*", "*", "*.raw"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no tests in %s: %v", dir, err)
	}
	wrong, left := 0, 0
	for _, file := range files {
		folder := filepath.Dir(file)
		platform := filepath.Base(filepath.Dir(folder))
		command := strings.ReplaceAll(filepath.Base(folder), "_", " ")
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		want := expected(t, strings.TrimSuffix(file, ".raw")+".yml")
		records, err := lib.Parse(platform, command, string(raw))
		if errors.Is(err, ErrNoTemplate) {
			// A part of the collection lacks rows for templates that it lacks.
			t.Logf("left out: %v", err)
			left++
			continue
		}
		if errors.Is(err, ErrNoMatch) {
			err = nil
		}
		if err != nil {
			t.Errorf("%s: %v", file, err)
			wrong++
			continue
		}
		if got := plain(records); !reflect.DeepEqual(got, want) {
			wrong++
			t.Errorf("%s: got\n%v\nwant\n%v", file, got, want)
		}
	}
	t.Logf("%d of %d right, %d left out", len(files)-wrong-left, len(files), left)
	if left > len(files)/50 {
		t.Error("too many are not in the index")
	}
}

func collection(t testing.TB, dir string) *Library {
	t.Helper()
	lib, err := OpenLibrary(filepath.Join(dir, "templates"))
	if err != nil {
		t.Fatal(err)
	}
	return lib
}

func expected(t testing.TB, file string) []map[string]any {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Sample []map[string]any `yaml:"parsed_sample"`
	}
	if err := yaml.Unmarshal(text, &doc); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	if doc.Sample == nil {
		doc.Sample = []map[string]any{}
	}
	return doc.Sample
}

// plain is what the YAML would decode to.
func plain(records []Record) []map[string]any {
	all := []map[string]any{}
	for _, r := range records {
		row := map[string]any{}
		for i, name := range r.Names() {
			v := r.Values[i]
			if v.List == nil {
				row[name] = v.Text
				continue
			}
			list := []any{}
			for _, item := range v.List {
				list = append(list, item.Text)
			}
			row[name] = list
		}
		all = append(all, row)
	}
	return all
}
