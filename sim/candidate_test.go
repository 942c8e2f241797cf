package sim

import (
	"strings"
	"testing"
)

func TestXRCandidate(t *testing.T) {
	d := device(t, "cisco_iosxr", nil)
	p, other := sit(t, d, wide), sit(t, d, wide)
	p.all()
	other.all()
	const prompt = "RP/0/RP0/CPU0:xr1(config)#"
	p.want("conf t\r", "conf t\r\n"+prompt)
	p.want("hostname xr9\r", "hostname xr9\r\n"+prompt)
	if strings.Contains(other.run("show running-config"), "xr9") || d.Hostname() != "xr1" {
		t.Error("the running configuration has changed before the commit")
	}
	if got := p.run("show configuration"); !strings.Contains(got, "+ hostname xr9") {
		t.Errorf("show configuration: %q", got)
	}
	const question = "Uncommitted changes found, commit them before exiting(yes/no/cancel)? [cancel]:"
	p.want("end\r", "end\r\n"+question)
	p.want("perhaps\r", "perhaps\r\n"+question)
	p.want("\r", "\r\n"+prompt)
	p.want("end\r", "end\r\n"+question)
	p.want("no\r", "no\r\nRP/0/RP0/CPU0:xr1#")
	if strings.Contains(p.run("show running-config"), "xr9") {
		t.Error("what was to be discarded is there")
	}

	p.keys("conf t\rhostname xr9\r")
	p.want("exit\r", "exit\r\n"+question)
	p.want("yes\r", "yes\r\nRP/0/RP0/CPU0:xr9#")
	p.keys("configure terminal\rinterface Loopback1\r")
	p.want("abort\r", "abort\r\nRP/0/RP0/CPU0:xr9#")
	p.keys("configure exclusive\r")
	p.want("commit\r", "commit\r\nMon May  4 03:02:01.000 UTC\r\n% No configuration changes to commit.\r\nRP/0/RP0/CPU0:xr9(config)#")

	// A commit that fails changes nothing.
	p.keys("terminal exec prompt no-timestamp\rrouter bgp 65001\rbgp confederation identifier 65100\r")
	got := p.keys("commit\r")
	if !strings.Contains(got, "% Failed to commit") || strings.Contains(d.RunningConfig(), "confederation") {
		t.Errorf("commit said %q", got)
	}
	// Sessions have candidates of their own: both commits count.
	p.keys("abort\rconf t\rlogging 192.0.2.5\r")
	other.keys("conf t\rlogging 192.0.2.6\rcommit\r")
	p.keys("commit\r")
	if got := d.RunningConfig(); !strings.Contains(got, "logging 192.0.2.5\nlogging 192.0.2.6\n") && !strings.Contains(got, "logging 192.0.2.6\nlogging 192.0.2.5\n") {
		t.Errorf("running configuration\n%s", got)
	}
}

func TestJunosCandidate(t *testing.T) {
	d := device(t, "juniper_junos", nil)
	p, other := sit(t, d, wide), sit(t, d, wide)
	p.all()
	const prompt = "\r\n[edit]\r\nadmin@mx1# "
	p.want("configure\r", "configure\r\nEntering configuration mode\r\n"+prompt)
	p.want("edit interfaces ge-0/0/0\r", "edit interfaces ge-0/0/0\r\n\r\n[edit interfaces ge-0/0/0]\r\nadmin@mx1# ")
	p.want("set mtu 9000\r", "set mtu 9000\r\n\r\n[edit interfaces ge-0/0/0]\r\nadmin@mx1# ")
	p.want("up\r", "up\r\n\r\n[edit interfaces]\r\nadmin@mx1# ")
	p.want("exit\r", "exit\r\n"+prompt)
	p.want("show | compare\r", "show | compare\r\n+ interfaces ge-0/0/0 mtu 9000\r\n"+prompt)
	if got, want := p.run("set interfaces ge-0/0/0 unit 0 family inet address 300.0.0.1/8"), strings.Repeat(" ", 11+51)+"^\nsyntax error.\n"; got != want {
		t.Errorf("a bad address: %q, want %q", got, want)
	}

	// The candidate is everybody's, and stays when its author leaves.
	other.all()
	if got := other.keys("configure\r"); !strings.Contains(got, "The configuration has been changed but not committed") {
		t.Errorf("the other session sees %q", got)
	}
	const question = "The configuration has been changed but not committed\r\nExit with uncommitted changes? [yes,no] (yes) "
	p.want("exit\r", "exit\r\n"+question)
	p.want("no\r", "no\r\n\r\n"+prompt)
	p.want("exit configuration-mode\r", "exit configuration-mode\r\n"+question)
	p.want("\r", "\r\n\r\nExiting configuration mode\r\n\r\nadmin@mx1> ")
	other.want("delete interfaces ge-0/0/0 mtu\r", "delete interfaces ge-0/0/0 mtu\r\n"+prompt)
	other.keys("set system host-name mx2\r")
	other.want("rollback 0\r", "rollback 0\r\nload complete\r\n"+prompt)
	other.keys("set system host-name mx3\r")
	other.want("commit and-quit\r", "commit and-quit\r\ncommit complete\r\nExiting configuration mode\r\n\r\nadmin@mx3> ")

	// A commit that fails changes nothing.
	other.keys("configure\rset interfaces ge-0/0/0 unit 0 vlan-id 7\r")
	if got := other.keys("commit\r"); !strings.Contains(got, "error: configuration check-out failed") || strings.Contains(d.RunningConfig(), "vlan-id") {
		t.Errorf("commit said %q", got)
	}
	other.keys("delete interfaces ge-0/0/0 unit 0 vlan-id\r")
	if got := other.keys("commit\r"); !strings.Contains(got, "commit complete") {
		t.Errorf("commit after the mistake was taken back: %q", got)
	}
	other.keys("exit\r")

	// A private candidate is the session's own.
	p.keys("configure private\rset system domain-name example.net\r")
	if got := other.keys("configure\r"); strings.Contains(got, "not committed") {
		t.Errorf("the private candidate is seen: %q", got)
	}
	if got := p.keys("exit\r"); !strings.HasSuffix(got, "Discard uncommitted changes? [yes,no] (yes) ") {
		t.Errorf("exit asked %q", got)
	}
	p.keys("yes\r")
	if strings.Contains(d.RunningConfig(), "domain-name") {
		t.Error("what was discarded is there")
	}
}
