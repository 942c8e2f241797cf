package shell

import (
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// conversation plays keys (after ">") and what the device shows (after "<").
func conversation(secrets []string, turns ...string) (kept []string) {
	e := &entered{keep: func(command string) { kept = append(kept, command) }, secrets: secrets}
	for _, turn := range turns {
		if text, is := strings.CutPrefix(turn, ">"); is {
			_, _ = io.Copy(io.Discard, keys{strings.NewReader(text), e})
		} else {
			_, _ = io.WriteString(glass{io.Discard, e}, turn[1:])
		}
	}
	return kept
}

func TestEntered(t *testing.T) {
	for _, c := range []struct {
		name  string
		turns []string
		want  []string
	}{
		{"a command", []string{"<r1#", ">show clock\r", "<show clock\r\n*10:00\r\nr1#"}, []string{"show clock"}},
		{"byte by byte, corrected", []string{"<r1#", ">s", "<s", ">x", "<x", ">\b", "<\b \b", ">how\r", "<how\r\n", "<r1#"}, []string{"show"}},
		{"the device's own history", []string{"<r1#", ">\x1b[A", "<show version", ">\r", "<\r\nCisco\r\nr1#"}, []string{"show version"}},
		{"pasted", []string{"<r1#", ">conf t\rhostname x\r", "<conf t\r\nr1(config)#hostname x\r\nx(config)#", ">end\r", "<end\r\n"}, []string{"conf t", "end"}},
		{"output like the prompt", []string{"<r1#", ">show x\r", "<show x\r\nr1#reload\r\nr1#"}, []string{"show x"}},
		{"nothing, an answer", []string{"<r1#", ">\r", "<\r\nr1#", ">reload\r", "<reload\r\nProceed? [confirm]", ">y\r", "<y\r\n"}, []string{"reload"}},
		{"not echoed", []string{"<r1>", ">enable\r", "<enable\r\nPassword: ", ">hunter2\r", "<\r\nr1#", ">show x\r", "<show x\r\n"}, []string{"enable", "show x"}},
		{"echoed all the same", []string{"<r1>", ">enable\r", "<enable\r\nPassword: ", ">hunter2\r", "<hunter2\r\nr1#"}, []string{"enable"}},
		{"a secret at the prompt", []string{"<r1#", ">letmein99\r", "<letmein99\r\nr1#", ">x letmein99 y\r", "<x letmein99 y\r\nr1#"}, nil},
		{"a line that speaks of one", []string{"<r1#", ">username x password hunter2\r", "<username x password hunter2\r\nr1#"}, nil},
		{"a community", []string{"<r1#", ">snmp-server community hunter2\r", "<snmp-server community hunter2\r\nr1#"}, nil},
		{"begun with a space", []string{"<$ ", "> ls\r", "< ls\r\n$ ", ">pwd\r", "<pwd\r\n"}, []string{"pwd"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := conversation([]string{"letmein99", ""}, c.turns...); !slices.Equal(got, c.want) {
				t.Errorf("kept %q, want %q", got, c.want)
			}
		})
	}
}

func TestHistoryIsBounded(t *testing.T) {
	h := &history{path: filepath.Join(t.TempDir(), "vty", "history"), host: "r1"}
	if err := h.add("first"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(h.path, []byte(strings.Repeat("x\tr1\tshow clock\n", mostHistory/16+10)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := h.add("the newest"); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(h.path)
	if err != nil || info.Size() > mostHistory*3/4 || runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		t.Errorf("%d bytes, %v, %v", info.Size(), info.Mode(), err)
	}
	if got := h.last(2); !slices.Equal(got, []string{"show clock", "the newest"}) {
		t.Errorf("the last are %q", got)
	}
}
