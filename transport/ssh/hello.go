package ssh

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
)

// maxHello bounds what is kept of a device's first words.
const maxHello = 64 << 10

// hello listens in on what a device says before encryption begins: its version,
// and all the algorithms that it offers, of which x/crypto/ssh reports only those
// that it settled on. It never changes or delays a byte.
type hello struct {
	greeted func(version string)

	buf     []byte
	version string
	kexInit []byte // the payload of its first packet
	done    bool
}

// offer is what the packet says. It is read where somebody asks, which is seldom.
func (h *hello) offer() Offer {
	o, _ := parseOffer(h.kexInit)
	return o
}

// feed takes the next bytes, cut anywhere.
func (h *hello) feed(p []byte) {
	if h.done {
		return
	}
	h.buf = append(h.buf, p...)
	if h.version == "" && !h.findVersion() {
		h.done = len(h.buf) > maxHello
		return
	}
	packet, err := firstPacket(h.buf)
	if err == errIncomplete && len(h.buf) <= maxHello {
		return
	}
	if err == nil {
		h.kexInit = bytes.Clone(packet)
	}
	h.buf, h.done = nil, true
}

// findVersion takes the lines up to and with the version off the buffer. Lines
// before it are allowed (RFC 4253, section 4.2).
func (h *hello) findVersion() bool {
	rest := h.buf
	for {
		line, after, found := bytes.Cut(rest, []byte("\n"))
		if !found {
			return false
		}
		rest = after
		if bytes.HasPrefix(line, []byte("SSH-")) {
			h.version = string(bytes.TrimSuffix(line, []byte("\r")))
			h.buf = rest
			if h.greeted != nil {
				h.greeted(h.version)
			}
			return true
		}
	}
}

// said is the beginning of what a device says that has not shown a version.
func (h *hello) said() string {
	if h.version != "" {
		return ""
	}
	const enough = 120
	return strings.ToValidUTF8(string(h.buf[:min(len(h.buf), enough)]), "?")
}

var (
	errIncomplete = errors.New("incomplete packet")
	errMalformed  = errors.New("malformed packet")
)

// firstPacket is the payload of the unencrypted packet that buf begins with (RFC
// 4253, section 6).
func firstPacket(buf []byte) ([]byte, error) {
	if len(buf) < 5 {
		return nil, errIncomplete
	}
	length, padding := binary.BigEndian.Uint32(buf), uint32(buf[4])
	if length > maxHello || length < padding+1 {
		return nil, errMalformed
	}
	if uint32(len(buf)-4) < length {
		return nil, errIncomplete
	}
	return buf[5 : 4+length-padding], nil
}

const msgKexInit = 20

// parseOffer reads SSH_MSG_KEXINIT (RFC 4253, section 7.1): a cookie of 16
// bytes, then ten name lists, of which the first six are those wanted here.
func parseOffer(payload []byte) (Offer, error) {
	if len(payload) < 17 || payload[0] != msgKexInit {
		return Offer{}, errMalformed
	}
	rest := payload[17:]
	var lists [6][]string
	for i := range lists {
		if len(rest) < 4 {
			return Offer{}, errMalformed
		}
		n := binary.BigEndian.Uint32(rest)
		if uint64(n) > uint64(len(rest)-4) {
			return Offer{}, errMalformed
		}
		if n > 0 {
			lists[i] = strings.Split(string(rest[4:4+n]), ",")
		}
		rest = rest[4+n:]
	}
	return Offer{KeyExchanges: algorithmsOnly(lists[0]), HostKeys: lists[1], Ciphers: lists[2], MACs: lists[4]}, nil
}
