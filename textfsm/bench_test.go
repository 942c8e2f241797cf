package textfsm

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// BenchmarkCollection runs all outputs of the checkout that VTY_NTC_TEMPLATES
// names. The comparison with other engines is in bench.
func BenchmarkCollection(b *testing.B) {
	dir := os.Getenv("VTY_NTC_TEMPLATES")
	if dir == "" {
		b.Skip("VTY_NTC_TEMPLATES names no checkout of ntc-templates")
	}
	lib := collection(b, dir)
	files, err := filepath.Glob(filepath.Join(dir, "tests", "*", "*", "*.raw"))
	if err != nil {
		b.Fatal(err)
	}
	var templates []*Template
	var texts []string
	size := 0
	for _, file := range files {
		folder := filepath.Dir(file)
		found, err := lib.Templates(filepath.Base(filepath.Dir(folder)), strings.ReplaceAll(filepath.Base(folder), "_", " "))
		if err != nil {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			b.Fatal(err)
		}
		templates, texts = append(templates, found[0]), append(texts, string(text))
		size += len(text)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		for i, t := range templates {
			if _, err := t.RunText(texts[i]); err != nil {
				b.Fatal(err)
			}
		}
	}
}
