package netconf

import (
	"maps"
	"slices"
	"strings"

	"github.com/vtynet/vty/netconf/rpc"
)

const wdNS = "urn:ietf:params:xml:ns:netconf:default:1.0"

// withDefaults shows values that are defaults the way that was asked for (RFC 6243).
// The device's own way is "explicit".
func (d *Device) withDefaults(tree *node, mode string) (*node, *rpc.Error) {
	switch rpc.WithDefaults(mode) {
	case "", rpc.Explicit:
		return tree, nil
	case rpc.ReportAll, rpc.ReportAllTagged, rpc.Trim:
	default:
		return nil, wrong(rpc.InvalidValue, "with-defaults: "+mode)
	}
	tree = tree.clone()
	for _, path := range slices.Sorted(maps.Keys(d.cfg.Defaults)) {
		tree.setDefault(strings.Split(strings.Trim(path, "/"), "/"), d.cfg.Defaults[path], rpc.WithDefaults(mode))
	}
	return tree, nil
}

func (n *node) setDefault(path []string, value string, mode rpc.WithDefaults) {
	if len(path) > 1 {
		for _, k := range n.kids {
			if k.local == path[0] {
				k.setDefault(path[1:], value, mode)
			}
		}
		return
	}
	leaf := n.kid(path[0])
	if mode == rpc.Trim {
		n.kids = slices.DeleteFunc(n.kids, func(k *node) bool { return k == leaf && k.text == value })
		return
	}
	if leaf == nil {
		leaf = &node{space: n.space, local: path[0], text: value}
		n.kids = append(n.kids, leaf)
	}
	if mode == rpc.ReportAllTagged && leaf.text == value {
		leaf.mark = ` xmlns:wd="` + wdNS + `" wd:default="true"`
	}
}
