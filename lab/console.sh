# shellcheck shell=bash disable=SC2154 # here is from up, lab_dir from lib.sh
# Consoles: a Linux login on a serial line, which is a pair of pseudo-terminals with
# socat between them. ser2net has the other end of some lines, as a console server
# would; of the rest it is the port itself. There are three of each kind, since a
# console has one user, and tests of several packages run at once.

consoles_up() {
	local k tries
	command -v agetty >/dev/null || die "no agetty: it is in Debian's util-linux or agetty"
	{
		printf '%%YAML 1.1\n---\n'
		for k in 1 2 3; do
			console_server "$k" "telnet(rfc2217),tcp,127.0.1.108,221$k"
			console_server "$((k + 3))" "tcp,127.0.1.108,400$k"
		done
	} >"$lab_dir/ser2net.yaml"
	for k in {1..9}; do
		become "$lab_dir/log/console.log" setsid socat \
			"PTY,raw,echo=0,link=$lab_dir/console$k.login,ignoreeof" "PTY,raw,echo=0,link=$lab_dir/console$k.port,ignoreeof" &
		echo $! >"$lab_dir/pid/console$k.pid"
		for ((tries = 0; tries < 200; tries++)); do
			[[ -e $lab_dir/console$k.port && -e $lab_dir/console$k.login ]] && break
			sleep 0.05
		done
		become "$lab_dir/log/console.log" setsid bash "$here/getty.sh" "$lab_dir/console$k.login" "$lab_dir/console$k.port" &
		echo $! >"$lab_dir/pid/getty$k.pid"
	done
	# -u: no lock files, which would outlive the lab.
	become "$lab_dir/log/ser2net.log" setsid ser2net -n -d -u -c "$lab_dir/ser2net.yaml" &
	echo $! >"$lab_dir/pid/ser2net.pid"
	for k in 1 2 3; do
		{ wait_port 127.0.1.108 "221$k" && wait_port 127.0.1.108 "400$k"; } || die "ser2net does not answer: see $lab_dir/log/ser2net.log"
		device "console-rfc2217-$k" console_rfc2217 linux rfc2217 127.0.1.108 "221$k" "$(hostname)" vtylab
		device "console-raw-$k" console_raw linux raw 127.0.1.108 "400$k" "$(hostname)" vtylab
		device "console-serial-$k" console_serial linux serial "$lab_dir/console$((k + 6)).port" 0 "$(hostname)" vtylab
	done
}

# console_server is ser2net's word for one line. Who only looks whether the port
# answers takes nothing away from who uses it.
console_server() {
	cat <<-CONNECTION
		connection: &console$1
		  accepter: $2
		  connector: serialdev,$lab_dir/console$1.port,9600n81,local
		  options:
		    max-connections: 4
	CONNECTION
}
