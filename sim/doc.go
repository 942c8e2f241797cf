// Package sim simulates network devices: a platform definition run in reverse,
// plus answers. The definition says what the prompts look like and which
// commands lead from one mode to another; the device data beside it (one YAML
// file per platform, embedded) says what this vendor prints: pager and wipe
// bytes, error texts, questions, answers, and which configuration lines exist.
//
// A device speaks SSH, Telnet, or plain bytes over an in-memory pipe. Its
// running configuration is shared by all sessions; mode, pager and line editor
// are each session's own.
//
// Text is scripted, not computed: sim forwards no packet and runs no protocol.
// It is for tests, demonstrations and benchmarks of programs that drive command
// lines, and is no stand-in for a vendor's virtual machine.
package sim
