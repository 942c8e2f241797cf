package vty_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/internal/memnet"
	"github.com/vtynet/vty/record"
	"github.com/vtynet/vty/transport"
)

// The secrets that are planted.
const (
	plantedPassword   = "zq-7Password"
	plantedEnable     = "zq-8Enable"
	plantedPassphrase = "zq-9Passphrase"
)

// blabber is a device that repeats every secret it is told, in two reads.
type blabber struct {
	io.ReadWriteCloser
	cut int // where what it says is cut; 0 for nowhere
}

func (b *blabber) say(text string) {
	if b.cut > 0 && b.cut < len(text) {
		_, _ = io.WriteString(b, text[:b.cut])
		<-time.After(time.Millisecond)
		text = text[b.cut:]
	}
	_, _ = io.WriteString(b, text)
}

func (b *blabber) line() string {
	var line []byte
	for key := make([]byte, 1); ; {
		if _, err := b.Read(key); err != nil {
			return ""
		}
		if key[0] == '\r' {
			return string(line)
		}
		line = append(line, key[0])
	}
}

// run lets the user in and repeats every secret; then it ends as end says.
func (b *blabber) run(end string) {
	defer func() { _ = b.Close() }()
	b.say("Username: ")
	b.say(b.line() + "\r\nPassword: ")
	password := b.line()
	if end == "login" {
		b.say(password + "\r\n% Login invalid for " + password + "\r\n\r\nUsername: ")
		_, _ = io.Copy(io.Discard, b)
		return
	}
	b.say(password + "\r\nLogged in with " + password + "\r\nr1>")
	b.say(b.line() + "\r\nPassword: ")
	enable := b.line()
	if end == "enable" {
		b.say(enable + "\r\n% Bad secret " + enable + "\r\nPassword: ")
		_, _ = io.Copy(io.Discard, b)
		return
	}
	b.say(enable + "\r\nr1#")
	b.say(b.line() + "\r\nPassphrase: ")
	passphrase := b.line()
	all := password + " " + enable + "\r\n" + passphrase
	b.say(passphrase + "\r\n" + all + "\r\nr1#")
	command := b.line()
	switch end {
	case "silence":
		b.say(command + "\r\n" + all + "\r\n")
	case "closed":
		b.say(command + "\r\n" + all + "\r\n")
		return
	case "question":
		b.say(command + "\r\nOverwrite " + password + enable + passphrase + "? [confirm]")
	case "desync":
		b.say(password + " " + enable + " " + passphrase + "\r\n% Invalid input\r\nr1#")
	case "refused":
		b.say(command + "\r\n% Invalid input: " + password + " " + enable + " " + passphrase + "\r\nr1#")
	}
	_, _ = io.Copy(io.Discard, b)
}

// A secret that the device repeats, whole or in two reads, is in no error, log or
// recording.
func TestSecretsAreRepeatedNowhere(t *testing.T) {
	for _, end := range []string{"login", "enable", "silence", "closed", "question", "desync", "refused"} {
		t.Run(end, func(t *testing.T) {
			for cut := range 64 { // beyond the last secret of what it says at once
				synctest.Test(t, func(t *testing.T) { repeated(t, end, cut) })
			}
		})
	}
}

func repeated(t *testing.T, end string, cut int) {
	var log, file bytes.Buffer
	client, device := memnet.Pipe()
	over := make(chan struct{})
	defer func() { <-over }() // it may still be about to say the rest
	go func() {
		defer close(over)
		(&blabber{device, cut}).run(end)
	}()
	cfg := &vty.Config{
		Platform: "cisco_iosxe", User: "ops", Password: auth.Literal(plantedPassword), KeepTerminal: true, Silence: 5 * time.Second,
		Secrets: map[string]auth.Source{"enable": auth.Literal(plantedEnable)},
		Logger:  slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	err := blabbed(t.Context(), record.Record(client, &file, nil), cfg)
	if err == nil {
		t.Fatalf("%s: no error", end)
	}
	for _, secret := range []string{plantedPassword, plantedEnable, plantedPassphrase} {
		for where, text := range map[string]string{
			"the error": fmt.Sprintf("%v %+v %s", err, err, vty.Explain(err)), "the log": log.String(), "the recording": file.String(),
		} {
			if strings.Contains(text, secret) {
				t.Fatalf("%s, cut at %d: %s holds %s:\n%s", end, cut, where, secret, text)
			}
		}
	}
}

// The result of a command that is stopped masks what any other does: the secrets of the
// session, and what the platform's definition knows to be secret.
func TestStoppedCommandIsMasked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := &vty.Config{Platform: "cisco_iosxe", User: "ops", Password: auth.Literal(plantedPassword), KeepTerminal: true}
		d, err := vty.Open(t.Context(), console("r1#", func(line string) string {
			if line == "show secrets" {
				return "it is " + plantedPassword + "\r\nusername ops secret 9 " + plantedEnable + "\r\nmore\r\nr1#"
			}
			return "r1#"
		}), "r1", cfg)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = d.Close() }()
		res, err := d.Do(t.Context(), vty.Command{Line: "show secrets", Lines: 2})
		if err != nil || !res.Stopped || !strings.Contains(res.Text(), plantedPassword) {
			t.Fatalf("%+v, %v", res, err)
		}
		if masked := res.Masked(); strings.Contains(masked, plantedPassword) || strings.Contains(masked, plantedEnable) {
			t.Errorf("it is masked as %q", masked)
		}
	})
}

func blabbed(ctx context.Context, conn transport.Conn, cfg *vty.Config) error {
	d, err := vty.Open(ctx, conn, "r1", cfg)
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	if _, err := d.Interact(ctx, "crypto key import", vty.Step{Expect: regexp.MustCompile(`^Passphrase:$`), Secret: auth.Literal(plantedPassphrase)}); err != nil {
		return err
	}
	_, err = d.Run(ctx, "show clock")
	return err
}
