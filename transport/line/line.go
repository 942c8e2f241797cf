// Package line says how a serial line is set: its speed, the frame of a
// character and the flow control. It is data for the transports that reach a
// console over such a line, and opens nothing itself.
package line

import (
	"fmt"
	"strconv"
	"strings"
)

// Settings are those of a serial line. The zero value leaves everything to the
// transport: a local port is then set to 9600 8N1 without flow control, as most
// consoles are; a network port stays as its server has set it.
type Settings struct {
	// Baud is the speed in bits per second, such as 9600 or 115200; 0 is not stated.
	Baud  int
	Frame Frame
	Flow  Flow
}

// Frame is the frame of a character. The zero Frame is not stated; a Frame with
// any field set means 8, NoParity and 1 in those that are not.
type Frame struct {
	Data   int // data bits, 5 to 8
	Parity Parity
	Stop   int // stop bits, 1 or 2
}

// Parity is the parity bit of a frame.
type Parity byte

// The parities, each by the letter that it has in "8N1".
const (
	NoParity    Parity = 'N'
	OddParity   Parity = 'O'
	EvenParity  Parity = 'E'
	MarkParity  Parity = 'M' // always 1
	SpaceParity Parity = 'S' // always 0
)

// Flow is the flow control of a line: how one end tells the other to wait.
type Flow string

// The ways of flow control; "" is not stated.
const (
	NoFlow   Flow = "none"
	Software Flow = "software" // XON and XOFF among the data
	Hardware Flow = "hardware" // RTS and CTS
)

// maxBaud is beyond what any serial line does.
const maxBaud = 20_000_000

// Validate returns an error that names what no line can be set to.
func (s Settings) Validate() error {
	if s.Baud < 0 || s.Baud > maxBaud {
		return fmt.Errorf("baud %d: want 1 to %d, or 0 where it is not stated", s.Baud, maxBaud)
	}
	if s.Frame != (Frame{}) {
		if _, err := ParseFrame(s.Frame.String()); err != nil {
			return err
		}
	}
	_, err := ParseFlow(string(s.Flow))
	return err
}

// Or returns s with what it does not state taken from usual.
func (s Settings) Or(usual Settings) Settings {
	if s.Baud == 0 {
		s.Baud = usual.Baud
	}
	if s.Frame == (Frame{}) {
		s.Frame = usual.Frame
	}
	if s.Flow == "" {
		s.Flow = usual.Flow
	}
	return s
}

// Usual is how most consoles are set.
func Usual() Settings {
	return Settings{Baud: 9600, Frame: Frame{Data: 8, Parity: NoParity, Stop: 1}, Flow: NoFlow}
}

// String is the settings as people write them, as far as they are stated:
// "9600 8N1".
func (s Settings) String() string {
	var parts []string
	if s.Baud != 0 {
		parts = append(parts, strconv.Itoa(s.Baud))
	}
	if s.Frame != (Frame{}) {
		parts = append(parts, s.Frame.String())
	}
	if s.Flow != "" && s.Flow != NoFlow {
		parts = append(parts, string(s.Flow)+" flow control")
	}
	return strings.Join(parts, " ")
}

// Full is f with its fields that are not set as they are meant; the zero Frame
// stays that.
func (f Frame) Full() Frame {
	if f == (Frame{}) {
		return f
	}
	if f.Data == 0 {
		f.Data = 8
	}
	if f.Parity == 0 {
		f.Parity = NoParity
	}
	if f.Stop == 0 {
		f.Stop = 1
	}
	return f
}

// String is the frame as people write it, "8N1"; "" for the zero Frame.
func (f Frame) String() string {
	if f == (Frame{}) {
		return ""
	}
	f = f.Full()
	return fmt.Sprintf("%d%c%d", f.Data, f.Parity, f.Stop)
}

// ParseFrame reads a frame such as "8N1" or "7e1"; "" is the zero Frame.
func ParseFrame(text string) (Frame, error) {
	if text == "" {
		return Frame{}, nil
	}
	upper := strings.ToUpper(text)
	if len(upper) != 3 || upper[0] < '5' || upper[0] > '8' || !strings.ContainsRune("NOEMS", rune(upper[1])) || upper[2] != '1' && upper[2] != '2' {
		return Frame{}, fmt.Errorf("frame %q: want data bits (5 to 8), parity (N, E, O, M or S) and stop bits (1 or 2), such as 8N1", text)
	}
	return Frame{Data: int(upper[0] - '0'), Parity: Parity(upper[1]), Stop: int(upper[2] - '0')}, nil
}

// ParseFlow reads a way of flow control; "" is not stated.
func ParseFlow(text string) (Flow, error) {
	switch f := Flow(text); f {
	case "", NoFlow, Software, Hardware:
		return f, nil
	}
	return "", fmt.Errorf("flow control %q: want %s, %s or %s", text, NoFlow, Software, Hardware)
}
