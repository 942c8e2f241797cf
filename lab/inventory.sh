# shellcheck shell=bash disable=SC2154 # lab_dir is from lib.sh, the passwords are from up
# The inventory: what is up, where, and how to log in, for tests (lab.json), for
# shells (lab.env) and for people (the table).

inventory_begin() {
	printf 'NAME\tKIND\tPLATFORM\tTRANSPORT\tADDRESS\tPORT\tHOSTNAME\tUSER\n' >"$lab_dir/devices.tsv"
	: >"$lab_dir/missing.tsv"
}

# device notes one device: name, kind, platform, transport, address, port, host name, user or "-".
device() {
	(IFS=$'\t' && echo "$*") >>"$lab_dir/devices.tsv"
}

# missing notes a kind that this machine cannot have, and why.
missing() {
	printf '%s\t%s\n' "$1" "$2" >>"$lab_dir/missing.tsv"
	say "left out: $1: $2"
}

# inventory_end, given the number of routers, writes lab.json last and in one step: its presence means that the lab is whole.
inventory_end() {
	cat >"$lab_dir/lab.env" <<-EOF
		export VTY_USER=vtylab VTY_PASSWORD=$lab_password VTY_ENABLE=$lab_enable
	EOF
	inventory_json "$1" >"$lab_dir/lab.json.new"
	mv "$lab_dir/lab.json.new" "$lab_dir/lab.json"
}

inventory_json() {
	local name kind platform transport address port hostname user reason comma=
	printf '{\n  "routers": %d,\n  "devices": [' "$1"
	while IFS=$'\t' read -r name kind platform transport address port hostname user; do
		printf '%s\n    {"name": "%s", "kind": "%s", "platform": "%s", "transport": "%s",' \
			"$comma" "$name" "$kind" "$platform" "$transport"
		printf '\n     "address": "%s", "port": %d, "hostname": "%s",' "$address" "$port" "$hostname"
		[[ $user == - ]] || printf ' "user": "%s",' "$user"
		printf '\n     "password": "%s"' "$lab_password"
		[[ $platform == frr_vty ]] && printf ', "enable": "%s"' "$lab_enable"
		[[ $transport == ssh || $transport == netconf ]] &&
			printf ',\n     "key_file": "%s/id_ed25519", "known_hosts": "%s/known_hosts"' "$lab_dir" "$lab_dir"
		printf '}'
		comma=,
	done < <(tail -n +2 "$lab_dir/devices.tsv")
	printf '\n  ],\n  "missing": ['
	comma=
	while IFS=$'\t' read -r kind reason; do
		printf '%s\n    {"kind": "%s", "reason": "%s"}' "$comma" "$kind" "$reason"
		comma=,
	done <"$lab_dir/missing.tsv"
	printf '\n  ]\n}\n'
}
