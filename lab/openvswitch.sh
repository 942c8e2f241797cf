# shellcheck shell=bash disable=SC2154 # lab_dir is from lib.sh
# A host of Open vSwitch: a Linux login whose ovs-vsctl finds a database of its own.
# There is no ovs-vswitchd, so nothing that is written there becomes a bridge of the
# machine.

openvswitch_up() {
	local dir=$lab_dir/ovs schema
	schema=$(find /usr/share/openvswitch -name vswitch.ovsschema 2>/dev/null)
	if ! command -v ovsdb-server >/dev/null || [[ -z $schema ]]; then
		missing ovs_linux "the package openvswitch-switch is not installed and apt-get has none"
		return
	fi
	install -d "$dir"
	ovsdb-tool create "$dir/conf.db" "$schema"
	(become "$lab_dir/log/ovsdb.log" ovsdb-server "$dir/conf.db" --remote="punix:$dir/db.sock" \
		--unixctl="$dir/ctl.sock" --pidfile="$lab_dir/pid/ovsdb.pid" --detach) ||
		die "ovsdb-server did not start: see $lab_dir/log/ovsdb.log"
	chmod 666 "$dir/db.sock"
	ovs-vsctl --db="unix:$dir/db.sock" --no-wait init
	device ovs ovs_linux ovs_linux ssh 127.0.1.107 2222 "$(hostname)" vtylab
}
