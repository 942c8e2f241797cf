// Package record puts sessions on disk and plays them back: what the device
// sent and what was typed, when, and how it ended, as text that a reviewer can
// read. Secrets are taken out before a byte is written.
//
//	conn = record.Record(conn, file, &record.Options{Secrets: secrets})
//	...
//	rec, err := record.Parse("session.vtyrec", file)
//	conn := record.Replay(rec, nil)
//
// A recording looks like this:
//
//	vty recording 1
//	platform cisco_iosxe
//	size 511x1000
//
//	+0.002
//	< \r\n
//	< r1>
//	+0.0001
//	> enable\r
//	+0.0053
//	< enable\r\n
//	< Password:\x20
//	+0.00002
//	> \[secret 1]\r
//	+0.0041
//	< \r\n
//	< r1#
//	+1.5
//	= closed
//
// The first line names the format and its version. Then come a "key value" line
// for each thing known of the session (platform, transport, host, size, started),
// an empty line, and the events. An event begins with a line of its own for the
// seconds since the event before it, so that a comparison of two recordings can
// leave times out (git diff -I '^[+]'). Its further lines say what happened:
//
//	<  the device sent; a line of the file for each line of the device
//	>  we typed
//	=  ended            the device ended the session in order
//	=  failed REASON    the transport broke
//	=  half-closed      we said that no more input comes
//	=  closed           we closed the session
//	=  resized 80x24    we told the device a new size of the terminal
//
// All the lines of an event together are one chunk, as it was read or written.
// Printable text stands as it is, in UTF-8; \\ is a backslash, \r, \n, \t and \e
// (escape) are what they are elsewhere, \xNN is any other byte, and a blank at the
// end of a line. \[secret 2] stands where the second secret of the session stood.
// Lines that begin with # are remarks; they may stand anywhere below the first
// line.
//
// The package knows bytes and their order. It does not know what a prompt or a
// command is: that is package channel, which the replays are for.
package record
