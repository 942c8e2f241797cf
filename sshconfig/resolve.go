package sshconfig

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"strings"
)

// Query says which host is meant.
type Query struct {
	// Host is the name that the user gave.
	Host string
	// User and Port are what the user chose elsewhere, and stand before anything
	// that files say; zero means no choice.
	User string
	Port int
	// Exec allows the commands of Match exec to be run. Without it such a block
	// matches nothing.
	Exec bool
	// Resolver looks names up where the files ask for canonical ones; nil means
	// net.DefaultResolver.
	Resolver Resolver
}

// Resolver looks up the addresses of a name. *net.Resolver is one.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// Setting is what a file says of one keyword.
type Setting struct {
	// Keyword is in lower case, by its present name: "pubkeyacceptedalgorithms".
	Keyword string
	// Values are as they are written, without expansion; times are in seconds.
	Values []string
	// File and Line are where it is written; of the last one where several lines
	// add up.
	File string
	Line int
}

// Resolve says what the configuration means for a host. It returns an *Error where
// a line cannot be carried out. ctx bounds Match exec and the lookup of names,
// where the files want one.
func (c *Config) Resolve(ctx context.Context, q Query) (*Host, error) {
	r := &resolution{ctx: ctx, q: q, original: q.Host, host: q.Host, found: map[string]*Setting{}}
	if err := r.local(); err != nil {
		return nil, err
	}
	if err := r.pass(c.sources); err != nil {
		return nil, err
	}
	if err := r.rename(); err != nil {
		return nil, err
	}
	if r.wantFinal {
		r.final = true
		if err := r.pass(c.sources); err != nil {
			return nil, err
		}
	}
	return r.result()
}

// resolution is Resolve at work.
type resolution struct {
	ctx      context.Context
	q        Query
	me       string // the local user
	uid      string
	home     string
	machine  string // the local host
	original string // as the user gave it
	host     string // what Host lines are compared with

	final     bool
	wantFinal bool
	found     map[string]*Setting
	order     []*Setting
	warnings  []Warning
}

func (r *resolution) local() error {
	if u, err := user.Current(); err == nil {
		// Windows has DOMAIN\user.
		r.me, r.uid, r.home = u.Username[strings.LastIndexByte(u.Username, '\\')+1:], u.Uid, u.HomeDir
	} else if r.home, err = os.UserHomeDir(); err != nil {
		return fmt.Errorf("ssh configuration: %w", err)
	}
	r.machine, _ = os.Hostname()
	return nil
}

func (r *resolution) pass(sources [][]line) error {
	for _, lines := range sources {
		active := true
		if err := r.lines(lines, &active, false); err != nil {
			return err
		}
	}
	return nil
}

// lines goes through the lines of a file. never tells that the file is included
// where nothing matches, so that nothing in it does.
func (r *resolution) lines(lines []line, active *bool, never bool) error {
	for i := range lines {
		l := &lines[i]
		switch l.keyword {
		case "host":
			*active = !never && matchHost(l.host, r.host)
		case "match":
			matches, err := r.match(l, never)
			if err != nil {
				return err
			}
			*active = matches && !never
		case "include":
			for _, file := range l.include {
				inside := *active
				if err := r.lines(file, &inside, !*active); err != nil {
					return err
				}
			}
		default:
			if *active {
				r.set(l)
			}
		}
	}
	return nil
}

// set takes a value, unless there is one already.
func (r *resolution) set(l *line) {
	before := r.found[l.keyword]
	switch {
	case before == nil:
		// The first of these two excludes the other.
		if l.keyword == "proxycommand" && r.found["proxyjump"] != nil || l.keyword == "proxyjump" && r.found["proxycommand"] != nil {
			return
		}
		s := &Setting{Keyword: l.keyword, Values: l.values, File: l.file, Line: l.number}
		r.found[l.keyword] = s
		r.order = append(r.order, s)
	case keywords[l.keyword].many && !contains(before.Values, l.values[0]):
		before.Values = append(before.Values[:len(before.Values):len(before.Values)], l.values[0])
		before.File, before.Line = l.file, l.number
	}
}

func contains(values []string, value string) bool {
	for _, v := range values {
		if v == value {
			return true
		}
	}
	return false
}

// value is the only value of a keyword, or nothing.
func (r *resolution) value(keyword string) string {
	if s := r.found[keyword]; s != nil {
		return s.Values[0]
	}
	return ""
}

// match judges a Match line.
func (r *resolution) match(l *line, never bool) (bool, error) {
	result := true
	for _, c := range l.match {
		holds := false
		switch c.name {
		case "all":
			holds = true
		case "final", "canonical":
			if c.name == "final" && !r.final {
				r.wantFinal = true
			}
			holds = r.final
		case "host":
			name, err := r.hostName()
			if err != nil {
				return false, l.fault(err)
			}
			holds = matchList(strings.ToLower(c.arg), strings.ToLower(name))
		case "originalhost":
			holds = matchList(strings.ToLower(c.arg), strings.ToLower(r.original))
		case "user":
			holds = matchList(c.arg, r.user())
		case "localuser":
			holds = matchList(c.arg, r.me)
		case "tagged":
			holds = matchList(c.arg, r.value("tag"))
		case "exec":
			if !result || never {
				continue // it need not be run
			}
			var err error
			if holds, err = r.exec(l, c.arg); err != nil {
				return false, err
			}
			if !r.q.Exec {
				result = false
				continue
			}
		}
		if holds == c.negate {
			result = false
		}
	}
	return result, nil
}

// hostName is the host's name so far.
func (r *resolution) hostName() (string, error) {
	name := r.value("hostname")
	if name == "" || r.final {
		return r.host, nil
	}
	return expand(name, tokens{'h': r.original}, nil)
}

func (r *resolution) user() string {
	switch {
	case r.q.User != "":
		return r.q.User
	case r.found["user"] != nil:
		return r.value("user")
	}
	return r.me
}

func (r *resolution) port() int {
	if r.q.Port != 0 {
		return r.q.Port
	}
	if n, err := strconv.Atoi(r.value("port")); err == nil {
		return n
	}
	return defaultPort
}

// exec runs the command of Match exec, where that is allowed.
func (r *resolution) exec(l *line, command string) (bool, error) {
	if !r.q.Exec {
		r.warn(l, "Match exec is not run: it was not allowed; the block is ignored")
		return false, nil
	}
	name, err := r.hostName()
	if err != nil {
		return false, l.fault(err)
	}
	expanded, err := expand(command, r.tokens(name), nil)
	if err != nil {
		return false, l.fault(err)
	}
	shell, option := localShell()
	cmd := exec.CommandContext(r.ctx, shell, option, expanded)
	if err := cmd.Run(); err != nil {
		if _, said := err.(*exec.ExitError); said && r.ctx.Err() == nil {
			return false, nil
		}
		return false, l.fault(fmt.Errorf("the command of Match exec: %w", err))
	}
	return true, nil
}

func (r *resolution) warn(l *line, text string) {
	w := Warning{File: l.file, Line: l.number, Text: text}
	for _, before := range r.warnings {
		if before == w {
			return
		}
	}
	r.warnings = append(r.warnings, w)
}

// rename gives the host its final name: that of HostName, and a canonical one
// where the files ask for it.
func (r *resolution) rename() error {
	name, err := r.hostName()
	if err != nil {
		return r.fault("hostname", err)
	}
	r.host = strings.ToLower(name)
	if addr, err := netip.ParseAddr(name); err == nil {
		r.host = addr.String()
	}
	if how := r.value("canonicalizehostname"); how == "yes" || how == "always" {
		r.wantFinal = true
		return r.canonicalize(how == "always")
	}
	return nil
}

// canonicalize looks for the host in the domains that the files name. A host that
// is reached through others has its name looked up there, unless always is set.
func (r *resolution) canonicalize(always bool) error {
	if _, err := netip.ParseAddr(r.host); err == nil {
		return nil
	}
	if !always && (r.proxied("proxycommand") || r.proxied("proxyjump")) {
		return nil
	}
	if name, ok := strings.CutSuffix(r.host, "."); ok {
		r.host = name
		return nil
	}
	dots := 1
	if n, err := strconv.Atoi(r.value("canonicalizemaxdots")); err == nil {
		dots = n
	}
	domains := r.found["canonicaldomains"]
	if domains == nil || strings.Count(r.host, ".") > dots {
		return nil
	}
	var resolver Resolver = net.DefaultResolver
	if r.q.Resolver != nil {
		resolver = r.q.Resolver
	}
	for _, domain := range domains.Values {
		if isNone(domain) {
			break
		}
		name := r.host + "." + strings.Trim(domain, ".")
		if addrs, err := resolver.LookupNetIP(r.ctx, "ip", name+"."); err == nil && len(addrs) > 0 {
			r.host = name
			return nil
		}
		if err := r.ctx.Err(); err != nil {
			return r.fault("canonicaldomains", err)
		}
	}
	if r.value("canonicalizefallbacklocal") == "no" {
		return r.fault("canonicalizefallbacklocal", fmt.Errorf("host %q is in none of the domains %s", r.host, strings.Join(domains.Values, ", ")))
	}
	return nil
}

// proxied tells that a keyword is set to something else than "none".
func (r *resolution) proxied(keyword string) bool {
	v := r.value(keyword)
	return v != "" && !isNone(v)
}

// fault is an error with the place where a keyword is set.
func (r *resolution) fault(keyword string, err error) error {
	if s := r.found[keyword]; s != nil {
		return &Error{File: s.File, Line: s.Line, Err: err}
	}
	return fmt.Errorf("ssh configuration: %w", err)
}
