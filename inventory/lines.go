package inventory

import (
	"encoding/csv"
	"errors"
	"io"
	"net"
	"net/netip"
	"slices"
	"strings"
)

// list reads one host a line.
func (b *book) list(file string, text []byte) {
	n := 0
	for l := range strings.Lines(string(text)) {
		n++
		l, _, _ = strings.Cut(l, "#")
		if l = strings.TrimSpace(l); l == "" {
			continue
		}
		at := Origin{File: file, Line: n}
		if strings.ContainsAny(l, " \t") {
			b.fail(at, "", "%q is no host: want [USER@]HOST[:PORT] alone on its line", l)
			continue
		}
		e := newEntry(l, at)
		rest := l
		if i := strings.LastIndexByte(l, '@'); i >= 0 {
			b.set(e, l, FieldUser, &Value{Any: l[:i], Origin: at})
			rest = l[i+1:]
		}
		if _, err := netip.ParseAddr(rest); err != nil {
			if host, port, err := net.SplitHostPort(rest); err == nil {
				b.set(e, l, FieldPort, &Value{Any: port, Origin: at})
				rest = host
			}
		}
		rest = strings.Trim(rest, "[]")
		b.set(e, l, FieldAddress, &Value{Any: rest, Origin: at})
		e.name = l[strings.LastIndexByte(l, '@')+1:]
		b.hosts = append(b.hosts, e)
	}
}

// csvNames are the other names that columns go by.
var csvNames = map[string]string{
	"host": "name", "hostname": "name", "device": "name",
	"ip": FieldAddress, "ip_address": FieldAddress, "mgmt_ip": FieldAddress,
	"username": FieldUser, "device_type": FieldPlatform, "os": FieldPlatform, "secret": FieldEnable, "group": "groups",
}

// csv reads one host a row, separated by commas, semicolons or tabs. The first row
// names the columns: fields, "name", "groups" (names separated by blanks or
// bars), and data.
func (b *book) csv(file string, text []byte) {
	r := csv.NewReader(strings.NewReader(string(text)))
	first, _, _ := strings.Cut(string(text), "\n")
	for _, c := range ";\t" {
		if strings.Count(first, string(c)) > strings.Count(first, string(r.Comma)) {
			r.Comma = c
		}
	}
	r.Comment, r.TrimLeadingSpace = '#', true
	head, err := r.Read()
	if err != nil {
		b.fail(Origin{File: file, Line: 1}, "", "has no row that names the columns")
		return
	}
	for i, h := range head {
		h = strings.ToLower(strings.TrimSpace(h))
		if other := csvNames[h]; other != "" && !slices.Contains(head, other) {
			h = other
		}
		head[i] = h
	}
	if !slices.Contains(head, "name") && !slices.Contains(head, FieldAddress) {
		b.fail(Origin{File: file, Line: 1}, "", "has no column \"name\" and none \"address\"; its columns are %s", strings.Join(head, ", "))
		return
	}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			at := Origin{File: file}
			if bad, ok := errors.AsType[*csv.ParseError](err); ok {
				at.Line = bad.Line
				err = bad.Err
			}
			b.fail(at, "", "%v", err)
			if row == nil {
				return
			}
			continue
		}
		line, _ := r.FieldPos(0)
		b.row(head, row, Origin{File: file, Line: line})
	}
}

func (b *book) row(head, row []string, at Origin) {
	e := newEntry("", at)
	for i, cell := range row {
		v := &Value{Any: strings.TrimSpace(cell), Origin: at}
		switch name := head[i]; {
		case v.Any == "":
		case name == "name":
			e.name = v.Text()
		case name == "groups":
			e.groups = strings.FieldsFunc(v.Text(), func(r rune) bool { return strings.ContainsRune(" |;,", r) })
			for _, g := range e.groups {
				if b.groups[g] == nil {
					b.groups[g] = newEntry(g, at)
				}
			}
		case secretField(name):
			if src := b.reference(v, name); src != nil {
				e.values[name] = &Value{Any: src, Origin: at}
			}
		case slices.Contains(Fields(), name):
			b.set(e, "row", name, v)
		default:
			e.data[name] = v
		}
	}
	if e.name == "" {
		e.name = e.values[FieldAddress].Text()
	}
	if e.name == "" {
		b.fail(at, "name", "is empty, and so is the address")
		return
	}
	b.hosts = append(b.hosts, e)
}
