package sim

import (
	"strings"
	"testing"
)

func TestIOSXESession(t *testing.T) {
	p := sit(t, device(t, "cisco_iosxe", nil), wide)
	if got, want := p.all(), "r1>"; got != want {
		t.Errorf("start %q, want %q", got, want)
	}
	for _, s := range []struct{ keys, shown string }{
		{"\r", "\r\nr1>"},
		{"enable\r", "enable\r\nPassword: "},
		{"wrong\r", "\r\nPassword: "},
		{"enable\r", "\r\nr1#"},
		{"conf t\r", "conf t\r\nEnter configuration commands, one per line.  End with CNTL/Z.\r\nr1(config)#"},
		{"int gi1\r", "int gi1\r\nr1(config-if)#"},
		{"descr to r2 \r", "descr to r2 \r\nr1(config-if)#"},
		{"ip addres 300.1.1.1 255.0.0.0\r", "ip addres 300.1.1.1 255.0.0.0\r\n                        ^\r\n% Invalid input detected at '^' marker.\r\n\r\nr1(config-if)#"},
		{"hostname core\r", "hostname core\r\ncore(config)#"},
		{"do sh run int gi1\r", "do sh run int gi1\r\nBuilding configuration...\r\n\r\nCurrent configuration : 459 bytes\r\n!\r\ninterface GigabitEthernet1\r\n description to r2\r\n ip address 192.0.2.1 255.255.255.0\r\n!\r\nend\r\ncore(config)#"},
		{"interface Loopback7\r", "interface Loopback7\r\ncore(config-if)#"},
		{"exit\r", "exit\r\ncore(config)#"},
		{"no interface Loopback7\r", "no interface Loopback7\r\ncore(config)#"},
		{"\x1a", "^Z\r\ncore#"},
		{"sh foo\r", "sh foo\r\n        ^\r\n% Invalid input detected at '^' marker.\r\n\r\ncore#"},
		{"show\r", "show\r\n% Incomplete command.\r\n\r\ncore#"},
		{"sh i\r", "sh i\r\n% Ambiguous command:  \"sh i\"\r\ncore#"},
		{"show lines 2x\b\r", "show lines 2x\b \b\r\nline 1 of 2 on core\r\nline 2 of 2 on core\r\ncore#"},
		{"shh\x15wr\r\n", "shh\b \b\b \b\b \bwr\r\nBuilding configuration...\r\n[OK]\r\ncore#"},
		{"reload\r", "reload\r\nProceed with reload? [confirm]"},
		{"n", "n\r\ncore#"},
		{"copy run sta\r", "copy run sta\r\nDestination filename [startup-config]? "},
		{"\r", "\r\nBuilding configuration...\r\n[OK]\r\ncore#"},
		{"abc\x03", "abc\r\ncore#"},
		{"disable\r", "disable\r\ncore>"},
		{"exit\r", "exit\r\n"},
	} {
		p.want(s.keys, s.shown)
	}
	if !p.shell.done {
		t.Error("the session goes on after exit")
	}
}

func TestIOSXEPages(t *testing.T) {
	p := sit(t, device(t, "cisco_iosxe", &Config{Mode: "privileged"}), wide)
	p.all()
	const wipe = "\b\b\b\b\b\b\b\b\b        \b\b\b\b\b\b\b\b\b"
	got := p.keys("show lines 26\r")
	if !strings.HasSuffix(got, "line 23 of 26 on r1\r\n --More-- ") {
		t.Errorf("first page %q", got)
	}
	p.want("\r", wipe+"line 24 of 26 on r1\r\n --More-- ")
	p.want(" ", wipe+"line 25 of 26 on r1\r\nline 26 of 26 on r1\r\nr1#")
	p.keys("show lines 26\r")
	p.want("q", wipe+"r1#")
	p.want("terminal length 0\r", "terminal length 0\r\nr1#")
	if got := p.run("show lines 26"); strings.Count(got, "\n") != 26 || strings.Contains(got, "More") {
		t.Errorf("unpaged %q", got)
	}
}
