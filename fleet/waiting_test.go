package fleet_test

import (
	"context"
	"testing"

	"github.com/vtynet/vty/fleet"
)

// What 10,000 hosts cost that do nothing but wait for a limit.
func BenchmarkHostsThatWait(b *testing.B) {
	for name, limit := range map[string]fleet.Option{
		"sessions": fleet.Sessions(50), "group": fleet.GroupSessions("core", 10), "jump": fleet.JumpSessions(10),
		"breaker": fleet.AuthFailures(3), "logins": fleet.Logins(1e6),
	} {
		b.Run(name, func(b *testing.B) {
			all := hosts(10_000)
			for _, h := range all {
				switch name {
				case "group":
					h.Groups = []string{"core"}
				case "jump":
					h.Jump = "bastion"
				case "breaker":
					h.Credential = "ops"
				case "logins":
					h.AAA = "tacacs"
				}
			}
			task := func(context.Context, *fleet.Session) (int, error) { return 0, nil }
			for b.Loop() {
				for range fleet.Run(b.Context(), all, task, fleet.Sessions(50), limit) {
				}
			}
		})
	}
}
