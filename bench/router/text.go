package router

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"sync"
)

// Hostname is the router's name, User and Password let anyone in.
const (
	Hostname = "core-rtr-01"
	Prompt   = Hostname + "#"
	User     = "admin"
	Password = "secret"
)

// LineSize is the length of one line of "show lines N", its CR LF included.
const LineSize = 60

// maxLines is the longest answer that there is; the lines of one above roundLines
// come again.
const (
	maxLines   = 2_000_000
	roundLines = 200_000
)

// lines is the text of an answer as long as is usual; a shorter one is its head.
var lines = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	b.Grow(roundLines * LineSize)
	for i := range roundLines {
		fmt.Fprintf(&b, "%-*s\r\n", LineSize-2, fmt.Sprintf("10.%d.%d.0/24 [110/%d] via 192.0.2.%d, 1d02h, Gi%d.",
			i/256%256, i%256, i%9973, i%254+1, i%48))
	}
	return b.Bytes()
})

var longest = sync.OnceValue(func() []byte { return bytes.Repeat(lines(), maxLines/roundLines) })

const version = `Cisco IOS XE Software, Version 17.09.04a
Cisco IOS Software [Cupertino], Virtual XE Software (X86_64_LINUX_IOSD-UNIVERSALK9-M), Version 17.9.4a, RELEASE SOFTWARE (fc3)
Technical Support: http://www.cisco.com/techsupport
Copyright (c) 1986-2023 by Cisco Systems, Inc.
Compiled Fri 20-Oct-23 10:44 by mcpre

ROM: IOS-XE ROMMON
core-rtr-01 uptime is 3 weeks, 2 days, 4 hours, 11 minutes
Uptime for this control processor is 3 weeks, 2 days, 4 hours, 13 minutes
System returned to ROM by reload
System image file is "bootflash:packages.conf"
Last reload reason: reload

cisco C8000V (VXE) processor (revision VXE) with 2028465K/3075K bytes of memory.
Processor board ID 9ESGOBARV9D
Router operating mode: Autonomous
4 Gigabit Ethernet interfaces
32768K bytes of non-volatile configuration memory.
3965908K bytes of physical memory.
5234688K bytes of virtual hard disk at bootflash:.

Configuration register is 0x2102`

const clock = "*10:15:30.123 UTC Mon May 4 2026"

// The commands that a client runs.
const (
	ShowVersion = "show version"
	ShowClock   = "show clock"
)

// ShowLines is the command that shows n lines, at most 2,000,000, in packets of
// size bytes; a size of 0 leaves the cutting to the transport.
func ShowLines(n, size int) string {
	if size == 0 {
		return fmt.Sprintf("show lines %d", n)
	}
	return fmt.Sprintf("show lines %d packet %d", n, size)
}

// Answer is what a person reads after a command: lines separated by line feeds.
func Answer(command string) string {
	text, _ := answer(command)
	return strings.TrimSuffix(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n")
}

var (
	versionText = []byte(strings.ReplaceAll(version, "\n", "\r\n") + "\r\n")
	clockText   = []byte(clock + "\r\n")
	invalidText = []byte("              ^\r\n% Invalid input detected at '^' marker.\r\n\r\n")
)

// answer is the router's own text, and the size of the packets to show it in.
func answer(command string) (text []byte, packet int) {
	switch {
	case command == ShowVersion:
		return versionText, 0
	case command == ShowClock:
		return clockText, 0
	case command == "" || strings.HasPrefix(command, "terminal "):
		return nil, 0
	}
	rest, isLines := strings.CutPrefix(command, "show lines ")
	if !isLines {
		return invalidText, 0
	}
	count, size, cut := strings.Cut(rest, " packet ")
	n, err := strconv.Atoi(count)
	if err != nil || n < 0 || n > maxLines {
		return invalidText, 0
	}
	if cut {
		if packet, err = strconv.Atoi(size); err != nil || packet < 1 {
			return invalidText, 0
		}
	}
	if n > roundLines {
		return longest()[:n*LineSize], packet
	}
	return lines()[:n*LineSize], packet
}
