package inventory

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/secrets"
)

// encrypted makes a secret of a value that ansible-vault encrypted.
func encrypted(tag, text string, _ Origin) (any, bool) {
	if tag != "!vault" && tag != "!vault-encrypted" {
		return nil, false
	}
	return secrets.Once(secrets.AnsibleVault(text)), true
}

// ansibleBook is an Ansible inventory as written: variables by name, groups and
// their children.
type ansibleBook struct {
	book   *book
	hosts  []*entry // their data are the variables
	byName map[string]*entry
	groups map[string]*entry
	beside map[string]map[string]*Value // variables of group_vars, by group
}

func (b *book) newAnsible() *ansibleBook {
	a := &ansibleBook{book: b, byName: map[string]*entry{}, groups: map[string]*entry{}, beside: map[string]map[string]*Value{}}
	a.group("all", Origin{})
	return a
}

func (a *ansibleBook) group(name string, at Origin) *entry {
	if a.groups[name] == nil {
		a.groups[name] = newEntry(name, at)
	}
	return a.groups[name]
}

// host adds the hosts of a pattern such as r[1:3] to a group.
func (a *ansibleBook) host(pattern, group string, at Origin) []*entry {
	names, err := expand(pattern)
	if err != nil {
		a.book.fail(at, pattern, "%v", err)
		return nil
	}
	var out []*entry
	for _, name := range names {
		e := a.byName[name]
		if e == nil {
			e = newEntry(name, at)
			a.byName[name] = e
			a.hosts = append(a.hosts, e)
		}
		if group != "all" && !slices.Contains(e.groups, group) {
			e.groups = append(e.groups, group)
		}
		out = append(out, e)
	}
	return out
}

// child puts one group into another.
func (a *ansibleBook) child(name, parent string, at Origin) {
	c := a.group(name, at)
	if parent != "all" && !slices.Contains(c.groups, parent) {
		c.groups = append(c.groups, parent)
	}
}

// ansible reads Ansible's YAML.
func (b *book) ansible(file string, root *Value) {
	a := b.newAnsible()
	m := root.fields()
	for _, name := range inOrder(m) {
		a.yamlGroup(name, m[name], name)
	}
	a.finish(file)
}

func (a *ansibleBook) yamlGroup(name string, v *Value, at string) {
	g := a.group(name, v.Origin)
	m := a.book.mapping(v, at)
	for _, key := range inOrder(m) {
		sub := a.book.mapping(m[key], at+"."+key)
		switch key {
		case "vars":
			for k, val := range sub {
				g.data[k] = val
			}
		case "children":
			for _, c := range inOrder(sub) {
				a.child(c, name, sub[c].Origin)
				a.yamlGroup(c, sub[c], at+".children."+c)
			}
		case "hosts":
			for _, h := range inOrder(sub) {
				vars := a.book.mapping(sub[h], at+".hosts."+h)
				for _, e := range a.host(h, name, sub[h].Origin) {
					for k, val := range vars {
						e.data[k] = val
					}
				}
			}
		default:
			a.book.fail(m[key].Origin, at+"."+key, "is no part of a group: want hosts, children or vars")
		}
	}
}

// dynamic reads what a program prints: groups with hosts, children and vars, and
// the variables of hosts under _meta.hostvars.
func (b *book) dynamic(root *Value) {
	a := b.newAnsible()
	m := root.fields()
	for _, name := range inOrder(m) {
		v := m[name]
		if name == "_meta" {
			continue
		}
		g := a.group(name, v.Origin)
		for _, h := range b.names(cmp.Or(v.At("hosts"), listOnly(v)), name+".hosts") {
			a.host(h, name, v.Origin)
		}
		for _, c := range b.names(v.At("children"), name+".children") {
			a.child(c, name, v.Origin)
		}
		for k, val := range v.At("vars").fields() {
			g.data[k] = val
		}
	}
	hostvars := m["_meta"].At("hostvars").fields()
	for _, name := range inOrder(hostvars) {
		for _, e := range a.host(name, "all", hostvars[name].Origin) {
			for k, val := range hostvars[name].fields() {
				e.data[k] = val
			}
		}
	}
	a.finish("")
}

// listOnly is v where it is a list: a group may be its hosts alone.
func listOnly(v *Value) *Value {
	if v.list() != nil {
		return v
	}
	return nil
}

// finish reads the variables beside the inventory and hands everything over.
func (a *ansibleBook) finish(file string) {
	hostVars := map[string]map[string]*Value{}
	if file != "" {
		dir := filepath.Dir(file)
		for name := range a.groups {
			a.beside[name] = a.vars(filepath.Join(dir, "group_vars", name))
		}
		for _, e := range a.hosts {
			if filepath.IsLocal(e.name) {
				hostVars[e.name] = a.vars(filepath.Join(dir, "host_vars", e.name))
			}
		}
	}
	b := a.book
	for name, g := range a.groups {
		if name != "all" {
			b.groups[name] = &entry{name: name, origin: g.origin, groups: g.groups, values: map[string]*Value{}, data: map[string]*Value{}}
		}
	}
	b.checkGroups()
	if len(b.problems) > 0 && slices.ContainsFunc(b.problems, func(p Problem) bool { return !p.Warning }) {
		return // a loop among the groups has no order
	}
	for _, e := range a.hosts {
		b.hosts = append(b.hosts, a.resolved(e, hostVars[e.name]))
	}
	b.order = func(b *book, host *entry) []string { return a.order(host) }
}

// resolved is a host with its variables, as Ansible's order of precedence has
// them: first all's and the groups' in the inventory, then group_vars of all, then
// of the groups, then the host's own, then its host_vars.
func (a *ansibleBook) resolved(e *entry, hostVars map[string]*Value) *entry {
	vars := map[string]*Value{}
	put := func(layer string, from map[string]*Value) {
		for k, v := range from {
			vars[k] = v.under(layer)
		}
	}
	nearest := a.order(e)
	put("group all", a.groups["all"].data)
	for _, g := range slices.Backward(nearest) {
		put("group "+g, a.groups[g].data)
	}
	put("group all", a.beside["all"])
	for _, g := range slices.Backward(nearest) {
		put("group "+g, a.beside[g])
	}
	put("host "+e.name, e.data)
	put("host "+e.name, hostVars)
	out := newEntry(e.name, e.origin)
	out.groups = e.groups
	a.translate(out, vars)
	return out
}

// order is a host's groups, nearest first: the deeper group comes before the one
// it is in, and of one depth the later name wins, unless ansible_group_priority
// says otherwise.
func (a *ansibleBook) order(e *entry) []string {
	var groups []string
	depth := map[string]int{}
	var visit func(names []string)
	visit = func(names []string) {
		for _, g := range names {
			if !slices.Contains(groups, g) && a.groups[g] != nil {
				groups = append(groups, g)
				visit(a.groups[g].groups)
			}
		}
	}
	visit(e.groups)
	var depthOf func(g string) int
	depthOf = func(g string) int {
		if d, ok := depth[g]; ok {
			return d
		}
		d := 1
		for _, parent := range a.groups[g].groups {
			d = max(d, 1+depthOf(parent))
		}
		depth[g] = d
		return d
	}
	priority := func(g string) int {
		n, err := strconv.Atoi(a.groups[g].data["ansible_group_priority"].Text())
		if err != nil {
			return 1
		}
		return n
	}
	slices.SortFunc(groups, func(x, y string) int {
		return -cmp.Or(cmp.Compare(depthOf(x), depthOf(y)), cmp.Compare(priority(x), priority(y)), cmp.Compare(x, y))
	})
	return groups
}

// vars reads NAME, NAME.yml, NAME.yaml or NAME.json, or the files of a folder NAME.
func (a *ansibleBook) vars(path string) map[string]*Value {
	out := map[string]*Value{}
	read := func(file string) {
		text, err := readFile(file)
		if err != nil {
			a.book.fail(Origin{File: file}, "", "%v", err)
			return
		}
		if strings.HasPrefix(string(text), "$ANSIBLE_VAULT;") {
			a.book.warn(Origin{File: file, Line: 1}, "", "is encrypted as a whole and left out; encrypt single values instead (ansible-vault encrypt_string)")
			return
		}
		root := (&document{file: file, book: a.book, tagged: encrypted}).parse(text)
		for k, v := range a.book.mapping(root, "") {
			out[k] = v
		}
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		files, err := os.ReadDir(path)
		if err != nil {
			a.book.fail(Origin{File: path}, "", "%v", err)
		}
		for _, f := range files {
			if ext := filepath.Ext(f.Name()); !f.IsDir() && slices.Contains([]string{"", ".yml", ".yaml", ".json"}, ext) && f.Name()[0] != '.' {
				read(filepath.Join(path, f.Name()))
			}
		}
		return out
	}
	for _, ext := range []string{"", ".yml", ".yaml", ".json"} {
		if info, err := os.Stat(path + ext); err == nil && !info.IsDir() {
			read(path + ext)
		}
	}
	return out
}

// ansibleFields are the variables that say how to connect, the preferred last.
var ansibleFields = []struct{ variable, field string }{
	{"ansible_ssh_host", FieldAddress}, {"ansible_host", FieldAddress},
	{"ansible_ssh_port", FieldPort}, {"ansible_port", FieldPort},
	{"ansible_ssh_user", FieldUser}, {"ansible_user", FieldUser},
	{"ansible_ssh_pass", FieldPassword}, {"ansible_ssh_password", FieldPassword}, {"ansible_password", FieldPassword},
	{"ansible_become_pass", FieldEnable}, {"ansible_become_password", FieldEnable},
	{"ansible_ssh_private_key_file", FieldKeyFile}, {"ansible_private_key_file", FieldKeyFile},
	{"ansible_network_os", FieldPlatform},
}

// translate makes fields of the variables that say how to connect; all others are
// data.
func (a *ansibleBook) translate(e *entry, vars map[string]*Value) {
	for k, v := range vars {
		if !strings.HasPrefix(k, "ansible_") {
			e.data[k] = v
		}
	}
	for _, f := range ansibleFields {
		v := a.evaluated(vars, f.variable, 0)
		if v == nil {
			continue
		}
		if f.field == FieldPlatform {
			// "cisco.ios.ios" is the collection and the platform in it.
			text := v.Text()
			v = &Value{Any: text[strings.LastIndexByte(text, '.')+1:], Origin: v.Origin, Layer: v.Layer}
		}
		a.book.foreign(e, e.name, f.field, v)
	}
	if c := vars["ansible_connection"]; strings.HasSuffix(c.Text(), "telnet") {
		e.values[FieldTransport] = &Value{Any: "telnet", Origin: c.Origin}
	}
	if v := a.evaluated(vars, "ansible_host_key_checking", 0); v != nil && strings.EqualFold(v.Text(), "false") {
		e.values[FieldHostKey] = &Value{Any: "off", Origin: v.Origin}
	}
	if args := vars["ansible_ssh_common_args"]; args != nil {
		if m := jumpArgument().FindStringSubmatch(args.Text()); m != nil {
			a.book.set(e, e.name, FieldJump, &Value{Any: m[1], Origin: args.Origin})
		}
	}
}

var (
	jumpArgument = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?:-J\s*|ProxyJump[=\s]\s*)["']?([^\s"']+)`)
	})
	jinjaName = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^\{\{\s*(\w+)\s*\}\}$`)
	})
	jinjaEnv = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^\{\{\s*lookup\(\s*['"](?:ansible\.builtin\.)?env['"]\s*,\s*['"](\w+)['"]\s*\)\s*\}\}$`)
	})
)

// evaluated is a variable's value. Of Jinja it knows the name of another variable
// and the lookup of an environment variable; anything else is said to be left out.
func (a *ansibleBook) evaluated(vars map[string]*Value, name string, depth int) *Value {
	v := vars[name]
	text := v.Text()
	if !strings.Contains(text, "{{") {
		return v
	}
	if m := jinjaEnv().FindStringSubmatch(text); m != nil {
		if strings.Contains(name, "pass") {
			return &Value{Any: auth.Source(secrets.Once(auth.Env(m[1]))), Origin: v.Origin}
		}
		return &Value{Any: os.Getenv(m[1]), Origin: v.Origin}
	}
	if m := jinjaName().FindStringSubmatch(text); m != nil && depth < 10 {
		if found := a.evaluated(vars, m[1], depth+1); found != nil {
			return found
		}
	}
	a.book.warn(v.Origin, name, "is a template that is not evaluated here, and is left out")
	return nil
}

var hostRange = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\[([0-9]+|[a-zA-Z]):([0-9]+|[a-zA-Z])(?::([0-9]+))?\]`)
})

// maxHosts bounds what a pattern unfolds to.
const maxHosts = 100_000

// expand unfolds the ranges of a pattern: r[01:03], r[a:c], r[0:10:2].
func expand(pattern string) ([]string, error) {
	at := hostRange().FindStringSubmatchIndex(pattern)
	if at == nil {
		return []string{pattern}, nil
	}
	part := func(i int) string {
		if at[i] < 0 {
			return ""
		}
		return pattern[at[i]:at[i+1]]
	}
	from, to, step := part(2), part(4), 1
	if s := part(6); s != "" {
		var err error
		if step, err = strconv.Atoi(s); err != nil || step < 1 {
			return nil, fmt.Errorf("has a range with the step %s", s)
		}
	}
	rest, err := expand(pattern[at[1]:])
	if err != nil {
		return nil, err
	}
	var first, last int
	name := func(n int) string { return fmt.Sprintf("%0*d", len(from), n) }
	if isLetter(from) && isLetter(to) {
		first, last = int(from[0]), int(to[0])
		name = func(n int) string { return string(rune(n)) }
	} else {
		var err1, err2 error
		first, err1 = strconv.Atoi(from)
		last, err2 = strconv.Atoi(to)
		if err1 != nil || err2 != nil {
			return nil, fmt.Errorf("has a range from %s to %s", from, to)
		}
	}
	if last < first || ((last-first)/step+1) > maxHosts/len(rest) {
		return nil, fmt.Errorf("has a range from %s to %s, which is no host or too many", from, to)
	}
	var out []string
	for n := first; n <= last; n += step {
		for _, tail := range rest {
			out = append(out, pattern[:at[0]]+name(n)+tail)
		}
	}
	return out, nil
}

func isLetter(s string) bool { return len(s) == 1 && (s[0] < '0' || s[0] > '9') }
