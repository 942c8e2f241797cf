#!/usr/bin/env bash
# getty.sh LOGIN PORT: a login on one end of a serial line, again and again, as init
# has it on a console; each waits for a return before it says a word. Both ends of the line stay open meanwhile: a login hangs its
# terminal up, and a pseudo-terminal that nobody holds is at its end.
set -euo pipefail
login=$(readlink -e "$1") port=$(readlink -e "$2")
(
	# In a process that leads no session: the line must not become its terminal.
	exec 8<>"$login" 9<>"$port"
	while :; do
		setsid --wait agetty --8bits --noclear --wait-cr --local-line 9600 "${login#/dev/}" vt100 8>&- 9>&- || true
		sleep 0.1
	done
)
