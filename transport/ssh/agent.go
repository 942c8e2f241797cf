package ssh

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/vtynet/vty/auth"
	xssh "golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

// agentCredentials asks an agent for its keys. The connection stays open for
// their signatures until close is called or ctx ends.
func agentCredentials(ctx context.Context, m auth.AgentMethod, may *proposal) (all []credential, closeAgent func(), err error) {
	path := m.Socket
	if path == "" {
		path = os.Getenv("SSH_AUTH_SOCK")
	}
	if path == "" {
		path = defaultAgent
	}
	if path == "" {
		return nil, nil, fmt.Errorf("no agent: SSH_AUTH_SOCK is not set: %w", auth.ErrNoSecret)
	}
	conn, err := dialAgent(ctx, path)
	if err != nil {
		return nil, nil, fmt.Errorf("no agent: %w", err)
	}
	// An agent may ask its owner, or be stuck.
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	closeAgent = func() {
		stop()
		_ = conn.Close()
	}
	signers, err := agent.NewClient(io.ReadWriter(conn)).Signers()
	if err != nil {
		closeAgent()
		return nil, nil, fmt.Errorf("agent: %w", err)
	}
	only := publicHalves(m.Only)
	for _, s := range signers {
		if m.Only != nil && !slices.ContainsFunc(only, func(k xssh.PublicKey) bool { return bytes.Equal(k.Marshal(), s.PublicKey().Marshal()) }) {
			continue
		}
		if s, err := may.restrict(s); err == nil {
			all = append(all, credential{signer: s, from: "agent"})
		}
	}
	return all, closeAgent, nil
}

// publicHalves are the public keys of key files: from the file beside it that
// ends in .pub, from the file itself if that is one, or from a private key whose
// public half can be read. A file without any names no key.
func publicHalves(files []string) []xssh.PublicKey {
	var all []xssh.PublicKey
	for _, file := range files {
		for _, path := range []string{file + ".pub", file, file + "-cert.pub"} {
			text, err := readFile(path)
			if err != nil {
				continue
			}
			if key, _, _, _, err := xssh.ParseAuthorizedKey(text); err == nil {
				all = append(all, key)
				continue
			}
			var locked *xssh.PassphraseMissingError
			if signer, err := xssh.ParsePrivateKey(text); err == nil {
				all = append(all, signer.PublicKey())
			} else if errors.As(err, &locked) && locked.PublicKey != nil {
				all = append(all, locked.PublicKey)
			}
		}
	}
	return all
}
