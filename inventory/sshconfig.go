package inventory

import (
	"bytes"
	"context"
	"errors"
	"net/netip"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/vtynet/vty/sshconfig"
)

// sshConfig reads OpenSSH's client configuration: its hosts are those that a Host
// line names without wildcards. What it says of a host becomes fields as far as
// there are such; the host keeps the whole of it (Host.SSHConfig).
func (b *book) sshConfig(ctx context.Context, file string) {
	config, err := sshconfig.Load(file)
	if err != nil {
		at := Origin{File: file}
		if bad, ok := errors.AsType[*sshconfig.Error](err); ok {
			at, err = Origin{File: bad.File, Line: bad.Line}, bad.Err
		}
		b.fail(at, "", "%v", err)
		return
	}
	for _, w := range config.Warnings() {
		b.warn(Origin{File: w.File, Line: w.Line}, "", "%s", w.Text)
	}
	b.ssh = config
	for _, n := range config.Names() {
		e := newEntry(n.Name, Origin{File: n.File, Line: n.Line})
		b.hosts = append(b.hosts, e)
		said, err := config.Resolve(ctx, sshconfig.Query{Host: n.Name, Resolver: noLookup{}})
		if err != nil {
			b.warn(e.origin, n.Name, "%v", err)
			continue
		}
		b.sshHost(e, said)
	}
}

// sshHost takes down what a configuration says of a host.
func (b *book) sshHost(e *entry, said *sshconfig.Host) {
	for _, s := range said.Settings() {
		var field string
		var x any
		switch s.Keyword {
		case "hostname":
			field, x = FieldAddress, said.HostName
		case "port":
			field, x = FieldPort, int64(said.Port)
		case "user":
			field, x = FieldUser, said.User
		case "identityfile":
			field, x = FieldKeyFile, said.IdentityFiles
		case "userknownhostsfile":
			field, x = FieldKnownHosts, said.UserKnownHostsFiles
		case "proxyjump":
			names := []string{noJump}
			if said.ProxyJump != nil {
				names = nil
				for _, j := range said.ProxyJump {
					names = append(names, j.String())
				}
			}
			field, x = FieldJump, strings.Join(names, ",")
		default:
			continue
		}
		at := Origin{File: s.File, Line: s.Line}
		v := &Value{Any: x, Origin: at}
		if texts, ok := x.([]string); ok {
			var list []*Value
			for _, text := range texts {
				list = append(list, &Value{Any: text, Origin: at})
			}
			if v.Any = list; list == nil {
				continue // "none"
			}
		}
		b.set(e, e.name, field, v)
	}
}

// noLookup keeps the reading of a file from asking name servers; names that it
// wants to be canonical are looked up when a host is reached.
type noLookup struct{}

func (noLookup) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) {
	return nil, errors.New("names are not looked up here")
}

var sshKeyword = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^\s*(Host|Match|Include)[\s=]+\S`)
})

// looksSSHConfig tells OpenSSH's configuration by its name or its first line.
func looksSSHConfig(file string, text []byte) bool {
	name := strings.ToLower(filepath.Base(file))
	if name == "ssh_config" || filepath.Ext(name) == ".ssh_config" || name == "config" && filepath.Base(filepath.Dir(file)) == ".ssh" {
		return true
	}
	if slices.Contains([]string{".yaml", ".yml", ".json", ".csv", ".ini", ".txt", ".list"}, filepath.Ext(name)) {
		return false
	}
	for l := range bytes.Lines(text) {
		if l = bytes.TrimSpace(l); len(l) > 0 && l[0] != '#' {
			return sshKeyword().Match(l)
		}
	}
	return false
}
