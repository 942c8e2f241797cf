package scenario_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestDocs holds the page of behaviours to the files, and to the tests that stand
// for those that no scenario can show: each is named, and what is named is there.
func TestDocs(t *testing.T) {
	text, err := os.ReadFile("../../docs/device-behaviours.md")
	if err != nil {
		t.Fatal(err)
	}
	unseen := named(t, string(text))
	for _, s := range load(t) {
		if !unseen[s.Name] {
			t.Errorf("docs/device-behaviours.md does not name %s", s.Name)
		}
		delete(unseen, s.Name)
	}
	for _, name := range tests(t, "../../netconf", "../../platform") {
		delete(unseen, name)
	}
	for name := range unseen {
		t.Errorf("docs/device-behaviours.md names %s, which is not there", name)
	}
}

// behaviours is how many the page numbers.
const behaviours = 53

// named are the scenarios and tests that the table of the page names, in its second
// column.
func named(t *testing.T, page string) map[string]bool {
	t.Helper()
	names, shown := map[string]bool{}, map[string]bool{}
	for line := range strings.Lines(page) {
		if row := strings.Split(line, "|"); len(row) > 3 && regexp.MustCompile(`^ \d+\. `).MatchString(row[1]) {
			number, _, _ := strings.Cut(strings.TrimSpace(row[1]), ".")
			shown[number] = true
			found := regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(row[2], -1)
			if len(found) == 0 {
				t.Errorf("no scenario in the row %s", row[1])
			}
			for _, m := range found {
				names[m[1]] = true
			}
		}
	}
	for n := range behaviours {
		if !shown[strconv.Itoa(n+1)] {
			t.Errorf("no row for behaviour %d", n+1)
		}
	}
	return names
}

// tests names the tests below some folders.
func tests(t *testing.T, folders ...string) []string {
	t.Helper()
	var names []string
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, _ os.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			for _, m := range regexp.MustCompile(`(?m)^func (Test\w+)\(`).FindAllSubmatch(text, -1) {
				names = append(names, string(m[1]))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return names
}
