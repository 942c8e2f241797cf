package platform

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// notInherited are the fields that are a definition's own, but for one that extends
// the one of its own name: that is the same platform.
var notInherited = []string{"name", "extends", "aliases", "known_as", "description", "proof", "detect"}

// extend lays a definition over the one that it extends, both as they stand in
// their files. Mappings are merged key by key, at any depth; all else replaces
// what was there. A key that is left open takes away what was there, and a key
// that ends in "+" adds to a list: patterns and ways in front, so that they are
// tried first, steps behind.
//
// Every node of the base takes the line of the extending file's "extends": that
// is where an error in what they make together is looked for.
func extend(base, over *yaml.Node, line int) *yaml.Node {
	base = copyAt(base, line)
	own := notInherited
	if name, extends := value(over, "name"), value(over, "extends"); name != nil && extends != nil && name.Value == extends.Value {
		own = []string{"name", "extends"}
	}
	for _, key := range own {
		remove(base, key)
	}
	if modes := value(over, "modes"); modes != nil && modes.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(modes.Content); i += 2 {
			if modes.Content[i+1].Tag == "!!null" {
				withoutMode(base, modes.Content[i].Value)
			}
		}
	}
	return merge(base, over)
}

func copyAt(n *yaml.Node, line int) *yaml.Node {
	c := *n
	c.Line, c.Column = line, 0
	c.Content = make([]*yaml.Node, len(n.Content))
	for i, child := range n.Content {
		c.Content[i] = copyAt(child, line)
	}
	return &c
}

// place finds a key of a mapping, -1 where there is none.
func place(n *yaml.Node, key string) int {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return i
		}
	}
	return -1
}

func remove(n *yaml.Node, key string) {
	if i := place(n, key); i >= 0 {
		n.Content = append(n.Content[:i:i], n.Content[i+2:]...)
	}
}

// withoutMode takes out the ways from and to a mode.
func withoutMode(base *yaml.Node, name string) {
	ways := value(base, "transitions")
	if ways == nil {
		return
	}
	var kept []*yaml.Node
	for _, way := range ways.Content {
		from, to := value(way, "from"), value(way, "to")
		if from == nil || to == nil || from.Value != name && to.Value != name {
			kept = append(kept, way)
		}
	}
	ways.Content = kept
}

// addedBehind are the lists of steps: the base's come first.
var addedBehind = []string{"open", "close", "steps", "diff", "check", "commit", "confirm", "cancel", "abort", "rollback", "save"}

func merge(base, over *yaml.Node) *yaml.Node {
	if base.Kind != yaml.MappingNode || over.Kind != yaml.MappingNode {
		return over
	}
	merged := *over
	merged.Content = append([]*yaml.Node{}, base.Content...)
	for i := 0; i+1 < len(over.Content); i += 2 {
		key, val := over.Content[i], over.Content[i+1]
		name, adds := strings.CutSuffix(key.Value, "+")
		at := place(&merged, name)
		switch {
		case at < 0 && adds:
			merged.Content = append(merged.Content, keyOf(key, name), val)
		case at < 0 || place(over, key.Value) != i: // a key given twice is for the parser to refuse
			if val.Kind == yaml.MappingNode && at < 0 {
				val = merge(&yaml.Node{Kind: yaml.MappingNode}, val) // there, too, a key may add
			}
			merged.Content = append(merged.Content, key, val)
		case val.Tag == "!!null":
			remove(&merged, name)
		case adds && val.Kind == yaml.SequenceNode && merged.Content[at+1].Kind == yaml.SequenceNode:
			both := *val
			first, second := val.Content, merged.Content[at+1].Content
			if slices.Contains(addedBehind, name) {
				first, second = second, first
			}
			both.Content = append(append([]*yaml.Node{}, first...), second...)
			merged.Content[at+1] = &both
		default:
			merged.Content[at], merged.Content[at+1] = keyOf(key, name), merge(merged.Content[at+1], val)
		}
	}
	return &merged
}

// keyOf is a key without its "+".
func keyOf(key *yaml.Node, name string) *yaml.Node {
	plain := *key
	plain.Value = name
	return &plain
}
