package sshconfig

import (
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
)

// Jump is one hop of a ProxyJump. Its name is resolved like any other host's, by
// the same configuration.
type Jump struct {
	User string // "" where none is written
	Host string
	Port int // 0 where none is written
}

// String writes the hop as a configuration does: [USER@]HOST[:PORT].
func (j Jump) String() string {
	text := j.Host
	switch {
	case j.Port != 0:
		text = net.JoinHostPort(j.Host, strconv.Itoa(j.Port))
	case strings.Contains(j.Host, ":"):
		text = "[" + j.Host + "]"
	}
	if j.User != "" {
		text = j.User + "@" + text
	}
	return text
}

// jump reads the hops of a ProxyJump, first hop first; "none" is no hop.
func jump(words []string, rest string) ([]string, error) {
	words, err := word(words, rest)
	if err != nil || isNone(words[0]) {
		return words, err
	}
	hops, err := ParseJumps(words[0])
	if err != nil {
		return nil, err
	}
	var values []string
	for _, h := range hops {
		values = append(values, h.String())
	}
	return values, nil
}

// ParseJumps reads hops with commas between, first hop first: each of them
// [USER@]HOST[:PORT] or ssh://[USER@]HOST[:PORT].
func ParseJumps(text string) ([]Jump, error) {
	var hops []Jump
	for part := range strings.SplitSeq(text, ",") {
		hop, err := parseJump(strings.TrimSpace(part))
		if err != nil {
			return nil, fmt.Errorf("jump host %q: %w", part, err)
		}
		hops = append(hops, hop)
	}
	return hops, nil
}

func parseJump(text string) (Jump, error) {
	var j Jump
	rest := text
	if uri, ok := strings.CutPrefix(text, "ssh://"); ok {
		rest = strings.TrimSuffix(uri, "/")
		if user, host, found := strings.Cut(rest, "@"); found {
			name, err := url.PathUnescape(user)
			if err != nil {
				return j, err
			}
			j.User, rest = name, host
			if j.User == "" {
				return j, fmt.Errorf("no user before the @")
			}
		}
	} else if at := strings.LastIndexByte(rest, '@'); at >= 0 {
		if j.User, rest = rest[:at], rest[at+1:]; j.User == "" {
			return j, fmt.Errorf("no user before the @")
		}
	}
	if inner, ok := strings.CutPrefix(rest, "["); ok && strings.HasSuffix(inner, "]") {
		j.Host = strings.TrimSuffix(inner, "]")
	} else if host, number, err := net.SplitHostPort(rest); err == nil {
		if j.Port, err = parsePort(number); err != nil {
			return j, err
		}
		j.Host = host
	} else {
		j.Host = rest
	}
	if j.Host == "" || strings.HasPrefix(j.Host, "-") || strings.ContainsAny(j.Host, blanks+"[]@,/") {
		return j, fmt.Errorf("%q is no host", j.Host)
	}
	return j, nil
}
