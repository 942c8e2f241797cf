# shellcheck shell=bash disable=SC2154 # lab_dir is from lib.sh, the passwords are from up
# A Linux login over Telnet. The daemon expects to be handed a connected socket, as
# inetd does; socat does the same (nofork) and leaves the machine's inetd alone.

telnetd_up() {
	become "$lab_dir/log/telnetd.log" setsid socat -lf "$lab_dir/log/telnetd.log" \
		TCP-LISTEN:2323,bind=127.0.1.101,reuseaddr,fork,backlog=64 \
		EXEC:"/usr/sbin/telnetd",nofork &
	echo $! >"$lab_dir/pid/telnetd.pid"
	wait_port 127.0.1.101 2323 || die "telnetd does not answer: see $lab_dir/log/telnetd.log"
	device linux-telnet linux_telnet linux telnet 127.0.1.101 2323 "$(hostname)" vtylab
}
