package main

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"vty": main})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Setenv("HOME", env.WorkDir) // no keys and no known hosts of the machine's
			env.Setenv("VTY_USER", "admin")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":      exits,
			"outlasts":   outlasts,
			"sim":        simulate,
			"weak":       serveWeak,
			"closed":     closedPort,
			"blackhole":  blackHole,
			"mute":       mute,
			"netconf":    serveNETCONF,
			"netconftls": serveTLS,
			"files":      serveFiles,
			"jumphost":   serveJump,
			"portof":     portOf,
			"expand":     expand,
		},
	})
}

// exits runs a command and checks its exit status: exits 3 vty run ...
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits STATUS COMMAND...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	if got := status(ts, args[1:]); got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

// status runs a command.
func status(ts *testscript.TestScript, command []string) int {
	err := ts.Exec(command[0], command[1:]...)
	if err == nil {
		return 0
	}
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		ts.Fatalf("%v", err)
	}
	return exit.ExitCode()
}

// outlasts runs a command whose time runs out, by one of its flags, after it has
// connected, and checks its exit status: outlasts 4 --timeout vty run ... Where the
// machine is so slow that not even that came about, it gets twice the time.
func outlasts(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: outlasts STATUS FLAG COMMAND...")
	}
	for limit := 200 * time.Millisecond; limit < time.Minute; limit *= 2 {
		exits(ts, false, slices.Concat(args[:1], args[2:], []string{args[1], limit.String()}))
		if !unconnected.MatchString(ts.ReadFile("stdout") + ts.ReadFile("stderr")) {
			return
		}
	}
	ts.Fatalf("it did not even connect in the time it had")
}

// unconnected is what vty says, and its doctor, where time ran out in a connect or
// right after it, before anything was awaited.
var unconnected = regexp.MustCompile(`(?m)^vty: \S+ (open .*(no answer|limit)|time ran out$)|^verdict: port .* does not answer$`)

// portOf sets a variable to the port of an address in another: portof R1_SSH PORT.
func portOf(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: portof ADDRESS VARIABLE")
	}
	_, port, err := net.SplitHostPort(ts.Getenv(args[0]))
	ts.Check(err)
	ts.Setenv(args[1], port)
}

// expand puts the values of variables into a file: expand FILE.
func expand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: expand FILE")
	}
	text := os.Expand(ts.ReadFile(args[0]), ts.Getenv)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o600))
}
