package sim

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// Config is how one device differs from its model. The zero value is the device
// as its file describes it.
type Config struct {
	// Hostname is the device's name in prompts and configuration.
	Hostname string
	// Users are the names and passwords that log in; nil means the file's. A
	// device that asks only for a password takes any of theirs. They are part of
	// a stage set, and no secrets.
	Users map[string]string
	// Secrets replace the file's by name, such as "enable". With an empty
	// secret the device does not ask for it.
	Secrets map[string]string
	// Mode is the mode that a login ends in; "" means the file's.
	Mode string
	// RefusePaging makes the device refuse the commands that switch paging off
	// or change the page, as one does that authorizes each command.
	RefusePaging bool
	// EagerPager makes a page that is exactly full show the pager though nothing
	// follows, so that its wipe stands before the prompt.
	EagerPager bool
	// Now is the device's clock; nil means time.Now.
	Now func() time.Time
	// Wrap stands between a session and its terminal: a place to cut what the
	// device shows into other writes, to delay it or to damage it. An answer
	// comes in one write, as far as it is under 64 KiB. Nil means none.
	Wrap func(io.Writer) io.Writer
}

// Device is one simulated device. All its methods are safe for concurrent use.
type Device struct {
	model *Model
	cfg   Config
	born  time.Time

	mu      sync.Mutex
	running *entry
	startup *entry
	shared  candidate // the candidate that all sessions edit, where the platform has one
	pending *pending  // nil: no timer runs
	host    string
	base    string // the name where the configuration has none
	answers map[string]text
}

// New makes a device of an embedded kind. For many of one kind, Load it once and
// use Model.Device.
func New(name string, cfg *Config, overlays ...[]byte) (*Device, error) {
	m, err := Load(name, overlays...)
	if err != nil {
		return nil, err
	}
	return m.Device(cfg)
}

// Device makes a device of the model; nil is the zero Config.
func (m *Model) Device(cfg *Config) (*Device, error) {
	d := &Device{model: m, running: m.initial.clone(), answers: make(map[string]text)}
	if cfg != nil {
		d.cfg = *cfg
	}
	d.cfg.Users = maps.Clone(d.cfg.Users)
	if d.cfg.Users == nil {
		d.cfg.Users = m.data.Users
	}
	secrets := maps.Clone(m.data.Secrets)
	if secrets == nil {
		secrets = make(map[string]string)
	}
	maps.Copy(secrets, d.cfg.Secrets)
	d.cfg.Secrets = secrets
	if d.cfg.Now == nil {
		d.cfg.Now = time.Now
	}
	if d.cfg.Mode == "" {
		d.cfg.Mode = m.data.Start
	}
	if m.commands[d.cfg.Mode] == nil {
		return nil, fmt.Errorf("sim: %s has no mode %q", m.def.Name, d.cfg.Mode)
	}
	d.base = m.data.Configuration.Host
	if d.cfg.Hostname != "" && !d.running.rename(d.cfg.Hostname) {
		d.base = d.cfg.Hostname
	}
	d.startup = d.running.clone()
	d.renamed()
	d.born = d.cfg.Now()
	return d, nil
}

// Answer makes the device answer a command with text, in every mode and instead
// of what it would have done. Placeholders in the text are replaced. Sessions
// that are open see it from their next command on.
func (d *Device) Answer(command, answer string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.answers[squeeze(command)] = lines(answer)
}

func (d *Device) answer(command string) (text, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.answers) == 0 {
		return text{}, false
	}
	t, ok := d.answers[squeeze(command)]
	return t, ok
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }

// Platform is the name of the device's definition.
func (d *Device) Platform() string { return d.model.def.Name }

// Hostname is the device's name at this moment.
func (d *Device) Hostname() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.host
}

// RunningConfig is the running configuration as the device shows it, with "\n"
// as line end.
func (d *Device) RunningConfig() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.running.show(&d.model.data.Configuration)
}

// Credentials are a user that may log in, the user's password, and the secret of
// the enable mode ("" where there is none): what a demonstration needs.
func (d *Device) Credentials() (user, password, enable string) {
	for _, u := range slices.Sorted(maps.Keys(d.cfg.Users)) {
		return u, d.cfg.Users[u], d.cfg.Secrets["enable"]
	}
	return "", "", d.cfg.Secrets["enable"]
}

// Secrets are the secrets of the device by name, such as "enable".
func (d *Device) Secrets() map[string]string { return maps.Clone(d.cfg.Secrets) }

// renamed takes the name from the running configuration.
func (d *Device) renamed() {
	if n := d.running.name(); n != "" {
		d.host = n
	} else {
		d.host = d.base
	}
}

// rename sets the name in the line that holds one; false where no line does.
func (e *entry) rename(to string) bool {
	for _, k := range e.kids {
		if k.rule.Sets == "host" && len(k.kids) == 0 {
			k.line = k.line[:strings.LastIndexByte(k.line, ' ')+1] + to
			return true
		}
		if k.rename(to) {
			return true
		}
	}
	return false
}
