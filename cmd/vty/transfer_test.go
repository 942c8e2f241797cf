package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/lab"
)

func TestLabPutAndGet(t *testing.T) {
	d := lab.Require(t, lab.LinuxSSH)
	file := filepath.Join(t.TempDir(), "image.bin")
	data := strings.Repeat("an image\n", 100_000)
	if err := os.WriteFile(file, []byte(data), 0o644); err != nil {
		t.Fatal(err)
	}
	remote := fmt.Sprintf("command-%d.bin", time.Now().UnixNano())
	t.Cleanup(func() { vtyOn(t, d, "run", "rm -f "+remote) })
	status, out, errs := vtyOn(t, d, "put", file, remote)
	if status != exit.OK || errs != "" || !strings.Contains(out, "-> "+remote+": 879 KiB copied in ") || !strings.Contains(out, "by sftp, checked by sha256sum, SHA-256 ") {
		t.Fatalf("status %d: %s%s", status, out, errs)
	}
	status, out, errs = vtyOn(t, d, "put", file, remote)
	if status != exit.OK || !strings.Contains(out, "the same file is there already") {
		t.Errorf("again: status %d: %s%s", status, out, errs)
	}
	here := filepath.Join(t.TempDir(), "here.bin")
	status, out, errs = vtyOn(t, d, "get", "--method", "scp", "-o", "jsonl", remote, here)
	var object struct {
		Size    int
		Method  string
		Checked string
		Failed  bool
	}
	if err := json.Unmarshal([]byte(out), &object); err != nil || status != exit.OK || object.Size != len(data) || object.Method != "scp" || object.Failed {
		t.Errorf("get: status %d, %v: %s%s", status, err, out, errs)
	}
	if got, err := os.ReadFile(here); err != nil || string(got) != data {
		t.Errorf("%d bytes came back, %v", len(got), err)
	}
	if err := os.WriteFile(file, []byte("another"), 0o644); err != nil {
		t.Fatal(err)
	}
	status, out, errs = vtyOn(t, d, "put", file, remote)
	if status != exit.Refused || out != "" || !strings.Contains(errs, "a different file is there already") || !strings.Contains(errs, "next: replace it with --overwrite") {
		t.Errorf("another file: status %d: %s%s", status, out, errs)
	}
	status, out, errs = vtyOn(t, d, "put", file, "/root/x")
	if status != exit.Refused || !strings.Contains(errs, "ermission denied") {
		t.Errorf("refused: status %d: %s%s", status, out, errs)
	}
}
