# shellcheck shell=bash disable=SC2154 # lab_dir is from lib.sh, the passwords are from up
# SSH servers: OpenSSH in front of the routers, of a Linux login and of NETCONF; an
# OpenSSH that offers only what has been weak for years; and dropbear, another
# implementation altogether.

# host_keys makes the keys of a server, and tells known_hosts where they are found.
host_keys() {
	local dir=$1 type
	shift
	mkdir -p "$dir"
	for type in "$@"; do
		ssh-keygen -q -t "$type" -N '' -C lab -f "$dir/$type"
	done
}

known_as() {
	local dir=$1 address=$2 port=$3 key host=$2
	((port == 22)) || host="[$address]:$port"
	for key in "$dir"/*.pub; do
		printf '%s %s\n' "$host" "$(cut -d' ' -f1,2 "$key")"
	done >>"$lab_dir/known_hosts"
}

# sshd_start runs an OpenSSH server with the configuration given on standard input.
sshd_start() {
	local name=$1 config=$lab_dir/$1/sshd_config
	mkdir -p /run/sshd
	{
		echo "PidFile $lab_dir/pid/$name.pid"
		cat
	} >"$config"
	/usr/sbin/sshd -t -f "$config" || die "$config is refused"
	(become "$lab_dir/log/$name.log" /usr/sbin/sshd -f "$config" -E "$lab_dir/log/$name.log") ||
		die "$name did not start: see $lab_dir/log/$name.log"
}

# sshd_common is what both OpenSSH servers are told. Many tests fail to log in on
# purpose, which must not shut out the others.
sshd_common() {
	cat <<-EOF
		UsePAM yes
		PasswordAuthentication yes
		KbdInteractiveAuthentication yes
		PubkeyAuthentication yes
		PermitRootLogin no
		AllowUsers ${lab_users[*]}
		PrintMotd no
		UseDNS no
		MaxStartups 200:30:400
		MaxAuthTries 10
		LoginGraceTime 30
	EOF
	if /usr/sbin/sshd -G -f /dev/null -o PerSourcePenalties=no >/dev/null 2>&1; then
		echo "PerSourcePenalties no"
	fi
}

sshd_up() {
	local n=$1 k
	host_keys "$lab_dir/sshd" ed25519 ecdsa rsa
	printf '%s\n' '*** r'"$n"': lab router, last hardware change: never ***' 'Work here is logged. # is not a prompt >' >"$lab_dir/sshd/motd"
	{
		for ((k = 1; k <= n; k++)); do
			echo "ListenAddress 127.0.1.$k:2222"
		done
		echo "ListenAddress 127.0.1.100:2222"
		echo "ListenAddress 127.0.1.102:830"
		for k in 105 106 107; do
			echo "ListenAddress 127.0.1.$k:2222"
		done
		printf "HostKey $lab_dir/sshd/%s\n" ed25519 ecdsa rsa
		sshd_common
		echo "Subsystem sftp internal-sftp"
		echo "Subsystem netconf /usr/sbin/netconf-subsystem --ncxserver-sockname=830@$lab_dir/netconfd/ncx.sock"
		for ((k = 1; k <= n; k++)); do
			echo "Match LocalAddress 127.0.1.$k"
			# The last of several routers greets with a banner of its own.
			if ((k > 1 && k == n)); then
				echo " ForceCommand cat $lab_dir/sshd/motd; exec vtysh -N r$k"
			else
				echo " ForceCommand vtysh -N r$k"
			fi
		done
		echo "Match LocalAddress 127.0.1.105"
		echo " ForceCommand /usr/sbin/birdc -s $lab_dir/bird/bird.ctl"
		echo "Match LocalAddress 127.0.1.106"
		echo " ForceCommand yangcli"
		echo "Match LocalAddress 127.0.1.107"
		echo " SetEnv OVS_RUNDIR=$lab_dir/ovs"
	} | sshd_start sshd
	for k in 105 106 107; do
		known_as "$lab_dir/sshd" "127.0.1.$k" 2222
	done
	for ((k = 1; k <= n; k++)); do
		wait_port "127.0.1.$k" 2222 || die "sshd does not answer for r$k"
		known_as "$lab_dir/sshd" "127.0.1.$k" 2222
		device "r$k" frr_vtysh frr_vtysh ssh "127.0.1.$k" 2222 "r$k" vtylab
	done
	known_as "$lab_dir/sshd" 127.0.1.100 2222
	known_as "$lab_dir/sshd" 127.0.1.102 830
	device linux linux_ssh linux ssh 127.0.1.100 2222 "$(hostname)" vtylab
	device linux-motd linux_motd linux ssh 127.0.1.100 2222 "$(hostname)" vtylabmotd
}

# sshd_weak_up starts a server as old devices are: nothing it offers is still on by
# default in a client.
sshd_weak_up() {
	host_keys "$lab_dir/sshd-weak" rsa
	{
		cat <<-EOF
			ListenAddress 127.0.1.104:2222
			HostKey $lab_dir/sshd-weak/rsa
			KexAlgorithms diffie-hellman-group1-sha1,diffie-hellman-group14-sha1
			Ciphers aes128-cbc,3des-cbc
			MACs hmac-sha1
			HostKeyAlgorithms ssh-rsa
			PubkeyAcceptedAlgorithms ssh-rsa,ssh-ed25519
		EOF
		sshd_common
	} | sshd_start sshd-weak
	wait_port 127.0.1.104 2222 || die "the weak sshd does not answer"
	known_as "$lab_dir/sshd-weak" 127.0.1.104 2222
	device weak ssh_weak linux ssh 127.0.1.104 2222 "$(hostname)" vtylab
}

# sshd_jump_up starts a jump host: one forwards to whatever its user asks for. Its
# log tells of every connection.
sshd_jump_up() {
	host_keys "$lab_dir/sshd-jump" ed25519
	{
		cat <<-EOF
			ListenAddress 127.0.1.250:2202
			HostKey $lab_dir/sshd-jump/ed25519
			AllowTcpForwarding local
			LogLevel VERBOSE
		EOF
		sshd_common
	} | sshd_start sshd-jump
	wait_port 127.0.1.250 2202 || die "the jump host does not answer"
	known_as "$lab_dir/sshd-jump" 127.0.1.250 2202
	device jump ssh_jump linux ssh 127.0.1.250 2202 "$(hostname)" vtylab
}

dropbear_up() {
	local dir=$lab_dir/dropbear type
	mkdir -p "$dir"
	for type in ed25519 ecdsa rsa; do
		dropbearkey -t "$type" -f "$dir/$type" 2>/dev/null | grep '^[a-z].* AAAA' >"$dir/$type.pub"
	done
	(become "$lab_dir/log/dropbear.log" \
		/usr/sbin/dropbear -E -w -p 127.0.1.103:2222 -P "$lab_dir/pid/dropbear.pid" \
		-r "$dir/ed25519" -r "$dir/ecdsa" -r "$dir/rsa") ||
		die "dropbear did not start: $(cat "$lab_dir/log/dropbear.log")"
	wait_port 127.0.1.103 2222 || die "dropbear does not answer"
	known_as "$dir" 127.0.1.103 2222
	device dropbear linux_dropbear linux ssh 127.0.1.103 2222 "$(hostname)" vtylab
}
