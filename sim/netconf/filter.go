package netconf

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/vtynet/vty/netconf/rpc"
)

// filter selects a part of a tree.
type filter func(tree *node) *node

func all(tree *node) *node { return tree }

// subtree is a subtree filter (RFC 6241, section 6).
func subtree(f *node) filter {
	return func(tree *node) *node {
		out := &node{space: tree.space, local: tree.local}
		selectKids(out, tree, f)
		return out
	}
}

// selectKids adds those elements within tree that f selects.
func selectKids(out, tree, f *node) {
	for _, n := range tree.kids {
		merged := &node{space: n.space, local: n.local, text: n.text, prefixes: n.prefixes, mark: n.mark}
		found := false
		for _, want := range f.kids {
			if want.local != n.local && want.local != "*" || want.space != "" && want.space != baseNS && want.space != n.space {
				continue
			}
			if part := selected(n, want); part != nil {
				found = true
				merged.kids = append(merged.kids, part.kids...)
			}
		}
		if found {
			out.kids = append(out.kids, merged)
		}
	}
}

// selected is what a filter's element selects of an element of its name; nil is
// nothing.
func selected(n, f *node) *node {
	if len(f.kids) == 0 {
		if f.text != "" && strings.TrimSpace(f.text) != strings.TrimSpace(n.text) {
			return nil
		}
		return n
	}
	var matches, selects int
	for _, want := range f.kids {
		if want.text == "" {
			selects++
			continue
		}
		matches++
		if n.value(want.local) != strings.TrimSpace(want.text) {
			return nil
		}
	}
	if matches > 0 && selects == 0 {
		return n
	}
	out := &node{space: n.space, local: n.local}
	selectKids(out, n, f)
	if len(out.kids) == 0 {
		return nil
	}
	return out
}

// step is a step of the XPath expressions that are understood: a name, and a
// condition on a leaf.
var step = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^/(?:[\w.-]+:)?([\w.-]+|\*)((?:\[(?:[\w.-]+:)?[\w.-]+\s*=\s*(?:'[^']*'|"[^"]*")\])*)`)
})

var condition = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\[(?:[\w.-]+:)?([\w.-]+)\s*=\s*(?:'([^']*)'|"([^"]*)")\]`)
})

// xpath is a filter by an absolute path, whose steps may have conditions on leaves.
// Prefixes are not looked at. It becomes a subtree filter.
func xpath(expr string) (filter, error) {
	root := &node{}
	rest, at := strings.TrimSpace(expr), root
	if rest == "/" {
		return all, nil
	}
	for rest != "" {
		m := step().FindStringSubmatch(rest)
		if m == nil {
			return nil, fmt.Errorf("the simulated device understands paths such as /a/b[name='x'] only, not %q", expr)
		}
		rest = rest[len(m[0]):]
		next := &node{local: m[1]}
		for _, c := range condition().FindAllStringSubmatch(m[2], -1) {
			next.kids = append(next.kids, &node{local: c[1], text: c[2] + c[3]})
		}
		at.kids = append(at.kids, next)
		at = next
	}
	if at == root {
		return nil, errors.New("no expression")
	}
	return subtree(root), nil
}

// filterOf reads the filter of a get or a get-config.
func filterOf(op *node) (filter, *rpc.Error) {
	f := op.kid("filter")
	switch {
	case f == nil:
		return all, nil
	case f.attr("type") != "xpath":
		return subtree(f), nil
	}
	only, err := xpath(f.attr("select"))
	if err != nil {
		return nil, wrong(rpc.InvalidValue, err.Error())
	}
	return only, nil
}

// typedFilterOf reads a filter that stands in an element of one of two names.
func typedFilterOf(op *node, subtreeName, xpathName string) (filter, *rpc.Error) {
	if f := op.kid(subtreeName); f != nil {
		return subtree(f), nil
	}
	if op.kid(xpathName) == nil {
		return all, nil
	}
	only, err := xpath(op.value(xpathName))
	if err != nil {
		return nil, wrong(rpc.InvalidValue, err.Error())
	}
	return only, nil
}
