package platforms

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/internal/memnet"
	"github.com/vtynet/vty/platform"
)

// box is a device at the other end of the connection. It writes down what is typed,
// and answers each line as respond says; "" is no answer but to Ctrl-C.
func box(prompt string, respond func(line string) string) (conn *memnet.Conn, typed func() string) {
	client, device := memnet.Pipe()
	var all strings.Builder
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() { _ = device.Close() }()
		_, _ = io.WriteString(device, "\r\n"+prompt)
		line := ""
		for key := make([]byte, 1); ; {
			if _, err := device.Read(key); err != nil {
				return
			}
			all.WriteByte(key[0])
			switch key[0] {
			case '\x03':
				line = ""
				_, _ = io.WriteString(device, "^C\r\n"+prompt)
			case '\r':
				_, _ = io.WriteString(device, line+"\r\n")
				if line == "exit" {
					return
				}
				said := ""
				if line != "" {
					said = respond(line)
				}
				switch {
				case strings.HasSuffix(said, "? "):
					_, _ = io.WriteString(device, said)
				case line == "" || said != "":
					_, _ = io.WriteString(device, said+prompt)
				}
				line = ""
			default:
				line += string(key)
			}
		}
	}()
	return client, func() string { <-done; return all.String() }
}

func unlimited(ctx context.Context) (context.Context, context.CancelFunc) { return ctx, func() {} }

func opened(t *testing.T, conn *memnet.Conn) *vty.Device {
	t.Helper()
	dev, err := vty.Open(t.Context(), conn, "box1", &vty.Config{Platform: platform.Generic, KeepTerminal: true})
	if err != nil {
		t.Fatal(err)
	}
	return dev
}

// What is typed at a device that nobody knows can do it no harm, and what comes of it
// is a definition.
func TestLook(t *testing.T) {
	for _, test := range []struct {
		name, prompt, show string
		answers            map[string]string
		want               []string // in the definition
		without            string   // that is not
	}{
		{"a router", "rtr-7.example# ", "show version",
			map[string]string{"show version": "AcmeOS Software, Version 7.1.2\r\nrtr-7 uptime is 3 weeks\r\n", "show vtyfrobnicate": "          ^\r\n% Invalid input detected\r\n"},
			[]string{"prompt: '^(?P<host>[\\w.-]+)#$'", "display: '{host}# '", "'^% Invalid input detected'", "says: '^AcmeOS Software, Version \\d'", "refused: ['% Invalid input detected']"}, "7\\.1"},
		{"a shell", "ops@box1:~$ ", "show version",
			map[string]string{"show version": "-bash: show: command not found\r\n", "show vtyfrobnicate": "-bash: show: command not found\r\n"},
			[]string{"prompt: '^[\\w.-]+@(?P<host>[\\w.-]+):~\\$$'", "display: '{user}@{host}:~$ '"}, "detect:"},
		{"one that repeats the line", "[admin@MikroTik] > ", "display device",
			map[string]string{"display device": "MikroTik\r\n7.1\r\nRouterBOARD hEX S\r\n", "display vtyfrobnicate": "unknown: display vtyfrobnicate\r\n"},
			[]string{"'^unknown: '", "says: '^RouterBOARD hEX S'", "show: 'display device'"}, "'^MikroTik"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				conn, typed := box(test.prompt, func(line string) string { return test.answers[line] })
				dev := opened(t, conn)
				g, err := look(t.Context(), dev, unlimited, test.show)
				if err != nil {
					t.Fatal(err)
				}
				_ = dev.Close()
				first, _, _ := strings.Cut(test.show, " ")
				for line := range strings.SplitSeq(typed(), "\r") {
					if line != "" && line != test.show && line != first+" "+nonsense && line != "exit" {
						t.Errorf("it typed %q", line)
					}
				}
				text := g.draft("box_os")
				if _, err := platform.Parse("box_os.yaml", text); err != nil {
					t.Errorf("%v", err)
				}
				for _, want := range test.want {
					if !strings.Contains(string(text), want) {
						t.Errorf("no %s in\n%s", want, text)
					}
				}
				if strings.Contains(string(text), test.without) {
					t.Errorf("%s is in\n%s", test.without, text)
				}
			})
		})
	}
}

// Who gives up gets no half of a definition, and leaves the device at its prompt.
func TestLookIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		conn, typed := box("rtr7# ", func(line string) string {
			if line == "show version" {
				cancel()
			}
			return ""
		})
		dev := opened(t, conn)
		if g, err := look(ctx, dev, unlimited, "show version"); !errors.Is(err, context.Canceled) {
			t.Errorf("%+v, %v", g, err)
		}
		if prompt, err := dev.AskPrompt(t.Context()); err != nil || prompt != "rtr7#" {
			t.Errorf("it was left at %q, %v", prompt, err)
		}
		_ = dev.Close()
		if all := typed(); !strings.Contains(all, "show version\r\x03") || strings.Contains(all, nonsense) {
			t.Errorf("it typed %q", all)
		}
	})
}

// What is not answered is told, and left out.
func TestLookAtWhatIsNotAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conn, _ := box("rtr7# ", func(line string) string {
			if line == "show version" {
				return "Which version [1]? "
			}
			return "% No\r\n"
		})
		dev := opened(t, conn)
		defer func() { _ = dev.Close() }()
		g, err := look(t.Context(), dev, unlimited, "show version")
		if err != nil || len(g.notes) != 1 || !strings.Contains(g.notes[0], "Which version") || strings.Contains(string(g.draft("x")), "detect:") {
			t.Errorf("%+v, %v", g, err)
		}
	})
}
