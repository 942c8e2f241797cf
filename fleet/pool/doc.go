// Package pool keeps sessions with devices between tasks, so that each need not
// connect and log in anew. It works by itself:
//
//	p := pool.New(nil)
//	defer p.Close(ctx)
//	dev, err := p.Acquire(ctx, host)
//	…
//	defer p.Release(dev)
//
// and for runs of a fleet: fleet.Run(ctx, hosts, task, fleet.Reuse(p)).
//
// A session is lent to one user at a time. One that is dead is not lent: what its
// transport knows is asked first, and then the device for its prompt. One that
// does not come back as it was is closed: see vty.Device.Reset.
//
// A session goes to a host with the same address, way and *vty.Config as the one
// that it was opened for. Two Configs that merely look alike are not compared, since
// they hold functions: where the hosts of each run are made anew, fleet.Host.Profile
// finds the sessions of the run before. A session keeps the Config that opened it.
package pool
