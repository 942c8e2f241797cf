package inventory

import (
	"cmp"
	"slices"
	"strings"

	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/secrets"
)

func sortKeys(keys []string, m map[string]*Value) {
	slices.SortFunc(keys, func(x, y string) int {
		return cmp.Or(cmp.Compare(m[x].Origin.Line, m[y].Origin.Line), cmp.Compare(x, y))
	})
}

// native reads vty's own format.
func (b *book) native(root *Value) {
	for _, key := range inOrder(root.fields()) {
		v := root.fields()[key]
		switch key {
		case "hosts":
			m := b.mapping(v, key)
			for _, name := range inOrder(m) {
				b.hosts = append(b.hosts, b.nativeEntry(name, m[name], "hosts."+name))
			}
		case "groups":
			m := b.mapping(v, key)
			for _, name := range inOrder(m) {
				b.groups[name] = b.nativeEntry(name, m[name], "groups."+name)
			}
		case "defaults":
			b.defaults = b.nativeEntry(key, v, key)
			if b.defaults.groups != nil {
				b.fail(v.Origin, "defaults.groups", "makes no sense: the defaults are of all hosts")
			}
		default:
			b.fail(v.Origin, key, "is no field here: there are defaults, groups and hosts")
		}
	}
}

// nativeEntry reads a host, a group or the defaults.
func (b *book) nativeEntry(name string, v *Value, at string) *entry {
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
		case !slices.Contains(Fields(), key):
			b.fail(val.Origin, at+"."+key, "%s", noField(key))
		case secretField(key):
			if src := b.reference(val, at+"."+key); src != nil {
				e.values[key] = &Value{Any: src, Origin: val.Origin}
			}
		default:
			b.set(e, at, key, val)
		}
	}
	return e
}

// elsewhere are the names that other tools have for fields.
var elsewhere = map[string]string{
	"host": FieldAddress, "hostname": FieldAddress, "ip": FieldAddress, "ansible_host": FieldAddress,
	"username": FieldUser, "ansible_user": FieldUser, "ansible_port": FieldPort, "secret": FieldEnable,
	"device_type": FieldPlatform, "type": FieldPlatform, "os": FieldPlatform, "ansible_network_os": FieldPlatform,
	"protocol": FieldTransport, "proxy_jump": FieldJump, "group": "groups", "vars": "data",
}

// noField says of a name what else there is.
func noField(name string) string {
	if ours := elsewhere[name]; ours != "" {
		return "is no field here: it is called " + ours
	}
	return "is no field here: what is the user's own goes under data; there are data, groups, " + strings.Join(Fields(), ", ")
}

// reference reads where a secret comes from.
func (b *book) reference(v *Value, at string) auth.Source {
	text := v.Text()
	if text == "" {
		b.fail(v.Origin, at, "must say where the secret comes from, such as env:VTY_PASSWORD")
		return nil
	}
	src, err := secrets.Parse(text)
	if err != nil {
		b.fail(v.Origin, at, "%v", err)
		return nil
	}
	return src
}

// literal is a secret that another tool's inventory states as it is.
func literal(text string) auth.Source { return auth.Literal(text) }
