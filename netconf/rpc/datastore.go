package rpc

import (
	"errors"
	"fmt"
	"strings"
)

// Datastore is where configuration is kept: one of the constants, or a URL, which
// is what a value with a colon in it is taken for.
type Datastore string

// The datastores of RFC 6241 and, for GetData and EditData, RFC 8342.
const (
	Running     Datastore = "running"
	Candidate   Datastore = "candidate"
	Startup     Datastore = "startup"
	Intended    Datastore = "intended"    // RFC 8342
	Operational Datastore = "operational" // RFC 8342
)

func (d Datastore) isURL() bool { return strings.ContainsRune(string(d), ':') }

// datastore writes a source or a target, and notes what it needs.
func (b *builder) datastore(where string, d Datastore) {
	b.start(where)
	defer b.end()
	switch {
	case d == "":
		b.fail(fmt.Errorf("no %s", where))
	case d.isURL():
		b.url(string(d))
	case d == Running, d == Candidate, d == Startup:
		b.needStore(d)
		b.empty(string(d))
	default:
		b.fail(fmt.Errorf("%s %q is not a datastore of RFC 6241", where, d))
	}
}

// url writes where a configuration is to be found. Which schemes a server knows is a
// parameter of its capability (RFC 6241, section 8.8.3).
func (b *builder) url(to string) {
	scheme, _, _ := strings.Cut(to, ":")
	scheme = strings.ToLower(scheme)
	b.need(Need{Use: scheme + " URLs", AnyOf: []string{URLCap}, Params: []string{"scheme"}, Value: scheme})
	b.leaf("url", to)
}

func (b *builder) needStore(d Datastore) {
	switch d {
	case Candidate:
		b.need(needCandidate())
	case Startup:
		b.need(Need{Use: "the startup datastore", AnyOf: []string{StartupCap}})
	}
}

// nmda writes a datastore as RFC 8526 does.
func (b *builder) nmda(d Datastore) {
	if d == "" {
		b.fail(errors.New("no datastore"))
	}
	name := string(d)
	if !strings.Contains(name, ":") {
		name = "ds:" + name
	}
	b.leaf("datastore", name, "xmlns:ds", datastoresNS)
}
