package sim

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// TestFleetOfAThousand serves 1,000 devices of nine kinds, each on an address of
// its own, and runs a command on every tenth.
func TestFleetOfAThousand(t *testing.T) {
	var models []*Model
	for _, name := range Names() {
		m, err := Load(name)
		if err != nil {
			t.Fatal(err)
		}
		models = append(models, m)
	}
	cfg := FleetConfig{Models: models, Count: 1000, First: netip.MustParseAddrPort("127.77.0.250:0")}
	addresses := cfg.Count
	if runtime.GOOS != "linux" { // only Linux has all of 127/8
		cfg.First, cfg.SameAddress, addresses = netip.MustParseAddrPort("127.0.0.1:0"), true, 1
	}
	fleet, err := ListenFleet(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "known_hosts")
	if err := os.WriteFile(file, []byte(fleet.KnownHosts()), 0o600); err != nil {
		t.Fatal(err)
	}
	check, err := knownhosts.New(file)
	if err != nil {
		t.Fatal(err)
	}
	seen := make(map[string]bool)
	var wg sync.WaitGroup
	gate := make(chan struct{}, 16)
	for i, srv := range fleet.Servers() {
		host, _, _ := strings.Cut(srv.Addr().String(), ":")
		seen[host] = true
		if i%10 != 0 {
			continue
		}
		wg.Go(func() {
			gate <- struct{}{}
			defer func() { <-gate }()
			user, password, _ := srv.Device().Credentials()
			client, err := ssh.Dial("tcp", srv.Addr().String(), &ssh.ClientConfig{User: user, Auth: []ssh.AuthMethod{ssh.Password(password)}, HostKeyCallback: check})
			if err != nil {
				t.Error(err)
				return
			}
			defer client.Close()
			session, err := client.NewSession()
			if err != nil {
				t.Error(err)
				return
			}
			got, err := session.Output("show lines 1")
			if want := fmt.Sprintf("line 1 of 1 on sim-%d", i+1); err != nil || !strings.HasSuffix(string(got), want+srv.Device().model.data.Newline) {
				t.Errorf("device %d: %q, %v", i, got, err)
			}
		})
	}
	wg.Wait()
	if len(seen) != addresses {
		t.Errorf("%d addresses", len(seen))
	}
	if err := fleet.Close(); err != nil {
		t.Error(err)
	}
}

func TestFleetTellsWhatWentWrong(t *testing.T) {
	if _, err := ListenFleet(t.Context(), FleetConfig{Count: 1}); err == nil {
		t.Error("a fleet without models")
	}
	m, err := Load("generic")
	if err != nil {
		t.Fatal(err)
	}
	_, err = ListenFleet(t.Context(), FleetConfig{Models: []*Model{m}, Count: 3, First: netip.MustParseAddrPort("127.0.0.1:65534"), SameAddress: true, Telnet: true})
	if err == nil || !strings.Contains(err.Error(), "no port after") {
		t.Errorf("error %v", err)
	}
}
