package platform

import (
	"slices"
	"strings"
	"testing"
)

func load(t testing.TB, name string) *Definition {
	t.Helper()
	d, err := Load(name)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestNetmikoNamesAreKnown(t *testing.T) {
	for name, want := range map[string]string{
		"cisco_ios": "cisco_iosxe", "cisco_xe": "cisco_iosxe", "cisco_ios_telnet": "cisco_iosxe", "cisco_ios_serial": "cisco_iosxe",
		"cisco_nxos_ssh": "cisco_nxos", "cisco_xr": "cisco_iosxr", "cisco_xr_telnet": "cisco_iosxr", "arista_eos_telnet": "arista_eos",
		"juniper": "juniper_junos", "juniper_junos_telnet": "juniper_junos", "linux_ssh": "linux", "generic_telnet": "generic",
		"terminal_server": "terminal_server", "generic_termserver": "generic",
	} {
		if d, err := Load(name); err != nil || d.Name != want {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
}

// Whoever comes from another tool finds the names that it has.
func TestNamesOfOtherTools(t *testing.T) {
	netmiko := `a10 accedian adtran_os adva_fsp150f2 adva_fsp150f3 alaxala_ax26s alaxala_ax36s alcatel_aos alcatel_sros allied_telesis_awplus
		apresia_aeos arista_eos arris_cer aruba_aoscx aruba_os aruba_osswitch aruba_procurve asterfusion_asternos audiocode_66 audiocode_72
		audiocode_shell avaya_ers avaya_vsp bintec_boss broadcom_icos brocade_fastiron brocade_fos brocade_netiron brocade_nos brocade_vdx
		brocade_vyos calix_b6 casa_cmts cdot_cros centec_os checkpoint_gaia ciena_saos ciena_saos10 ciena_waveserver cisco_apic cisco_asa
		cisco_ftd cisco_ios cisco_nxos cisco_s200 cisco_s300 cisco_tp cisco_viptela cisco_wlc cisco_xe cisco_xr cloudgenix_ion coriant
		corelight_linux cumulus_linux dell_dnos6 dell_dnos9 dell_force10 dell_isilon dell_os10 dell_os6 dell_os9 dell_powerconnect dell_sonic
		digi_transport dlink_ds edgecore_sonic ekinops_ek360 eltex eltex_esr endace enterasys ericsson_ipos ericsson_mltn63 ericsson_mltn66
		extreme extreme_ers extreme_exos extreme_netiron extreme_nos extreme_slx extreme_tierra extreme_vdx extreme_vsp extreme_wing f5_linux
		f5_ltm f5_tmsh fiberstore_fsos fiberstore_fsosv2 fiberstore_networkos flexvnf fortinet garderos_grs generic generic_termserver
		genexis_solt33 h3c_comware hillstone_stoneos hp_comware hp_procurve huawei huawei_olt huawei_smartax huawei_smartaxmmi huawei_vrp
		huawei_vrpv8 infinera_packet ipinfusion_ocnos juniper juniper_junos juniper_screenos keymile keymile_nos lancom_lcossx4 linux maipu
		mellanox mellanox_mlnxos mikrotik_routeros mikrotik_switchos mrv_lx mrv_optiswitch nec_ix netapp_cdot netgear_prosafe netscaler
		nokia_srl nokia_sros oneaccess_oneos optilink_eolt11444 optilink_eolt9702 ovs_linux paloalto_panos pluribus quanta_mesh rad_etx
		raisecom raisecom_roap ruckus_fastiron ruijie_os silverpeak_vxoa sixwind_os sophos_sfos supermicro_smis telcosystems_binos teldat_cit
		terminal_server tplink_jetstream ubiquiti_edge ubiquiti_edgerouter ubiquiti_edgeswitch ubiquiti_unifiswitch vertiv_mph vyatta_vyos
		vyos watchguard_fireware yamaha zte_zxros zyxel_os`
	napalm := `eos ios iosxr iosxr_netconf junos nxos nxos_ssh`
	scrapli := `aethra_atosnt alcatel_aos arista_eos aruba_aoscx aruba_wlc cisco_aireos cisco_asa cisco_cbs cisco_ftd cisco_iosxe cisco_iosxr
		cisco_nxos cumulus_linux cumulus_vtysh datacom_dmos datacom_dmswitch default dell_emc dell_enterprisesonic dlink_os edgecore_ecs
		eltex_esr fortinet_fortios fortinet_wlc hp_comware huawei_smartax huawei_vrp ipinfusion_ocnos juniper_junos mikrotik_routeros
		nokia_srlinux nokia_sros nokia_sros_classic nokia_sros_classic_aram paloalto_panos raisecom_ros ruckus_fastiron ruckus_unleashed
		ruijie_rgos siemens_roxii ubiquiti_edgeswitch versa_flexvnf vyos_vyos zyxel_dslam`
	for _, name := range strings.Fields(netmiko + " " + napalm + " " + scrapli) {
		if _, err := Load(name); err != nil {
			t.Error(err)
		}
	}
}

func TestEveryModeLeadsToEveryOther(t *testing.T) {
	for d := range All() {
		for _, from := range d.Modes {
			for _, to := range d.Modes {
				target := to.Name
				if to.Argument != "" && from.Name != to.Name {
					target += " x1"
				}
				path, err := d.Path(from.Name, target)
				if err != nil {
					t.Error(err)
				}
				if (len(path) == 0) != (from.Name == to.Name) {
					t.Errorf("%s: %d steps from %s to %s", d.Name, len(path), from.Name, to.Name)
				}
			}
		}
	}
}

// Colours and cursor moves are gone before a prompt is judged; the marks that
// devices put around their names are not.
func TestHostsInPrompts(t *testing.T) {
	tests := []struct{ platform, line, mode, host string }{
		{"cisco_iosxe", "core-sw1.lab.example(config-if)#", "configuration", "core-sw1.lab.example"},
		{"cisco_iosxe", "C9300-24U-building-w(config)#", "configuration", "C9300-24U-building-w"},
		{"cisco_iosxe", "sw(1)(config)#", "configuration", "sw(1)"},
		{"cisco_iosxe", "sw(1)#", "privileged", "sw(1)"},
		{"cisco_iosxe", "R1(tcl)#", "tclsh", "R1"},
		{"cisco_iosxe", "+>", "tclsh", ""},
		{"cisco_nxos", "leaf(maint-mode)(config-if)#", "configuration", "leaf"},
		{"cisco_nxos", "leaf(maint-mode)#", "privileged", "leaf"},
		{"cisco_nxos", "leaf-tcl#", "tclsh", "leaf"},
		{"cisco_iosxr", "RP/0/RSP0/CPU0:PE1.pop-3#", "privileged", "PE1.pop-3"},
		{"cisco_iosxr", "RP/0/RSP0/CPU0:PE1(config-bgp-nbr)#", "configuration", "PE1"},
		{"cisco_iosxr", "RP/0/RSP0/CPU0(config-bgp-nbr)#", "configuration", ""},
		{"cisco_iosxr", "RP/0/RSP0/CPU0:PE1(admin)#", "admin", "PE1"},
		{"arista_eos", "sw(s1)(config-s-vty-1-if-Et1)#", "session", "sw(s1)"},
		{"arista_eos", "Rack 4 top>", "exec", "Rack 4 top"},
		{"arista_eos", "[ops@leaf1 ~]$", "bash", "leaf1"},
		{"juniper_junos", "ops@mx1-re0>", "operational", "mx1-re0"},
		{"juniper_junos", "ops@example.net@mx1#", "configuration", "mx1"},
		{"juniper_junos", "ops@mx1:LS-1>", "operational", "mx1"},
		{"juniper_junos", "root@mx1:~ #", "shell", "mx1"},
		{"juniper_junos", "root>", "operational", ""},
		{"frr_vtysh", "r1(config-router-af)#", "configuration", "r1"},
		{"frr_vty", "bgpd>", "exec", "bgpd"},
		{"linux", "(venv) ops@web1:~/a folder$", "user", "web1"},
		{"linux", "[root@web1 ~]#", "root", "web1"},
		{"linux", "bash-5.1#", "root", ""},
		{"linux", "~ $", "user", ""},
		{"linux", "web1$", "user", "web1"},
	}
	for _, test := range tests {
		m, ok := load(t, test.platform).ModeOf(test.line)
		if !ok || m.Name != test.mode || m.Host(test.line) != test.host {
			t.Errorf("%s %q: mode %+v, want %s of %q", test.platform, test.line, m, test.mode, test.host)
		}
	}
}

func TestWhatIsNoPrompt(t *testing.T) {
	tests := []struct {
		platform string
		lines    []string
	}{
		{"cisco_iosxe", []string{
			"", "#", ">", "Router", "Router# ", "Router#show version", "Router>show", " Router#", "description to r2#Gi0/1",
			"[########]", "##########", "<html>", "Router$", `hostname "x"#`, "--More--", "10.0.0.1 -> 10.0.0.2", "Password:",
			"Destination filename [x]?", "Proceed? [confirm]", "banner motd #", "*Mar  5 10:02:51.123: x#",
		}},
		{"cisco_nxos", []string{"[####                ] 20%", "[####", "#", "####", "switch #", "switch(config)"}},
		{"cisco_iosxr", []string{"edge-1#", "RP/0/RP0/CPU0:edge-1>", "RP/0/RP0/CPU0:#", "Tue Mar  5 10:04:11.512 UTC", "RP/0/RP0/CPU0:Mar  5 10:04:11.512 UTC: config[1]: #"}},
		{"arista_eos", []string{"! boot #", "[A]#", "<x>", " leaf1#", "leaf1$", "% Invalid input>"}},
		{"juniper_junos", []string{"mx1>", "ops@mx1", "ops@mx1> show", "[edit]", "{master:0}", "## SECRET-DATA #", "  >", "foo { # comment #", "*[Static/5] 10w2d>"}},
		{"frr_vtysh", []string{"*>", "r1", "r1$", "% Unknown command: r1#", "! comment #"}},
		{"frr_vty", []string{"*>", "Password:", " --More--"}},
		{"linux", []string{"45%", "100%", "3.5 %", "costs about 5$", "# comment", "## x #", "a b c#", "Filesystem Use%", "x=5$"}},
		{"generic", []string{
			"Password:", "Username:", "login:", "r1 login:", "Continue? [y/n]", "(yes/no)", "[confirm]", "--More--", "45%", " 45%",
			"CPU 45%", "##########", "==>>>>>>", "<--- More --->", "This is a sentence of words, long enough to be one.:", "Enter name:",
			"Do you want to go on [no]:", "",
		}},
	}
	for _, test := range tests {
		d := load(t, test.platform)
		for _, line := range test.lines {
			if m, ok := d.ModeOf(line); ok {
				t.Errorf("%s: %q is taken for a prompt of %s", test.platform, line, m.Name)
			}
		}
	}
}

// A shape alone cannot keep all output out: a stray line may look like another
// device's prompt. The definitions must keep that so rare that none of the
// corpus does.
func TestPromptsLeaveOutputAlone(t *testing.T) {
	for d := range All() {
		if d.Name == "generic" || d.Extends == "generic" {
			continue // its shape is broad by intent; the learned prompt decides
		}
		for _, line := range corpus(t) {
			if m, ok := d.ModeOf(line); ok {
				t.Errorf("%s: %q is taken for a prompt of %s", d.Name, line, m.Name)
			}
		}
	}
}

func TestRefusals(t *testing.T) {
	tests := []struct {
		platform string
		refused  []string // in any command
		config   []string // in configuration only
		warned   []string
		fine     []string
	}{
		{"cisco_iosxe",
			[]string{
				"% Ambiguous command:  \"sh\"", "% Incomplete command.", "% Invalid input detected at '^' marker.", "%Invalid input",
				"% Unknown command or computer name, or unable to find computer address", "% Bad IP address or host name",
				"% Permission denied for the role", "% This command is not authorized", "Command authorization failed.",
				"% 10.0.0.0 overlaps with GigabitEthernet1", "%Error opening tftp://10.0.0.1/x (Timed out)",
				"% VRF X does not exist", "% Specify remote-as or peer-group commands first", "% Bad secrets",
			},
			[]string{"Command rejected: An interface whose trunk encapsulation is \"Auto\" can not be configured to \"trunk\" mode.", "startup-config file open failed (Device or resource busy)"},
			[]string{"% Warning: use /31 mask on non point-to-point interface cautiously", "%Warning: portfast should only be enabled on ports"},
			[]string{
				"", "Building configuration...", "[OK]", "%SYS-5-CONFIG_I: Configured from console", "*Mar  5 10:02:51.123: %LINK-3-UPDOWN: Interface Gi1, changed state to up",
				"% Generating 2048 bit RSA keys, keys will be non-exportable...", "% Network not in table", "% BGP not active", "% Interface GigabitEthernet2 IPv4 disabled and address(es) removed",
				"          ^", " 50% of bandwidth", "CPU utilization for five seconds: 4%/0%",
			}},
		{"cisco_nxos",
			[]string{"% Invalid command at '^' marker.", "% Ambiguous command at '^' marker.", "% Incomplete command at '^' marker.", "% Invalid parameter detected at '^' marker.",
				"% Permission denied for the role", "ERROR: VLAN 5000 is outside the range", "Syntax error while parsing 'foo'", "Cmd exec error.", "Error: cannot do so"},
			[]string{"Invalid interface format", "Copy failed"},
			[]string{"Warning: Enable double-wide arp-ether tcam carving", "% Warning: x"},
			[]string{"Copy complete.", "[########] 100%", "2024 Mar  5 10:12:13 n9k %ETHPORT-5-IF_UP: Interface Ethernet1/1 is up"}},
		{"cisco_iosxr",
			[]string{"% Invalid input detected at '^' marker.", "% Failed to commit one or more configuration items during a pseudo-atomic operation.", "% Ambiguous command:", "% Incomplete command.", "ERROR: x"},
			[]string{"!!% Invalid argument: Detected the 'warning' condition", "One or more commits have occurred from other configuration sessions since"},
			[]string{"% No configuration changes to commit.", "% Warning: x"},
			[]string{"Tue Mar  5 10:04:11.512 UTC", "RP/0/RP0/CPU0:Mar  5 10:04:11.512 UTC: config[65812]: %MGBL-CONFIG-6-DB_COMMIT : Configuration committed by user 'ops'.", "!! IOS XR Configuration 7.5.2", "% Network not in table"}},
		{"arista_eos",
			[]string{"% Invalid input", "% Incomplete command", "% Ambiguous command", "% Unavailable command (not supported on this hardware platform)", "% Error", "% Cannot commit session", "% Duplicate sequence number", "%% Invalid input"},
			nil,
			nil,
			[]string{"Copy completed successfully.", "% Writing 5 files", "! Command: show running-config", "Mar  5 10:00:00 leaf1 ConfigAgent: %SYS-5-CONFIG_I: Configured from console by ops"}},
		{"juniper_junos",
			[]string{"error: command is not valid on the mx204", "syntax error, expecting <command>.", "syntax error.", "unknown command.", "missing argument.", "missing mandatory argument: 'x'",
				"invalid numeric value: 'x'", "'s' is ambiguous.", "No valid completions", "error: configuration check-out failed"},
			[]string{"commit failed", "configuration check-out failed: daemon file propagation failed"},
			[]string{"warning: requires 'idp-sig' license", "warning: uncommitted changes will be discarded on exit"},
			[]string{"commit complete", "configuration check succeeds", "Mar  5 mx1 x: error: y", "Entering configuration mode", "               ^"}},
		{"frr_vtysh",
			[]string{"% Unknown command: show foo", "% Command incomplete: show", "% Ambiguous command: s", "% [BGP] Unknown command: foo", "% Create the peer-group or interface first",
				"% Can't find BGP instance", "ospfd is not running", "Malformed prefix", "% There is no matched command."},
			[]string{"Can't open configuration file", "Invalid community", "Cannot change"},
			[]string{"% Warning: x", "Warning: y"},
			[]string{"Note: this version of vtysh never writes vtysh.conf", "Building Configuration...", "% Network not in table", "% OSPF is not enabled", "[OK]", "*> 10.0.0.0/8"}},
		{"frr_vty",
			[]string{"% [BGP] Unknown command: show foo", "% Command incomplete.", "% Ambiguous command.", "% Can't find BGP instance", "% Specify remote-as or peer-group commands first", "VTY configuration is locked by other VTY"},
			[]string{"Can't open configuration file /x."},
			[]string{"% Warning: x"},
			[]string{"% Network not in table", "Configuration saved to /etc/frr/bgpd.conf", " vty[13] connected from 127.0.0.1."}},
		{"linux",
			[]string{"-bash: foo: command not found", "bash: /root/x: Permission denied", "sh: 1: foo: not found", "-sh: foo: not found", "bash: syntax error near unexpected token `('",
				"/bin/sh: 3: x: not found", "zsh: command not found: foo", "ops is not in the sudoers file.  This incident will be reported.", "sudo: 3 incorrect password attempts", "bash: cd: /x: No such file or directory"},
			nil, nil,
			[]string{"total 48", "find: '/root': Permission denied", "not found", "the shell said: not found"}},
	}
	for _, test := range tests {
		d := load(t, test.platform)
		check := func(line string, want Severity, lists ...[]Failure) {
			if got := Judge(line, lists...); got != want {
				t.Errorf("%s: %q is judged %q, want %q", d.Name, line, got, want)
			}
		}
		for _, line := range test.refused {
			check(line, SeverityError, d.Failures)
			check(line, SeverityError, d.Failures, d.Configure.Failures)
		}
		for _, line := range test.config {
			check(line, SeverityError, d.Failures, d.Configure.Failures)
		}
		for _, line := range test.warned {
			check(line, SeverityWarning, d.Failures)
		}
		for _, line := range test.fine {
			if got := Judge(line, d.Failures); got == SeverityError || got == SeverityWarning {
				t.Errorf("%s: %q is judged %q", d.Name, line, got)
			}
		}
	}
	if got := Judge("! Interface does not exist.", load(t, "arista_eos").Configure.Failures); got != SeverityWarning {
		t.Errorf("EOS's remark on a configuration line is judged %q", got)
	}
}

// The corpus holds configurations, tables and logs: nothing that a command was
// refused with, whichever device it is read as.
func TestRefusalsLeaveOutputAlone(t *testing.T) {
	for d := range All() {
		for _, line := range corpus(t) {
			if got := Judge(line, d.Failures); got == SeverityError {
				t.Errorf("%s: %q is taken for a refusal", d.Name, line)
			}
		}
	}
}

// asked finds the answer to a question of a step: the answer, or "$" and the
// name of the secret.
func asked(steps []Step, line string) string {
	for _, step := range steps {
		for _, ask := range step.Asks {
			if ask.Prompt.MatchString(line) {
				if ask.Secret != "" {
					return "$" + ask.Secret
				}
				return ask.Answer
			}
		}
	}
	return "nothing"
}

func TestQuestionsOnTheWay(t *testing.T) {
	tests := []struct{ platform, from, to, line, want string }{
		{"cisco_iosxe", "exec", "privileged", "Password:", "$enable"},
		{"cisco_iosxe", "exec", "privileged", "Username:", "$user"},
		{"cisco_iosxe", "exec", "privileged", "Enable password:", "$enable"},
		{"cisco_iosxe", "exec", "privileged", "AS>", "nothing"},
		{"cisco_nxos", "exec", "privileged", "Password:", "$enable"},
		{"arista_eos", "exec", "privileged", "Password:", "$enable"},
		{"frr_vty", "exec", "privileged", "Password:", "$enable"},
		{"linux", "user", "root", "[sudo] password for ops:", "$password"},
		{"linux", "user", "root", "[sudo] Passwort für ops:", "$password"},
		{"linux", "user", "root", "Password:", "$password"},
		{"cisco_iosxr", "configuration", "privileged", "Uncommitted changes found, commit them before exiting(yes/no/cancel)? [cancel]:", "no"},
		{"juniper_junos", "configuration", "operational", "Exit with uncommitted changes? [yes,no] (yes)", "yes"},
		{"juniper_junos", "configuration", "operational", "Discard uncommitted changes? [yes,no] (yes)", "yes"},
		{"juniper_junos", "configuration", "operational", "[edit]", "nothing"},
	}
	for _, test := range tests {
		path, err := load(t, test.platform).Path(test.from, test.to)
		if err != nil || len(path) != 1 {
			t.Fatalf("%s: %v, %v", test.platform, path, err)
		}
		if got := asked(path[0].Steps, test.line); got != test.want {
			t.Errorf("%s, %s to %s, %q: %q, want %q", test.platform, test.from, test.to, test.line, got, test.want)
		}
	}
	saves := []struct{ platform, line, want string }{
		{"cisco_iosxe", "Overwrite the previous NVRAM configuration?[confirm]", ""},
		{"cisco_nxos", "Do you wish to overwrite(y/n)?[n]", "y"},
	}
	for _, test := range saves {
		if got := asked(load(t, test.platform).Configure.Save, test.line); got != test.want {
			t.Errorf("%s, save, %q: %q, want %q", test.platform, test.line, got, test.want)
		}
	}
	xr := load(t, "cisco_iosxr").Configure.Commit
	if got := asked(xr, "Do you wish to proceed with this commit anyway? [no]:"); got != "no" {
		t.Errorf("a commit over somebody else's: %q", got)
	}
}

func TestPlatformLogins(t *testing.T) {
	frr := load(t, "frr_vty").Login
	if !frr.Password.MatchString("Password:") || frr.User != nil {
		t.Error("an FRR daemon asks for its password, and for no user")
	}
	for _, line := range []string{"% Bad passwords, too many failures!", "% Bad enable passwords, too many failures!", "Vty password is not set."} {
		if !frr.Rejected.MatchString(line) {
			t.Errorf("FRR: %q is missed", line)
		}
	}
	detours := []struct{ platform, line, want string }{
		{"cisco_iosxe", "Would you like to enter the initial configuration dialog? [yes/no]:", "no"},
		{"cisco_iosxe", "Would you like to terminate autoinstall? [yes]:", "yes"},
		{"cisco_nxos", "Abort Power On Auto Provisioning and continue with normal setup ?(yes/no)[n]:", "nothing"},
		{"cisco_nxos", "Would you like to enter the basic configuration dialog (yes/no):", "no"},
	}
	for _, test := range detours {
		if got := asked([]Step{{Asks: load(t, test.platform).Login.Detours}}, test.line); got != test.want {
			t.Errorf("%s, %q: %q, want %q", test.platform, test.line, got, test.want)
		}
	}
}

func TestEveryPlatformSimulates(t *testing.T) {
	for d := range All() {
		for i := range d.Modes {
			m := &d.Modes[i]
			for _, host := range []string{"r1", "core-sw1.lab.example", "AS", "a"} {
				shown := m.Render(host, "ops", "", "x1")
				lines := strings.Split(shown, "\n")
				line := strings.TrimRight(lines[len(lines)-1], " ")
				if got, ok := d.ModeOf(trimmed(shown)); !ok || got != m {
					t.Errorf("%s, %s: %q is a prompt of %v", d.Name, m.Name, shown, got)
				}
				if n := m.AboveCount(lines[:len(lines)-1]); n != len(lines)-1 {
					t.Errorf("%s, %s: %d lines above %q", d.Name, m.Name, n, shown)
				}
				if got := m.Host(line); got != "" && got != host {
					t.Errorf("%s, %s: the host of %q is %q", d.Name, m.Name, line, got)
				}
			}
		}
		for _, step := range slices.Concat(d.Open, d.Close) {
			if strings.TrimSpace(step.Send) != step.Send || step.Send == "" {
				t.Errorf("%s types %q", d.Name, step.Send)
			}
		}
		if len(d.Close) == 0 || !d.Close[len(d.Close)-1].Ends {
			t.Errorf("%s does not say how a session ends", d.Name)
		}
	}
}

// trimmed is a prompt without the blanks at the end of its last line.
func trimmed(prompt string) string { return strings.TrimRight(prompt, " ") }
