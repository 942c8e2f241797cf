package inventory

import (
	"fmt"
	"regexp"
	"strconv"
	"sync"

	"go.yaml.in/yaml/v3"
)

// document is a YAML or JSON text as Values.
type document struct {
	file string
	book *book
	// tagged makes a value of a scalar with a tag of the format's own, such as
	// Ansible's !vault; nil where the format has none.
	tagged func(tag, text string, at Origin) (any, bool)
}

var yamlLine = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`line (\d+): (.*)`)
})

// parse reads one document. It returns nil, and leaves a problem in the book,
// where the text is none. An empty text is an empty map.
func (d *document) parse(text []byte) *Value {
	var root yaml.Node
	if err := yaml.Unmarshal(text, &root); err != nil {
		at, why := Origin{File: d.file}, err.Error()
		if m := yamlLine().FindStringSubmatch(why); m != nil {
			at.Line, _ = strconv.Atoi(m[1])
			why = m[2]
		}
		d.book.fail(at, "", "%s", why)
		return nil
	}
	if len(root.Content) == 0 {
		return &Value{Any: map[string]*Value{}, Origin: Origin{File: d.file, Line: 1}}
	}
	budget := 1_000_000
	return d.value(root.Content[0], &budget, 0)
}

// value makes a Value of a node. The budget bounds what aliases may unfold to.
func (d *document) value(n *yaml.Node, budget *int, depth int) *Value {
	at := Origin{File: d.file, Line: n.Line}
	if *budget--; *budget < 0 || depth > 100 {
		if *budget == -1 || depth == 101 {
			d.book.fail(at, "", "too large or too deep: aliases unfold to more than a million values")
		}
		return &Value{Origin: at}
	}
	v := &Value{Origin: at}
	switch n.Kind {
	case yaml.AliasNode:
		return d.value(n.Alias, budget, depth+1)
	case yaml.MappingNode:
		m := map[string]*Value{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, val := n.Content[i], n.Content[i+1]
			if key.Tag == "!!merge" {
				merged := d.value(val, budget, depth+1)
				for _, from := range append(merged.list(), merged) {
					for k, e := range from.fields() {
						if m[k] == nil {
							m[k] = e
						}
					}
				}
				continue
			}
			child := d.value(val, budget, depth+1)
			if first := m[key.Value]; first != nil && first.Origin.Line >= n.Line && first.Origin != child.Origin {
				d.book.warn(Origin{File: d.file, Line: key.Line}, key.Value, "is given twice, first at %s; the later is used", first.Origin)
			}
			if val.Kind != yaml.ScalarNode && val.Kind != yaml.AliasNode || val.Tag == "!!null" {
				child.Origin.Line = key.Line // where a reader looks for it
			}
			m[key.Value] = child
		}
		v.Any = m
	case yaml.SequenceNode:
		list := make([]*Value, len(n.Content))
		for i, c := range n.Content {
			list[i] = d.value(c, budget, depth+1)
		}
		v.Any = list
	case yaml.ScalarNode:
		v.Any = d.scalar(n, at)
	}
	return v
}

func (d *document) scalar(n *yaml.Node, at Origin) any {
	if d.tagged != nil {
		if x, ok := d.tagged(n.Tag, n.Value, at); ok {
			return x
		}
	}
	switch n.Tag {
	case "!!null":
		return nil
	case "!!bool":
		var b bool
		if n.Decode(&b) == nil {
			return b
		}
	case "!!int":
		var i int64
		if n.Decode(&i) == nil {
			return i
		}
	case "!!float":
		var f float64
		if n.Decode(&f) == nil {
			return f
		}
	}
	return n.Value
}

// fields are the entries of a map, nil where v is none.
func (v *Value) fields() map[string]*Value {
	if v == nil {
		return nil
	}
	m, _ := v.Any.(map[string]*Value)
	return m
}

// list are the elements of a list, nil where v is none.
func (v *Value) list() []*Value {
	if v == nil {
		return nil
	}
	l, _ := v.Any.([]*Value)
	return l
}

// kind names what a value is, for errors.
func (v *Value) kind() string {
	switch v.Any.(type) {
	case nil:
		return "empty"
	case map[string]*Value:
		return "a mapping"
	case []*Value:
		return "a list"
	}
	return fmt.Sprintf("%q", v.Text())
}

// mapping are the entries of a value that must be a mapping or empty.
func (b *book) mapping(v *Value, at string) map[string]*Value {
	if v == nil || v.Any == nil {
		return nil
	}
	m, ok := v.Any.(map[string]*Value)
	if !ok {
		b.fail(v.Origin, at, "must be a mapping, and is %s", v.kind())
	}
	return m
}

// names are the texts of a value that must be a list of texts, or one text.
func (b *book) names(v *Value, at string) []string {
	if v == nil || v.Any == nil {
		return nil
	}
	for _, e := range v.list() {
		if e.Text() == "" {
			b.fail(e.Origin, at, "must be a list of names, and has %s in it", e.kind())
		}
	}
	if v.fields() != nil {
		b.fail(v.Origin, at, "must be a list of names, and is a mapping")
		return nil
	}
	return v.texts()
}

// inOrder are the keys of a map in the order of their lines.
func inOrder(m map[string]*Value) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sortKeys(keys, m)
	return keys
}
