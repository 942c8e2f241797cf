package netconf

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/vtynet/vty/netconf/netconftest"
	"github.com/vtynet/vty/netconf/rpc"
)

const (
	ok            = "<ok/>"
	user          = "vty" // whom sessions are said to be of
	nmdaNS        = "urn:ietf:params:xml:ns:yang:ietf-netconf-nmda"
	subscribedNS  = "urn:ietf:params:xml:ns:yang:ietf-subscribed-notifications"
	pushNS        = "urn:ietf:params:xml:ns:yang:ietf-yang-push"
	partialLockNS = "urn:ietf:params:xml:ns:netconf:partial-lock:1.0"
)

// operation carries out an operation and gives what stands within the reply. It is
// called with the device's lock held.
type operation struct {
	needs string // a capability; "" is none
	do    func(d *Device, c *client, op *node) (string, *rpc.Error)
}

var operations = map[string]operation{
	"get":                    {"", (*Device).get},
	"get-config":             {"", (*Device).getConfig},
	"edit-config":            {"", (*Device).editConfig},
	"copy-config":            {"", (*Device).copyConfig},
	"delete-config":          {"", (*Device).deleteConfig},
	"lock":                   {"", (*Device).lock},
	"unlock":                 {"", (*Device).unlock},
	"kill-session":           {"", (*Device).kill},
	"commit":                 {rpc.CandidateCap, (*Device).commit},
	"discard-changes":        {rpc.CandidateCap, (*Device).discardChanges},
	"cancel-commit":          {rpc.ConfirmedCommit11, (*Device).cancelCommit},
	"validate":               {rpc.Validate11, (*Device).validate},
	"get-schema":             {monitoringNS, (*Device).getSchema},
	"partial-lock":           {rpc.PartialLockCap, (*Device).partialLock},
	"partial-unlock":         {rpc.PartialLockCap, (*Device).partialUnlock},
	"create-subscription":    {rpc.NotificationCap, (*Device).createSubscription},
	"establish-subscription": {subscribedNS, (*Device).establish},
	"modify-subscription":    {subscribedNS, (*Device).modify},
	"delete-subscription":    {subscribedNS, (*Device).deleteSubscription},
	"kill-subscription":      {subscribedNS, (*Device).killSubscription},
	"resync-subscription":    {pushNS, (*Device).resync},
	"get-data":               {nmdaNS, (*Device).getData},
	"edit-data":              {nmdaNS, (*Device).editData},
}

// handler is the Device as netconftest sees it.
type handler Device

// Began implements netconftest.Beginner.
func (h *handler) Began(s *netconftest.Session) {
	d := (*Device)(h)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.clients[s.ID] = newClient(s, d.cfg.ChunkSize)
	d.event(sessionEvent("start", s.ID, ""))
}

// Handle implements netconftest.Handler.
func (h *handler) Handle(s *netconftest.Session, r *netconftest.Request) {
	d := (*Device)(h)
	d.mu.Lock()
	defer d.mu.Unlock()
	c := d.clients[s.ID]
	if c == nil {
		return // killed
	}
	fault := d.fault(r.Name)
	answer := ok
	if fault == nil || !fault.NotDone {
		answer = d.perform(c, r)
	}
	fault.answer(c, r, answer)
	// What an operation sets off comes after its answer.
	for _, f := range d.afterwards {
		f()
	}
	d.afterwards = nil
}

// perform carries out an operation.
func (d *Device) perform(c *client, r *netconftest.Request) string {
	message, err := parse(r.XML)
	if err != nil {
		return shownError(wrong(rpc.MalformedMessage, err.Error()))
	}
	op := message.kids[0].kids[0] // netconftest looks that both are there
	does, known := operations[op.local]
	if !known || does.needs != "" && !d.has(does.needs) {
		return shownError(wrong(rpc.OperationNotSupported, op.local))
	}
	if c.events != nil && !d.has(rpc.InterleaveCap) {
		return shownError(wrong(rpc.OperationFailed, "a subscription goes on"))
	}
	answer, failed := does.do(d, c, op)
	if failed != nil {
		return shownError(failed)
	}
	return answer
}

// Ended implements netconftest.Handler.
func (h *handler) Ended(s *netconftest.Session) {
	d := (*Device)(h)
	d.mu.Lock()
	c := d.clients[s.ID]
	if c != nil {
		d.end(c, "closed", "")
	}
	d.mu.Unlock()
	if c != nil {
		<-c.flushed
	}
}

// after has something done once the answer to the operation at hand is sent.
func (d *Device) after(f func()) *rpc.Error {
	d.afterwards = append(d.afterwards, f)
	return nil
}

// end gives back all that a session holds.
func (d *Device) end(c *client, why, more string) {
	delete(d.clients, c.ID)
	c.end()
	if c.events != nil && c.events.stop != nil {
		c.events.stop.Stop()
	}
	for len(c.subs) > 0 {
		d.forget(c.subs[0])
	}
	for store, holder := range d.locks {
		if holder == c.ID {
			d.free(store)
		}
	}
	d.partial = slices.DeleteFunc(d.partial, func(l partialLock) bool { return l.session == c.ID })
	if p := d.pending; p != nil && p.persist == "" && p.session == c.ID {
		d.goBack("cancel", c.ID)
	}
	d.event(sessionEvent("end", c.ID, more+"<termination-reason>"+why+"</termination-reason>"))
}

func (d *Device) kill(c *client, op *node) (string, *rpc.Error) {
	id, _ := strconv.ParseUint(op.value("session-id"), 10, 32)
	victim := d.clients[uint32(id)]
	if victim == nil || victim == c {
		return "", wrong(rpc.InvalidValue, "no other session has this number")
	}
	victim.Close()
	d.end(victim, "killed", fmt.Sprintf("<killed-by>%d</killed-by>", c.ID))
	return ok, nil
}

func sessionEvent(what string, id uint32, more string) string {
	return fmt.Sprintf(`<netconf-session-%s xmlns="%s"><username>%s</username><session-id>%d</session-id><source-host>127.0.0.1</source-host>%s</netconf-session-%[1]s>`, what, eventsNS, user, id, more)
}

func wrong(tag rpc.Tag, message string) *rpc.Error {
	return &rpc.Error{Type: "application", Tag: tag, Message: message}
}

func shownError(e *rpc.Error) string {
	out := "<rpc-error><error-type>" + e.Type + "</error-type><error-tag>" + string(e.Tag) + "</error-tag><error-severity>error</error-severity>"
	if e.AppTag != "" {
		out += "<error-app-tag>" + e.AppTag + "</error-app-tag>"
	}
	if e.Path != "" {
		out += "<error-path>" + escape(e.Path) + "</error-path>"
	}
	if e.Message != "" {
		out += "<error-message>" + escape(e.Message) + "</error-message>"
	}
	if len(e.Info) > 0 {
		out += "<error-info>" + string(e.Info) + "</error-info>"
	}
	return out + "</rpc-error>"
}
