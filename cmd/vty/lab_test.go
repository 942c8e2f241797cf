package main

import (
	"bytes"
	"encoding/json"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/vtynet/vty/internal/cli"
	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/internal/cli/streams"
	"github.com/vtynet/vty/lab"
)

// vtyOn runs a verb on a device of the lab, with its secrets from the
// environment.
func vtyOn(t *testing.T, d lab.Device, verb string, args ...string) (status exit.Status, out, errs string) {
	t.Helper()
	host := net.JoinHostPort(d.Address, strconv.Itoa(d.Port))
	if d.Port == 0 {
		host = d.Address // a serial port
	}
	flags := []string{verb, "-H", host, "-t", d.Transport, "-p", d.Platform}
	if d.KnownHosts != "" {
		flags = append(flags, "--known-hosts", d.KnownHosts)
	}
	environment := map[string]string{"VTY_USER": d.User, "VTY_PASSWORD": d.Password, "VTY_ENABLE": d.Enable}
	return command(t, environment, append(flags, args...)...)
}

// command runs vty in an environment.
func command(t *testing.T, environment map[string]string, args ...string) (status exit.Status, out, errs string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	status = cli.Run(t.Context(), args, &streams.Streams{
		In: strings.NewReader(""), Out: &stdout, Err: &stderr,
		LookupEnv: func(name string) (string, bool) { v, ok := environment[name]; return v, ok },
	})
	return status, stdout.String(), stderr.String()
}

func TestLabRouters(t *testing.T) {
	for _, kind := range []string{lab.FRRVTY, lab.FRRVTYSH} {
		t.Run(kind, func(t *testing.T) {
			d := lab.Require(t, kind)
			status, out, errs := vtyOn(t, d, "run", "show version", "show running-config")
			if status != exit.OK || errs != "" {
				t.Fatalf("status %d: %s", status, errs)
			}
			version, config, _ := strings.Cut(out, ": show running-config\n")
			if !strings.Contains(version, "\nFRRouting ") || !strings.Contains(config, "\nhostname "+d.Hostname+"\n") || !strings.HasSuffix(config, "\nend\n") {
				t.Errorf("not the answers: %q ... %q", version, config[max(0, len(config)-100):])
			}
			if strings.ContainsAny(out, "\r\x08\x1b") || strings.Contains(out, "--More--") {
				t.Error("traces of the terminal are left")
			}
			status, out, errs = vtyOn(t, d, "run", "-o", "jsonl", "show nonsense")
			var object struct {
				Failed bool
				Error  string
			}
			if err := json.Unmarshal([]byte(out), &object); err != nil || status != exit.Refused || !object.Failed || object.Error == "" {
				t.Errorf("a refused command: status %d, %v, %s%s", status, err, out, errs)
			}
		})
	}
}

func TestLabConsoles(t *testing.T) {
	var wg sync.WaitGroup // side by side: most of the time is the login's own
	defer wg.Wait()
	for _, kind := range []string{lab.ConsoleRFC2217, lab.ConsoleRaw, lab.ConsoleSerial} {
		wg.Go(func() {
			t.Run(kind, func(t *testing.T) {
				d := lab.RequireAll(t, kind)[1] // the library's tests have the others
				var line []string
				if kind != lab.ConsoleRaw {
					line = []string{"--baud", "19200", "--frame", "8N1"}
				}
				status, out, errs := vtyOn(t, d, "run", append(line, "id -un")...)
				if status != exit.OK || errs != "" || out != d.User+"\n" {
					t.Errorf("run: status %d: %s%s", status, out, errs)
				}
				status, out, errs = vtyOn(t, d, "doctor", line...)
				if status != exit.OK || errs != "" || !strings.Contains(out, "verdict: all well") {
					t.Errorf("doctor: status %d: %s%s", status, out, errs)
				}
				if line != nil && !strings.Contains(out, "19200 8N1") {
					t.Errorf("the line's settings are not told: %s", out)
				}
			})
		})
	}
}

func TestLabConfig(t *testing.T) {
	d := lab.Require(t, lab.FRRVTY)
	const list = "VTY-COMMAND-TEST"
	t.Cleanup(func() { vtyOn(t, d, "config", "no ip prefix-list "+list) })
	status, out, errs := vtyOn(t, d, "config", "ip prefix-list "+list+" seq 5 permit 192.0.2.0/24", "no such line", "ip prefix-list "+list+" seq 10 permit any")
	if status != exit.Refused || !strings.Contains(errs, `line 2: "no such line" refused: % `) {
		t.Errorf("status %d: %s", status, errs)
	}
	for _, want := range []string{"1  accepted  ip prefix-list", "2  refused   no such line", "3  not sent  ip prefix-list"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in the report: %s", want, out)
		}
	}
	_, out, _ = vtyOn(t, d, "run", "show running-config")
	if !strings.Contains(out, list+" seq 5") || strings.Contains(out, list+" seq 10") {
		t.Error("the configuration is not what the report says")
	}
}

func TestLabDoctor(t *testing.T) {
	d := lab.Require(t, lab.FRRVTYSH)
	status, out, errs := vtyOn(t, d, "doctor")
	if status != exit.OK || errs != "" || !strings.Contains(out, "verdict: all well") {
		t.Errorf("status %d: %s%s", status, out, errs)
	}
	d.Password = "wrong"
	if status, out, _ := vtyOn(t, d, "doctor"); status != exit.Unreached || !strings.Contains(out, "does not let user "+d.User+" in") {
		t.Errorf("a wrong password: status %d: %s", status, out)
	}
}
