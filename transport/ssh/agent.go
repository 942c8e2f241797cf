package ssh

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/vtynet/vty/auth"
	"golang.org/x/crypto/ssh/agent"
)

// agentCredentials asks an agent for its keys. The connection stays open for
// their signatures until close is called or ctx ends.
func agentCredentials(ctx context.Context, m auth.AgentMethod, legacy bool) (all []credential, closeAgent func(), err error) {
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
	for _, s := range signers {
		all = append(all, credential{signer: withoutSHA1(s, legacy), from: "agent"})
	}
	return all, closeAgent, nil
}
