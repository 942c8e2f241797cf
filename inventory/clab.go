package inventory

import "cmp"

// clabPlatforms are vty's names of containerlab's kinds.
var clabPlatforms = map[string]string{
	"ceos": "arista_eos", "arista_ceos": "arista_eos", "vr-veos": "arista_eos", "arista_veos": "arista_eos",
	"srl": "nokia_srlinux", "nokia_srlinux": "nokia_srlinux", "vr-sros": "nokia_sros", "nokia_sros": "nokia_sros",
	"crpd": "juniper_junos", "juniper_crpd": "juniper_junos", "vr-vmx": "juniper_junos", "juniper_vmx": "juniper_junos",
	"juniper_vjunosrouter": "juniper_junos", "juniper_vjunosswitch": "juniper_junos", "juniper_vsrx": "juniper_junos",
	"xrd": "cisco_iosxr", "cisco_xrd": "cisco_iosxr", "cisco_xrv9k": "cisco_iosxr", "vr-xrv9k": "cisco_iosxr",
	"cisco_csr1000v": "cisco_iosxe", "vr-csr": "cisco_iosxe", "cisco_c8000v": "cisco_iosxe", "cisco_iol": "cisco_iosxe",
	"cisco_n9kv": "cisco_nxos", "vr-n9kv": "cisco_nxos", "linux": "linux",
}

// clab reads a containerlab topology. A node's address is its mgmt-ipv4 or
// mgmt-ipv6, and else the name of its container, which containerlab makes
// resolvable; its kind, group and labels are data.
func (b *book) clab(root *Value) {
	topology := root.At("topology")
	lab, prefix := root.At("name").Text(), "clab"
	if p := root.At("prefix"); p != nil {
		prefix = p.Text()
	}
	container := func(node string) string {
		switch prefix {
		case "":
			return node
		case "__lab-name":
			return lab + "-" + node
		}
		return prefix + "-" + lab + "-" + node
	}
	nodes := b.mapping(topology.At("nodes"), "topology.nodes")
	for _, name := range inOrder(nodes) {
		node := nodes[name]
		at := "topology.nodes." + name
		b.mapping(node, at)
		e := newEntry(name, node.Origin)
		group := cmp.Or(node.At("group"), topology.At("defaults.group"))
		kind := cmp.Or(node.At("kind"), topology.At("groups").At(group.Text()).At("kind"), topology.At("defaults.kind"))
		address := cmp.Or(node.At("mgmt-ipv4"), node.At("mgmt-ipv6"), node.At("mgmt_ipv4"), node.At("mgmt_ipv6"))
		if address.Text() == "" {
			address = &Value{Any: container(name), Origin: node.Origin}
		}
		b.set(e, at, FieldAddress, address)
		if kind.Text() == "" {
			b.fail(node.Origin, at+".kind", "is missing, and there is none in the defaults")
			continue
		}
		if p := clabPlatforms[kind.Text()]; p != "" {
			e.values[FieldPlatform] = &Value{Any: p, Origin: kind.Origin}
		}
		e.data["kind"] = kind
		for k, v := range topology.At("kinds").At(kind.Text()).At("labels").fields() {
			e.data[k] = v
		}
		for k, v := range node.At("labels").fields() {
			e.data[k] = v
		}
		for _, g := range []*Value{group, kind} {
			if text := g.Text(); text != "" {
				e.groups = append(e.groups, text)
				if b.groups[text] == nil {
					b.groups[text] = newEntry(text, g.Origin)
				}
			}
		}
		b.hosts = append(b.hosts, e)
	}
}
