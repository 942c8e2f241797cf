package pool

import (
	"context"
	"errors"
	"time"

	"github.com/vtynet/vty/transport"
)

var errDead = errors.New("its transport has lost the device")

// alive checks that a session that idled can be used. What the transport knows costs
// nothing; that a device went away without a word only a prompt can tell.
func (p *Pool) alive(ctx context.Context, s *session) error {
	if !s.dev.Alive() {
		return errDead
	}
	if time.Since(s.used) <= p.cfg.Trust && knows(s.dev.Conn()) {
		p.say("lending", s)
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, p.cfg.Check)
	defer cancel()
	defer context.AfterFunc(p.over, cancel)()
	if _, err := s.dev.AskPrompt(ctx); err != nil {
		return err
	}
	// What the device has to say before its prompt may be the rest of an answer.
	if err := s.dev.Reset(ctx); err != nil {
		return err
	}
	p.say("lending", s)
	return nil
}

// knows reports whether the transport beneath a conn can tell that it is lost.
func knows(conn transport.Conn) bool {
	for {
		w, wrapped := conn.(interface{ Unwrap() transport.Conn })
		if !wrapped {
			_, ok := conn.(transport.Aliver)
			return ok
		}
		conn = w.Unwrap()
	}
}
