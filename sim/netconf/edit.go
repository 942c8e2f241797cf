package netconf

import (
	"slices"
	"strings"

	"github.com/vtynet/vty/netconf/rpc"
)

// schema is the little that is known of the data model.
type schema struct {
	lists     map[string]string // name of an entry: names of its keys
	leafLists []string
}

// same tells whether two elements are the same instance.
func (s *schema) same(a, b *node) bool {
	if a.local != b.local || a.space != b.space {
		return false
	}
	if slices.Contains(s.leafLists, a.local) {
		return a.text == b.text
	}
	for key := range strings.FieldsSeq(s.lists[a.local]) {
		if a.value(key) != b.value(key) {
			return false
		}
	}
	return true
}

func (s *schema) find(parent, n *node) int {
	return slices.IndexFunc(parent.kids, func(k *node) bool { return s.same(k, n) })
}

// edit is an edit-config under way.
type edit struct {
	*schema
	goOn   bool // continue-on-error
	errors []*rpc.Error
}

// failed notes an error and tells whether to stop.
func (e *edit) failed(tag rpc.Tag, n *node, message string) bool {
	e.errors = append(e.errors, &rpc.Error{Type: "application", Tag: tag, Path: "/" + n.local, Message: message})
	return !e.goOn
}

// apply changes the content of an element by that of another. It tells whether to
// stop.
func (e *edit) apply(target, change *node, operation string) bool {
	for i, n := range change.kids {
		for _, before := range change.kids[:i] {
			if e.same(before, n) && e.failed(rpc.BadElement, n, "the same element twice: is it a list whose key the simulated device was not told?") {
				return true
			}
		}
		if e.one(target, n, operation) {
			return true
		}
	}
	return false
}

// one carries out the operation of one element (RFC 6241, section 7.2).
func (e *edit) one(target, n *node, operation string) bool {
	if n.operation != "" {
		operation = n.operation
	}
	for key := range strings.FieldsSeq(e.lists[n.local]) {
		if n.kid(key) == nil {
			return e.failed(rpc.MissingElement, n, "the key "+key+" is missing")
		}
	}
	at := e.find(target, n)
	switch operation {
	case "create", "replace", "merge", "none":
	case "delete", "remove":
		if at < 0 {
			return operation == "delete" && e.failed(rpc.DataMissing, n, "there is nothing to delete")
		}
		target.kids = slices.Delete(target.kids, at, at+1)
		return false
	default:
		return e.failed(rpc.BadAttribute, n, "no such operation: "+operation)
	}
	if at >= 0 && operation == "create" {
		return e.failed(rpc.DataExists, n, "it is there already")
	}
	if at < 0 {
		if operation == "none" && n.operation == "" && len(n.kids) == 0 {
			return false // a key, or nothing to do
		}
		if operation == "none" {
			return e.failed(rpc.DataMissing, n, "it is not there")
		}
		at = len(target.kids)
		target.kids = append(target.kids, &node{space: n.space, local: n.local})
	}
	within := target.kids[at]
	if operation == "create" || operation == "replace" {
		within.kids, operation = nil, "merge"
	}
	if len(n.kids) == 0 && operation == "merge" && len(within.kids) == 0 {
		within.text, within.prefixes = n.text, n.prefixes
	}
	return e.apply(within, n, operation)
}
