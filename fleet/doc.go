// Package fleet does the same task on many devices at once, within the limits that
// a network has: sessions in all, for each group, jump host and device; new
// connections a second; logins a second for each group of AAA servers; and a
// breaker that stops before an account is locked.
//
//	for out := range fleet.Run(ctx, fleet.Hosts(inv.Select(leaves), base), uptime, fleet.Sessions(50)) {
//		fmt.Println(out.Host.Name, out.Value, out.Err)
//	}
//
// Outcomes come as they are there, exactly one for each host. Leaving the loop
// early stops what runs and waits for it. A task that panics fails its host alone.
//
// It knows nothing of commands: a task is any Go function.
package fleet
