// Package scenario plays devices that behave badly. A scenario is a small text
// file that says, byte for byte, what one device sends, what it waits for, where
// it pauses and how it leaves, and what a user of package vty should see of it.
//
// Package sim answers as a healthy device of some make would; a scenario is a
// script that goes one way. It is for the odd echo, the wiped pager, the prompt
// that comes in two packets with three seconds in between. The tests of this
// package play every file in testdata against the library, and cut what the
// device sends in every way; "vty sim --scenario FILE" serves one to whatever
// client one likes.
//
// # The file
//
// A file has a head and two parts. Lines that begin with # are remarks.
//
//	# 15: the pager wipes itself with 9 backspaces, blanks and backspaces.
//	platform cisco_iosxe
//	-- device --
//	< \r\nr1#
//	>> show clock\r
//	< 12:00:01\r\n --More--
//	> \x20
//	< \(9*\b)\(9* )\(9*\b)12:00:02\r\nr1#
//	-- user --
//	open
//	run show clock
//	  | 12:00:01
//	  | 12:00:02
//
// Text is as in a recording (package record): \r \n \t \e \\ and \xNN, and
// beside these \b for a backspace, \s for a blank and \(42*TEXT) for TEXT 42
// times.
//
// The head has lines of a key and a value, each of which may be left out:
//
//	platform NAME         how the user takes the device; "generic" unless stated
//	user NAME             who logs in: "ops"
//	password TEXT         with what: "pw"
//	secret NAME TEXT      what else the user knows, such as "secret enable en"
//	mode NAME             the mode commands run in, instead of the platform's own
//	auth none             over SSH everyone is let in; the device may ask itself
//	input 255             the device keeps 255 bytes typed ahead and drops others
//	size 80x24            the terminal's; 511x1000
//	prepare               the user runs the platform's on-open steps
//	quiet 150ms           vty.Config.Quiet; so confirm and silence for Config.Confirm
//	                      and Config.Silence
//	legacy                the user allows weak SSH algorithms
//	fronts pipe ssh       where the tests play it, of pipe, ssh, telnet and wire;
//	                      the first three unless stated. "wire" is the connection
//	                      beneath Telnet: the script holds its options too.
//	pauses short          it is not played with long pauses; the remark says why
//
// How the SSH server differs from the usual one is said by lines of the head, too:
//
//	ssh stops PHASE       says nothing more in this phase: version, key exchange,
//	                      authentication, channel, pty-req or shell
//	ssh late 20s          says nothing so long before its version
//	ssh before TEXT       the lines before its version
//	ssh methods NAMES     how users are let in: password, keyboard-interactive
//	ssh shy               keyboard-interactive is offered, and refused at once
//	ssh empty             it begins with a round without questions
//	ssh further           after the password it wants keyboard-interactive as well
//	ssh kex NAMES         the algorithms offered; so ciphers and macs
//	ssh key NAMES         the algorithms that its RSA key signs by
//	ssh denies NAMES      requests that are refused: pty-req, shell, exec
//	ssh stderr N          so many bytes come first, on the standard error
//	ssh curt              sessions end without exit status and end of output
//
// A part "-- definition --" before the device's holds a platform definition in
// YAML to use instead of one that comes with vty.
//
// # The device
//
//	< TEXT          sends TEXT, as a packet of its own
//	> TEXT          waits until exactly TEXT was typed, and echoes nothing
//	>> TEXT         waits until TEXT was typed and echoes it, CR as CR LF
//	. 3s            says nothing for 3 s
//	~ 100ms TEXT    sends TEXT every 100 ms until something is typed
//	* KEY TEXT      from here on, KEY typed where something else is awaited is
//	                answered by TEXT
//	! eof           ends the session in order
//	! fin           closes the connection, without ending the session first
//	! reset         breaks the connection
//	! silence       says nothing more, and reads on
//
// An answer whose tail is lost is one that is cut short, and "! fin" or "! reset"
// behind it; a stall is a pause.
//
// A return or a Ctrl-C that is typed where something else is awaited gets the
// line at the cursor again, as an idle command line does, until the script says
// otherwise. After its last step the device answers these two only; anything
// else ends the session.
//
// # The user
//
// Each line that is not indented is an operation; the indented lines below it are
// what it needs and what must come of it.
//
//	open                     the first; its text is the banner
//	run COMMAND              and stream COMMAND
//	configure                the lines to send are below it
//	enter MODE
//	disconnect COMMAND       after which the device is expected to leave
//	interrupt
//	idle 20s                 does nothing meanwhile
//	  | TEXT                 a line of the result's text; there must be no other
//	  any                    the text may be any
//	  cut                    the text may be cut short; the next operation must then
//	                         end in a desync error
//	  aside TEXT             a line of Result.Aside
//	  error KIND [TEXT]      the error: timeout, silence, desync, closed, refused,
//	                         question, login, secret, mode, input or stayed; its
//	                         message holds TEXT
//	  or KIND                this error instead of the result is as good
//	  prompt TEXT            the prompt afterwards
//	  mode NAME              the mode afterwards
//	  took 150ms             how long it takes exactly, by the device's clock, where
//	                         the bytes come as given
//	  within 5s              the limit of its context
//	  answer SHAPE = TEXT    a question that may come, and its answer
//	  key SHAPE = TEXT       the same for a key without a return
//	  ends                   the device may end the session
//	  leave 3                the stream is left after 3 lines
//	  lines 3                the command is stopped after 3 lines
//	  until SHAPE            the command is stopped behind such a line
//	  silence 5s             how long the device may say nothing
//	  cancel leave           the policy: resync, close or leave
//	  text TEXT              a further line that the command reads
//	  send TEXT              a configuration line
//	  applied 2              how many lines the device took
package scenario
