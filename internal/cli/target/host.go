package target

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// Host is what a user writes for a device: [USER@]HOST[:PORT].
type Host struct {
	User string // "" where none is written
	Name string // name or address, without brackets
	Port int    // 0 where none is written
}

// ParseHost reads [USER@]HOST[:PORT], with IPv6 addresses in brackets where a
// port follows.
func ParseHost(text string) (Host, error) {
	bad := func(why string) (Host, error) {
		return Host{}, fmt.Errorf("host %q: %s; want [USER@]HOST[:PORT], such as ops@r1.example.net, 192.0.2.1:2222 or [2001:db8::1]:22", text, why)
	}
	var h Host
	rest := text
	// The last @: user names may hold one, as in ops@corp@r1.
	if at := strings.LastIndexByte(rest, '@'); at >= 0 {
		h.User, rest = rest[:at], rest[at+1:]
		if h.User == "" {
			return bad("no user before the @")
		}
	}
	switch {
	case strings.Contains(rest, "://"):
		return bad("it is a URL")
	case strings.ContainsAny(rest, " \t\r\n/"):
		return bad("a name holds neither blanks nor slashes")
	}
	if _, err := netip.ParseAddr(rest); err == nil {
		h.Name = rest
		return h, nil
	}
	if inner, ok := strings.CutPrefix(rest, "["); ok && strings.HasSuffix(rest, "]") {
		h.Name = strings.TrimSuffix(inner, "]")
	} else if name, port, err := net.SplitHostPort(rest); err == nil {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil || n == 0 {
			return bad(fmt.Sprintf("%q is not a port (1 to 65535)", port))
		}
		h.Name, h.Port = name, int(n)
	} else if strings.ContainsAny(rest, "[]:") {
		return bad("its brackets and colons do not make an address and a port")
	} else {
		h.Name = rest
	}
	if h.Name == "" {
		return bad("no name or address")
	}
	if strings.ContainsAny(h.Name, "[]") {
		return bad("its brackets and colons do not make an address and a port")
	}
	if strings.ContainsRune(h.Name, ':') {
		if _, err := netip.ParseAddr(h.Name); err != nil {
			return bad(fmt.Sprintf("%q is not an IPv6 address", h.Name))
		}
	}
	return h, nil
}

// bracketed is the name as it stands before a port.
func (h Host) bracketed() string {
	if strings.ContainsRune(h.Name, ':') {
		return "[" + h.Name + "]"
	}
	return h.Name
}

// Address is the host without its user, as vty.Dial takes it.
func (h Host) Address() string {
	if h.Port == 0 {
		return h.Name
	}
	return net.JoinHostPort(h.Name, strconv.Itoa(h.Port))
}
