package vty_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/internal/memnet"
	"github.com/vtynet/vty/record"
	"github.com/vtynet/vty/socket"
	"github.com/vtynet/vty/transport"
	gossh "golang.org/x/crypto/ssh"
)

// What a device that the user reached over SSH may repeat: the password, the
// passphrase of the user's key, and a secret that was not typed yet. Quotation marks
// and the like are written otherwise in errors and logs.
const (
	plantedLogin  = `zq-"1\Login`
	plantedPhrase = `zq-2'Phrase`
	plantedUnused = "zq-3Unused"
)

const plantedAll = plantedLogin + " " + plantedUnused + " " + plantedPhrase

// repeating are the places where the device repeats what it knows, each with what
// it does once its shell is there; nil where the shell is never reached.
var repeating = map[string]func(b *blabber){
	"the questions of the login": nil,
	"the refusal of a session":   nil,
	"the standard error":         func(b *blabber) { b.say("Welcome\r\n") },
	"the greeting":               func(b *blabber) { b.say("You are " + plantedAll + "\r\n") },
	"a question of the greeting": func(b *blabber) { b.say("Is it " + plantedAll + "? [yes/no]: ") },
	"the greeting's end":         func(b *blabber) { b.say("Goodbye " + plantedAll + "\r\n"); _ = b.Close() },
	"the prompt": func(b *blabber) {
		b.say(plantedUnused + "#")
		b.say(b.line() + "\r\n")
	},
	"the echo": func(b *blabber) {
		b.say("r1#")
		b.line()
		b.say(plantedAll + "\r\nr1#")
	},
	"the output": func(b *blabber) {
		b.say("r1#")
		b.say(b.line() + "\r\n" + plantedAll + "\r\n")
	},
	"the end of the output": func(b *blabber) {
		b.say("r1#")
		b.say(b.line() + "\r\n" + plantedAll)
		_ = b.Close()
	},
	"a question": func(b *blabber) {
		b.say("r1#")
		b.say(b.line() + "\r\nOverwrite " + plantedAll + "? [confirm]")
	},
	"a refusal": func(b *blabber) {
		b.say("r1#")
		b.say(b.line() + "\r\n% Invalid input: " + plantedAll + "\r\nr1#")
	},
	"what comes unasked": func(b *blabber) {
		b.say("r1#\r\n%SYS-5-CONFIG: " + plantedAll + "\r\nr1#")
		b.say(b.line() + "\r\n")
	},
	"the rest of an answer": func(b *blabber) {
		b.say("r1#")
		b.say(b.line() + "\r\ndescription\r\nr1#")
		<-time.After(time.Second)
		b.say(plantedAll + "\r\nr1#")
		b.line()
	},
	"an answer": func(b *blabber) {
		b.say("r1#")
		b.say(b.line() + "\r\nhash " + plantedAll + " is it\r\nsnmp-server community announced RO\r\nr1#")
	},
}

// A secret that the user authenticated with over SSH, or has not used yet, is in no
// error, log, recording or masked result, wherever the device repeats it, whole or
// in two reads.
func TestSecretsAreRepeatedNowhereOverSSH(t *testing.T) {
	key := lockedKey(t)
	for place, shell := range repeating {
		t.Run(place, func(t *testing.T) {
			stride := 1
			if raceEnabled { // the race detector looks for other mistakes than these
				stride = 7
			}
			for cut := 0; cut < len(plantedAll)+24 && !t.Failed(); cut += stride {
				synctest.Test(t, func(t *testing.T) { repeatedOverSSH(t, key, place, shell, cut) })
				if shell == nil {
					break // it is the SSH server that speaks
				}
			}
		})
	}
}

func repeatedOverSSH(t *testing.T, key auth.Secret, place string, shell func(*blabber), cut int) {
	var log, file bytes.Buffer
	cfg := &vty.Config{
		Platform: "cisco_iosxe", User: "ops", KeepTerminal: true, Silence: 5 * time.Second,
		HostKeys: auth.Pinned(gossh.FingerprintSHA256(stallKey.PublicKey())),
		Auth:     []auth.Method{auth.Key(key, auth.Literal(plantedPhrase)), auth.Password(auth.SourceFunc(fetched))},
		Secrets:  map[string]auth.Source{"enable": auth.Literal(plantedUnused)},
		Logger:   slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Socket: &socket.Options{Resolver: one{}, Dial: func(context.Context, string, string) (net.Conn, error) {
			client, server := memnet.Pipe()
			go blabOverSSH(server, place, shell, cut)
			return client, nil
		}},
		Wrap: func(conn transport.Conn) transport.Conn {
			return record.Record(conn, &file, &record.Options{Secrets: record.NewSecrets(plantedLogin, plantedPhrase, plantedUnused)})
		},
	}
	masked, err := commanded(t.Context(), cfg)
	if (err == nil) != (place == "an answer") {
		t.Fatalf("%s: error %v", place, err)
	}
	told := map[string]string{"the log": log.String(), "the recording": file.String(), "the result": masked}
	if err != nil {
		told["the error"] = fmt.Sprintf("%v %+v %s", err, err, vty.Explain(err))
	} else if !strings.Contains(masked, "hash [secret] [secret] [secret] is it") || strings.Contains(masked, "announced") {
		t.Errorf("the result is masked as %q", masked)
	}
	for where, text := range told {
		for _, secret := range []string{"1\\Login", "1\\\\Login", "Phrase", "3Unused"} {
			if strings.Contains(text, secret) {
				t.Fatalf("%s, cut at %d: %s holds %s:\n%s", place, cut, where, secret, text)
			}
		}
	}
}

// fetched is a secret that nobody can know before it is asked for.
func fetched(context.Context) (auth.Secret, error) { return auth.NewSecret(plantedLogin), nil }

// commanded runs two commands, the second after what may still come of the first.
func commanded(ctx context.Context, cfg *vty.Config) (masked string, err error) {
	d, err := vty.Dial(ctx, "r1.example.net", cfg)
	if err != nil {
		return "", err
	}
	defer func() { _ = d.Close() }()
	res, err := d.Run(ctx, "show clock")
	if res != nil {
		masked = res.Masked()
	}
	if err != nil || strings.Contains(masked, "hash") {
		return masked, err
	}
	time.Sleep(2 * time.Second)
	_, err = d.Run(ctx, "show version")
	return masked, err
}

// blabOverSSH is an SSH server that repeats secrets in a place.
func blabOverSSH(conn net.Conn, place string, shell func(*blabber), cut int) {
	defer func() { _ = conn.Close() }()
	refused := errors.New("no")
	server := &gossh.ServerConfig{
		PublicKeyCallback: func(gossh.ConnMetadata, gossh.PublicKey) (*gossh.Permissions, error) { return nil, refused },
		PasswordCallback: func(_ gossh.ConnMetadata, password []byte) (*gossh.Permissions, error) {
			switch {
			case string(password) != plantedLogin:
				return nil, refused
			case place == "the questions of the login":
				return nil, &gossh.PartialSuccessError{Next: gossh.ServerAuthCallbacks{
					KeyboardInteractiveCallback: func(_ gossh.ConnMetadata, ask gossh.KeyboardInteractiveChallenge) (*gossh.Permissions, error) {
						_, err := ask(plantedAll, plantedAll, []string{plantedAll + ": ", "And: "}, []bool{true, false})
						return nil, err
					},
				}}
			}
			return nil, nil
		},
	}
	server.AddHostKey(stallKey)
	_, channels, requests, err := gossh.NewServerConn(conn, server)
	if err != nil {
		return
	}
	go gossh.DiscardRequests(requests)
	for asked := range channels {
		if place == "the refusal of a session" {
			_ = asked.Reject(gossh.Prohibited, plantedAll)
			continue
		}
		ch, reqs, err := asked.Accept()
		if err != nil {
			return
		}
		go func() {
			for r := range reqs {
				_ = r.Reply(true, nil)
				if r.Type != "shell" {
					continue
				}
				if place == "the standard error" {
					_, _ = ch.Stderr().Write([]byte(plantedAll + "\r\n"))
				}
				b := &blabber{ch, cut}
				shell(b)
				for b.line() != "" {
				}
			}
		}()
	}
}

// lockedKey is a private key in a form whose passphrase takes no time to try.
func lockedKey(t *testing.T) auth.Secret {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	//lint:ignore SA1019 it is what OpenSSH wrote for many years
	block, err := x509.EncryptPEMBlock(rand.Reader, "EC PRIVATE KEY", der, []byte(plantedPhrase), x509.PEMCipherAES128)
	if err != nil {
		t.Fatal(err)
	}
	return auth.NewSecret(string(pem.EncodeToMemory(block)))
}
