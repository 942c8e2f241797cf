package vty_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/platform"
	"github.com/vtynet/vty/sim"
)

// changed opens a simulated device by a definition of its own.
func changed(t *testing.T, name string, change func(*platform.Definition)) *vty.Device {
	t.Helper()
	shipped, err := platform.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	def := *shipped
	change(&def)
	cfg := vty.Config{Definition: &def}
	return fronts[0].simulated(t, newSim(t, name, nil), cfg)
}

func TestRunningConfig(t *testing.T) {
	for _, name := range sim.Names() {
		t.Run(name, func(t *testing.T) {
			dev := newSim(t, name, nil)
			d := fronts[0].simulated(t, dev, vty.Config{})
			show := d.Platform().Running.Show
			res, err := d.RunningConfig(t.Context())
			if show == "" || name == "linux" {
				if show == "" && !errors.Is(err, vty.ErrUnsupported) {
					t.Errorf("it has no configuration: %v", err)
				}
				return
			}
			if err != nil || res.Command != show || res.Partial {
				t.Fatalf("%+v, %v", res, err)
			}
			for line := range strings.Lines(dev.RunningConfig()) {
				if !strings.Contains(res.Text(), strings.TrimSpace(line)) {
					t.Errorf("%q is missing", line)
				}
			}
		})
	}
}

func TestAnswerWithoutItsEnd(t *testing.T) {
	d := changed(t, "cisco_iosxe", func(d *platform.Definition) {
		d.Endings = []platform.Ending{{Command: regexp.MustCompile("^show (?:version|clock)$"), Line: regexp.MustCompile("^end$")}}
	})
	res, err := d.Run(t.Context(), "show version")
	cut, ok := errors.AsType[*vty.IncompleteError](err)
	if !ok || cut.Command != "show version" || !errors.Is(err, vty.ErrIncomplete) || !res.Partial || res.Failed || res.Text() == "" {
		t.Errorf("%+v, %v", res, err)
	}
	if e := vty.Explain(err); e.Cause == "" || e.Next == "" {
		t.Error("nothing explains it")
	}
	var last error
	n := 0
	for _, err := range d.Stream(t.Context(), "show version") {
		last = err
		n++
	}
	if n < 2 || !errors.Is(last, vty.ErrIncomplete) {
		t.Errorf("streamed: %v", last)
	}
	res, err = d.Do(t.Context(), vty.Command{Line: "show version", Lines: 2})
	if err != nil || !res.Stopped || res.Partial {
		t.Errorf("one that was stopped has no end to look for: %+v, %v", res, err)
	}
	if _, err = d.Do(t.Context(), vty.Command{Line: "show version", Lines: 10000}); !errors.Is(err, vty.ErrIncomplete) {
		t.Errorf("one that was not stopped: %v", err)
	}
	if _, err := d.Run(t.Context(), "show nonsense"); !errors.Is(err, vty.ErrRefused) {
		t.Errorf("a refusal is no cut answer: %v", err)
	}
	if _, err := d.Run(t.Context(), "show running-config"); err != nil {
		t.Errorf("a command without an ending: %v", err)
	}
}

func TestUsualAnswers(t *testing.T) {
	d := fronts[0].simulated(t, newSim(t, "cisco_iosxe", nil), vty.Config{})
	const save = "copy running-config startup-config"
	_, err := d.Run(t.Context(), save)
	if _, ok := errors.AsType[*vty.QuestionError](err); !ok || !strings.Contains(err.Error(), "the usual answer is a return") {
		t.Fatalf("unanswered: %v", err)
	}
	res, err := d.Do(t.Context(), vty.Command{Line: save, Usual: true})
	if err != nil || !strings.Contains(res.Text(), "[OK]") {
		t.Errorf("%+v, %v", res, err)
	}
	// An answer of one's own comes first.
	own := vty.Step{Expect: regexp.MustCompile(`\?$`), Answer: "startup-config"}
	res, err = d.Do(t.Context(), vty.Command{Line: save, Usual: true, Whenever: []vty.Step{own}})
	if err != nil || !strings.Contains(res.Text(), "? startup-config") {
		t.Errorf("%+v, %v", res, err)
	}
}

func TestLongestLine(t *testing.T) {
	d := changed(t, "cisco_iosxe", func(d *platform.Definition) { d.Typing.Line = 40 })
	long := "show version " + strings.Repeat("x", 28)
	if _, err := d.Run(t.Context(), long); !errors.Is(err, vty.ErrInput) || !strings.Contains(err.Error(), "41 bytes") {
		t.Errorf("a command: %v", err)
	}
	report, err := d.Configure(t.Context(), "hostname r2", long)
	if !errors.Is(err, vty.ErrInput) || len(report.Lines) != 0 || len(report.Unsent) != 2 {
		t.Errorf("a configuration line: %+v, %v", report, err)
	}
	if _, err := d.Run(t.Context(), long[:40]); errors.Is(err, vty.ErrInput) {
		t.Errorf("one that just fits: %v", err)
	}
}
