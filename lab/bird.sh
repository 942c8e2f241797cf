# shellcheck shell=bash disable=SC2154 # lab_dir is from lib.sh
# A BIRD router, and its birdc behind the lab's sshd. It has no protocol that would
# touch the kernel's routes.

bird_up() {
	local dir=$lab_dir/bird
	if ! command -v bird >/dev/null; then
		missing bird_birdc "the package bird2 is not installed and apt-get has none"
		return
	fi
	install -d "$dir"
	bird_config >"$dir/bird.conf"
	(become "$lab_dir/log/bird.log" bird -c "$dir/bird.conf" -s "$dir/bird.ctl" -P "$lab_dir/pid/bird.pid") ||
		die "bird did not start: see $lab_dir/log/bird.log"
	chmod 666 "$dir/bird.ctl"
	device bird bird_birdc bird_birdc ssh 127.0.1.105 2222 bird vtylab
}

# bird_config has routes enough for several pages.
bird_config() {
	local i
	echo "log \"$lab_dir/log/bird.log\" all;"
	echo "router id 127.0.1.105;"
	echo "protocol device {}"
	echo "protocol static lab { ipv4;"
	for ((i = 0; i < 200; i++)); do
		echo " route 10.$i.0.0/16 blackhole;"
	done
	echo "}"
}
