// Package terminal turns the bytes a device sends into the lines that a person
// at the terminal would see.
//
// It is a push parser with no I/O and no clock: bytes go in through Write,
// finished lines come out of Finished, and Current shows the line the cursor
// stands on. How the bytes were cut into packets makes no difference. A carriage
// return, backspaces, erasures, redraws, cursor movements and colours act on a
// line of cells as they would on the glass (ECMA-48, DEC VT100); a finished line
// never changes again.
//
// It is not a screen: lines that have scrolled past are text, not cells, and an
// absolute cursor address only tells whether the cursor left its line.
package terminal
