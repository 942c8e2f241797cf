package rpc

import (
	"encoding/xml"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/vtynet/vty/netconf/element"
)

// Tag is the kind of an error (RFC 6241, appendix A).
type Tag string

// The error tags.
const (
	InUse                 Tag = "in-use"
	InvalidValue          Tag = "invalid-value"
	TooBig                Tag = "too-big"
	MissingAttribute      Tag = "missing-attribute"
	BadAttribute          Tag = "bad-attribute"
	UnknownAttribute      Tag = "unknown-attribute"
	MissingElement        Tag = "missing-element"
	BadElement            Tag = "bad-element"
	UnknownElement        Tag = "unknown-element"
	UnknownNamespace      Tag = "unknown-namespace"
	AccessDenied          Tag = "access-denied"
	LockDenied            Tag = "lock-denied"
	ResourceDenied        Tag = "resource-denied"
	RollbackFailed        Tag = "rollback-failed"
	DataExists            Tag = "data-exists"
	DataMissing           Tag = "data-missing"
	OperationNotSupported Tag = "operation-not-supported"
	OperationFailed       Tag = "operation-failed"
	MalformedMessage      Tag = "malformed-message"
)

// The severities of an Error.
const (
	SeverityError   = "error"
	SeverityWarning = "warning"
)

// Error is an <rpc-error> (section 4.3). Blank space around its texts is left
// out.
type Error struct {
	Type     string // the layer: "transport", "rpc", "protocol" or "application"
	Tag      Tag
	Severity string
	AppTag   string
	Path     string
	Message  string
	Info     []byte // what stands within <error-info>, as it came
	XML      []byte // all of it, as it came
}

// Warning tells that the operation was carried out all the same.
func (e *Error) Warning() bool { return e.Severity == SeverityWarning }

func (e *Error) Error() string {
	var parts []string
	add := func(text string) {
		if text = strings.Join(strings.Fields(text), " "); text != "" {
			parts = append(parts, text)
		}
	}
	if e.Warning() {
		add(e.Severity)
	}
	add(string(e.Tag))
	if e.Path != "" {
		add("at " + e.Path)
	}
	if add(e.Message); e.Tag == "" && e.Message == "" {
		add("an error without tag and message")
	}
	return strings.Join(parts, ": ")
}

// Session is the session that holds the lock of a LockDenied; 0 is none that
// speaks NETCONF.
func (e *Error) Session() (id uint32, ok bool) {
	text, ok := e.info("session-id")
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 32)
	return uint32(n), err == nil
}

// BadElement is the name of the element that an error is about.
func (e *Error) BadElement() (name string, ok bool) { return e.info("bad-element") }

// info is the text of an element of Info.
func (e *Error) info(name string) (string, bool) {
	doc := append(append([]byte("<info>"), e.Info...), "</info>"...)
	d := xml.NewDecoder(strings.NewReader(string(doc)))
	for {
		tok, err := d.Token()
		if err != nil {
			return "", false
		}
		if start, ok := tok.(xml.StartElement); ok && start.Name.Local == name {
			var text string
			err := d.DecodeElement(&text, &start)
			return strings.TrimSpace(text), err == nil
		}
	}
}

// Errors are all errors of a reply, warnings too, in the order in which they
// came.
type Errors []*Error

// Worst is the first error that is not a warning, or else the first warning.
func (e Errors) Worst() *Error {
	for _, one := range e {
		if !one.Warning() {
			return one
		}
	}
	if len(e) == 0 {
		return nil
	}
	return e[0]
}

func (e Errors) Error() string {
	worst := e.Worst()
	if worst == nil {
		return "no error"
	}
	if more := len(e) - 1; more > 0 {
		return worst.Error() + " (and " + strconv.Itoa(more) + " more)"
	}
	return worst.Error()
}

// Unwrap gives errors.As the worst first, then the others.
func (e Errors) Unwrap() []error {
	worst := e.Worst()
	var list []error
	if worst != nil {
		list = append(list, worst)
	}
	for _, one := range e {
		if one != worst {
			list = append(list, one)
		}
	}
	return list
}

// xnmNS is the beginning of the namespace of Junos' own errors.
const xnmNS = "http://xml.juniper.net/xnm/"

// ErrorPaths are where errors are looked for: right in the reply, where they
// belong; and in the results of an operation, where Junos puts them. Junos has errors
// and warnings of its own as well, which other elements may be called, too: see
// ErrNotError.
func ErrorPaths() [][]string {
	var all [][]string
	for _, around := range [][]string{
		nil, {"commit-results"}, {"commit-results", "routing-engine"}, {"load-configuration-results"},
		{"multi-routing-engine-results", "multi-routing-engine-item"}, {"multi-routing-engine-results", "multi-routing-engine-item", "*"},
	} {
		for _, name := range []string{"rpc-error", "error", "warning"} {
			all = append(all, append(slices.Clone(around), name))
		}
	}
	return all
}

// ErrNotError is what ParseError says of an element that is no error, whatever its
// name.
var ErrNotError = errors.New("not an error")

// ParseError reads an <rpc-error>, or an <xnm:error> or <xnm:warning> of Junos.
func ParseError(e element.Element) (*Error, error) {
	read := parseRPCError
	if e.Local() != "rpc-error" {
		read = parseXNM
	}
	one, err := read(e)
	if err != nil {
		return nil, err
	}
	for _, text := range []*string{&one.Type, &one.Severity, &one.AppTag, &one.Path, &one.Message} {
		*text = strings.TrimSpace(*text)
	}
	one.XML = e.Clone().Bytes()
	return one, nil
}

func parseRPCError(e element.Element) (*Error, error) {
	var v struct {
		Type     string `xml:"error-type"`
		Tag      string `xml:"error-tag"`
		Severity string `xml:"error-severity"`
		AppTag   string `xml:"error-app-tag"`
		Path     string `xml:"error-path"`
		Message  string `xml:"error-message"`
		Info     struct {
			XML []byte `xml:",innerxml"`
		} `xml:"error-info"`
	}
	if err := e.Decode(&v); err != nil {
		return nil, err
	}
	return &Error{
		Type: v.Type, Tag: Tag(strings.TrimSpace(v.Tag)), Severity: v.Severity, AppTag: v.AppTag,
		Path: v.Path, Message: v.Message, Info: v.Info.XML,
	}, nil
}

// parseXNM reads an error of Junos' own. It knows no tags; its parts other than path
// and message are in Info.
func parseXNM(e element.Element) (*Error, error) {
	var v struct {
		XMLName xml.Name
		Path    string `xml:"edit-path"`
		Message string `xml:"message"`
		XML     []byte `xml:",innerxml"`
	}
	if err := e.Decode(&v); err != nil {
		return nil, err
	}
	if !strings.HasPrefix(v.XMLName.Space, xnmNS) {
		return nil, ErrNotError
	}
	return &Error{Severity: v.XMLName.Local, Path: v.Path, Message: v.Message, Info: v.XML}, nil
}
