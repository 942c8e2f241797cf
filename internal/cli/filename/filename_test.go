package filename

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestSafe(t *testing.T) {
	for text, want := range map[string]string{
		"r1.example.net":        "r1.example.net",
		"show ip route | i 10.": "show_ip_route___i_10_",
		"[2001:db8::1]:22":      "_2001_db8__1__22",
		"../../etc/passwd":      "_._.._etc_passwd",
		"..":                    "__",
		"":                      "_",
		"  ":                    "_",
		"-rf":                   "_rf",
		"nul":                   "_nul",
		"NUL.txt":               "_NUL.txt",
		"com1":                  "_com1",
		"com10":                 "com10",
		"lpt³":                  "_lpt³",
		"fe80::1%eth0":          "fe80__1_eth0",
		"a\x00b\x1b[31m\xff":    "a_b__31m_",
		"show r\tall\n":         "show_r_all",
		"ñandú":                 "ñandú",
	} {
		if got := Safe(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got := Safe(strings.Repeat("ä", 200)); len(got) > most || !utf8.ValidString(got) {
		t.Errorf("%d bytes: %q", len(got), got)
	}
}

func TestDistinct(t *testing.T) {
	got := Distinct([]string{"r1", "R1", "r1", "r1~2", "show x", "show_x", "s", "\u017f"})
	want := []string{"r1", "R1~2", "r1~3", "r1_2", "show_x", "show_x~2", "s", "\u017f~2"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func FuzzDistinct(f *testing.F) {
	f.Add("r1", "R1", "com1.x")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		names := Distinct([]string{a, b, c})
		for i, name := range names {
			if name == "" || name == "." || name == ".." || len(name) > most+10 || strings.ContainsAny(name, "/\\:*?\"<>|\x00") || strings.HasSuffix(name, ".") {
				t.Errorf("%q is not safe", name)
			}
			for _, other := range names[:i] {
				if strings.EqualFold(name, other) {
					t.Errorf("%q and %q", name, other)
				}
			}
		}
	})
}
