package openssh

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/vtynet/vty/transport/ssh"
)

// journal is what ssh's log tells of a connection, line by line. It judges no
// line twice and keeps little, however much ssh says.
type journal struct {
	mu    sync.Mutex
	ready chan struct{} // closed when the session is up

	phase    ssh.Phase
	major    int // of ssh's own version; 0 where it was not told
	minor    int
	user     string
	version  string // how the server names itself
	method   string
	attempts []ssh.Attempt
	offered  []string
	hostKey  ssh.HostKey
	known    []ssh.KnownKey
	words    []string // what ssh said for people to read
}

func newJournal() *journal { return &journal{ready: make(chan struct{}), phase: phaseConnect} }

// phaseConnect is the one before those of package ssh.
const phaseConnect ssh.Phase = "connection"

const dialogue = "keyboard-interactive"

// manyWords is how many of ssh's messages are kept: the reason is among the last.
const manyWords = 32

var (
	ownVersion    = regexp.MustCompile(`^Local version string SSH-2\.0-OpenSSH\w*_(\d+)\.(\d+)`)
	theirVersion  = regexp.MustCompile(`^Remote protocol version (\S+), remote software version (.*)$`)
	loginAs       = regexp.MustCompile(`^Authenticating to .* as '(.*)'$`)
	serverKey     = regexp.MustCompile(`^Server host key: (\S+) (SHA256:\S+)$`)
	offering      = regexp.MustCompile(`^(?:Offering public key|Trying private key): (\S+(?: \S+)*?)(?: [A-Z0-9-]+ (SHA256:\S+).*)?$`)
	canContinue   = regexp.MustCompile(`^Authentications that can continue: (\S*)$`)
	nextMethod    = regexp.MustCompile(`^Next authentication method: (\S+)$`)
	asking        = regexp.MustCompile(`^input_userauth_info_req: num_prompts [1-9]`)
	partial       = regexp.MustCompile(`^Authenticated using "([^"]+)" with partial success`)
	authenticated = regexp.MustCompile(`^Authenticated to .* using "([^"]+)"`)
	offendingKey  = regexp.MustCompile(`^Offending (\S+) key in (.+):(\d+)$`)
)

// add takes a line.
func (j *journal) add(line string) {
	line = strings.TrimRight(line, "\r")
	j.mu.Lock()
	defer j.mu.Unlock()
	text, debug := line, false
	for _, level := range []string{"debug1: ", "debug2: ", "debug3: "} {
		if rest, ok := strings.CutPrefix(line, level); ok {
			text, debug = rest, true
		}
	}
	if !debug {
		j.say(text)
		return
	}
	switch {
	case strings.HasPrefix(text, "Connection established"), strings.HasPrefix(text, "Local version string"):
		j.enter(ssh.PhaseVersion)
		if m := ownVersion.FindStringSubmatch(text); m != nil {
			j.major, _ = strconv.Atoi(m[1])
			j.minor, _ = strconv.Atoi(m[2])
		}
	case strings.HasPrefix(text, "Remote protocol version"):
		j.enter(ssh.PhaseKeyExchange)
		if m := theirVersion.FindStringSubmatch(text); m != nil {
			j.version = "SSH-" + m[1] + "-" + m[2]
		}
	case strings.HasPrefix(text, "SSH2_MSG_NEWKEYS received"):
		j.enter(ssh.PhaseAuth)
	case strings.HasPrefix(text, "Entering interactive session"):
		j.enter(ssh.PhaseSession)
	case strings.HasPrefix(text, "channel_input_open_confirmation: "):
		j.enter(ssh.PhaseShell)
	case strings.HasPrefix(text, "shell request accepted"):
		j.up()
	case strings.HasPrefix(text, "mux_client_request_session: master session id"):
		j.up()
	case loginAs.MatchString(text):
		j.user = loginAs.FindStringSubmatch(text)[1]
	case serverKey.MatchString(text):
		m := serverKey.FindStringSubmatch(text)
		j.hostKey = ssh.HostKey{Type: m[1], Fingerprint: m[2]}
	case offering.MatchString(text):
		m := offering.FindStringSubmatch(text)
		j.attempts = append(j.attempts, ssh.Attempt{Method: "publickey", Detail: strings.TrimSpace(m[1] + " " + m[2])})
	case nextMethod.MatchString(text):
		// Of the others, an attempt is a key, or a dialogue in which something is asked.
		if method := nextMethod.FindStringSubmatch(text)[1]; method != "publickey" && method != dialogue {
			j.attempts = append(j.attempts, ssh.Attempt{Method: method})
		}
	case asking.MatchString(text):
		if n := len(j.attempts); n == 0 || j.attempts[n-1].Method != dialogue || j.attempts[n-1].Outcome != "" {
			j.attempts = append(j.attempts, ssh.Attempt{Method: dialogue})
		}
	case strings.HasPrefix(text, "Server accepts key"):
		j.judge(ssh.Skipped) // unless more comes of it, the key stayed closed
	case partial.MatchString(text):
		j.judge(ssh.Partial)
	case canContinue.MatchString(text):
		j.judge(ssh.Refused)
		j.offered = strings.FieldsFunc(canContinue.FindStringSubmatch(text)[1], func(r rune) bool { return r == ',' })
	}
}

// say takes a message that is meant for people.
func (j *journal) say(text string) {
	if m := authenticated.FindStringSubmatch(text); m != nil {
		j.method = m[1]
		return
	}
	if m := offendingKey.FindStringSubmatch(text); m != nil {
		n, _ := strconv.Atoi(m[3])
		j.known = append(j.known, ssh.KnownKey{HostKey: ssh.HostKey{Type: m[1]}, File: m[2], Line: n})
	}
	text = strings.TrimSpace(text)
	if text == "" || strings.HasPrefix(text, "@") {
		return
	}
	if j.words = append(j.words, text); len(j.words) > manyWords {
		j.words = slices.Delete(j.words, 0, 1)
	}
}

// enter takes note of a phase, and never goes back.
func (j *journal) enter(p ssh.Phase) {
	order := []ssh.Phase{phaseConnect, ssh.PhaseVersion, ssh.PhaseKeyExchange, ssh.PhaseAuth, ssh.PhaseSession, ssh.PhaseShell}
	if slices.Index(order, p) > slices.Index(order, j.phase) {
		j.phase = p
	}
}

// judge is the outcome of the last attempt, unless it has one.
func (j *journal) judge(o ssh.Outcome) {
	if n := len(j.attempts); n > 0 && (j.attempts[n-1].Outcome == "" || o == ssh.Partial) {
		j.attempts[n-1].Outcome = o
	}
}

// askedAgain is a device's no within a dialogue, where it says so by the same
// question. A question of another method's comes after a no that was said.
func (j *journal) askedAgain() {
	if n := len(j.attempts); n > 0 && j.attempts[n-1].Method == dialogue {
		j.judge(ssh.Refused)
	}
}

func (j *journal) up() {
	if !j.isUp() {
		close(j.ready)
	}
}

// isUp tells whether the session is up.
func (j *journal) isUp() bool {
	select {
	case <-j.ready:
		return true
	default:
		return false
	}
}

// tooOld tells whether this ssh asks on the terminal, where it is not answered.
func (j *journal) tooOld() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.major != 0 && (j.major < 8 || j.major == 8 && j.minor < 4)
}

// authMethod is how the user was let in; "" where ssh did not say, as over a
// shared connection.
func (j *journal) authMethod() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.method
}

// serverVersion is how the server names itself; "" where ssh did not say.
func (j *journal) serverVersion() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.version
}

// tried is the attempts that were made. A key that ssh had no file for is none.
func (j *journal) tried() []ssh.Attempt {
	var made []ssh.Attempt
	for _, a := range j.attempts {
		if a.Outcome != "" {
			made = append(made, a)
		}
	}
	return made
}
