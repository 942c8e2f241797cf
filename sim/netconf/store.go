package netconf

import (
	"fmt"
	"strconv"

	"github.com/vtynet/vty/netconf/rpc"
)

// target is the datastore of a lock, or of another target that is no URL.
func (d *Device) target(op *node) (rpc.Datastore, *rpc.Error) {
	which, err := op.kid("target").some("target")
	if err != nil {
		return "", err
	}
	return d.named(which.local)
}

// some is the one element within.
func (n *node) some(name string) (*node, *rpc.Error) {
	if n == nil || len(n.kids) != 1 {
		return nil, wrong(rpc.MissingElement, name)
	}
	return n.kids[0], nil
}

// named is a datastore that this device has.
func (d *Device) named(name string) (rpc.Datastore, *rpc.Error) {
	store := rpc.Datastore(name)
	if d.stores[store] == nil || store == rpc.Candidate && !d.has(rpc.CandidateCap) || store == rpc.Startup && !d.has(rpc.StartupCap) {
		return "", wrong(rpc.InvalidValue, "no datastore "+name)
	}
	return store, nil
}

// source is what a source or a target of copy-config and validate says.
func (d *Device) source(op *node) (*node, *rpc.Error) {
	which, err := op.kid("source").some("source")
	switch {
	case err != nil:
		return nil, err
	case which.local == "config":
		return d.made(which)
	case which.local == "url":
		if tree := d.files[which.text]; tree != nil {
			return tree, nil
		}
		return nil, wrong(rpc.InvalidValue, "no such file: "+which.text)
	}
	store, err := d.named(which.local)
	return d.stores[store], err
}

// made is a tree out of the content of a <config>.
func (d *Device) made(config *node) (*node, *rpc.Error) {
	tree := &node{}
	e := edit{schema: &d.schema}
	e.apply(tree, config, "merge")
	if len(e.errors) > 0 {
		return nil, e.errors[0]
	}
	return tree, nil
}

// data is what a datastore shows, also those of RFC 8342.
func (d *Device) data(store rpc.Datastore) (*node, *rpc.Error) {
	switch store {
	case rpc.Intended:
		return d.stores[rpc.Running], nil
	case rpc.Operational:
		return d.operational(), nil
	}
	store, err := d.named(string(store))
	return d.stores[store], err
}

// shown is the answer of operations that read.
func (d *Device) shown(tree *node, only filter, defaults, namespace string) (string, *rpc.Error) {
	tree, failed := d.withDefaults(tree, defaults)
	if failed != nil {
		return "", failed
	}
	return `<data xmlns="` + namespace + `">` + only(tree).String() + `</data>`, nil
}

func (d *Device) get(_ *client, op *node) (string, *rpc.Error) {
	only, failed := filterOf(op)
	if failed != nil {
		return "", failed
	}
	return d.shown(d.operational(), only, op.value("with-defaults"), baseNS)
}

func (d *Device) getConfig(_ *client, op *node) (string, *rpc.Error) {
	tree, failed := d.source(op)
	if failed != nil {
		return "", failed
	}
	only, failed := filterOf(op)
	if failed != nil {
		return "", failed
	}
	return d.shown(tree, only, op.value("with-defaults"), baseNS)
}

func (d *Device) getData(_ *client, op *node) (string, *rpc.Error) {
	store := identity(op.value("datastore"))
	tree, failed := d.data(store)
	if failed != nil {
		return "", failed
	}
	config, state := tree, &node{}
	if store == rpc.Operational {
		config, state = d.stores[rpc.Running], d.allState()
	}
	tree = &node{}
	if op.value("config-filter") != "false" && d.wantsOrigin(op) {
		tree.kids = append(tree.kids, config.kids...)
	}
	if op.value("config-filter") != "true" && op.kid("origin-filter") == nil {
		tree.kids = append(tree.kids, state.kids...)
	}
	tree = tree.clone()
	if op.kid("with-origin") != nil {
		for _, k := range tree.kids {
			k.mark = ` xmlns:or="urn:ietf:params:xml:ns:yang:ietf-origin" or:origin="or:intended"`
		}
	}
	if depth, err := strconv.Atoi(op.value("max-depth")); err == nil {
		tree.prune(depth)
	}
	only, failed := typedFilterOf(op, "subtree-filter", "xpath-filter")
	if failed != nil {
		return "", failed
	}
	return d.shown(tree, only, op.value("with-defaults"), nmdaNS)
}

// wantsOrigin tells whether a get-data asks for configuration, whose origin is
// always "intended".
func (d *Device) wantsOrigin(op *node) bool {
	wanted := op.kid("origin-filter") == nil
	for _, k := range op.kids {
		intended := identity(k.text) == "intended"
		switch k.local {
		case "origin-filter":
			wanted = wanted || intended
		case "negated-origin-filter":
			wanted = wanted && !intended
		}
	}
	return wanted
}

// prune leaves so many levels.
func (n *node) prune(depth int) {
	if depth <= 0 {
		n.kids = nil
		return
	}
	for _, k := range n.kids {
		k.prune(depth - 1)
	}
}

func (d *Device) editConfig(c *client, op *node) (string, *rpc.Error) {
	store, failed := d.target(op)
	if failed != nil {
		return "", failed
	}
	if store == rpc.Running && !d.has(rpc.WritableRunningCap) {
		return "", wrong(rpc.OperationNotSupported, "running cannot be written")
	}
	return d.edit(c, store, op)
}

func (d *Device) editData(c *client, op *node) (string, *rpc.Error) {
	store, failed := d.named(string(identity(op.value("datastore"))))
	if failed != nil {
		return "", failed
	}
	return d.edit(c, store, op)
}

// edit is edit-config and edit-data.
func (d *Device) edit(c *client, store rpc.Datastore, op *node) (string, *rpc.Error) {
	if failed := d.writable(c, store); failed != nil {
		return "", failed
	}
	config := op.kid("config")
	if url := op.value("url"); url != "" {
		if config = d.files[url]; config == nil {
			return "", wrong(rpc.InvalidValue, "no such file: "+url)
		}
	}
	if config == nil {
		return "", wrong(rpc.MissingElement, "config")
	}
	tree := d.stores[store].clone()
	operation := op.value("default-operation")
	switch operation {
	case "":
		operation = "merge"
	case "replace":
		tree.kids, operation = nil, "merge"
	}
	onError := rpc.ErrorOption(op.value("error-option"))
	e := edit{schema: &d.schema, goOn: onError == rpc.ContinueOnError}
	e.apply(tree, config, operation)
	if store == rpc.Running && c.touchesLocked(d, config) {
		return "", wrong(rpc.InUse, "a part of it is locked by another session")
	}
	test := rpc.TestOption(op.value("test-option"))
	whole := onError == rpc.RollbackOnError || test == rpc.TestThenSet
	if test != rpc.TestOnly && (len(e.errors) == 0 || !whole) {
		d.change(c, store, tree)
	}
	out := ok
	if len(e.errors) > 0 {
		out = ""
		for _, one := range e.errors {
			out += shownError(one)
		}
	}
	return out, nil
}

// touchesLocked tells whether a change is about what others have locked in part.
func (c *client) touchesLocked(d *Device, config *node) bool {
	for _, l := range d.partial {
		if l.session != c.ID && overlap(l.nodes, d.schema.touched(config, "")) {
			return true
		}
	}
	return false
}

func (d *Device) copyConfig(c *client, op *node) (string, *rpc.Error) {
	tree, failed := d.source(op)
	if failed != nil {
		return "", failed
	}
	if tree, failed = d.withDefaults(tree, op.value("with-defaults")); failed != nil {
		return "", failed
	}
	which, failed := op.kid("target").some("target")
	if failed != nil {
		return "", failed
	}
	if which.local == "url" {
		d.files[which.text] = tree.clone()
		return ok, nil
	}
	store, failed := d.target(op)
	if failed == nil {
		failed = d.writable(c, store)
	}
	if failed == nil && store == rpc.Running && !d.has(rpc.WritableRunningCap) {
		failed = wrong(rpc.OperationNotSupported, "running cannot be written")
	}
	if failed != nil {
		return "", failed
	}
	d.change(c, store, tree.clone())
	return ok, nil
}

func (d *Device) deleteConfig(c *client, op *node) (string, *rpc.Error) {
	which, failed := op.kid("target").some("target")
	if failed != nil {
		return "", failed
	}
	if which.local == "url" {
		if d.files[which.text] == nil {
			return "", wrong(rpc.DataMissing, "no such file: "+which.text)
		}
		delete(d.files, which.text)
		return ok, nil
	}
	store, failed := d.target(op)
	if failed == nil && store != rpc.Startup {
		failed = wrong(rpc.InvalidValue, fmt.Sprintf("%s cannot be deleted", store))
	}
	if failed == nil {
		failed = d.writable(c, store)
	}
	if failed != nil {
		return "", failed
	}
	d.change(c, store, &node{})
	return ok, nil
}

func (d *Device) validate(_ *client, op *node) (string, *rpc.Error) {
	_, failed := d.source(op)
	return ok, failed
}
