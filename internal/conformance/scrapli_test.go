package conformance

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/vtynet/vty/platform"
)

// Small files in both formats, which use all that the formats have, are put through
// the script; the variants too.
func TestScrapliFormats(t *testing.T) {
	files, err := filepath.Glob("testdata/scrapli/*.yaml")
	if err != nil || len(files) < 4 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, file := range append(files, "testdata/scrapli/acme_levels.yaml#read_only", "testdata/scrapli/acme_nested.yaml#plain") {
		t.Run(filepath.Base(file), func(t *testing.T) { passes(t, file) })
	}
}

// VTY_SCRAPLI_DEFINITIONS names folders of scrapli's own definitions, separated as
// in PATH, which are then put through the script. None comes with vty.
func TestScrapliDefinitions(t *testing.T) {
	folders := os.Getenv("VTY_SCRAPLI_DEFINITIONS")
	if folders == "" {
		t.Skip("VTY_SCRAPLI_DEFINITIONS names no folders")
	}
	for _, folder := range filepath.SplitList(folders) {
		files, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: no definitions (%v)", folder, err)
		}
		for _, file := range files {
			t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
				passes(t, file)
			})
		}
	}
}

// passes puts a definition file through the script.
func passes(t *testing.T, file string) {
	def, err := platform.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range Parts() {
		synctest.Test(t, func(t *testing.T) {
			if err := part.Run(t.Context(), def); err != nil {
				t.Errorf("%s: %v", part.Name, err)
			}
		})
	}
}
