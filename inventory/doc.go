// Package inventory knows which devices there are: hosts, the groups they are in,
// what they inherit, and where each value was written.
//
//	inv, err := inventory.Open(ctx, "inventory.yaml", nil)
//	leaves, err := inventory.ParseSelector("role=leaf,site=ams")
//	for _, h := range inv.Select(leaves) {
//		cfg, err := h.Config(&vty.Config{HostKeys: auth.KnownHosts()})
//		dev, err := vty.Dial(ctx, h.Address(), cfg)
//	}
//
// It reads its own YAML, and as they are: nornir's SimpleInventory, Ansible's
// YAML and INI with group_vars and host_vars, Ansible's dynamic inventories,
// containerlab's topologies, the hosts that ssh_config names, CSV, plain lists, and
// NetBox over its REST API.
// Whatever the format, a host comes down to the same fields (see Fields) and to
// data of the user's own.
//
// It connects to no device; of secrets it holds where they come from.
package inventory
