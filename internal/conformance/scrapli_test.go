package conformance

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/vtynet/vty/platform"
)

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
			})
		}
	}
}
