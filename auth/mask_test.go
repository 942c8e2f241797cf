package auth_test

import (
	"strings"
	"testing"

	"github.com/vtynet/vty/auth"
)

func TestMask(t *testing.T) {
	for _, line := range []string{
		"username ops secret hunter2",
		"username ops privilege 15 password 0 hunter2",
		"enable secret 9 hunter2",
		"snmp-server community hunter2 RO",
		"neighbor 192.0.2.1 password hunter2",
		`set system login user ops authentication encrypted-password "hunter2"`,
		"ip ospf authentication-key 7 hunter2",
		" key-string hunter2",
		"crypto isakmp key-string hunter2; x",
		"PASSWORD hunter2",
	} {
		got := auth.Mask(line)
		if strings.Contains(got, "hunter2") || !strings.Contains(got, auth.Masked) {
			t.Errorf("%q becomes %q", line, got)
		}
	}
	for _, line := range []string{
		"interface GigabitEthernet1",
		"% Bad passwords, too many failures!",
		"Password:",
		"service password-encryption",
		"description the secretary's desk",
	} {
		if got := auth.Mask(line); got != line {
			t.Errorf("%q becomes %q", line, got)
		}
	}
}
