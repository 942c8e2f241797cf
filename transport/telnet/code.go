package telnet

import "fmt"

// command is what may follow IAC (RFC 854, "TELNET COMMAND STRUCTURE").
type command byte

const (
	cmdSE   command = 240 // end of subnegotiation
	cmdNOP  command = 241
	cmdBRK  command = 243 // break
	cmdIP   command = 244 // interrupt process
	cmdAYT  command = 246 // are you there
	cmdSB   command = 250 // start of subnegotiation
	cmdWILL command = 251
	cmdWONT command = 252
	cmdDO   command = 253
	cmdDONT command = 254
	cmdIAC  command = 255
)

// Bytes that have a meaning on the wire.
const (
	iac = byte(cmdIAC)
	nul = 0
	lf  = '\n'
	cr  = '\r'
)

func (c command) String() string {
	switch c {
	case cmdSE:
		return "SE"
	case cmdNOP:
		return "NOP"
	case cmdBRK:
		return "BRK"
	case cmdIP:
		return "IP"
	case cmdAYT:
		return "AYT"
	case cmdSB:
		return "SB"
	case cmdWILL:
		return "WILL"
	case cmdWONT:
		return "WONT"
	case cmdDO:
		return "DO"
	case cmdDONT:
		return "DONT"
	case cmdIAC:
		return "IAC"
	}
	return fmt.Sprintf("command %d", byte(c))
}

// option is a number from the IANA registry of Telnet options.
type option byte

const (
	optBinary     option = 0
	optEcho       option = 1
	optSGA        option = 3 // suppress go-ahead
	optStatus     option = 5
	optTimingMark option = 6
	optTType      option = 24 // terminal type
	optEOR        option = 25
	optNAWS       option = 31 // window size
	optTSpeed     option = 32
	optLinemode   option = 34
	optNewEnviron option = 39
	optComPort    option = 44 // RFC 2217, by package rfc2217
)

func (o option) String() string {
	switch o {
	case optBinary:
		return "BINARY"
	case optEcho:
		return "ECHO"
	case optSGA:
		return "SUPPRESS-GO-AHEAD"
	case optStatus:
		return "STATUS"
	case optTimingMark:
		return "TIMING-MARK"
	case optTType:
		return "TERMINAL-TYPE"
	case optEOR:
		return "END-OF-RECORD"
	case optNAWS:
		return "NAWS"
	case optTSpeed:
		return "TERMINAL-SPEED"
	case optLinemode:
		return "LINEMODE"
	case optNewEnviron:
		return "NEW-ENVIRON"
	case optComPort:
		return "COM-PORT-OPTION"
	}
	return fmt.Sprintf("option %d", byte(o))
}

// The first byte of a TERMINAL-TYPE or STATUS subnegotiation.
const (
	subIS   = 0
	subSEND = 1
)
