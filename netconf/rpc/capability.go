package rpc

import (
	"net/url"
	"strings"
)

// The capabilities that this package knows.
const (
	Base10 = "urn:ietf:params:netconf:base:1.0"
	Base11 = "urn:ietf:params:netconf:base:1.1"

	WritableRunningCap = "urn:ietf:params:netconf:capability:writable-running:1.0"
	CandidateCap       = "urn:ietf:params:netconf:capability:candidate:1.0"
	ConfirmedCommit10  = "urn:ietf:params:netconf:capability:confirmed-commit:1.0"
	ConfirmedCommit11  = "urn:ietf:params:netconf:capability:confirmed-commit:1.1"
	RollbackOnErrorCap = "urn:ietf:params:netconf:capability:rollback-on-error:1.0"
	Validate10         = "urn:ietf:params:netconf:capability:validate:1.0"
	Validate11         = "urn:ietf:params:netconf:capability:validate:1.1"
	StartupCap         = "urn:ietf:params:netconf:capability:startup:1.0"
	URLCap             = "urn:ietf:params:netconf:capability:url:1.0"
	XPathCap           = "urn:ietf:params:netconf:capability:xpath:1.0"
	NotificationCap    = "urn:ietf:params:netconf:capability:notification:1.0"
	InterleaveCap      = "urn:ietf:params:netconf:capability:interleave:1.0"
	PartialLockCap     = "urn:ietf:params:netconf:capability:partial-lock:1.0"
	WithDefaultsCap    = "urn:ietf:params:netconf:capability:with-defaults:1.0"
	// WithOperationalDefaultsCap is of RFC 8526: with-defaults in get-data of the
	// operational datastore.
	WithOperationalDefaultsCap = "urn:ietf:params:netconf:capability:with-operational-defaults:1.0"
	YANGLibrary10              = "urn:ietf:params:netconf:capability:yang-library:1.0"
	YANGLibrary11              = "urn:ietf:params:netconf:capability:yang-library:1.1"
)

// The namespaces of operations outside of RFC 6241.
const (
	baseNS         = "urn:ietf:params:xml:ns:netconf:base:1.0"
	partialLockNS  = "urn:ietf:params:xml:ns:netconf:partial-lock:1.0"
	notificationNS = "urn:ietf:params:xml:ns:netconf:notification:1.0"
	monitoringNS   = "urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring"
	withDefaultsNS = "urn:ietf:params:xml:ns:yang:ietf-netconf-with-defaults"
	nmdaNS         = "urn:ietf:params:xml:ns:yang:ietf-netconf-nmda"
	datastoresNS   = "urn:ietf:params:xml:ns:yang:ietf-datastores"
	libraryNS      = "urn:ietf:params:xml:ns:yang:ietf-yang-library"
	subscribedNS   = "urn:ietf:params:xml:ns:yang:ietf-subscribed-notifications"
	pushNS         = "urn:ietf:params:xml:ns:yang:ietf-yang-push"
	actionNS       = "urn:ietf:params:xml:ns:yang:1"
	huaweiNS       = "http://www.huawei.com/netconf/capability/base/1.0"
)

// Capabilities are those of a server, as its hello has them.
type Capabilities []string

// Has tells whether the server announces a capability, with whatever parameters.
// Capabilities of Junos and others that write "urn:ietf:params:xml:ns:netconf:"
// count as those that RFC 6241 writes without "xml:ns:", and "writeable-running" of
// Cisco IOS as "writable-running".
func (c Capabilities) Has(uri string) bool {
	_, ok := c.find(uri)
	return ok
}

// Param is a parameter of a capability: Param(URLCap, "scheme").
func (c Capabilities) Param(uri, name string) (string, bool) {
	full, ok := c.find(uri)
	if !ok {
		return "", false
	}
	return param(full, name)
}

func (c Capabilities) find(uri string) (string, bool) {
	want := canonical(uri)
	for _, have := range c {
		bare, _, _ := strings.Cut(have, "?")
		if canonical(bare) == want {
			return have, true
		}
	}
	return "", false
}

// canonical is a capability's URI as RFC 6241 writes it. A module's namespace may
// be the same as an old server's capability but for that, and means the same.
func canonical(uri string) string {
	if rest, ok := strings.CutPrefix(uri, "urn:ietf:params:xml:ns:netconf:capability:"); ok {
		uri = "urn:ietf:params:netconf:capability:" + rest
	}
	if uri == "urn:ietf:params:netconf:capability:writeable-running:1.0" { // as Cisco IOS spells it
		return WritableRunningCap
	}
	return uri
}

// Module tells which revision of a YANG module the server announces, and its
// namespace. Modules of YANG 1.1 are in the YANG library alone (RFC 7950, section
// 5.6.4).
func (c Capabilities) Module(name string) (namespace, revision string, ok bool) {
	for _, have := range c {
		if module, _ := param(have, "module"); module == name {
			namespace, _, _ = strings.Cut(have, "?")
			revision, _ = param(have, "revision")
			return namespace, revision, true
		}
	}
	return "", "", false
}

func param(uri, name string) (string, bool) {
	_, query, _ := strings.Cut(uri, "?")
	for pair := range strings.SplitSeq(query, "&") {
		if key, value, _ := strings.Cut(pair, "="); key == name {
			if text, err := url.PathUnescape(value); err == nil {
				value = text
			}
			return value, true
		}
	}
	return "", false
}

// The needs that several operations have.
func needCandidate() Need {
	return Need{Use: "the candidate datastore", AnyOf: []string{CandidateCap}}
}

func needPartialLock() Need {
	return Need{Use: "partial locks", AnyOf: []string{PartialLockCap}}
}

func needXPath() Need { return Need{Use: "XPath filters", AnyOf: []string{XPathCap}} }

func needValidate() Need { return Need{Use: "validation", AnyOf: []string{Validate11, Validate10}} }

// needYANG11 is the need for what YANG 1.1 brought: a server of its modules must have a
// YANG library (RFC 7950, section 5.6.4).
func needYANG11(use string) Need {
	return Need{Use: use, AnyOf: []string{YANGLibrary11, YANGLibrary10, libraryNS}}
}

// needModule is the need for a YANG module of a server's. Those of YANG 1.1 are
// not in the hello, so that a YANG library, where there is one, must do.
func needModule(use, namespace string) Need {
	return Need{Use: use, AnyOf: []string{namespace, YANGLibrary11, YANGLibrary10}}
}
