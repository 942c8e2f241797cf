// Package router is the server of the comparison: one IOS-XE router with canned
// answers, over SSH and Telnet. It echoes, prompts, knows its configuration mode
// and takes type-ahead, and does as little as can be beside: a server that costs
// much would hide what the clients cost.
//
// It is no simulator; package sim of vty is one.
package router

import (
	"io"
	"strings"
)

// A terminal is one session, behind the login.
type terminal struct {
	w    io.Writer
	out  []byte
	line []byte
	mode string // what stands between the name and the # in the prompt
	over bool
	cr   bool // the last key was a return: a line feed behind it is none
}

// serve talks until the user leaves or the connection ends.
func serve(rw io.ReadWriter) error {
	t := &terminal{w: rw}
	t.prompt()
	buf := make([]byte, 4096)
	for {
		if err := t.flush(); err != nil || t.over {
			return err
		}
		n, err := rw.Read(buf)
		for _, b := range buf[:n] {
			if err := t.key(b); err != nil {
				return err
			}
		}
		if err != nil {
			return err
		}
	}
}

func (t *terminal) key(b byte) error {
	after := t.cr
	t.cr = b == '\r'
	switch {
	case t.over:
	case b == '\r' || b == '\n' && !after:
		t.out = append(t.out, '\r', '\n')
		command := strings.TrimSpace(string(t.line))
		t.line = t.line[:0]
		if err := t.command(command); err != nil || t.over {
			return err
		}
		t.prompt()
	case b == 0x03:
		t.line = t.line[:0]
		t.out = append(t.out, "^C\r\n"...)
		t.prompt()
	case b >= ' ':
		t.line = append(t.line, b)
		t.out = append(t.out, b)
	}
	return nil
}

func (t *terminal) command(command string) error {
	switch {
	case command == "exit" && t.mode == "":
		t.over = true
	case command == "end" || command == "exit":
		t.mode = ""
	case command == "configure terminal":
		t.out = append(t.out, "Enter configuration commands, one per line.  End with CNTL/Z.\r\n"...)
		t.mode = "(config)"
	case t.mode != "":
		t.configure(command)
	default:
		return t.show(answer(command))
	}
	return nil
}

func (t *terminal) configure(line string) {
	switch {
	case strings.HasPrefix(line, "interface "):
		t.mode = "(config-if)"
	case strings.HasPrefix(line, "bad "):
		t.out = append(t.out, invalidText...)
	}
}

// show writes a text, in packets of a size where one is given.
func (t *terminal) show(text []byte, packet int) error {
	if packet == 0 && len(text) < 8192 {
		t.out = append(t.out, text...)
		return nil
	}
	if packet == 0 {
		packet = 32 << 10
	}
	if err := t.flush(); err != nil {
		return err
	}
	for len(text) > 0 {
		n := min(packet, len(text))
		if _, err := t.w.Write(text[:n]); err != nil {
			return err
		}
		text = text[n:]
	}
	return nil
}

func (t *terminal) prompt() {
	t.out = append(append(append(t.out, Hostname...), t.mode...), '#')
}

func (t *terminal) flush() error {
	if len(t.out) == 0 {
		return nil
	}
	_, err := t.w.Write(t.out)
	t.out = t.out[:0]
	return err
}
