package netconf

import (
	"slices"
	"time"

	"github.com/vtynet/vty/netconf/netconftest"
)

// Fault is how a device answers an operation wrongly, late, or not at all. The zero
// fields do nothing.
type Fault struct {
	// Operation is the name of the operation, without prefix; "" is any.
	Operation string
	// Skip is how many such operations go well before, and Times how many go wrong; 0
	// is all that follow.
	Skip, Times int
	// NotDone keeps the operation from being carried out: what is wrong is more than the
	// answer.
	NotDone bool

	// Delay answers late. Other answers do not wait for this one.
	Delay time.Duration
	// Reply is what stands within <rpc-reply> instead.
	Reply string
	// Before is sent as a message of its own, before the answer.
	Before string
	// Raw is sent as it is, framing included, instead of an answer.
	Raw string
	// Silent does not answer.
	Silent bool
	// HangUp breaks the connection instead of an answer.
	HangUp bool
}

// Failure is a Reply: an rpc-error.
func Failure(tag, message string) string {
	return `<rpc-error><error-type>application</error-type><error-tag>` + tag + `</error-tag><error-severity>error</error-severity><error-message>` + escape(message) + `</error-message></rpc-error>`
}

// Fail adds a fault. Of several that apply, the one added first counts.
func (d *Device) Fail(f Fault) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.faults = append(d.faults, &f)
}

// Answer answers all operations of this name with what stands within <rpc-reply>, and
// does nothing: operations of the vendor's, actions, or what the device would do.
func (d *Device) Answer(operation, inner string) {
	d.Fail(Fault{Operation: operation, NotDone: true, Reply: inner})
}

// fault is the one that applies to an operation; nil is none. It is called with the
// device's lock held.
func (d *Device) fault(operation string) *Fault {
	for i, f := range d.faults {
		if f.Operation != "" && f.Operation != operation {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			continue
		}
		if f.Times > 0 {
			if f.Times--; f.Times == 0 {
				d.faults = slices.Delete(d.faults, i, i+1)
			}
		}
		return f
	}
	return nil
}

// answer sends the answer, right as it would be, as the fault has it.
func (f *Fault) answer(c *client, r *netconftest.Request, right string) {
	if f == nil {
		c.reply(r, right)
		return
	}
	if f.Before != "" {
		c.send(f.Before)
	}
	if f.Reply != "" {
		right = f.Reply
	}
	send := func() {
		switch {
		case f.HangUp:
			c.end()
			go func() {
				<-c.flushed
				c.Close()
			}()
		case f.Silent:
		case f.Raw != "":
			c.raw(f.Raw)
		default:
			c.reply(r, right)
		}
	}
	if f.Delay > 0 {
		time.AfterFunc(f.Delay, send)
		return
	}
	send()
}

// raw sends bytes as they are.
func (c *client) raw(text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.over {
		c.pending = append(c.pending, text...)
		c.wake.Signal()
	}
}
