package ssh

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"slices"
	"strings"
	"syscall"
	"time"

	xssh "golang.org/x/crypto/ssh"
)

// maxBanner bounds what is kept of a device's banners.
const maxBanner = 64 << 10

// handshake is the way from an open connection to an authenticated one.
type handshake struct {
	ctx     context.Context
	s       *settings
	checker *hostChecker
	w       *wire
	auth    *authenticator

	phase Phase
	since time.Time

	hostKey xssh.PublicKey // once accepted
	kexTook time.Duration
	banner  strings.Builder
}

// link is an authenticated connection.
type link struct {
	xssh.Conn
	channels <-chan xssh.NewChannel
	requests <-chan *xssh.Request
	method   string
}

func newHandshake(ctx context.Context, s *settings, checker *hostChecker, conn net.Conn) *handshake {
	h := &handshake{
		ctx: ctx, s: s, checker: checker,
		w:     &wire{Conn: conn},
		phase: PhaseVersion, since: time.Now(),
	}
	h.auth = newAuthenticator(ctx, s, h.w)
	h.auth.started = h.keysExchanged
	h.w.hello.greeted = func(version string) {
		took := h.enter(PhaseKeyExchange)
		s.log.Debug("ssh version", "version", version, "took", took)
		if f := s.Trace.Greeted; f != nil {
			f(version, took)
		}
	}
	return h
}

// enter begins a phase and tells how long the one before it took.
func (h *handshake) enter(p Phase) time.Duration {
	took := time.Since(h.since)
	h.phase, h.since = p, h.since.Add(took)
	return took
}

// run exchanges keys and authenticates. All that it calls back runs in turn with
// it, though not always on its goroutine.
func (h *handshake) run() (*link, error) {
	offer := h.s.propose.Offer
	config := &xssh.ClientConfig{
		Config: xssh.Config{
			KeyExchanges: offer.KeyExchanges,
			Ciphers:      offer.Ciphers,
			MACs:         offer.MACs,
		},
		User:              h.s.User,
		ClientVersion:     "SSH-2.0-vty",
		HostKeyAlgorithms: h.checker.algorithms,
		HostKeyCallback:   h.checkHostKey,
		BannerCallback:    h.keepBanner,
		AuthCallback:      h.auth.next,
	}
	defer h.auth.close()
	conn, channels, requests, err := xssh.NewClientConn(h.w, joinHostPort(h.s.host, h.s.port), config)
	if err != nil {
		return nil, h.fail(err)
	}
	if h.auth.started != nil { // no choice was asked for: the device wants nothing
		h.keysExchanged(conn.(xssh.AlgorithmsConnMetadata).Algorithms())
	}
	l := &link{Conn: conn, channels: channels, requests: requests, method: h.auth.method()}
	took := h.enter(PhaseSession)
	h.s.log.Debug("authenticated", "method", l.method, "took", took)
	if f := h.s.Trace.Authenticated; f != nil {
		f(l.method, took)
	}
	return l, nil
}

// checkHostKey is called at the first key exchange, and at each later one while
// the session runs: then the key may not differ from the first.
func (h *handshake) checkHostKey(_ string, _ net.Addr, key xssh.PublicKey) error {
	if h.hostKey != nil {
		if !bytes.Equal(h.hostKey.Marshal(), key.Marshal()) {
			return h.checker.refuse(ReasonChanged, key, nil, errors.New("it showed another key when the keys were renewed"))
		}
		return nil
	}
	if err := h.checker.check(key); err != nil {
		return err
	}
	h.hostKey = key
	h.kexTook = h.enter(PhaseAuth)
	return nil
}

// keysExchanged tells of the key exchange, once the algorithms are known.
func (h *handshake) keysExchanged(n xssh.NegotiatedAlgorithms) {
	if h.s.Trace.KeyExchanged == nil && !h.s.log.Enabled(h.ctx, slog.LevelDebug) {
		return
	}
	kex := KeyExchange{
		Algorithms: negotiated(n),
		Offer:      h.w.hello.offer(),
		HostKey:    hostKeyOf(h.hostKey),
		Took:       h.kexTook,
	}
	h.s.log.Debug("keys exchanged", "algorithm", kex.Algorithms.KeyExchange, "hostkey", kex.HostKey.Fingerprint, "took", kex.Took)
	if f := h.s.Trace.KeyExchanged; f != nil {
		f(kex)
	}
}

func (h *handshake) keepBanner(text string) error {
	if room := maxBanner - h.banner.Len(); room > 0 {
		h.banner.WriteString(text[:min(len(text), room)])
	}
	return nil
}

// fail gives an error its phase, and finds the cause that matters in it.
func (h *handshake) fail(err error) error {
	return &HandshakeError{
		Host: h.s.host, Port: h.s.port,
		Phase: h.phase, Awaited: h.awaited(), Elapsed: time.Since(h.since),
		Err: h.s.masker.Error(h.reason(err)),
	}
}

// awaited is what the handshake waits for.
func (h *handshake) awaited() string {
	switch h.phase {
	case PhaseVersion:
		return "its SSH version"
	case PhaseKeyExchange:
		if h.w.hello.offer().KeyExchanges == nil {
			return "the algorithms that it offers"
		}
		return "its half of the keys"
	case PhaseAuth:
		return h.auth.awaited()
	case PhaseSession:
		return "a session"
	}
	return h.s.session.awaited()
}

func (h *handshake) reason(err error) error {
	if h.ctx.Err() != nil {
		if said := h.w.hello.said(); h.phase == PhaseVersion && said != "" {
			return fmt.Errorf("%w (it speaks, but not SSH: %q)", ended(h.ctx), said)
		}
		return ended(h.ctx)
	}
	if inner := errors.Unwrap(err); inner != nil && strings.HasPrefix(err.Error(), "ssh: handshake failed: ") {
		err = inner
	}
	if n, ok := errors.AsType[*xssh.AlgorithmNegotiationError](err); ok {
		return h.negotiation(n)
	}
	if key, ok := errors.AsType[*HostKeyError](err); ok {
		return key
	}
	if cause := h.w.ended(); errors.Is(err, net.ErrClosed) && cause != nil && cause != errGivenUp {
		err = cause // x/crypto/ssh closed the connection itself, over this
	}
	if errors.Is(err, io.EOF) || errors.Is(err, syscall.EPIPE) { // whether we read or wrote when it hung up
		err = io.EOF
	}
	switch {
	case h.phase == PhaseAuth:
		return h.auth.failure(err, h.banner.String())
	case h.phase == PhaseVersion && h.w.hello.said() != "":
		return fmt.Errorf("%w (the device speaks, but not SSH: %q)", err, h.w.hello.said())
	case strings.HasPrefix(h.w.hello.version, "SSH-1.") && !strings.HasPrefix(h.w.hello.version, "SSH-1.99"):
		return fmt.Errorf("the device speaks SSH version 1 only (%q): %w", h.w.hello.version, err)
	case h.phase == PhaseKeyExchange && (err == io.EOF || errors.Is(err, syscall.ECONNRESET)):
		return &hungUp{why: h.likely()}
	}
	return err
}

// likely is why a device hangs up in the key exchange, as far as what it said so
// far tells.
func (h *handshake) likely() string {
	peer := h.w.hello.offer()
	all, _ := known(true)
	switch {
	case peer.KeyExchanges == nil:
		return "before it said what it offers: its limit on connections, an access list, or a server that is starting or broken"
	case !h.s.propose.agrees(peer) && all.agrees(peer):
		return "it knows weak algorithms only: allow the legacy ones for this host, --legacy, or in its ssh_config: " +
			strings.Join(additions(h.s.propose.Offer, peer, all.Offer), "; ")
	case !h.s.propose.agrees(peer):
		return "the two sides have no algorithm in common; it offers " + list(slices.Concat(peer.KeyExchanges, peer.HostKeys, peer.Ciphers, peer.MACs))
	}
	return "although algorithms were agreed upon: a defect of its " + common(h.s.propose.KeyExchanges, peer.KeyExchanges) +
		", which ssh_config can leave out (KexAlgorithms -...), or its own log knows why"
}

// common is the first of ours that the peer has as well.
func common(ours, peer []string) string {
	for _, a := range ours {
		if slices.Contains(peer, a) {
			return a
		}
	}
	return "key exchange"
}

func (h *handshake) negotiation(n *xssh.AlgorithmNegotiationError) error {
	peer := h.w.hello.offer()
	e := &NegotiationError{
		What:    n.What,
		Offered: algorithmsOnly(n.RequestedAlgorithms),
		Wanted:  algorithmsOnly(n.SupportedAlgorithms),
		Peer:    peer,
	}
	all, _ := known(true)
	e.Legacy = !h.s.Legacy && !h.s.propose.agrees(peer) && all.agrees(peer)
	if e.Legacy {
		e.Allow = additions(h.s.propose.Offer, peer, all.Offer)
	}
	if n.What == "host key" {
		return h.checker.noCommonKey(e)
	}
	return e
}
