package main

import (
	"context"
	"net"
	"strconv"

	"github.com/vtynet/vty/bench/router"
	"github.com/vtynet/vty/bench/work"
	"golang.org/x/crypto/ssh"
)

func dialSSH(_ context.Context, t work.Target) (*session, error) {
	client, err := ssh.Dial("tcp", net.JoinHostPort(t.Host, strconv.Itoa(t.Port)), &ssh.ClientConfig{
		User:              t.User,
		Auth:              []ssh.AuthMethod{ssh.Password(t.Password)},
		HostKeyCallback:   ssh.FixedHostKey(router.HostKey().PublicKey()),
		HostKeyAlgorithms: []string{ssh.KeyAlgoED25519},
	})
	if err != nil {
		return nil, err
	}
	shell, err := client.NewSession()
	if err != nil {
		return nil, err
	}
	s := &session{close: client.Close}
	if s.in, err = shell.StdinPipe(); err != nil {
		return nil, err
	}
	if s.out, err = shell.StdoutPipe(); err != nil {
		return nil, err
	}
	if err := shell.RequestPty("vt100", 1000, 511, nil); err != nil {
		return nil, err
	}
	if err := shell.Shell(); err != nil {
		return nil, err
	}
	_, err = s.expect(prompt)
	return s, err
}
