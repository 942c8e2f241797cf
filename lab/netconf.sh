# shellcheck shell=bash disable=SC2154 # lab_dir is from lib.sh, the passwords are from up
# A NETCONF server: netconfd behind the lab's sshd, on port 830 of its own address.
# Not every Debian release has it, so the lab does without it where it must, and says so.

netconfd_up() {
	local dir=$lab_dir/netconfd
	if ! command -v netconfd >/dev/null; then
		missing netconf "the package netconfd is not installed and apt-get has none"
		return
	fi
	install -d "$dir"
	# It leaves a file where it is started.
	(
		cd "$dir" || exit
		HOME=$dir become "$lab_dir/log/netconfd.log" setsid netconfd --port=830 --ncxserver-sockname="$dir/ncx.sock" --superuser=vtylab \
			--target=candidate --no-startup --log-level=info
	) &
	echo $! >"$lab_dir/pid/netconfd.pid"
	local tries
	for ((tries = 0; tries < 100; tries++)); do
		[[ -S $dir/ncx.sock ]] && break
		sleep 0.1
	done
	if ! [[ -S $dir/ncx.sock ]] || ! pid_of netconfd >/dev/null; then
		rm -f "$lab_dir/pid/netconfd.pid"
		missing netconf "netconfd did not start: see $lab_dir/log/netconfd.log"
		return
	fi
	device netconf netconf generic netconf 127.0.1.102 830 "$(hostname)" vtylab
}

# yangcli_up offers netconfd's own client behind the lab's sshd.
yangcli_up() {
	if ! command -v yangcli >/dev/null; then
		missing yangcli "the package yangcli is not installed and apt-get has none"
		return
	fi
	device yangcli yangcli yuma_yangcli ssh 127.0.1.106 2222 yangcli vtylab
}
