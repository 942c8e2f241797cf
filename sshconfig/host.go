package sshconfig

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

const defaultPort = 22

// Host is what a configuration says of one host. The zero value of a field means
// that no file says anything, unless stated otherwise. Names of files are
// expanded.
type Host struct {
	// Name is what the user gave, HostName the name or address to connect to,
	// which is Name where no file says otherwise.
	Name, HostName string
	Port           int
	User           string

	AddressFamily  string // "any", "inet" (IPv4) or "inet6"
	BindAddress    string
	BindInterface  string
	ConnectTimeout time.Duration

	// ProxyJump are the hosts to go through, first hop first. ProxyCommand is the
	// command that speaks to the host, expanded. One of them at most is set.
	ProxyJump    []Jump
	ProxyCommand string

	HostKeyAlias          string
	UserKnownHostsFiles   []string // "none" is an empty list that is not nil
	GlobalKnownHostsFiles []string // likewise
	StrictHostKeyChecking string   // "yes", "no", "ask" or "accept-new"

	IdentityFiles    []string // "none" is an empty list that is not nil
	CertificateFiles []string
	IdentitiesOnly   bool
	// IdentityAgent is the agent's socket, "none" for no agent; "" also where a file
	// says SSH_AUTH_SOCK.
	IdentityAgent string

	KexAlgorithms, Ciphers, MACs                Algorithms
	HostKeyAlgorithms, PubkeyAcceptedAlgorithms Algorithms

	// NoPubkey, NoPassword and NoKbdInteractive tell that a method is switched off.
	NoPubkey, NoPassword, NoKbdInteractive bool
	PreferredAuthentications               []string

	ServerAliveInterval time.Duration
	ServerAliveCountMax int // -1 where no file says anything
	SetEnv              []string
	RequestTTY          string // "yes", "no", "force" or "auto"

	settings []*Setting
	warnings []Warning
}

// Settings are what the files say of the host, each with its place, in the order
// in which it was found.
func (h *Host) Settings() []Setting {
	all := make([]Setting, len(h.settings))
	for i, s := range h.settings {
		all[i] = *s
	}
	return all
}

// Warnings are what was passed over for this host only.
func (h *Host) Warnings() []Warning { return h.warnings }

func (r *resolution) result() (*Host, error) {
	h := &Host{
		Name: r.original, HostName: r.host, User: r.value("user"),
		AddressFamily: r.value("addressfamily"), BindAddress: r.value("bindaddress"), BindInterface: r.value("bindinterface"),
		HostKeyAlias: strings.ToLower(r.value("hostkeyalias")), StrictHostKeyChecking: r.value("stricthostkeychecking"),
		IdentitiesOnly:           r.value("identitiesonly") == "yes",
		KexAlgorithms:            Algorithms(r.value("kexalgorithms")),
		Ciphers:                  Algorithms(r.value("ciphers")),
		MACs:                     Algorithms(r.value("macs")),
		HostKeyAlgorithms:        Algorithms(r.value("hostkeyalgorithms")),
		PubkeyAcceptedAlgorithms: Algorithms(r.value("pubkeyacceptedalgorithms")),
		NoPubkey:                 r.value("pubkeyauthentication") == "no",
		NoPassword:               r.value("passwordauthentication") == "no",
		NoKbdInteractive:         r.value("kbdinteractiveauthentication") == "no",
		ConnectTimeout:           r.seconds("connecttimeout"),
		ServerAliveInterval:      r.seconds("serveraliveinterval"),
		ServerAliveCountMax:      -1,
		RequestTTY:               r.value("requesttty"),
		settings:                 r.order, warnings: r.warnings,
	}
	if r.found["port"] != nil {
		h.Port = r.port()
	}
	if r.q.Port != 0 {
		h.Port = r.q.Port
	}
	if r.q.User != "" {
		h.User = r.q.User
	}
	if n, err := strconv.Atoi(r.value("serveralivecountmax")); err == nil {
		h.ServerAliveCountMax = n
	}
	if s := r.found["setenv"]; s != nil {
		h.SetEnv = s.Values
	}
	if s := r.value("preferredauthentications"); s != "" {
		h.PreferredAuthentications = strings.Split(s, ",")
	}
	if err := r.proxy(h); err != nil {
		return nil, err
	}
	return h, r.paths(h)
}

func (r *resolution) seconds(keyword string) time.Duration {
	n, err := strconv.ParseInt(r.value(keyword), 10, 64)
	if err != nil {
		return 0
	}
	return time.Duration(n) * time.Second
}

func (r *resolution) proxy(h *Host) error {
	t := r.tokens(h.HostName)
	t = tokens{'h': t['h'], 'n': t['n'], 'p': t['p'], 'r': t['r']}
	if r.proxied("proxycommand") {
		var err error
		if h.ProxyCommand, err = expand(r.value("proxycommand"), t, nil); err != nil {
			return r.fault("proxycommand", err)
		}
	}
	if !r.proxied("proxyjump") {
		return nil
	}
	for _, v := range r.found["proxyjump"].Values {
		text, err := expand(v, t, nil)
		if err != nil {
			return r.fault("proxyjump", err)
		}
		j, err := parseJump(text)
		if err != nil {
			return r.fault("proxyjump", err)
		}
		h.ProxyJump = append(h.ProxyJump, j)
	}
	return nil
}

// paths expands the names of files.
func (r *resolution) paths(h *Host) error {
	t := r.tokens(h.HostName)
	for _, p := range []struct {
		keyword string
		files   *[]string
	}{
		{"userknownhostsfile", &h.UserKnownHostsFiles},
		{"globalknownhostsfile", &h.GlobalKnownHostsFiles},
		{"identityfile", &h.IdentityFiles},
		{"certificatefile", &h.CertificateFiles},
	} {
		s := r.found[p.keyword]
		if s == nil {
			continue
		}
		*p.files = []string{}
		for _, v := range s.Values {
			if isNone(v) {
				continue
			}
			if p.keyword == "globalknownhostsfile" { // expanded by nothing
				*p.files = append(*p.files, v)
				continue
			}
			path, err := r.path(v, t)
			if err != nil {
				return r.fault(p.keyword, err)
			}
			if !slices.Contains(*p.files, path) {
				*p.files = append(*p.files, path)
			}
		}
	}
	return r.agent(h, t)
}

func (r *resolution) agent(h *Host, t tokens) error {
	v := r.value("identityagent")
	switch {
	case v == "", v == "SSH_AUTH_SOCK":
	case isNone(v):
		h.IdentityAgent = "none"
	case v[0] == '$' && !strings.HasPrefix(v, "${"):
		h.IdentityAgent = os.Getenv(v[1:])
	default:
		path, err := r.path(v, t)
		if err != nil {
			return r.fault("identityagent", err)
		}
		h.IdentityAgent = path
	}
	return nil
}
