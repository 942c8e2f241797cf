package streams

import (
	"os"

	"golang.org/x/sys/windows"
)

// prepare has a Windows console understand escape sequences, as all others do.
func prepare(f *os.File) {
	var mode uint32
	console := windows.Handle(f.Fd())
	if windows.GetConsoleMode(console, &mode) == nil {
		_ = windows.SetConsoleMode(console, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING)
	}
}
