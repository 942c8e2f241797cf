package platform

import (
	"regexp"
	"strings"
	"testing"
)

func TestComplete(t *testing.T) {
	d := &Definition{Endings: []Ending{
		{Command: regexp.MustCompile(`^show run$`), Line: regexp.MustCompile(`^end$`)},
		{Command: regexp.MustCompile(`^show`), Line: regexp.MustCompile(`^Done$`)},
	}}
	tests := []struct {
		command, output string
		want            bool
	}{
		{"show run", "a\nend", true},
		{" show run ", "a\nend\n\n  ", true},
		{"show run", "a\nend of it", false},
		{"show run", "a\nDone", false}, // the first that knows the command counts
		{"show run", "", false},
		{"show run", "a\nend\n\n*Mar  1 00:01:02.003: %LINK-3-UPDOWN: Interface Gi1, changed state to up\nMessage from syslogd@r1 at noon", true},
		{"show run", "a\n*Mar  1 00:01:02.003: %LINK-3-UPDOWN: Interface Gi1, changed state to up", false},
		{"show x", "a\nDone", true},
		{"show x", "end", false},
		{"other", "a", true},
	}
	for _, test := range tests {
		if got := d.Complete(test.command, test.output); got != test.want {
			t.Errorf("%q, %q: %v", test.command, test.output, got)
		}
	}
	if !(&Definition{}).Complete("show run", "") {
		t.Error("without endings all is complete")
	}
	if all := (&Definition{Endings: []Ending{{Line: regexp.MustCompile(`^OK$`)}}}); all.Complete("x", "y") || !all.Complete("x", "y\nOK") {
		t.Error("an ending of all commands")
	}
}

func TestSteady(t *testing.T) {
	r := &Running{Volatile: []*regexp.Regexp{regexp.MustCompile(`^! Last`), regexp.MustCompile(`^uptime \d+$`)}}
	if got := r.Steady("! Last change 10:00\na\n\nuptime 5 \nb"); got != "a\n\nb" {
		t.Errorf("%q", got)
	}
	if got := (&Running{}).Steady("a\nb"); got != "a\nb" {
		t.Errorf("%q", got)
	}
}

func TestMasked(t *testing.T) {
	r := &Running{Secrets: []*regexp.Regexp{
		regexp.MustCompile(`\bkey (?P<secret>\S+)`),
		regexp.MustCompile(`\bpassword( (?P<secret>\d+))?$`),
		regexp.MustCompile(`^secret `),
	}}
	tests := [][2]string{
		{"a key s3cret b", "a key ******** b"},
		{"key s1 key s2", "key ******** key ********"},
		{"key key key", "key ******** key"},
		{"password", "password"},
		{"password 123", "password ********"},
		{"secret all of this", "secret ********"},
		{"nothing here", "nothing here"},
		{"key a\nkey b", "key ********\nkey ********"},
	}
	for _, test := range tests {
		if got := r.Masked(test[0]); got != test[1] {
			t.Errorf("%q: %q, want %q", test[0], got, test[1])
		}
	}
}

// What the shipped patterns call secret is gone, and what is no secret stays.
func TestSecretsOfShippedPlatforms(t *testing.T) {
	tests := []struct{ platform, line, secret, kept string }{
		{"cisco_iosxe", "username ops privilege 15 secret 9 $9$abc", "$9$abc", "username ops"},
		{"cisco_iosxe", "snmp-server community priv8 RO", "priv8", " RO"},
		{"arista_eos", "username ops secret sha512 $6$abc", "$6$abc", "username ops"},
		{"juniper_junos", `    encrypted-password "$6$abc"; ## SECRET-DATA`, "$6$abc", "encrypted-password"},
		{"frr_vtysh", "password s3cret", "s3cret", "password"},
	}
	for _, test := range tests {
		d, err := Load(test.platform)
		if err != nil {
			t.Fatal(err)
		}
		got := d.Running.Masked(test.line)
		if strings.Contains(got, test.secret) || !strings.Contains(got, test.kept) {
			t.Errorf("%s: %q", test.platform, got)
		}
	}
}
