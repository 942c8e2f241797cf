// Package otelvty tells OpenTelemetry of what vty and package fleet do: spans of
// runs, hosts, logins and operations, and metrics of the same.
//
//	t, err := otelvty.New(nil, nil) // the global providers
//	base := &vty.Config{Trace: t.Trace(), …}
//	for out := range otelvty.Run(ctx, t, hosts, task) { … }
//
// Spans hold no secret and no output: a command's text is left out where the
// platform's definition says that it may hold a secret, configuration lines always.
// Metrics have attributes of few values only: no host, no command.
//
// It is a module of its own, so that vty does not depend on OpenTelemetry.
package otelvty
