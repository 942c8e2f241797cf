package ssh

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	xssh "golang.org/x/crypto/ssh"
)

// defaultKnownHosts are the user's file and the system's.
func defaultKnownHosts() ([]string, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return nil, fmt.Errorf("known hosts: %w", err)
	}
	return []string{filepath.Join(home, ".ssh", "known_hosts"), "/etc/ssh/ssh_known_hosts"}, nil
}

// remember appends the key of a host to a known_hosts file, which it makes if
// need be, with its folder, readable by the user alone. The line goes out in one
// write at the end of the locked file, so that several processes may do so at once.
func remember(file, host string, port int, key xssh.PublicKey) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return fmt.Errorf("known hosts: %w", err)
	}
	f, err := os.OpenFile(file, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("known hosts: %w", err)
	}
	lock(f)
	line := fmt.Sprintf("%s %s %s\n", strings.ToLower(address(host, port)), key.Type(),
		base64.StdEncoding.EncodeToString(key.Marshal()))
	ended, err := endsLine(f)
	if err == nil {
		if !ended {
			line = "\n" + line
		}
		_, err = io.WriteString(f, line)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("known hosts: %w", err)
	}
	return nil
}

// endsLine reports whether what is appended to f begins a line.
func endsLine(f *os.File) (bool, error) {
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return true, err
	}
	var last [1]byte
	if _, err := f.ReadAt(last[:], info.Size()-1); err != nil && err != io.EOF {
		return true, err
	}
	return last[0] == '\n', nil
}
