package serial

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"go.bug.st/serial"

	"github.com/vtynet/vty/transport"
	"github.com/vtynet/vty/transport/line"
)

// Config is how to set a port.
type Config struct {
	// Line is how to set the port; what it does not state is 9600 8N1 without flow
	// control. Flow control needs a system with termios: Open fails with
	// errors.ErrUnsupported on Windows.
	Line line.Settings
}

// The reasons for which a port cannot be opened.
var (
	ErrNoPort = errors.New("no such port")
	ErrBusy   = errors.New("the port is in use by another program")
	ErrDenied = errors.New("no permission to open the port")
	// ErrNotSerial is the error of a file that is no serial port, and of a port that
	// cannot be set as it was asked to.
	ErrNotSerial = errors.New("it cannot be set as a serial port")
)

// PortError tells that a port could not be opened.
type PortError struct {
	Port string
	// There are the ports of this machine, where the one that was named is none.
	There []string
	Err   error // wraps one of the reasons above, mostly
}

// Error is a sentence with the next step.
func (e *PortError) Error() string {
	text := fmt.Sprintf("serial port %s: %v", e.Port, e.Err)
	switch {
	case errors.Is(e.Err, ErrNoPort) && len(e.There) > 0:
		text += "; there are " + strings.Join(e.There, ", ")
	case errors.Is(e.Err, ErrNoPort):
		text += "; this machine has none"
	case errors.Is(e.Err, ErrDenied):
		text += "; on most systems that takes membership in the group of the device (dialout, uucp)"
	}
	return text
}

// Unwrap is the reason.
func (e *PortError) Unwrap() error { return e.Err }

// Conn is an open serial port. It is safe for concurrent use as [transport.Conn]
// says; Break and Modem may be called at any time.
type Conn struct {
	port serial.Port // sets the line
	data data        // carries the bytes
	name string
	done chan struct{}
	once sync.Once

	mu   sync.Mutex
	gone bool // the port has ended
}

// data is what the bytes go by. Its Close makes a blocked Read and a blocked Write
// return, and closes the port as well.
type data io.ReadWriteCloser

var (
	_ transport.Conn    = (*Conn)(nil)
	_ transport.Aliver  = (*Conn)(nil)
	_ transport.Breaker = (*Conn)(nil)
)

// Open opens a port and sets it: "/dev/ttyUSB0", "/dev/cu.usbserial-1", "COM3". It
// waits neither for a carrier nor for a device. The error is a *PortError, save
// for mistakes in cfg.
func Open(ctx context.Context, name string, cfg *Config) (*Conn, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if cfg == nil {
		cfg = &Config{}
	}
	if err := cfg.Line.Validate(); err != nil {
		return nil, err
	}
	set := cfg.Line.Or(line.Usual())
	port, bytes, err := open(name, mode(set), set.Flow)
	if err != nil {
		return nil, failed(name, err)
	}
	return &Conn{port: port, data: bytes, name: name, done: make(chan struct{})}, nil
}

// mode is the library's word for settings.
func mode(set line.Settings) *serial.Mode {
	frame := set.Frame.Full()
	m := &serial.Mode{BaudRate: set.Baud, DataBits: frame.Data}
	if frame.Stop == 2 {
		m.StopBits = serial.TwoStopBits
	}
	switch frame.Parity {
	case line.OddParity:
		m.Parity = serial.OddParity
	case line.EvenParity:
		m.Parity = serial.EvenParity
	case line.MarkParity:
		m.Parity = serial.MarkParity
	case line.SpaceParity:
		m.Parity = serial.SpaceParity
	}
	return m
}

// failed says why a port could not be opened.
func failed(name string, err error) error {
	reason := err
	var library *serial.PortError
	var code serial.PortErrorCode = -1
	if errors.As(err, &library) {
		code = library.Code()
	}
	switch {
	case code == serial.PortNotFound, errors.Is(err, os.ErrNotExist):
		reason = ErrNoPort
	case code == serial.PortBusy:
		reason = ErrBusy
	case code == serial.PermissionDenied, errors.Is(err, os.ErrPermission):
		reason = ErrDenied
	case code >= 0:
		reason = fmt.Errorf("%w: %w", ErrNotSerial, err)
	}
	e := &PortError{Port: name, Err: reason}
	if reason == ErrNoPort {
		e.There, _ = Ports()
	}
	return e
}

// Ports lists the serial ports of this machine.
func Ports() ([]string, error) {
	ports, err := serial.GetPortsList()
	if err != nil {
		return nil, fmt.Errorf("serial ports: %w", err)
	}
	return ports, nil
}

// Read returns io.EOF once the port is gone: its adapter was unplugged, or the
// other end of a pseudo-terminal was closed. A device that is switched off is
// merely silent.
func (c *Conn) Read(p []byte) (int, error) {
	n, err := c.data.Read(p)
	switch {
	case n > 0 || err == nil:
		return n, nil
	case c.closed():
		return 0, os.ErrClosed
	}
	c.mu.Lock()
	c.gone = true
	c.mu.Unlock()
	if unplugged(err) {
		return 0, io.EOF
	}
	return 0, fmt.Errorf("serial port %s: %w", c.name, err)
}

// Write returns once the port's buffer has taken p.
func (c *Conn) Write(p []byte) (int, error) {
	n, err := c.data.Write(p)
	switch {
	case err == nil:
		return n, nil
	case c.closed():
		return n, os.ErrClosed
	}
	return n, fmt.Errorf("serial port %s: %w", c.name, err)
}

// Close closes the port. What was not yet sent is thrown away.
func (c *Conn) Close() error {
	var err error
	c.once.Do(func() {
		close(c.done)
		err = c.data.Close()
	})
	return err
}

// Alive tells whether the port is open and there. Of the device behind it that
// says nothing.
func (c *Conn) Alive() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.gone && !c.closed()
}

func (c *Conn) closed() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

// breakFor is how long a break lasts: well above one character at any speed.
const breakFor = 300 * time.Millisecond

// Break holds the line in the state of a break for 300 ms, which is the Break key
// of a terminal.
func (c *Conn) Break() error {
	if c.closed() {
		return os.ErrClosed
	}
	if err := c.port.Break(breakFor); err != nil {
		return fmt.Errorf("serial port %s: break: %w", c.name, err)
	}
	return nil
}

// Modem are the signals that the device gives to the port.
type Modem struct {
	CTS, DSR, Ring, Carrier bool
}

// Modem asks the port for the device's signals. A pseudo-terminal has none.
func (c *Conn) Modem() (Modem, error) {
	bits, err := c.port.GetModemStatusBits()
	if err != nil {
		return Modem{}, fmt.Errorf("serial port %s: signals: %w", c.name, err)
	}
	return Modem{CTS: bits.CTS, DSR: bits.DSR, Ring: bits.RI, Carrier: bits.DCD}, nil
}
