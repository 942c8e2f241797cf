package inventory

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// executable tells a program from a file that merely has the permission.
func executable(file string) bool {
	info, err := os.Stat(file)
	if err != nil || info.IsDir() {
		return false
	}
	if runtime.GOOS == "windows" {
		ext := strings.ToLower(filepath.Ext(file))
		return ext == ".exe" || ext == ".bat" || ext == ".cmd"
	}
	if info.Mode()&0o111 == 0 {
		return false
	}
	f, err := os.Open(file)
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }()
	head := make([]byte, 4)
	n, _ := f.Read(head)
	return bytes.HasPrefix(head[:n], []byte("#!")) || bytes.HasPrefix(head[:n], []byte("\x7fELF")) || bytes.IndexByte(head[:n], 0) >= 0 || n > 0 && head[0] >= 0x80
}

// runProgram is what a program prints when asked for the list of hosts.
func runProgram(ctx context.Context, file string) ([]byte, error) {
	path, err := filepath.Abs(file)
	if err != nil {
		return nil, fmt.Errorf("inventory: %w", err)
	}
	out, err := exec.CommandContext(ctx, path, "--list").Output()
	if failed, ok := errors.AsType[*exec.ExitError](err); ok && len(failed.Stderr) > 0 {
		return nil, fmt.Errorf("inventory: %s --list: %w: %s", file, err, bytes.TrimSpace(failed.Stderr))
	}
	if err != nil {
		return nil, fmt.Errorf("inventory: %s --list: %w", file, err)
	}
	if len(out) > maxFile {
		return nil, fmt.Errorf("inventory: %s prints more than %d MiB", file, maxFile>>20)
	}
	return out, nil
}
