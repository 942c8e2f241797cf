package scenario_test

import (
	"os"
	"strings"
	"testing"
)

// TestDocs holds the page of behaviours to the files.
func TestDocs(t *testing.T) {
	page, err := os.ReadFile("../../docs/device-behaviours.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range load(t) {
		if !strings.Contains(string(page), "`"+s.Name+"`") {
			t.Errorf("docs/device-behaviours.md does not name %s", s.Name)
		}
	}
}
