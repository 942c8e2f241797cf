package rpc

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Session carries operations to a server: a *netconf.Session.
type Session interface {
	// Call sends an operation and waits for the reply. Where the server answers
	// with errors, the reply comes along with them.
	Call(ctx context.Context, op Operation) (*Reply, error)
	// Capabilities are the server's.
	Capabilities() Capabilities
}

// Operation can be sent to a server.
type Operation interface {
	// Request gives the operation as XML. It fails where the fields contradict
	// each other or hold no XML.
	Request() (*Request, error)
}

// Request is an operation, ready to be sent.
type Request struct {
	Name string // of the operation: "edit-config"
	Body []byte // what stands within <rpc>, whose namespace is NETCONF's own
	// Needs are what the server must be capable of, each.
	Needs []Need
}

// Need is something that a server must be capable of: one of several
// capabilities.
type Need struct {
	Use   string   // what it is needed for: "the candidate datastore"
	AnyOf []string // URIs, without parameters
	// Value, where not "", must be in the list that one of the Params of the capability
	// is. A server that gives none of them is believed to know all values.
	Params []string
	Value  string
}

// UnsupportedError says that the server does not announce what an operation
// needs. The operation was not sent.
type UnsupportedError struct {
	Operation string
	Need      Need
}

func (e *UnsupportedError) Error() string {
	text := fmt.Sprintf("the server does not support %s: it announces no %s", e.Need.Use, strings.Join(e.Need.AnyOf, " or "))
	if e.Need.Value != "" {
		text += fmt.Sprintf(" with %q in %s", e.Need.Value, strings.Join(e.Need.Params, " or "))
	}
	return text
}

// Check tells what the server is not capable of: nil, or an *UnsupportedError for
// the first of the needs that is not met.
func (r *Request) Check(server Capabilities) error {
	for _, n := range r.Needs {
		if !n.met(server) {
			return &UnsupportedError{Operation: r.Name, Need: n}
		}
	}
	return nil
}

func (n Need) met(server Capabilities) bool {
	announced, listed := false, false
	for _, uri := range n.AnyOf {
		full, ok := server.find(uri)
		announced = announced || ok
		for _, name := range n.Params {
			list, ok := param(full, name)
			listed = listed || ok
			if ok && slices.Contains(strings.Split(list, ","), n.Value) {
				return true
			}
		}
	}
	return announced && !listed
}
