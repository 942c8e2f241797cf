package main

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// startEmpty is how long a Go program takes that does nothing.
func startEmpty(ctx context.Context, dir string) (time.Duration, error) {
	begin := time.Now()
	err := exec.CommandContext(ctx, filepath.Join(dir, "empty")).Run()
	return time.Since(begin), err
}

// startVersion is how long "vty version" takes.
func startVersion(ctx context.Context, dir string) (time.Duration, error) {
	begin := time.Now()
	err := exec.CommandContext(ctx, filepath.Join(dir, "vty"), "version").Run()
	return time.Since(begin), err
}

// startRun is how long "vty run" takes from its start to its first packet.
func startRun(ctx context.Context, dir string) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	stop := context.AfterFunc(ctx, func() { _ = l.Close() })
	defer stop()
	c := exec.CommandContext(ctx, filepath.Join(dir, "vty"), "run", "-H", "admin@"+l.Addr().String(),
		"-p", "cisco_iosxe", "--host-key", "off", "show version")
	c.Env = append(os.Environ(), "VTY_PASSWORD=secret")
	begin := time.Now()
	if err := c.Start(); err != nil {
		return 0, err
	}
	conn, err := l.Accept()
	took := time.Since(begin)
	if err == nil {
		_ = conn.Close()
	}
	_ = c.Wait() // it fails, of course
	return took, err
}
