// Package platform holds what vty knows of each kind of device, as data: the
// shapes of its prompts, the ways between its modes, what it asks, where its
// pages end, and how it refuses a command.
//
// A [Definition] is written in YAML. The ones that come with vty are embedded
// ([Load], [Names]); users lay folders of their own over them with [NewLibrary].
// [Parse] proves a definition before it is used: every pattern compiles, every
// mode can be reached and left again, every sample prompt belongs to its own mode
// and to no other. All faults of a file are reported at once, each with its line
// and field. Words that nearly every device uses, such as pagers and login
// prompts, are not repeated in the files; they are the Universal functions.
//
// The package does no input or output beyond reading definition files. It knows
// nothing of sessions: package channel applies a definition to a live stream,
// and package sim runs one in reverse.
package platform
