package rpc

// Filter says what part of a datastore is meant; the zero Filter is all of it.
type Filter struct {
	subtree    []byte
	xpath      string
	namespaces []Namespace
	set        bool
}

// Namespace is a prefix that an XPath expression uses.
type Namespace struct{ Prefix, URI string }

// Subtree is a subtree filter (section 6): elements, as they are to be sent. An
// empty one selects nothing.
func Subtree(xml string) Filter { return Filter{subtree: []byte(xml), set: true} }

// XPath is an expression (section 8.9) and the namespaces of its prefixes. The
// server must have the :xpath capability.
func XPath(expr string, namespaces ...Namespace) Filter {
	return Filter{xpath: expr, namespaces: namespaces, set: true}
}

// filter writes a filter as RFC 6241 does.
func (b *builder) filter(f Filter) {
	switch {
	case !f.set:
	case f.xpath != "":
		b.need(needXPath())
		b.empty("filter", append([]string{"type", "xpath", "select", f.xpath}, f.attrs()...)...)
	default:
		b.start("filter", "type", "subtree")
		b.raw("filter", f.subtree)
		b.end()
	}
}

// typed writes a filter as RFC 8526, 8639 and 8641 do, in elements of two names.
func (b *builder) typed(f Filter, subtree, xpath string) {
	switch {
	case !f.set:
	case f.xpath != "":
		b.leaf(xpath, f.xpath, f.attrs()...)
	default:
		b.start(subtree)
		b.raw("filter", f.subtree)
		b.end()
	}
}

func (f Filter) attrs() []string {
	var attrs []string
	for _, n := range f.namespaces {
		name := "xmlns"
		if n.Prefix != "" {
			name += ":" + n.Prefix
		}
		attrs = append(attrs, name, n.URI)
	}
	return attrs
}

// WithDefaults says how a server shows values that are defaults (RFC 6243); ""
// leaves it to the server.
type WithDefaults string

// The modes of RFC 6243, section 3.
const (
	ReportAll       WithDefaults = "report-all"
	ReportAllTagged WithDefaults = "report-all-tagged"
	Trim            WithDefaults = "trim"
	Explicit        WithDefaults = "explicit"
)

func (b *builder) withDefaults(w WithDefaults) {
	if w != "" {
		b.need(needDefaults(w))
		b.leaf("with-defaults", string(w), "xmlns", withDefaultsNS)
	}
}

// needDefaults is the need for a way to show defaults. Which a server knows are
// parameters of its capability (RFC 6243, section 4.3).
func needDefaults(w WithDefaults) Need {
	return Need{
		Use: "with-defaults " + string(w), AnyOf: []string{WithDefaultsCap, withDefaultsNS},
		Params: []string{"basic-mode", "also-supported"}, Value: string(w),
	}
}
