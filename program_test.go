package vty

import (
	"slices"
	"strings"
	"testing"
)

func TestProgramFor(t *testing.T) {
	for _, test := range []struct {
		program []string
		host    string
		port    int
		user    string
		want    []string
		err     string
	}{
		{[]string{"docker", "exec", "-it", "%h", "vtysh"}, "r1", 0, "", []string{"docker", "exec", "-it", "r1", "vtysh"}, ""},
		{[]string{"ssh", "-p", "%p", "%u@%h"}, "2001:db8::1", 2222, "ops", []string{"ssh", "-p", "2222", "ops@2001:db8::1"}, ""},
		{[]string{"x", "100%%"}, "r1", 0, "", []string{"x", "100%"}, ""},
		// A word stays a word: what is put in is neither split nor filled again.
		{[]string{"x", "%h", "%u"}, "r1; reboot", 0, "$(id) %h", []string{"x", "r1; reboot", "$(id) %h"}, ""},
		{[]string{"x", "--name=%h"}, "-r1", 0, "", []string{"x", "--name=-r1"}, ""},
		{[]string{"ssh", "%h"}, "-oProxyCommand=id", 0, "", nil, `"-oProxyCommand=id" would be an option`},
		{[]string{"x", "%p"}, "r1", 0, "", nil, "nothing is known for %p"},
		{[]string{"x", "%u"}, "r1", 0, "", nil, "nothing is known for %u"},
		{[]string{"x", "%q"}, "r1", 0, "", nil, "%q is unknown"},
		{[]string{"x", "5%"}, "r1", 0, "", nil, "ends with a single %"},
		{nil, "r1", 0, "", nil, "no program is named"},
		{[]string{"", "x"}, "r1", 0, "", nil, "no program is named"},
	} {
		cfg := &Config{Program: test.program, User: test.user}
		got, err := cfg.ProgramFor(test.host, test.port)
		switch {
		case test.err != "" && (err == nil || !strings.Contains(err.Error(), test.err)):
			t.Errorf("%q: %v, want %s", test.program, err, test.err)
		case test.err == "" && (err != nil || !slices.Equal(got, test.want)):
			t.Errorf("%q: %q, %v, want %q", test.program, got, err, test.want)
		}
	}
}
