package inventory

import (
	"os"
	"path/filepath"
	"strings"
)

// nornir reads the files of nornir's SimpleInventory: file is hosts.yaml, and
// groups.yaml and defaults.yaml stand beside it.
func (b *book) nornir(file string, hosts *Value) {
	m := hosts.fields()
	for _, name := range inOrder(m) {
		b.hosts = append(b.hosts, b.nornirEntry(name, m[name], name))
	}
	beside := func(name string) *Value {
		for _, ext := range []string{".yaml", ".yml"} {
			path := filepath.Join(filepath.Dir(file), name+ext)
			text, err := readFile(path)
			if err == nil {
				return (&document{file: path, book: b, tagged: encrypted}).parse(text)
			}
			if _, missing := os.Stat(path); missing == nil {
				b.fail(Origin{File: path}, "", "%v", err)
			}
		}
		return nil
	}
	groups := beside("groups").fields()
	for _, name := range inOrder(groups) {
		b.groups[name] = b.nornirEntry(name, groups[name], name)
	}
	if d := beside("defaults"); d != nil {
		b.defaults = b.nornirEntry("defaults", d, "defaults")
	}
}

// nornirFields are nornir's names of the fields.
var nornirFields = map[string]string{
	"hostname": FieldAddress, "port": FieldPort, "username": FieldUser, "password": FieldPassword, "platform": FieldPlatform,
}

func (b *book) nornirEntry(name string, v *Value, at string) *entry {
	e := newEntry(name, v.Origin)
	m := b.mapping(v, at)
	for _, key := range inOrder(m) {
		val := m[key]
		switch {
		case key == "groups":
			e.groups = b.names(val, at+".groups")
		case key == "data":
			for k, d := range b.mapping(val, at+".data") {
				e.data[k] = d
			}
		case key == "connection_options":
			// below: what is said of a connection wins over what is said of the host
		case nornirFields[key] == "":
			b.fail(val.Origin, at+"."+key, "is no field of a nornir host")
		default:
			b.foreign(e, at, nornirFields[key], val)
		}
	}
	options := b.mapping(m["connection_options"], at+".connection_options")
	for _, plugin := range []string{"netmiko", "scrapli"} {
		b.connection(e, at, options[plugin])
	}
	return e
}

// connection reads what nornir says to a connection plug-in.
func (b *book) connection(e *entry, at string, v *Value) {
	for key, val := range v.fields() {
		if field := nornirFields[key]; field != "" {
			b.foreign(e, at+".connection_options", field, val)
		}
	}
	extras := v.At("extras").fields()
	for key, field := range map[string]string{"secret": FieldEnable, "auth_secondary": FieldEnable, "auth_private_key": FieldKeyFile, "key_file": FieldKeyFile} {
		b.foreign(e, at+".connection_options", field, extras[key])
	}
	if t := extras["transport"]; strings.HasSuffix(t.Text(), "telnet") {
		e.values[FieldTransport] = &Value{Any: "telnet", Origin: t.Origin}
	}
	if strict := extras["auth_strict_key"]; strict.Text() == "false" {
		e.values[FieldHostKey] = &Value{Any: "off", Origin: strict.Origin}
	}
}

// foreign sets a field as other tools write it: empty means none, and a secret is
// the text itself.
func (b *book) foreign(e *entry, at, field string, v *Value) {
	if v == nil || v.Any == nil || v.Any == "" {
		return
	}
	if text := v.Text(); secretField(field) && text != "" {
		v = &Value{Any: literal(text), Origin: v.Origin}
	}
	b.set(e, at, field, v)
}
