package sim

import (
	"io"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
	"os"
	"path/filepath"
)

// dialSSH logs in to srv with a strict host key check.
func dialSSH(t testing.TB, srv *Server, auth ...ssh.AuthMethod) (*ssh.Client, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "known_hosts")
	if err := os.WriteFile(file, []byte(srv.KnownHostsLine()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	check, err := knownhosts.New(file)
	if err != nil {
		t.Fatal(err)
	}
	return ssh.Dial("tcp", srv.Addr().String(), &ssh.ClientConfig{User: "admin", Auth: auth, HostKeyCallback: check})
}

func keyboard(password string) ssh.AuthMethod {
	return ssh.KeyboardInteractive(func(_, _ string, questions []string, _ []bool) ([]string, error) {
		out := make([]string, len(questions))
		for i := range out {
			out[i] = password
		}
		return out, nil
	})
}

func TestSSHShell(t *testing.T) {
	srv, err := ListenSSH(t.Context(), "", device(t, "cisco_iosxe", &Config{Hostname: "edge"}), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	for name, auth := range map[string]ssh.AuthMethod{"password": ssh.Password("admin"), "keyboard": keyboard("admin")} {
		t.Run(name, func(t *testing.T) {
			client, err := dialSSH(t, srv, auth)
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			session, err := client.NewSession()
			if err != nil {
				t.Fatal(err)
			}
			if err := session.RequestPty("vt100", 1000, 511, nil); err != nil {
				t.Fatal(err)
			}
			in, _ := session.StdinPipe()
			out, _ := session.StdoutPipe()
			if err := session.Shell(); err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(in, "show lines 2\rexit\r"); err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(out)
			want := "edge>show lines 2\r\nline 1 of 2 on edge\r\nline 2 of 2 on edge\r\nedge>exit\r\n"
			if err != nil || string(got) != want {
				t.Errorf("got %q, %v\nwant %q", got, err, want)
			}
			if err := session.Wait(); err != nil {
				t.Errorf("exit status: %v", err)
			}
		})
	}
}

func TestSSHExec(t *testing.T) {
	srv, err := ListenSSH(t.Context(), "", device(t, "cisco_iosxe", nil), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	client, err := dialSSH(t, srv, ssh.Password("admin"))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	session, err := client.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	got, err := session.CombinedOutput("show lines 100")
	if err != nil || strings.Count(string(got), "\n") != 100 || strings.Contains(string(got), "#") {
		t.Errorf("%q, %v", got, err)
	}
}

func TestSSHRefusesAWrongPassword(t *testing.T) {
	srv, err := ListenSSH(t.Context(), "", device(t, "cisco_iosxe", nil), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	if c, err := dialSSH(t, srv, ssh.Password("nope"), keyboard("nope")); err == nil {
		_ = c.Close()
		t.Error("let in")
	}
}
