package inventory

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestSelect(t *testing.T) {
	inv, err := Parse("inv.yaml", []byte(`groups: {leaf: {data: {role: leaf}}, spine: {data: {role: spine}}}
hosts:
  r1: {groups: [leaf], platform: arista_eos, data: {site: ams, bgp: {as: 65001}, tags: [edge, lab]}}
  r2: {groups: [leaf], data: {site: fra}}
  s1: {groups: [spine], data: {site: "new york"}}
  x9: {}
`), "")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"":                         "r1 r2 s1 x9",
		"leaf":                     "r1 r2",
		"r*":                       "r1 r2",
		"site=ams":                 "r1",
		"site=ams,role=leaf":       "r1",
		" role = leaf , site!=ams": "r2",
		"site!=ams":                "r2 s1 x9",
		"!leaf":                    "s1 x9",
		"! site=ams, leaf":         "r2",
		"site in (ams, fra)":       "r1 r2",
		"site not in (ams,fra)":    "s1 x9",
		"!site in (ams)":           "r2 s1 x9",
		"host~^r[0-9]":             "r1 r2",
		"name!~^r[0-9]{1,2}$":      "s1 x9",
		"host~^(r|s)[1,3]$,leaf":   "r1",
		"data.bgp.as=65001":        "r1",
		"bgp.as=6500?":             "r1",
		"tags=lab":                 "r1",
		"groups=spine":             "s1",
		`site="new york"`:          "s1",
		"platform=arista_*":        "r1",
		"in=1":                     "",
	} {
		s, err := ParseSelector(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if got := strings.Join(names(inv.Select(s)), " "); got != want {
			t.Errorf("%q selects %q, want %q", text, got, want)
		}
	}
}

func TestSelectorSaysWhereItIsWrong(t *testing.T) {
	for text, want := range map[string]struct {
		at  int
		why string
	}{
		"site=":           {5, "want a name or a value"},
		"=ams":            {0, "want a name or a value"},
		"site=ams,":       {9, "want a term after the comma"},
		"site=ams role=x": {9, "want a comma"},
		"site in ams":     {8, "want ("},
		"site in (ams":    {12, "want a comma or )"},
		"host~[":          {5, "missing closing ]"},
		"host~":           {5, "want a regular expression"},
		`site="ams`:       {5, "not closed"},
		"site=[a":         {5, "without its ]"},
		"a not b":         {6, `want "in"`},
	} {
		_, err := ParseSelector(text)
		var bad *SelectorError
		if !errors.As(err, &bad) || !errors.Is(err, ErrSelector) || bad.Offset != want.at || !strings.Contains(bad.Text, want.why) {
			t.Errorf("%q: %#v, want %+v", text, err, want)
		}
	}
}

func FuzzSelector(f *testing.F) {
	for _, seed := range []string{"site=ams,role!=leaf", "!a in (b, \"c d\")", "host~^r[0-9]", "a not in (", "é!~(", "="} {
		f.Add(seed)
	}
	h := &Host{name: "r1", groups: []string{"leaf"}, values: map[string]*Value{}, data: map[string]*Value{"site": {Any: "ams"}}}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseSelector(text)
		if err != nil {
			var bad *SelectorError
			if !errors.As(err, &bad) || bad.Offset < 0 || bad.Offset > len(text) || bad.Error() == "" {
				t.Errorf("%q: %#v", text, err)
			}
			return
		}
		if not, err := ParseSelector("!" + text); err == nil && !slices.ContainsFunc([]string{",", "!", "~"}, func(c string) bool { return strings.Contains(text, c) }) &&
			strings.TrimSpace(text) != "" && not.Matches(h) == s.Matches(h) {
			t.Errorf("%q and its opposite agree", text)
		}
	})
}

func TestNoHostIsSelected(t *testing.T) {
	inv, err := Parse("inv.yaml", []byte("groups: {leaf: {}}\nhosts: {r1: {groups: [leaf]}, r2: {groups: [leaf]}, s1: {data: {site: ams}}}\n"), "")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"x*":             "no host is selected; there are 3 hosts in the groups [leaf]",
		"leaf, site=ams": `no host is selected; there are 3 hosts in the groups [leaf]; a comma means "and", and its terms are true by themselves: leaf of 2, site=ams of 1`,
		"r1,r2":          `no host is selected; there are 3 hosts in the groups [leaf]; a comma means "and", and its terms are true by themselves: r1 of 1, r2 of 1; for any of them write 'host in (r1, r2)'`,
	} {
		selector, err := ParseSelector(text)
		if err != nil || len(inv.Select(selector)) > 0 {
			t.Fatalf("%s: %v", text, err)
		}
		if err := (&NoHostError{Inventory: inv, Selector: selector}); err.Error() != want {
			t.Errorf("%s:\n%v\nwant\n%s", text, err, want)
		}
	}
}
