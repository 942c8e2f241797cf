package netconf

import (
	"fmt"
	"strconv"
	"time"

	"github.com/vtynet/vty/netconf/rpc"
)

// defaultConfirm is confirm-timeout where a client says none (RFC 6241, section
// 8.4.1).
const defaultConfirm = 600 * time.Second

// pendingCommit is a confirmed commit that was not confirmed yet.
type pendingCommit struct {
	before  *node // running, to go back to
	session uint32
	persist string
	timer   *time.Timer
}

func (d *Device) commit(c *client, op *node) (string, *rpc.Error) {
	for _, store := range []rpc.Datastore{rpc.Running, rpc.Candidate} {
		if err := d.writable(c, store); err != nil {
			return "", err
		}
	}
	if err := d.ours(c, op); err != nil {
		return "", err
	}
	confirmed := op.kid("confirmed") != nil
	if confirmed && !d.has(rpc.ConfirmedCommit10) && !d.has(rpc.ConfirmedCommit11) {
		return "", wrong(rpc.OperationNotSupported, "no confirmed commits")
	}
	timeout := defaultConfirm
	if text := op.value("confirm-timeout"); text != "" {
		n, err := strconv.ParseUint(text, 10, 32)
		if err != nil || n == 0 {
			return "", wrong(rpc.InvalidValue, "confirm-timeout "+text)
		}
		timeout = time.Duration(n) * time.Second
	}
	before := d.stores[rpc.Running]
	d.change(c, rpc.Running, d.stores[rpc.Candidate].clone())
	d.dirty = false
	switch {
	case !confirmed && d.pending != nil:
		d.pending.timer.Stop()
		d.pending = nil
		d.confirmEvent("complete", c.ID, 0)
	case confirmed && d.pending != nil:
		d.pending.timer.Stop()
		d.await(d.pending, timeout)
		d.confirmEvent("extend", c.ID, timeout)
	case confirmed:
		d.pending = &pendingCommit{before: before, session: c.ID, persist: op.value("persist")}
		d.await(d.pending, timeout)
		d.confirmEvent("start", c.ID, timeout)
	}
	return ok, nil
}

// ours tells why a session may not go on with the confirmed commit that waits.
func (d *Device) ours(c *client, op *node) *rpc.Error {
	id := op.value("persist-id")
	switch p := d.pending; {
	case p == nil && id != "":
		return wrong(rpc.InvalidValue, "no confirmed commit has the persist-id "+id)
	case p == nil:
	case p.persist != id:
		return wrong(rpc.InvalidValue, "a confirmed commit waits that has another persist-id")
	case p.persist == "" && p.session != c.ID:
		return wrong(rpc.InUse, "a confirmed commit of another session waits")
	}
	return nil
}

func (d *Device) await(p *pendingCommit, timeout time.Duration) {
	p.timer = time.AfterFunc(timeout, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.pending == p {
			d.goBack("timeout", p.session)
		}
	})
}

// goBack undoes the confirmed commit that waits.
func (d *Device) goBack(why string, session uint32) {
	before := d.pending.before
	d.cancelPending()
	d.change(nil, rpc.Running, before)
	d.confirmEvent(why, session, 0)
}

func (d *Device) cancelPending() {
	if d.pending != nil {
		d.pending.timer.Stop()
		d.pending = nil
	}
}

func (d *Device) cancelCommit(c *client, op *node) (string, *rpc.Error) {
	if d.pending == nil {
		return "", wrong(rpc.OperationFailed, "no confirmed commit waits")
	}
	if err := d.ours(c, op); err != nil {
		return "", err
	}
	d.goBack("cancel", c.ID)
	return ok, nil
}

func (d *Device) discardChanges(c *client, _ *node) (string, *rpc.Error) {
	if err := d.writable(c, rpc.Candidate); err != nil {
		return "", err
	}
	d.discard()
	return ok, nil
}

func (d *Device) discard() {
	d.stores[rpc.Candidate], d.dirty = d.stores[rpc.Running].clone(), false
}

// change gives a datastore another content. A candidate without changes follows
// running.
func (d *Device) change(c *client, store rpc.Datastore, content *node) {
	d.stores[store] = content
	switch store {
	case rpc.Candidate:
		d.dirty = true
		return
	case rpc.Running:
		if !d.dirty {
			d.discard()
		}
		d.pushChanges()
	}
	by := "<server/>"
	if c != nil {
		by = fmt.Sprintf("<username>%s</username><session-id>%d</session-id><source-host>127.0.0.1</source-host>", user, c.ID)
	}
	d.event(fmt.Sprintf(`<netconf-config-change xmlns="%s"><changed-by>%s</changed-by><datastore>%s</datastore></netconf-config-change>`, eventsNS, by, store))
}

// confirmEvent tells of a confirmed commit (RFC 6470).
func (d *Device) confirmEvent(what string, session uint32, timeout time.Duration) {
	left := ""
	if timeout > 0 {
		left = fmt.Sprintf("<timeout>%d</timeout>", timeout/time.Second)
	}
	d.event(fmt.Sprintf(`<netconf-confirmed-commit xmlns="%s"><username>%s</username><session-id>%d</session-id><source-host>127.0.0.1</source-host><confirm-event>%s</confirm-event>%s</netconf-confirmed-commit>`, eventsNS, user, session, what, left))
}
