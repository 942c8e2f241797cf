//go:build !windows

package target

// terminalFile is the controlling terminal, whatever standard input is.
const terminalFile = "/dev/tty"
