package lab

import (
	"fmt"
	"net"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Require returns the first device of a kind. Where it is not up the test is
// skipped, with the reason; in CI, where $CI is set, the test fails.
//
// A test that was skipped is also noted in the file $VTY_LAB_SKIPPED, if that
// is set, so that whoever runs the tests can name what was left out.
func Require(t testing.TB, kind string) Device {
	t.Helper()
	return RequireAll(t, kind)[0]
}

// RequireAll is [Require] for all devices of a kind, of which there is at least one.
// Tests of several packages run at once on the same devices: what a test
// configures there should bear a name of its own and be removed at the end.
func RequireAll(t testing.TB, kind string) []Device {
	t.Helper()
	devices, err := answering(kind)
	if err == nil {
		return devices
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("in CI the lab must be up: %v", err)
	}
	note(t, err)
	t.Skip(err)
	return nil
}

// patience is how long a device may take to accept a connection: a router that
// was just started still reads its configuration.
const patience = 15 * time.Second

// answering returns the devices of a kind if the first accepts connections: an
// inventory may outlive its devices.
func answering(kind string) ([]Device, error) {
	lab, err := Read()
	if err != nil {
		return nil, err
	}
	devices, err := lab.Of(kind)
	if err != nil {
		return nil, err
	}
	if err := devices[0].answers(); err != nil {
		return nil, fmt.Errorf("the lab was brought up, but %s does not answer (sudo lab/up mends it): %w", devices[0].Name, err)
	}
	return devices, nil
}

// answers returns nil if the device accepts a connection, or its serial port is there.
func (d *Device) answers() error {
	if d.Port == 0 {
		_, err := os.Stat(d.Address)
		return err
	}
	conn, err := net.DialTimeout("tcp", net.JoinHostPort(d.Address, strconv.Itoa(d.Port)), patience)
	if err != nil {
		return err
	}
	return conn.Close()
}

// note adds a line to the list of skipped tests.
func note(t testing.TB, reason error) {
	t.Helper()
	name := os.Getenv("VTY_LAB_SKIPPED")
	if name == "" {
		return
	}
	where := ""
	if info, ok := debug.ReadBuildInfo(); ok {
		where = strings.TrimSuffix(info.Path, ".test") + " "
	}
	file, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := fmt.Fprintf(file, "%s%s: %v\n", where, t.Name(), reason); err != nil {
		t.Fatal(err)
	}
}
