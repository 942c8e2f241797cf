// Package lab tells tests where the real devices are that the script lab/up
// brings up on loopback: their addresses, accounts and host keys. It does not
// start or stop them, and it is for tests only.
package lab

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// The kinds of device.
const (
	FRRVTY        = "frr_vty"        // the Telnet line of an FRR daemon; the first has a configuration of 2,000 lines
	FRRVTYSH      = "frr_vtysh"      // vtysh of an FRR router over SSH; the last has a login banner
	LinuxSSH      = "linux_ssh"      // bash behind OpenSSH, no banner
	LinuxMOTD     = "linux_motd"     // the same, with a message of the day at login
	LinuxDropbear = "linux_dropbear" // bash behind dropbear
	LinuxTelnet   = "linux_telnet"   // bash behind inetutils-telnetd
	WeakSSH       = "ssh_weak"       // an OpenSSH that offers only algorithms long out of use
	JumpHost      = "ssh_jump"       // an OpenSSH that forwards to the others; its log is log/sshd-jump.log in Dir
	NETCONF       = "netconf"        // netconfd as an SSH subsystem
	FRRDaemon     = "frr_daemon"     // the Telnet line of each other FRR daemon but zebra
	BIRD          = "bird_birdc"     // birdc behind OpenSSH
	OpenVSwitch   = "ovs_linux"      // bash behind OpenSSH on a host with an Open vSwitch database
	Yangcli       = "yangcli"        // netconfd's client behind OpenSSH

	// A Linux login on a serial line, three of each, since a console has one user.
	ConsoleRFC2217 = "console_rfc2217" // behind ser2net's RFC 2217
	ConsoleRaw     = "console_raw"     // behind a bare TCP port of ser2net's
	ConsoleSerial  = "console_serial"  // behind a pseudo-terminal, whose name is the address
)

// Lab is what lab/up brought up.
type Lab struct {
	Routers int       `json:"routers"` // number of FRR routers
	Devices []Device  `json:"devices"`
	Missing []Missing `json:"missing"`
}

// Device is one way to log in to something.
type Device struct {
	Name       string `json:"name"`     // unique in the lab
	Kind       string `json:"kind"`     // one of the constants above
	Platform   string `json:"platform"` // such as "frr_vtysh"
	Transport  string `json:"transport"`
	Address    string `json:"address"` // an address, not a name; of a serial line the port's file
	Port       int    `json:"port"`
	Hostname   string `json:"hostname"`              // as the prompt shows it
	User       string `json:"user,omitempty"`        // "" where the device asks for a password alone
	Password   string `json:"password"`              // new at each lab/up
	Enable     string `json:"enable,omitempty"`      // the password of the privileged mode
	KeyFile    string `json:"key_file,omitempty"`    // an OpenSSH private key that User may log in with
	KnownHosts string `json:"known_hosts,omitempty"` // a file with the host keys of every device
}

// Missing is a kind of device that the machine cannot have.
type Missing struct {
	Kind   string `json:"kind"`
	Reason string `json:"reason"`
}

// ErrDown says that there is no lab on this machine.
var ErrDown = errors.New("the lab is down; sudo lab/up brings it up")

// Dir returns the folder that the lab keeps its state in: $VTY_LAB_DIR, or
// /run/vty-lab.
func Dir() string {
	if dir := os.Getenv("VTY_LAB_DIR"); dir != "" {
		return dir
	}
	return "/run/vty-lab"
}

// Read reads the inventory that lab/up wrote. Without one the error is ErrDown.
func Read() (*Lab, error) {
	file := filepath.Join(Dir(), "lab.json")
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrDown
	}
	if err != nil {
		return nil, fmt.Errorf("reading the lab's inventory: %w", err)
	}
	var lab Lab
	if err := json.Unmarshal(data, &lab); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return &lab, nil
}

// Of returns the devices of a kind, in the order of the inventory. Where there
// are none, the error says why.
func (l *Lab) Of(kind string) ([]Device, error) {
	devices := slices.DeleteFunc(slices.Clone(l.Devices), func(d Device) bool { return d.Kind != kind })
	if len(devices) > 0 {
		return devices, nil
	}
	for _, m := range l.Missing {
		if m.Kind == kind {
			return nil, fmt.Errorf("the lab has no %s: %s", kind, m.Reason)
		}
	}
	return nil, fmt.Errorf("the lab has no %s", kind)
}
