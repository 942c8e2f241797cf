package doctor

import (
	"context"
	"net"
	"time"

	"github.com/vtynet/vty/transport"
	"github.com/vtynet/vty/transport/line"
	"github.com/vtynet/vty/transport/rfc2217"
	"github.com/vtynet/vty/transport/serial"
)

// openPort opens a serial port of this machine.
func (e *examination) openPort(ctx context.Context) (transport.Conn, error) {
	started := time.Now()
	set := e.target.Config.Line
	conn, err := serial.Open(ctx, e.target.Host.Name, &serial.Config{Line: set})
	if err != nil {
		e.tell("port", failed, time.Since(started), "%s", firstLine(err.Error()))
		return nil, err
	}
	e.tell("port", well, time.Since(started), "%s is open at %v", e.target.Host.Name, set.Or(line.Usual()))
	if m, err := conn.Modem(); err == nil {
		e.tell("port", noted, 0, "the device's signals: %s", signals(m.CTS, m.DSR, m.Carrier))
	}
	return conn, nil
}

// openPortInNetwork opens a serial port of a server.
func (e *examination) openPortInNetwork(ctx context.Context) (transport.Conn, error) {
	var connected time.Time // zero: it did not come to that
	c := &e.target.Config
	conn, err := rfc2217.Dial(ctx, e.target.Host.Name, e.target.Port(), &rfc2217.Config{Line: c.Line, Logger: c.Logger,
		Dial: func(ctx context.Context, _ string, _ int) (net.Conn, error) {
			conn, err := e.connect(ctx)
			if err == nil {
				connected = time.Now()
			}
			return conn, err
		},
	})
	if err != nil {
		if !connected.IsZero() {
			e.tell("port", failed, time.Since(connected), "%s", firstLine(err.Error()))
		}
		return nil, err
	}
	e.port = conn
	server := conn.Port().Server
	if server == "" {
		server = "the server"
	}
	how := "leaves it as it was"
	if set := c.Line.String(); set != "" {
		how = "has set it to " + set
	}
	e.tell("port", well, time.Since(connected), "%s %s", server, how)
	return conn, nil
}

// signals names those of a device that are on.
func signals(cts, dsr, carrier bool) string {
	text := ""
	for _, s := range []struct {
		name string
		on   bool
	}{{"CTS", cts}, {"DSR", dsr}, {"DCD", carrier}} {
		if s.on {
			text += " " + s.name
		}
	}
	if text == "" {
		return "none is on: is the cable plugged in, and the device?"
	}
	return text[1:]
}

// lineErrors tells what went wrong on a serial line of a server.
func (e *examination) lineErrors() {
	if e.port == nil {
		return
	}
	if n := e.port.Port().Errors.Framing; n > 0 {
		e.tell("port", noted, 0, "%d characters came with framing errors: the speed is wrong, mostly (--baud)", n)
	}
}
