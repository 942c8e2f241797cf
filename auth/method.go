package auth

import "context"

// Method is one way to authenticate over SSH. The methods of this package are
// the only ones; a transport tries them in the order the caller lists them, as
// far as the server accepts them.
type Method interface{ method() }

// PasswordMethod offers a password: by SSH's "password" method, or, where the
// server only has keyboard-interactive, as the answer to a single hidden
// question. Each secret is offered once.
type PasswordMethod struct{ Source Source }

// KeyFileMethod offers a private key from a file in any format that OpenSSH
// writes. Passphrase is asked only when the key is encrypted and may be nil.
// CertificateFile may be empty; then Path with "-cert.pub" appended is used
// where it exists.
type KeyFileMethod struct {
	Path            string
	Passphrase      Source
	CertificateFile string
}

// KeyMethod offers a private key held in memory: the text of a key file, which
// is a Secret as well. Certificate is an authorized_keys line or nil.
type KeyMethod struct {
	PEM         Secret
	Passphrase  Source
	Certificate []byte
}

// AgentMethod offers the keys of an SSH agent. An empty Socket means
// $SSH_AUTH_SOCK, or the OpenSSH agent's pipe on Windows. An agent that cannot
// be reached offers nothing. Only, where not nil, are the key files whose keys
// alone are offered; their public halves (FILE.pub) are enough.
type AgentMethod struct {
	Socket string
	Only   []string
}

// InteractiveMethod answers keyboard-interactive questions. Answer is called
// once a round and gives one answer per question, in order. An error abandons
// the method. A round without questions is not shown to it.
type InteractiveMethod struct {
	Answer func(ctx context.Context, q Challenge) ([]Secret, error)
}

// Challenge is one round of keyboard-interactive questions (RFC 4256).
type Challenge struct {
	Name, Instruction string
	Questions         []Question
}

// Question is one question of a Challenge. Echo tells whether the answer may
// be shown while it is typed.
type Question struct {
	Text string
	Echo bool
}

func (PasswordMethod) method()    {}
func (KeyFileMethod) method()     {}
func (KeyMethod) method()         {}
func (AgentMethod) method()       {}
func (InteractiveMethod) method() {}

// Password offers the secret that src gives.
func Password(src Source) Method { return PasswordMethod{Source: src} }

// KeyFile offers the private key in the file at path. passphrase may be nil.
func KeyFile(path string, passphrase Source) Method {
	return KeyFileMethod{Path: path, Passphrase: passphrase}
}

// Key offers the private key whose file has the text pem. passphrase may be nil.
func Key(pem Secret, passphrase Source) Method {
	return KeyMethod{PEM: pem, Passphrase: passphrase}
}

// Agent offers the keys of the agent at $SSH_AUTH_SOCK.
func Agent() Method { return AgentMethod{} }

// Interactive answers keyboard-interactive questions by calling answer.
func Interactive(answer func(context.Context, Challenge) ([]Secret, error)) Method {
	return InteractiveMethod{Answer: answer}
}
