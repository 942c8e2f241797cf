package inventory

import (
	"net"
	"slices"
	"strconv"
	"time"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/sshconfig"
	"github.com/vtynet/vty/transport/line"
)

// Host is one host with all that it inherits. It is read-only and safe for
// concurrent use.
type Host struct {
	name   string
	origin Origin
	groups []string
	values map[string]*Value
	data   map[string]*Value
	ssh    *sshconfig.Config
}

// Name is the host's name in the inventory.
func (h *Host) Name() string { return h.name }

// Origin is where the host was written.
func (h *Host) Origin() Origin { return h.origin }

// Groups are the groups that the host is in, directly or not, nearest first.
func (h *Host) Groups() []string { return h.groups }

// In reports whether the host is in a group.
func (h *Host) In(group string) bool { return slices.Contains(h.groups, group) }

// Field is the value of one of the Fields, nil where it has none.
func (h *Host) Field(name string) *Value { return h.values[name] }

// Data is what the inventory says of the host beside the Fields.
func (h *Host) Data() map[string]*Value { return h.data }

// Lookup finds a value by its path: "name", a field ("platform"), or data, with
// or without "data." before it ("site", "data.bgp.as"). Nil where there is none.
func (h *Host) Lookup(path string) *Value {
	if path == "name" || path == "host" {
		return &Value{Any: h.name, Origin: h.origin, Layer: "host " + h.name}
	}
	if v := h.values[path]; v != nil {
		return v
	}
	data := &Value{Any: h.data}
	if v := data.At(path); v != nil {
		return v
	}
	if rest := len("data."); len(path) > rest && path[:rest] == "data." {
		return data.At(path[rest:])
	}
	return nil
}

// Variables are what a template sees of the host: its data, its fields, "name" and
// "groups". Secrets are without their text.
func (h *Host) Variables() map[string]any {
	out := map[string]any{}
	for k, v := range h.data {
		out[k] = v.Plain()
	}
	for k, v := range h.values {
		out[k] = v.Plain()
	}
	out["name"], out["groups"] = h.name, slices.Clone(h.groups)
	return out
}

// SSHConfig is what the host was read from, where its inventory is a configuration
// of OpenSSH's; else nil. Then Address is the host's name, and Config has the
// configuration say what it means, algorithms and all.
func (h *Host) SSHConfig() *sshconfig.Config { return h.ssh }

// Address is what vty.Dial takes: the address field or else the name, with the
// port where one is stated.
func (h *Host) Address() string {
	if h.ssh != nil {
		return h.name
	}
	name := h.values[FieldAddress].Text()
	if name == "" {
		name = h.name
	}
	if port := h.values[FieldPort].Text(); port != "" {
		return net.JoinHostPort(name, port)
	}
	return name
}

// Timeout is the host's timeout field, 0 where it has none.
func (h *Host) Timeout() time.Duration {
	d, _ := time.ParseDuration(h.values[FieldTimeout].Text())
	return d
}

// Sessions is the host's sessions field, 0 where it has none.
func (h *Host) Sessions() int {
	n, _ := strconv.Atoi(h.values[FieldSessions].Text())
	return n
}

// secret is a field's secret, nil where it has none.
func (h *Host) secret(field string) auth.Source {
	if v := h.values[field]; v != nil {
		src, _ := v.Any.(auth.Source)
		return src
	}
	return nil
}

// Config is base with what the inventory says of the host put in. base is not
// changed; nil is the zero Config. Where the host is reached through jump hosts and
// base has no Via, Config's refuses to connect: set it by JumpHosts.Dialer.
func (h *Host) Config(base *vty.Config) *vty.Config {
	cfg := vty.Config{}
	if base != nil {
		cfg = *base
	}
	if h.ssh != nil {
		cfg.SSHConfig = h.ssh
		h.way(&cfg)
		return &cfg
	}
	text := func(field string, set func(string)) {
		if s := h.values[field].Text(); s != "" {
			set(s)
		}
	}
	text(FieldPlatform, func(s string) { cfg.Platform, cfg.Definition = s, nil })
	text(FieldTransport, func(s string) { cfg.Transport = vty.Transport(s) })
	text(FieldFallback, func(s string) {
		// Defaults may have one that is of no use to hosts that are not reached by SSH.
		if cfg.Transport == vty.SSH || cfg.Transport == "" {
			cfg.Fallback, _ = vty.ParseFallback(s)
		}
	})
	text(FieldProgram, func(s string) { cfg.Program, _ = ParseProgram(s) })
	text(FieldBaud, func(s string) { cfg.Line.Baud, _ = strconv.Atoi(s) })
	text(FieldFrame, func(s string) { cfg.Line.Frame, _ = line.ParseFrame(s) })
	text(FieldFlow, func(s string) { cfg.Line.Flow = line.Flow(s) })
	text(FieldConsole, func(s string) {
		cfg.Console = vty.ConsoleOff
		if on, _ := strconv.ParseBool(s); on {
			cfg.Console = vty.ConsoleOn
		}
	})
	text(FieldUser, func(s string) { cfg.User = s })
	text(FieldMode, func(s string) { cfg.Mode = s })
	text(FieldLegacy, func(s string) { cfg.Legacy, _ = strconv.ParseBool(s) })
	h.credentials(&cfg)
	h.hostKeys(&cfg)
	h.way(&cfg)
	if d := h.Timeout(); d > 0 {
		cfg.OpenTimeout, cfg.Silence = d, -1
	}
	return &cfg
}

func (h *Host) credentials(cfg *vty.Config) {
	password, enable := h.secret(FieldPassword), h.secret(FieldEnable)
	files := h.values[FieldKeyFile].files()
	if password != nil || files != nil {
		// The host's own methods take the place of the usual ones.
		var methods []auth.Method
		for _, file := range files {
			methods = append(methods, auth.KeyFile(file, h.secret(FieldPassphrase)))
		}
		for _, m := range cfg.Auth {
			if _, isPassword := m.(auth.PasswordMethod); (password == nil) == isPassword && (files == nil || isPassword) {
				methods = append(methods, m)
			}
		}
		if password != nil {
			methods = append(methods, auth.Password(password))
			cfg.Password = password
		}
		cfg.Auth = methods
	}
	if enable != nil {
		secrets := map[string]auth.Source{}
		for k, v := range cfg.Secrets {
			secrets[k] = v
		}
		secrets["enable"] = enable
		cfg.Secrets = secrets
	}
}

func (h *Host) hostKeys(cfg *vty.Config) {
	files := h.values[FieldKnownHosts].files()
	switch policy := h.values[FieldHostKey].Text(); policy {
	case "":
		if files != nil {
			cfg.HostKeys = auth.KnownHosts(files...)
		}
	case "strict":
		cfg.HostKeys = auth.KnownHosts(files...)
	case "accept-new":
		cfg.HostKeys = auth.AcceptNew(files...)
	case "off":
		cfg.HostKeys = auth.Unchecked()
	default:
		cfg.HostKeys = auth.Pinned(policy)
	}
}
