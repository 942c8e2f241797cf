package openssh

import (
	"errors"
	"strings"
	"testing"

	"github.com/vtynet/vty/socket"
	"github.com/vtynet/vty/transport/ssh"
)

// What versions of OpenSSH say, and what it means.
func TestReason(t *testing.T) {
	for _, test := range []struct {
		name string
		log  string
		want error
		text string
	}{
		{"refused", "debug1: Connecting to r1 [192.0.2.1] port 22.\nssh: connect to host r1 port 22: Connection refused", socket.ErrRefused, "connection: connection refused"},
		{"timed out", "ssh: connect to host r1 port 22: Connection timed out", socket.ErrTimedOut, ""},
		{"timed out on a Mac", "ssh: connect to host r1 port 22: Operation timed out", socket.ErrTimedOut, ""},
		{"no route", "ssh: connect to host r1 port 22: No route to host", socket.ErrUnreachable, ""},
		{"no banner in time", "debug1: Connection established.\nConnection timed out during banner exchange\nConnection to 203.0.113.1 port 22 timed out", ssh.ErrNoVersion, "version: no SSH version"},
		{"reset before the banner", "debug1: Connection established.\nkex_exchange_identification: read: Connection reset by peer\nConnection reset by 192.0.2.1 port 22", ssh.ErrNoVersion, ""},
		{"closed in the key exchange", "debug1: Connection established.\ndebug1: Remote protocol version 2.0, remote software version Cisco-1.25\nConnection closed by 192.0.2.1 port 22", ssh.ErrClosedInKeyExchange, "key exchange"},
		{"no algorithm", "Unable to negotiate with 192.0.2.1 port 22: no matching host key type found. Their offer: ssh-rsa,ssh-dss", ssh.ErrNegotiation, "HostKeyAlgorithms +ssh-rsa,ssh-dss"},
		{"no cipher", "Unable to negotiate with UNKNOWN port 65535: no matching cipher found. Their offer: 3des-cbc", ssh.ErrNegotiation, "Ciphers +3des-cbc"},
		{"not let in", "debug1: Authenticating to r1:22 as 'ops'\ndebug1: Authentications that can continue: publickey,gssapi-with-mic\n" +
			"debug1: Next authentication method: gssapi-with-mic\ndebug1: Authentications that can continue: publickey,gssapi-with-mic\nops@r1: Permission denied (publickey,gssapi-with-mic).",
			ssh.ErrAuth, `the device does not accept user "ops": gssapi-with-mic refused; it offers publickey, gssapi-with-mic`},
		{"by a key", "debug1: Authenticating to r1:22 as 'ops'\ndebug1: Next authentication method: publickey\ndebug1: Offering public key: /home/o/.ssh/id ED25519 SHA256:abc explicit\n" +
			"debug1: Authentications that can continue: publickey\nReceived disconnect from 192.0.2.1 port 22:2: Too many authentication failures",
			ssh.ErrAuth, "publickey (/home/o/.ssh/id SHA256:abc) refused"},
		{"closed while logging in", "debug1: SSH2_MSG_NEWKEYS received\nConnection closed by 192.0.2.1 port 22", ssh.ErrAuth, "then it closed the connection"},
		{"revoked", "debug1: Server host key: ssh-ed25519 SHA256:abc\nWARNING: ED25519 host key for r1 revoked!\nHost key verification failed.", ssh.ErrHostKey, "revoked"},
		{"no session", "debug1: Entering interactive session.\nchannel 0: open failed: administratively prohibited: open failed", ssh.ErrTooManySessions, "session: "},
		{"no shell", "debug2: channel_input_open_confirmation: channel 0: callback start\nshell request failed on channel 0", ssh.ErrNoShell, "shell: "},
		{"nothing known", "something new", nil, "something new"},
		{"nothing said", "", nil, "without a word"},
	} {
		j := newJournal()
		for line := range strings.Lines(test.log) {
			j.add(strings.TrimSuffix(line, "\n"))
		}
		err := j.reason("r1", 0, "")
		if test.want != nil && !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.text) || !strings.HasPrefix(err.Error(), "the system's ssh to r1: ") {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

func TestReady(t *testing.T) {
	for log, want := range map[string]bool{
		"debug1: Entering interactive session.":                       false,
		"debug2: shell request accepted on channel 0":                 true,
		"debug1: mux_client_request_session: master session id: 2":    true,
		"shell request accepted on channel 0":                         false, // somebody's text
		"debug1: Remote: debug2: shell request accepted on channel 0": false,
		"debug2: shell request accepted on channel 0\r":               true,
	} {
		j := newJournal()
		j.add(log)
		j.add(log)
		if j.isUp() != want {
			t.Errorf("%q: %t", log, !want)
		}
	}
}

func TestTooOld(t *testing.T) {
	for version, want := range map[string]bool{
		"SSH-2.0-OpenSSH_8.0": true, "SSH-2.0-OpenSSH_7.9p1 Debian": true, "SSH-2.0-OpenSSH_8.4p1": false,
		"SSH-2.0-OpenSSH_9.2p1 Debian-2": false, "SSH-2.0-OpenSSH_10.0": false, "SSH-2.0-OpenSSH_for_Windows_8.1": true, "SSH-2.0-Other": false,
	} {
		j := newJournal()
		j.add("debug1: Local version string " + version)
		if j.tooOld() != want {
			t.Errorf("%s: %t", version, !want)
		}
	}
}

// A device has a hand in what ssh logs.
func FuzzJournal(f *testing.F) {
	f.Add("debug1: Offering public key: a b c\r\nAuthenticated to x using \"y\"\nOffending k key in f:99999999999999999999")
	f.Fuzz(func(t *testing.T, log string) {
		j := newJournal()
		for line := range strings.Lines(log) {
			j.add(line)
		}
		if j.reason("r1", 22, log) == nil || len(j.words) > manyWords {
			t.Error("no reason, or too many words")
		}
		_ = j.lost("r1", 22)
	})
}
