# shellcheck shell=bash disable=SC2154 # lab_dir is from lib.sh, the passwords are from up
# FRR routers: bgpd alone, without zebra, so that no route ever reaches the kernel.
# Each has its own address, its own path space (vtysh -N rK finds it by that), and
# two ways in: the daemon's own Telnet line, and vtysh behind an SSH server.

# frr_up starts router K of N.
frr_up() {
	local k=$1 n=$2 dir=$lab_dir/r$1
	install -d -o frr -g frr "$dir" "/run/frr/r$k"
	install -d -o frr -g frrvty -m 750 "/etc/frr/r$k"
	printf 'hostname r%d\nno service integrated-vtysh-config\n' "$k" |
		install -o frr -g frrvty -m 640 /dev/stdin "/etc/frr/r$k/vtysh.conf"
	frr_config "$k" "$n" | install -o frr -g frr -m 640 /dev/stdin "$dir/bgpd.conf"
	(become "$lab_dir/log/bgpd-r$k.log" \
		/usr/lib/frr/bgpd -d -n -Z -N "r$k" -A "127.0.1.$k" -P 2605 -p 2179 -l "127.0.1.$k" \
		-f "$dir/bgpd.conf" -i "$dir/bgpd.pid") ||
		die "bgpd r$k did not start: $(cat "$lab_dir/log/bgpd-r$k.log")"
	cp "$dir/bgpd.pid" "$lab_dir/pid/bgpd-r$k.pid"
	wait_text "127.0.1.$k" 2605 Password: || die "bgpd r$k does not answer"
	device "r$k-vty" frr_vty frr_vty telnet "127.0.1.$k" 2605 "r$k" -
}

frr_config() {
	local k=$1 n=$2
	cat <<-EOF
		hostname r$k
		password $lab_password
		enable password $lab_enable
		log file $lab_dir/r$k/bgpd.log
		line vty
		 exec-timeout 0 0
		exit
		route-map OUT permit 10
		 set ip next-hop 192.0.2.$k
		exit
		router bgp $((65000 + k))
		 bgp router-id 127.0.1.$k
		 no bgp ebgp-requires-policy
		 no bgp network import-check
	EOF
	# In a ring each calls the next and is called by the one before: two routers
	# that call each other at once go on colliding. The routes are given a next hop
	# because a loopback address is not accepted as one.
	local next=$((k % n + 1)) before=$(((k + n - 2) % n + 1))
	((n > 2 || (n == 2 && k == 1))) && frr_neighbor "$k" "$next"
	((n > 2 || (n == 2 && k == 2))) && frr_neighbor "$k" "$before" passive
	echo " address-family ipv4 unicast"
	echo "  network 10.$k.0.0/16"
	((n > 1)) && echo "  neighbor 127.0.1.$next route-map OUT out"
	((n > 2)) && echo "  neighbor 127.0.1.$before route-map OUT out"
	echo " exit-address-family"
	echo "exit"
	((k == 1)) && frr_bulk
	return 0
}

frr_neighbor() {
	local neighbor="neighbor 127.0.1.$2"
	echo " $neighbor remote-as $((65000 + $2))"
	echo " $neighbor port 2179"
	echo " $neighbor update-source 127.0.1.$1"
	echo " $neighbor timers connect 1"
	[[ -z ${3-} ]] || echo " $neighbor $3"
}

# frr_bulk makes the first router's configuration some two thousand lines long, so
# that showing it takes many pages.
frr_bulk() {
	local i name
	for ((i = 1; i <= 300; i++)); do
		printf -v name '%03d' "$i"
		echo "ip prefix-list LAB-$name seq 5 permit 10.$((i % 250)).$((i % 200)).0/24 le 32"
	done
	for ((i = 1; i <= 300; i++)); do
		printf -v name '%03d' "$i"
		echo "route-map LAB-$name permit 10"
		echo " match ip address prefix-list LAB-$name"
		echo " set local-preference $((100 + i))"
		echo "exit"
	done
}

# frr_daemons are the others that have a Telnet line, and its port. They speak to
# nobody: there is no zebra, and no interface is theirs. zebra itself is left out,
# since it would see to the kernel's routes.
frr_daemons=(ripd:2602 ripngd:2603 ospfd:2604 ospf6d:2606 isisd:2608 babeld:2609 pimd:2611 eigrpd:2613 staticd:2616)

frr_daemons_up() {
	local daemon port dir=$lab_dir/daemons
	install -d -o frr -g frr "$dir" /run/frr/daemons
	for daemon in "${frr_daemons[@]}"; do
		port=${daemon#*:} daemon=${daemon%:*}
		[[ -x /usr/lib/frr/$daemon ]] || continue
		printf 'hostname %s\npassword %s\nenable password %s\n' "$daemon" "$lab_password" "$lab_enable" |
			install -o frr -g frr -m 640 /dev/stdin "$dir/$daemon.conf"
		(become "$lab_dir/log/$daemon.log" \
			"/usr/lib/frr/$daemon" -d -N daemons -A 127.0.1.110 -P "$port" -f "$dir/$daemon.conf" -i "$dir/$daemon.pid") ||
			die "$daemon did not start: $(cat "$lab_dir/log/$daemon.log")"
		cp "$dir/$daemon.pid" "$lab_dir/pid/$daemon.pid"
		wait_text 127.0.1.110 "$port" Password: || die "$daemon does not answer"
		device "$daemon-vty" frr_daemon frr_vty telnet 127.0.1.110 "$port" "$daemon" -
	done
}
