# shellcheck shell=bash
# What lab/up, lab/down and lab/status share: where the lab keeps its state, which
# processes are its own, and how to end just those. Sourced, never run.

lab_dir=${VTY_LAB_DIR:-/run/vty-lab}
lab_users=(vtylab vtylabmotd) # the second has no .hushlogin: its logins begin with the news of the day
lab_comment='vty lab'         # in the password file, so that lab/down knows an account for the lab's own

say() { printf 'lab: %s\n' "$*"; }
die() {
	printf 'lab: %s\n' "$*" >&2
	exit 1
}

# need_root refuses, with the way out, what only root can do here.
need_root() {
	[[ $(uname -s) == Linux ]] || die "the lab is made of Linux daemons; this is $(uname -s)"
	((EUID == 0)) || die "needs root, for accounts and daemons: try 'sudo lab/$1'"
}

# one_at_a_time runs the calling script again under a lock of the whole machine,
# because the lab's addresses are the machine's. The daemons do not inherit it (-o).
one_at_a_time() {
	[[ -n ${LAB_LOCKED-} ]] && return
	mkdir -p /run/lock
	LAB_LOCKED=1 exec flock -o /run/lock/vty-lab.lock bash "$0" "$@"
}

# pid_of prints the process behind a pid file, if that process is still the lab's:
# after a crash the number may be someone else's, who was not started with lab_dir.
pid_of() {
	local pid
	pid=$(cat "$lab_dir/pid/$1.pid" 2>/dev/null) && [[ $pid =~ ^[0-9]+$ ]] || return 1
	tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -qF "$lab_dir/" || return 1
	echo "$pid"
}

# started lists the daemons that the lab started, running or not.
started() {
	local file
	for file in "$lab_dir"/pid/*.pid; do
		[[ -e $file ]] && basename "$file" .pid
	done
	return 0
}

# stopped prints the daemons that were started and run no more.
stopped() {
	local name
	for name in $(started); do
		pid_of "$name" >/dev/null || echo "$name"
	done
}

# lab_is_up: the inventory is whole, and every daemon that was started still runs.
lab_is_up() {
	[[ -s $lab_dir/lab.json && -z $(stopped) ]]
}

# family prints a process and all that descend from it: an SSH session is a child
# of its daemon in a session of its own, so a process group would miss it.
family() {
	local child
	echo "$1"
	# shellcheck disable=SC2013 # the children stand on one line
	for child in $(cat "/proc/$1/task/"*/children 2>/dev/null); do
		family "$child"
	done
}

# running tells whether any of the processes still runs; one that is dead and not
# yet collected by its parent no longer counts.
running() {
	local pid state
	for pid in "$@"; do
		state=$(sed -n 's/^State:\t\(.\).*/\1/p' "/proc/$pid/status" 2>/dev/null) || continue
		[[ $state && $state != [ZX] ]] && return
	done
	return 1
}

# end asks processes to go, and after five seconds makes them.
end() {
	(($#)) || return 0
	local tries
	kill -TERM "$@" 2>/dev/null || true
	for ((tries = 0; tries < 50; tries++)); do
		running "$@" || return 0
		sleep 0.1
	done
	kill -KILL "$@" 2>/dev/null || true
}

# processes_of lists what runs as a user: sessions whose daemon died before them.
processes_of() {
	local proc
	for proc in /proc/[0-9]*; do
		[[ $(stat -c %U "$proc" 2>/dev/null) == "$1" ]] && basename "$proc"
	done
	return 0
}

# is_ours tells whether the lab made an account.
is_ours() {
	[[ $(getent passwd "$1" | cut -d: -f5) == "$lab_comment"* ]]
}

# take_down ends every daemon and session of the lab, and removes its accounts and state.
take_down() {
	local name pid user pids=()
	for name in $(started); do
		if pid=$(pid_of "$name"); then
			mapfile -t -O "${#pids[@]}" pids < <(family "$pid")
		fi
	done
	end "${pids[@]}"
	for user in "${lab_users[@]}"; do
		is_ours "$user" || continue
		mapfile -t pids < <(processes_of "$user")
		end "${pids[@]}"
		userdel "$user" 2>/dev/null || true
	done
	[[ -d $lab_dir ]] || return 0
	for name in "$lab_dir"/r[0-9]* "$lab_dir/daemons"; do
		[[ -d $name ]] && rm -rf "/run/frr/${name##*/}" "/etc/frr/${name##*/}"
	done
	rm -rf "$lab_dir"
}

# become LOG COMMAND...: makes of this shell a command that holds on to nothing of the
# caller's. A daemon that inherits a pipe keeps whoever reads it waiting for as long as
# it lives. For a subshell or with &.
become() {
	local log=$1 fd
	shift
	for fd in /proc/"$BASHPID"/fd/*; do
		fd=${fd##*/}
		((fd > 2)) && eval "exec $fd>&-"
	done
	exec "$@" </dev/null >>"$log" 2>&1
}

# wait_text waits until a device greets with a text that ends in a colon, a
# minute at most: a router accepts long before it has read its configuration.
wait_text() {
	local begin=$SECONDS
	while ((SECONDS - begin < 60)); do
		# shellcheck disable=SC2016 # the inner shell's own arguments
		timeout 5 bash -c 'exec 3<>"/dev/tcp/$0/$1"
			while IFS= read -r -t 4 -d: text <&3; do
				[[ $text == *"$2" ]] && exit 0
			done
			exit 1' "$1" "$2" "${3%:}" 2>/dev/null && return
	done
	return 1
}

# wait_port waits until something accepts at an address, ten seconds at most.
wait_port() {
	local tries
	for ((tries = 0; tries < 200; tries++)); do
		(exec 3<>"/dev/tcp/$1/$2") 2>/dev/null && return
		sleep 0.05
	done
	return 1
}

# print_devices shows the inventory to a person.
print_devices() {
	column -t -s $'\t' "$lab_dir/devices.tsv" 2>/dev/null || cat "$lab_dir/devices.tsv"
	[[ -s $lab_dir/missing.tsv ]] && sed 's/^/lab: left out: /; s/\t/: /' "$lab_dir/missing.tsv"
	say "passwords and keys: $lab_dir/lab.json; for a shell: . $lab_dir/lab.env"
}
