package sshconfig

import (
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// tokens are what the letters after a % stand for.
type tokens map[byte]string

// tokens are all that ssh_config(5) has, for a host of the given name.
func (r *resolution) tokens(name string) tokens {
	port := strconv.Itoa(r.port())
	alias := r.original
	if a := r.value("hostkeyalias"); a != "" {
		alias = strings.ToLower(a)
	}
	short, _, _ := strings.Cut(r.machine, ".")
	last := ""
	if s := r.found["proxyjump"]; s != nil && !isNone(s.Values[0]) {
		if j, err := parseJump(s.Values[len(s.Values)-1]); err == nil {
			last = j.Host
		}
	}
	sum := sha1.Sum([]byte(r.machine + name + port + r.user() + last))
	return tokens{
		'h': name, 'n': r.original, 'p': port, 'r': r.user(), 'k': alias, 'j': last,
		'd': r.home, 'i': r.uid, 'l': r.machine, 'L': short, 'u': r.me,
		'C': hex.EncodeToString(sum[:]),
	}
}

// expand puts in what tokens and, where lookup is given, ${VARIABLE} stand for.
func expand(text string, t tokens, lookup func(string) (string, bool)) (string, error) {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '%' && i+1 == len(text):
			return "", fmt.Errorf("%q ends in a %%", text)
		case text[i] == '%':
			i++
			value, ok := t[text[i]]
			if text[i] == '%' {
				value, ok = "%", true
			}
			if !ok {
				return "", fmt.Errorf("%q: %%%c stands for nothing here", text, text[i])
			}
			b.WriteString(value)
		case lookup != nil && strings.HasPrefix(text[i:], "${"):
			name, _, closed := strings.Cut(text[i+2:], "}")
			if !closed {
				return "", fmt.Errorf("%q: a ${ is not closed", text)
			}
			value, ok := lookup(name)
			if !ok {
				return "", fmt.Errorf("%q: the environment has no %s", text, name)
			}
			b.WriteString(value)
			i += len("${}") + len(name) - 1
		default:
			b.WriteByte(text[i])
		}
	}
	return b.String(), nil
}

// path expands the name of a file: ~, variables of the environment, tokens.
func (r *resolution) path(text string, t tokens) (string, error) {
	text, err := tilde(text)
	if err != nil {
		return "", err
	}
	return expand(text, t, os.LookupEnv)
}

// tilde puts the home of a user in the place of a ~ at the beginning.
func tilde(path string) (string, error) {
	rest, ok := strings.CutPrefix(path, "~")
	if !ok {
		return path, nil
	}
	name, rest, _ := strings.Cut(filepath.ToSlash(rest), "/")
	if name == "" {
		if u, err := user.Current(); err == nil && u.HomeDir != "" {
			return filepath.Join(u.HomeDir, rest), nil
		}
		home, err := os.UserHomeDir()
		return filepath.Join(home, rest), err
	}
	u, err := user.Lookup(name)
	if err != nil {
		return "", fmt.Errorf("%q: %w", path, err)
	}
	return filepath.Join(u.HomeDir, rest), nil
}

// localShell is what runs a command line of a configuration.
func localShell() (shell, option string) {
	if runtime.GOOS == "windows" {
		if shell = os.Getenv("ComSpec"); shell == "" {
			shell = "cmd.exe"
		}
		return shell, "/C"
	}
	if shell = os.Getenv("SHELL"); shell == "" {
		shell = "/bin/sh"
	}
	return shell, "-c"
}
