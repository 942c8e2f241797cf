package pool

import (
	"container/list"
	"time"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/fleet"
)

// session is a session, or room for one.
type session struct {
	host  *fleet.Host
	dev   *vty.Device // nil until it is opened
	born  time.Time
	used  time.Time // when it came back last
	until time.Time // when it has idled for long enough; zero for never
	timer *time.Timer
	spot  *list.Element // among those that idle; nil while it does not
	shut  bool          // it is being closed to make room
}

func newSession(h *fleet.Host) *session { return &session{host: h, born: time.Now()} }

// suits reports whether the session may serve a host.
func (s *session) suits(h *fleet.Host) bool {
	same := s.host.Profile == h.Profile && (h.Profile != "" || s.host.Config == h.Config)
	return same && s.host.Place() == h.Place()
}

// shelf counts the sessions and holds those that idle. It has no lock.
type shelf struct {
	cfg     *Config
	taken   int // sessions in all
	closing int // of these, those that are being closed to make room
	devices map[string]*device
	idling  *list.List // of *session, that which has idled for longest first
}

// device is what is known of one device.
type device struct {
	taken, closing int
	idle           []*session // that which came back last at the end
}

func newShelf(cfg *Config) shelf {
	return shelf{cfg: cfg, devices: map[string]*device{}, idling: list.New()}
}

// find returns a session that idles and suits a host: that which was used last.
func (sh *shelf) find(h *fleet.Host) *session {
	d := sh.devices[h.Place()]
	if d == nil {
		return nil
	}
	for i := len(d.idle) - 1; i >= 0; i-- {
		if d.idle[i].suits(h) {
			return d.idle[i]
		}
	}
	return nil
}

// take is find, and the session idles no more.
func (sh *shelf) take(h *fleet.Host) *session {
	s := sh.find(h)
	if s != nil {
		sh.remove(s)
	}
	return s
}

// room says why there is none.
type room int

const (
	deviceFull room = iota + 1
	poolFull
)

// get takes a session, or room for one; where there is neither, it says why.
func (sh *shelf) get(h *fleet.Host) (*session, room) {
	if s := sh.take(h); s != nil {
		return s, 0
	}
	d := sh.devices[h.Place()]
	most := h.Sessions
	if most <= 0 {
		most = sh.cfg.PerDevice
	}
	switch {
	case d != nil && d.taken >= most:
		return nil, deviceFull
	case sh.cfg.Sessions > 0 && sh.taken >= sh.cfg.Sessions:
		return nil, poolFull
	case d == nil:
		d = &device{}
		sh.devices[h.Place()] = d
	}
	d.taken++
	sh.taken++
	return newSession(h), 0
}

// spare returns the session that has idled for longest, or nil.
func (sh *shelf) spare() *session {
	if first := sh.idling.Front(); first != nil {
		return first.Value.(*session)
	}
	return nil
}

// spareOf returns a session that idles and has the place that a host needs, unless
// one with the same device is already making room.
func (sh *shelf) spareOf(h *fleet.Host) *session {
	if d := sh.devices[h.Place()]; d != nil && d.closing == 0 && len(d.idle) > 0 {
		return d.idle[0]
	}
	return nil
}

// put makes a session idle; expire is called when it has done so for long enough.
func (sh *shelf) put(s *session, expire func()) {
	s.used = time.Now()
	s.spot = sh.idling.PushBack(s)
	d := sh.devices[s.host.Place()]
	d.idle = append(d.idle, s)
	s.until = time.Time{}
	for _, until := range []struct {
		from  time.Time
		limit time.Duration
	}{{s.used, sh.cfg.Idle}, {s.born, sh.cfg.Age}} {
		if at := until.from.Add(until.limit); until.limit > 0 && (s.until.IsZero() || at.Before(s.until)) {
			s.until = at
		}
	}
	if !s.until.IsZero() {
		s.timer = time.AfterFunc(time.Until(s.until), expire)
	}
}

func (sh *shelf) idles(s *session) bool { return s.spot != nil }

// remove makes a session idle no more.
func (sh *shelf) remove(s *session) {
	if s.timer != nil {
		s.timer.Stop()
		s.timer = nil
	}
	sh.idling.Remove(s.spot)
	s.spot = nil
	d := sh.devices[s.host.Place()]
	for i, other := range d.idle {
		if other == s {
			d.idle = append(d.idle[:i], d.idle[i+1:]...)
			break
		}
	}
}

// closes notes that a session that idles is being closed to make room.
func (sh *shelf) closes(s *session) {
	sh.remove(s)
	s.shut = true
	sh.closing++
	sh.devices[s.host.Place()].closing++
}

// free gives back the room of a session.
func (sh *shelf) free(s *session) {
	place := s.host.Place()
	d := sh.devices[place]
	sh.taken--
	d.taken--
	if s.shut {
		sh.closing--
		d.closing--
	}
	if d.taken == 0 {
		delete(sh.devices, place)
	}
}

// all takes every session that idles.
func (sh *shelf) all() []*session {
	var idle []*session
	for first := sh.spare(); first != nil; first = sh.spare() {
		sh.remove(first)
		idle = append(idle, first)
	}
	return idle
}
