package openssh

import (
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"

	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/transport"
)

// Config says how ssh is called and how its questions are answered. The zero
// value leaves everything to ssh and its configuration.
type Config struct {
	Program string // "" means "ssh"
	User    string // "" means what ssh's configuration says
	File    string // its configuration, in place of the usual ones; "none" for none
	Jump    string // jump hosts, as ssh -J takes them

	// Identities are private key files to offer beside those of the configuration.
	Identities []string
	// Options are further settings as ssh -o takes them, KEYWORD=VALUE, which stand
	// before those of the configuration. They are in the process list.
	Options []string

	// HostKeys says which host keys ssh is to accept. Nil leaves it to ssh's
	// configuration, where "ask" means no, since nobody is asked. Fingerprints cannot
	// be pinned. It holds for the device; jump hosts are as the configuration has it.
	HostKeys auth.HostKeys

	// Password answers the device's question for one, once.
	Password auth.Source
	// JumpPassword answers that of a jump host, once for each.
	JumpPassword auth.Source
	// Passphrase opens key files; a key that it does not open is passed over.
	Passphrase auth.Source
	// Answer answers whatever else is asked on behalf of the device: a one-time
	// code, the PIN of a security key. Nil answers nothing.
	Answer auth.InteractiveMethod

	Size   transport.Size // of the terminal; zero means 511 columns, 1000 rows
	Logger *slog.Logger   // nil logs nothing
}

// argv is the words that ssh is called with. log is the file that it logs to.
func (c *Config) argv(host string, port int, log string) ([]string, error) {
	words := []string{c.Program, "-tt", "-E", log}
	if c.Program == "" {
		words[0] = "ssh"
	}
	option := func(text string) { words = append(words, "-o", text) }
	if c.File != "" {
		words = append(words, "-F", c.File)
	}
	for _, text := range []string{
		"LogLevel=DEBUG2",           // where the session stands, and why it failed
		"EscapeChar=none",           // all bytes are the device's
		"ClearAllForwardings=yes",   // which are for people
		"RemoteCommand=none",        // a shell
		"NumberOfPasswordPrompts=1", // a secret is offered once
	} {
		option(text)
	}
	keys, err := hostKeyOptions(c.HostKeys)
	if err != nil {
		return nil, err
	}
	for _, text := range keys {
		option(text)
	}
	for _, text := range c.Options {
		if !strings.ContainsAny(text, "= ") {
			return nil, fmt.Errorf("ssh: option %q is not KEYWORD=VALUE", text)
		}
		option(text)
	}
	for _, file := range c.Identities {
		words = append(words, "-i", file)
	}
	if c.Jump != "" {
		words = append(words, "-J", c.Jump)
	}
	if c.User != "" {
		words = append(words, "-l", c.User)
	}
	if port != 0 {
		words = append(words, "-p", strconv.Itoa(port))
	}
	if host == "" || strings.HasPrefix(host, "-") {
		return nil, fmt.Errorf("ssh: host %q would be an option, or nothing", host)
	}
	return append(words, "--", host), nil
}

// hostKeyOptions is a policy in ssh's words.
func hostKeyOptions(policy auth.HostKeys) ([]string, error) {
	switch p := policy.(type) {
	case nil:
		return nil, nil
	case auth.UncheckedPolicy:
		// With a changed key ssh would go on, but without passwords; so it is not to
		// know any.
		return []string{"StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "GlobalKnownHostsFile=/dev/null"}, nil
	case auth.KnownHostsPolicy:
		options := []string{"StrictHostKeyChecking=yes"}
		if p.AcceptNew {
			options[0] = "StrictHostKeyChecking=accept-new"
		}
		if len(p.Files) > 0 {
			var files []string
			for _, f := range p.Files {
				if strings.ContainsAny(f, "\"\n") {
					return nil, fmt.Errorf("ssh: known hosts file %q: ssh takes no quotes in a name", f)
				}
				files = append(files, `"`+strings.ReplaceAll(f, "%", "%%")+`"`)
			}
			options = append(options, "UserKnownHostsFile="+strings.Join(files, " "), "GlobalKnownHostsFile=/dev/null")
		}
		return options, nil
	case auth.PinnedPolicy:
		return nil, errors.New("ssh: the system's ssh takes no pinned fingerprint: put the key into a known_hosts file")
	}
	return nil, fmt.Errorf("ssh: host-key policy %T is not one of package auth", policy)
}
