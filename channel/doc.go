// Package channel holds the conversation with a device's command line: it types
// a line, knows the line's echo, and knows exactly where the answer ends.
//
// The knowledge is in a machine without I/O or clock (echo.go, machine.go): bytes
// are fed to it, and it says what stands at the cursor: the prompt, a pager, a
// question, or nothing yet. Around it are the operations, which
// wait for the device and for nothing else (exchange.go), and a goroutine that reads
// from the transport, all the time or where no operation does (reading.go).
//
// Three rules keep an answer with its command:
//
//   - A prompt is learned from the device and then recognised by its text. What
//     only has the shape of a prompt is confirmed by a short quiet, or by typing
//     a return and seeing the same prompt again.
//   - Before a line is typed, whatever the device sent unasked is put aside;
//     after it, the echo must be the line typed. What comes before the echo is
//     not the answer.
//   - Text is cut by position, after the echo and before the prompt, never by
//     searching it.
//
// The package knows nothing of platforms, privilege levels or logins' secrets:
// package vty tells it what prompts look like and which answers to give.
package channel
