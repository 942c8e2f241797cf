package target

// terminalFile is the console's input, whatever standard input is.
const terminalFile = "CONIN$"
