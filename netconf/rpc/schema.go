package rpc

import (
	"context"
	"errors"
)

// GetSchema fetches a data model (RFC 6022, section 3.1).
type GetSchema struct {
	Identifier string // the module's name
	Version    string // its revision; "" where there is one only
	Format     string // "" is yang
}

// Request implements Operation.
func (o GetSchema) Request() (*Request, error) {
	b := begin("get-schema", monitoringNS)
	b.need(Need{Use: "get-schema", AnyOf: []string{monitoringNS}})
	if o.Identifier == "" {
		b.fail(errors.New("no identifier"))
	}
	b.leaf("identifier", o.Identifier)
	b.leaf("version", o.Version)
	b.leaf("format", o.Format)
	return b.request()
}

// Do sends the operation and returns the schema's text.
func (o GetSchema) Do(ctx context.Context, s Session) (string, error) {
	reply, err := s.Call(ctx, o)
	if err != nil {
		return "", err
	}
	var v struct {
		Text string `xml:",chardata"`
	}
	if err := reply.Decode(&v); err != nil {
		return "", err
	}
	return v.Text, nil
}

// Module is a YANG module of a server's.
type Module struct {
	Name       string   `xml:"name"`
	Revision   string   `xml:"revision"`
	Namespace  string   `xml:"namespace"`
	Schema     string   `xml:"schema"` // where its text is to be had
	Features   []string `xml:"feature"`
	ImportOnly bool     `xml:"-"` // others import from it, and nothing of it is implemented
}

// Library asks a server for its modules: RFC 8525 where it has version 1.1 of the
// YANG library, RFC 7895 otherwise.
type Library struct{}

// modules is what both versions have of modules.
type modules struct {
	Modules []struct {
		Module
		Conformance string `xml:"conformance-type"`
	} `xml:"module"`
	ImportOnly []Module `xml:"import-only-module"`
}

// Do reads the library.
func (o Library) Do(ctx context.Context, s Session) ([]Module, error) {
	server := s.Capabilities()
	get := Get{Filter: Subtree(`<modules-state xmlns="` + libraryNS + `"/>`)}
	switch {
	case server.Has(YANGLibrary11):
		get.Filter = Subtree(`<yang-library xmlns="` + libraryNS + `"/>`)
	case !needYANG11("").met(server):
		return nil, &UnsupportedError{"get", needYANG11("the YANG library")}
	}
	reply, err := get.Do(ctx, s)
	if err != nil {
		return nil, err
	}
	var v struct {
		State   modules   `xml:"modules-state"`
		Library []modules `xml:"yang-library>module-set"`
	}
	if err := reply.Decode(&v); err != nil {
		return nil, err
	}
	var all []Module
	for _, set := range append(v.Library, v.State) {
		for _, m := range set.Modules {
			m.ImportOnly = m.Conformance == "import"
			all = append(all, m.Module)
		}
		for _, m := range set.ImportOnly {
			m.ImportOnly = true
			all = append(all, m)
		}
	}
	return all, nil
}
