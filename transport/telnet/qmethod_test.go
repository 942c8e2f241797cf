package telnet

import (
	"math/rand/v2"
	"testing"
)

const optTest option = 77

func newSide(allowed bool) *side {
	s := &side{on: cmdDO, off: cmdDONT}
	if allowed {
		s.allowed = oneOf(optTest)
	}
	return s
}

// Every state and every event of RFC 1143, section 7.
func TestQMethod(t *testing.T) {
	on := func(s *side) command { return s.request(optTest, true) }
	off := func(s *side) command { return s.request(optTest, false) }
	will := func(s *side) command { return s.accepted(optTest) }
	wont := func(s *side) command { return s.rejected(optTest) }
	const none = command(0)
	cases := []struct {
		name    string
		allowed bool
		event   func(*side) command
		before  qstate
		after   qstate
		says    command
	}{
		{"will, no, agreed", true, will, qNo, qYes, cmdDO},
		{"will, no, refused", false, will, qNo, qNo, cmdDONT},
		{"will, yes", true, will, qYes, qYes, none},
		{"will, want no", true, will, qWantNo, qNo, none},
		{"will, want no and opposite", true, will, qWantNoOpposite, qYes, none},
		{"will, want yes", true, will, qWantYes, qYes, none},
		{"will, want yes and opposite", true, will, qWantYesOpposite, qWantNo, cmdDONT},

		{"wont, no", true, wont, qNo, qNo, none},
		{"wont, yes", true, wont, qYes, qNo, cmdDONT},
		{"wont, want no", true, wont, qWantNo, qNo, none},
		{"wont, want no and opposite", true, wont, qWantNoOpposite, qWantYes, cmdDO},
		{"wont, want yes", true, wont, qWantYes, qNo, none},
		{"wont, want yes and opposite", true, wont, qWantYesOpposite, qNo, none},

		{"on, no", true, on, qNo, qWantYes, cmdDO},
		{"on, yes", true, on, qYes, qYes, none},
		{"on, want no", true, on, qWantNo, qWantNoOpposite, none},
		{"on, want no and opposite", true, on, qWantNoOpposite, qWantNoOpposite, none},
		{"on, want yes", true, on, qWantYes, qWantYes, none},
		{"on, want yes and opposite", true, on, qWantYesOpposite, qWantYes, none},

		{"off, no", true, off, qNo, qNo, none},
		{"off, yes", true, off, qYes, qWantNo, cmdDONT},
		{"off, want no", true, off, qWantNo, qWantNo, none},
		{"off, want no and opposite", true, off, qWantNoOpposite, qWantNo, none},
		{"off, want yes", true, off, qWantYes, qWantYesOpposite, none},
		{"off, want yes and opposite", true, off, qWantYesOpposite, qWantYesOpposite, none},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := newSide(c.allowed)
			s.of(optTest).state = c.before
			if says := c.event(s); says != c.says || s.state(optTest) != c.after {
				t.Errorf("says %v and goes to %d, want %v and %d", says, s.state(optTest), c.says, c.after)
			}
		})
	}
}

// Two ends that change their minds at random, with messages on the way in both
// directions, always come to rest, and agree.
func TestNoLoopsAndTheSameMind(t *testing.T) {
	rnd := rand.New(rand.NewPCG(11, 43))
	options := []option{optBinary, optSGA, optEcho, optNAWS, optTType, optStatus, optEOR}
	for range 2000 {
		client, server := newClient("xterm", defaultSize), newServer()
		var toServer, toClient []byte
		collect := func() {
			toServer, toClient = append(toServer, client.out...), append(toClient, server.out...)
			client.out, server.out = nil, nil
		}
		for range rnd.IntN(60) {
			m := client
			if rnd.IntN(2) == 0 {
				m = server
			}
			s := &m.us
			if rnd.IntN(2) == 0 {
				s = &m.him
			}
			m.ask(s, options[rnd.IntN(len(options))], rnd.IntN(2) == 0)
			collect()
			n := rnd.IntN(len(toServer) + 1)
			server.receive(append([]byte(nil), toServer[:n]...))
			toServer = toServer[n:]
			n = rnd.IntN(len(toClient) + 1)
			client.receive(append([]byte(nil), toClient[:n]...))
			toClient = toClient[n:]
			collect()
		}
		client.out, server.out = toServer, toClient
		converse(t, client, server)
		for _, o := range options {
			if client.us.state(o) != server.him.state(o) || client.him.state(o) != server.us.state(o) {
				t.Fatalf("%v: client %d and %d, server %d and %d", o,
					client.us.state(o), client.him.state(o), server.him.state(o), server.us.state(o))
			}
			if s := client.us.state(o); s != qYes && s != qNo {
				t.Fatalf("%v is left in state %d", o, s)
			}
		}
	}
}

// A peer that answers every refusal by asking again, or acknowledges every
// acknowledgement (RFC 1143, section 3), is not followed for ever.
func TestPeersThatLoop(t *testing.T) {
	peers := map[string]func(command) command{
		"asks again": func(command) command { return cmdDO },
		"acknowledges": func(c command) command {
			if c == cmdWILL {
				return cmdDO
			}
			return cmdDONT
		},
	}
	for name, answer := range peers {
		for _, o := range []option{optNAWS, optEcho, optEOR, optSGA} {
			m := newClient("xterm", defaultSize)
			m.receive(neg(cmdDO, o))
			rounds := 0
			for len(m.out) > 0 && rounds < 1000 {
				verb := command(m.out[1])
				m.out = nil
				m.receive(neg(answer(verb), o))
				rounds++
			}
			if rounds > maxRefusals {
				t.Errorf("%s, %v: still talking after %d rounds", name, o, rounds)
			}
		}
	}
}
