package netconf

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/vtynet/vty/netconf/rpc"
)

// partialLock is a lock by partial-lock (RFC 5717).
type partialLock struct {
	id, session uint32
	nodes       []string // paths without prefixes
}

func (d *Device) lock(c *client, op *node) (string, *rpc.Error) {
	store, err := d.target(op)
	if err != nil {
		return "", err
	}
	if holder := d.locks[store]; holder != 0 {
		return "", lockDenied(holder)
	}
	if store == rpc.Running && len(d.partial) > 0 {
		return "", lockDenied(d.partial[0].session)
	}
	if store == rpc.Candidate && d.dirty {
		return "", wrong(rpc.ResourceDenied, "the candidate has changes")
	}
	d.locks[store] = c.ID
	return ok, nil
}

func (d *Device) unlock(c *client, op *node) (string, *rpc.Error) {
	store, err := d.target(op)
	if err != nil {
		return "", err
	}
	if d.locks[store] != c.ID {
		return "", wrong(rpc.OperationFailed, "this session holds no lock on "+string(store))
	}
	d.free(store)
	return ok, nil
}

// free gives a lock back, and with the candidate's its changes (RFC 6241, section
// 8.3.5.2).
func (d *Device) free(store rpc.Datastore) {
	delete(d.locks, store)
	if store == rpc.Candidate {
		d.discard()
	}
}

func lockDenied(holder uint32) *rpc.Error {
	e := wrong(rpc.LockDenied, "the lock is held by another session")
	e.Type = "protocol"
	e.Info = fmt.Appendf(nil, "<session-id>%d</session-id>", holder)
	return e
}

// writable tells why a session may not change a datastore.
func (d *Device) writable(c *client, store rpc.Datastore) *rpc.Error {
	if holder := d.locks[store]; holder != 0 && holder != c.ID {
		e := wrong(rpc.InUse, "the datastore is locked by session "+strconv.FormatUint(uint64(holder), 10))
		e.Info = fmt.Appendf(nil, "<session-id>%d</session-id>", holder)
		return e
	}
	return nil
}

func (d *Device) partialLock(c *client, op *node) (string, *rpc.Error) {
	if holder := d.locks[rpc.Running]; holder != 0 && holder != c.ID {
		return "", lockDenied(holder)
	}
	var nodes []string
	for _, sel := range op.kids {
		if sel.local != "select" {
			continue
		}
		only, err := xpath(sel.text)
		if err != nil {
			return "", wrong(rpc.InvalidValue, err.Error())
		}
		found := d.schema.paths(only(d.stores[rpc.Running]), sel.text)
		if len(found) == 0 {
			return "", wrong(rpc.OperationFailed, sel.text+" selects nothing")
		}
		nodes = append(nodes, found...)
	}
	for _, l := range d.partial {
		if l.session != c.ID && overlap(l.nodes, nodes) {
			return "", lockDenied(l.session)
		}
	}
	d.lastID++
	d.partial = append(d.partial, partialLock{d.lastID, c.ID, nodes})
	out := fmt.Sprintf(`<lock-id xmlns="%s">%d</lock-id>`, partialLockNS, d.lastID)
	for _, n := range nodes {
		out += fmt.Sprintf(`<locked-node xmlns="%s">%s</locked-node>`, partialLockNS, escape(n))
	}
	return out, nil
}

func (d *Device) partialUnlock(c *client, op *node) (string, *rpc.Error) {
	before := len(d.partial)
	d.partial = slices.DeleteFunc(d.partial, func(l partialLock) bool {
		return l.session == c.ID && strconv.FormatUint(uint64(l.id), 10) == op.value("lock-id")
	})
	if len(d.partial) == before {
		return "", wrong(rpc.InvalidValue, "no such lock of this session's")
	}
	return ok, nil
}

// path is the instance identifier of an element within one.
func (s *schema) path(within string, n *node) string {
	path := within + "/" + n.local
	for key := range strings.FieldsSeq(s.lists[n.local]) {
		path += "[" + key + "='" + n.value(key) + "']"
	}
	return path
}

// paths are those of the elements that an XPath expression has selected.
func (s *schema) paths(tree *node, expr string) []string {
	var found []string
	var walk func(n *node, path string, depth int)
	walk = func(n *node, path string, depth int) {
		if depth == 0 {
			found = append(found, path)
			return
		}
		for _, k := range n.kids {
			if depth == 1 && slices.Contains(strings.Fields(s.lists[n.local]), k.local) {
				continue
			}
			walk(k, s.path(path, k), depth-1)
		}
	}
	walk(tree, "", strings.Count(condition().ReplaceAllString(expr, ""), "/"))
	return found
}

// touched are the paths of what a change says something about.
func (s *schema) touched(change *node, within string) []string {
	var found []string
	for _, k := range change.kids {
		path := s.path(within, k)
		if len(k.kids) == 0 || k.operation != "" {
			found = append(found, path)
		}
		found = append(found, s.touched(k, path)...)
	}
	return found
}

// overlap tells whether a node of one is or is within a node of the other.
func overlap(a, b []string) bool {
	for _, x := range a {
		for _, y := range b {
			if x == y || strings.HasPrefix(x, y+"/") || strings.HasPrefix(y, x+"/") {
				return true
			}
		}
	}
	return false
}
