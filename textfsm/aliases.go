package textfsm

import (
	"slices"
	"strings"
)

// sameAs are names that other tools have for platforms of ntc-templates.
var sameAs = map[string]string{
	"cisco_iosxe":       "cisco_ios", // scrapli
	"cisco_xe":          "cisco_ios", // netmiko
	"cisco_iosxr":       "cisco_xr",
	"cisco_asaos":       "cisco_asa",
	"cisco_aireos":      "cisco_wlc_ssh",
	"cisco_wlc":         "cisco_wlc_ssh",
	"cisco_cbs":         "cisco_s300",
	"cisco_smb":         "cisco_s300",
	"nokia_sros":        "alcatel_sros",
	"fortinet_fortios":  "fortinet",
	"fortinet_wlc":      "fortinet",
	"vyos":              "vyatta_vyos",
	"vyos_vyos":         "vyatta_vyos",
	"juniper":           "juniper_junos",
	"huawei":            "huawei_vrp",
	"huawei_vrpv8":      "huawei_vrp",
	"dell_os9":          "dell_force10",
	"extreme":           "extreme_exos",
	"linux_server":      "linux",
	"linux_shell":       "linux",
	"aruba_osswitch":    "hp_procurve",
	"aruba_procurve":    "hp_procurve",
	"aruba_os_switch":   "hp_procurve",
	"ruckus_icx":        "ruckus_fastiron",
	"ubiquiti_edgeos":   "ubiquiti_edgerouter",
	"ubiquiti_edge":     "ubiquiti_edgeswitch",
	"watchguard_fireos": "watchguard_firebox",
	"paloalto":          "paloalto_panos",
	"mikrotik_switchos": "mikrotik_routeros",
	"mikrotik":          "mikrotik_routeros",
	"hp_comware_ssh":    "hp_comware",
	"extreme_fastiron":  "brocade_fastiron",
	"extreme_netiron":   "brocade_netiron",
	"alcatel_os":        "alcatel_aos",
	"avaya_vsp":         "avaya_ers",
}

// Aliases are the names to look a platform up by: its own, and that which
// ntc-templates has for it. netmiko's names may say the transport at their end.
func Aliases(platform string) []string {
	names := []string{platform}
	add := func(name string) {
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	plain := platform
	for _, transport := range []string{"_ssh", "_telnet", "_serial"} {
		plain = strings.TrimSuffix(plain, transport)
	}
	add(sameAs[platform])
	add(plain)
	add(sameAs[plain])
	return names
}
