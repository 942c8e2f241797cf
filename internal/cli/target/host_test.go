package target

import (
	"strings"
	"testing"
)

func TestParseHost(t *testing.T) {
	for text, want := range map[string]Host{
		"r1":                      {Name: "r1"},
		"r1.example.net:2222":     {Name: "r1.example.net", Port: 2222},
		"ops@r1":                  {User: "ops", Name: "r1"},
		"ops@192.0.2.1:22":        {User: "ops", Name: "192.0.2.1", Port: 22},
		"ops@corp.example@r1:22":  {User: "ops@corp.example", Name: "r1", Port: 22},
		"2001:db8::1":             {Name: "2001:db8::1"},
		"[2001:db8::1]":           {Name: "2001:db8::1"},
		"ops@[2001:db8::1]:22":    {User: "ops", Name: "2001:db8::1", Port: 22},
		"fe80::1%eth0":            {Name: "fe80::1%eth0"},
		"[fe80::1%eth0]:65535":    {Name: "fe80::1%eth0", Port: 65535},
		"domain\\ops@r1_a.b-c:23": {User: "domain\\ops", Name: "r1_a.b-c", Port: 23},
	} {
		got, err := ParseHost(text)
		if err != nil || got != want {
			t.Errorf("%q: %+v, %v; want %+v", text, got, err, want)
		}
	}
}

func TestParseHostRefuses(t *testing.T) {
	for text, why := range map[string]string{
		"":                  "no name or address",
		"ops@":              "no name or address",
		"@r1":               "no user",
		":22":               "no name",
		"r1:":               `"" is not a port`,
		"r1:0":              "not a port",
		"r1:65536":          "not a port",
		"r1:ssh":            "not a port",
		"ssh://r1":          "it is a URL",
		"r 1":               "blanks",
		"r1/24":             "slashes",
		"[2001:db8::1":      "brackets",
		"[r1:r2]:22":        "not an IPv6 address",
		"2001:db8::1:99999": "brackets",
	} {
		_, err := ParseHost(text)
		if err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%q: %v; want %q", text, err, why)
		}
	}
}

func FuzzParseHost(f *testing.F) {
	for _, seed := range []string{"ops@r1:22", "[2001:db8::1]:22", "fe80::1%eth0", "a@b@c", "[", "]:1", "[[]"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		h, err := ParseHost(text)
		if err != nil {
			return
		}
		// What is written back means the same.
		written := h.Address()
		if h.User != "" {
			written = h.User + "@" + written
		}
		again, err := ParseHost(written)
		if err != nil || again != h {
			t.Errorf("%q is %+v, which is written %q and then is %+v, %v", text, h, written, again, err)
		}
	})
}
