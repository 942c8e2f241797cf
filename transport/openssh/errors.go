package openssh

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/vtynet/vty/socket"
	"github.com/vtynet/vty/transport/exec"
	"github.com/vtynet/vty/transport/ssh"
)

// ErrUnanswered is the error where ssh asks something that nobody has an answer for.
var ErrUnanswered = errors.New("nothing answers")

// Error says where ssh failed, and why. Err is of package ssh where its words tell
// as much: an *ssh.AuthError, an *ssh.HostKeyError or one of the
// sentinels; or a sentinel of package socket, or ErrUnanswered; or nil.
type Error struct {
	Host  string
	Port  int // 0 where ssh's configuration says
	Phase ssh.Phase
	Err   error
	Words string // ssh's own, such as "Connection refused"; may be ""
}

// Error is a sentence.
func (e *Error) Error() string {
	where := e.Host
	if e.Port != 0 {
		where = net.JoinHostPort(e.Host, strconv.Itoa(e.Port))
	}
	text := fmt.Sprintf("the system's ssh to %s: %s", where, e.Phase)
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	if e.Words != "" {
		text += ": " + e.Words
	}
	return text
}

// Unwrap is Err.
func (e *Error) Unwrap() error { return e.Err }

// sayings are what ssh says when it fails before the session is up, the more
// telling first, each with what it means. Several may be said.
var sayings = []struct {
	words *regexp.Regexp
	means func(j *journal, words []string) error
}{
	{regexp.MustCompile(`(?i)REMOTE HOST IDENTIFICATION HAS CHANGED|has changed and you have requested strict checking|Host key verification failed|No .* host key is known for|key .* revoked|HOST KEY REVOKED`), hostKeyError},
	{regexp.MustCompile(`^Unable to negotiate with .*: no matching`), is(ssh.ErrNegotiation)},
	{regexp.MustCompile(`Could not resolve hostname`), is(socket.ErrUnresolved)},
	{regexp.MustCompile(`: Connection refused$`), is(socket.ErrRefused)},
	{regexp.MustCompile(`: (No route to host|Network is unreachable|Host is down)$`), is(socket.ErrUnreachable)},
	{regexp.MustCompile(`(?i)during banner exchange|kex_exchange_identification|banner exchange:|Bad remote protocol version|ssh_exchange_identification`), is(ssh.ErrNoVersion)},
	{regexp.MustCompile(`: (Connection|Operation) timed out$|port \d+ timed out$`), is(socket.ErrTimedOut)},
	{regexp.MustCompile(`Permission denied|Too many authentication failures|No more authentication methods`), authError},
	{regexp.MustCompile(`^channel \d+: open failed|Session open refused by peer|mux_client_request_session: session request failed`), is(ssh.ErrTooManySessions)},
	{regexp.MustCompile(`^shell request failed`), is(ssh.ErrNoShell)},
	{regexp.MustCompile(`^Connection (closed|reset) by|^Disconnected from|^Received disconnect from|Connection reset by peer|^ssh_dispatch_run_fatal`), closedIn},
}

func is(err error) func(*journal, []string) error {
	return func(*journal, []string) error { return err }
}

// reason is what ssh said, as an error, for a session that did not come about.
func (j *journal) reason(host string, port int, stderr string) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	words := slices.Concat(j.words, lines(stderr))
	for _, s := range sayings {
		if i := slices.IndexFunc(words, s.words.MatchString); i >= 0 {
			said := words[i]
			err := s.means(j, words)
			switch e := err.(type) {
			case *ssh.HostKeyError:
				e.Host, e.Port, said = host, cmp.Or(port, ssh.DefaultPort), ""
			case *ssh.AuthError:
				said = ""
			}
			if line := allowing(said); line != "" {
				said += "; if you must, allow it in the host's ssh_config: " + line
			}
			return &Error{Host: host, Port: port, Phase: j.phase, Err: err, Words: said}
		}
	}
	return &Error{Host: host, Port: port, Phase: j.phase, Words: cmp.Or(strings.Join(words, "; "), "it ended without a word")}
}

// lost is the reason why a session that was up ended, nil where it ended in order.
func (j *journal) lost(host string, port int) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, text := range j.words {
		if broken.MatchString(text) {
			return &ssh.LostError{Host: host, Port: cmp.Or(port, ssh.DefaultPort), Err: errors.New(text)}
		}
	}
	return nil
}

var broken = regexp.MustCompile(`^Timeout, server .* not responding|^client_loop: send disconnect|^Connection (to .* closed by remote host|reset by|closed by)|^Read from remote host|[Bb]roken pipe|Connection reset by peer|^ssh_dispatch_run_fatal|^Received disconnect|^Disconnected from|Bad packet length|Corrupted MAC`)

func hostKeyError(j *journal, words []string) error {
	all := strings.Join(words, "\n")
	e := &ssh.HostKeyError{Presented: j.hostKey, Known: j.known, Reason: ssh.ReasonUnknown, Files: []string{"its known_hosts files"}}
	switch {
	case strings.Contains(all, "has changed"):
		e.Reason = ssh.ReasonChanged
	case regexp.MustCompile(`(?i)revoked`).MatchString(all):
		e.Reason = ssh.ReasonRevoked
	}
	return e
}

var theirOffer = regexp.MustCompile(`no matching (\S+).* found\. Their offer: (\S*)`)

// allowing is the line of ssh_config that would allow what a device offers, "" for
// none.
func allowing(words string) string {
	m := theirOffer.FindStringSubmatch(words)
	if m == nil {
		return ""
	}
	keyword := map[string]string{"key": "KexAlgorithms", "host": "HostKeyAlgorithms", "cipher": "Ciphers", "MAC": "MACs"}[m[1]]
	if keyword == "" {
		return ""
	}
	offered := slices.DeleteFunc(strings.Split(m[2], ","), func(name string) bool {
		return strings.HasPrefix(name, "kex-strict") || strings.HasPrefix(name, "ext-info")
	})
	return keyword + " +" + strings.Join(offered, ",")
}

func authError(j *journal, _ []string) error {
	return &ssh.AuthError{User: j.user, Attempts: j.tried(), Offered: j.offered}
}

// closedIn is a hang-up, which means something else in each phase.
func closedIn(j *journal, _ []string) error {
	switch j.phase {
	case phaseConnect:
		return socket.ErrReset
	case ssh.PhaseVersion:
		return ssh.ErrNoVersion
	case ssh.PhaseKeyExchange:
		return ssh.ErrClosedInKeyExchange
	case ssh.PhaseAuth:
		return &ssh.AuthError{User: j.user, Attempts: j.tried(), Offered: j.offered, Err: io.EOF}
	}
	return ssh.ErrLost
}

func lines(text string) []string {
	var all []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			all = append(all, line)
		}
	}
	return all
}

// ended tells how the terminal's end reads.
func (c *Conn) ended(err error) error {
	exit, bad := errors.AsType[*exec.ExitError](err)
	switch {
	case !bad && err != io.EOF:
		return err
	case bad && exit.Status < 0:
		return &ssh.LostError{Host: c.host, Port: cmp.Or(c.port, ssh.DefaultPort), Err: err} // ssh was killed
	case bad && exit.Status == failed:
		if lost := c.journal.lost(c.host, c.port); lost != nil {
			return lost
		}
	}
	return io.EOF // with the status of the device's shell
}

// failed is ssh's exit status where it is not the shell's.
const failed = 255

// expired is the end of ctx as an error.
func (c *Conn) expired(ctx context.Context) error {
	c.journal.mu.Lock()
	phase := c.journal.phase
	c.journal.mu.Unlock()
	return &Error{Host: c.host, Port: c.port, Phase: phase, Err: context.Cause(ctx)}
}
