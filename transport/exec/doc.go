// Package exec reaches a terminal through a local program on a pseudo-terminal:
// "docker exec -it r1 vtysh", "kubectl exec", "virsh console", "vtysh", "bash".
//
// The program is started as it is, without a shell in between, and what it is
// started with can be read by every user of the machine: secrets have no place
// among the arguments. A program that asks for one is answered in the session.
//
// A pseudo-terminal has no half close: nothing says "no more input" without an
// end to the session. On Windows there is no such terminal here, and Start says
// so.
package exec
