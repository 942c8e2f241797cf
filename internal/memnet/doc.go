// Package memnet is a network in memory: buffered duplex pipes with deadlines,
// half close and reset, and a listener to run servers on.
//
// It stands in for TCP in tests and in simulated devices. Unlike net.Pipe it
// has buffers of its own, so two ends that both write first (as both ends of
// SSH do) do not deadlock. All waiting is on sync.Cond and timers, which are
// durably blocking in a testing/synctest bubble: deadlines there are exact.
//
// It does not imitate what TCP does below the stream: no loss, no delay, no
// reordering.
package memnet
