package main

import (
	"fmt"
	"time"
)

// The delays of the long lines.
const (
	nearby = 25 * time.Millisecond
	remote = 50 * time.Millisecond
)

// turns of the floor and vty are taken in each run of a row of milliseconds.
const turns = 3

var pair = []string{floor, ours}

// rows is the work, first over SSH, then over Telnet.
func rows(quick bool) []row {
	var all []row
	for _, t := range []string{"ssh", "telnet"} {
		all = append(all,
			row{title: "Open, `show version`, close", transport: t, work: "open", n: 50, turns: turns, limit: "1.3 x wall and CPU"},
			row{title: "The same on a line of 25 ms", transport: t, work: "open", n: 3, delay: nearby, limit: "3 round trips fewer", runs: 3},
			row{title: "1,000 short commands, each awaited", transport: t, work: "commands", n: 1000, turns: turns, limit: "1.25 x wall and CPU; 50 x faster than scrapligo v1"},
			row{title: "20,000 lines (1.2 MB)", transport: t, work: "lines", n: 20_000, turns: turns, limit: "1.3 x wall and CPU, memory 1.2 x text"},
			row{title: "200,000 lines (12 MB)", transport: t, work: "lines", n: 200_000, turns: turns, limit: "1.3 x wall and CPU, memory 1.2 x text"},
			row{title: "20,000 lines, streamed", transport: t, work: "stream", n: 20_000, turns: turns, limit: "constant memory"},
			row{title: "200,000 lines, streamed", transport: t, work: "stream", n: 200_000, turns: turns, limit: "constant memory"},
			row{title: "2,000,000 lines, streamed", transport: t, work: "stream", n: 2_000_000, limit: "constant memory", only: pair, runs: 3},
			row{title: "20,000 lines in 100-byte packets", transport: t, work: "lines", n: 20_000, packet: 100, limit: "1.5 x wall and CPU"},
			row{title: "20,000 lines, one byte at a time", transport: t, work: "lines", n: 20_000, packet: 1, limit: "1.5 x wall and CPU", only: pair, runs: 7},
			row{title: "100 sessions at once: open, 3 commands, close", transport: t, work: "fleet", n: 100, turns: turns, limit: "1.15 x CPU"},
			row{title: "1,000 sessions at once", transport: t, work: "fleet", n: 1000, turns: turns, limit: "1.15 x CPU"},
			row{title: "5,000 sessions at once", transport: t, work: "fleet", n: 5000, limit: "1.15 x CPU", only: pair},
			row{title: "500 idle sessions", transport: t, work: "hold", n: 500, limit: "1.2 x memory"},
			row{title: "5,000 idle sessions", transport: t, work: "hold", n: 5000, limit: "1.2 x memory", only: pair, runs: 3},
			row{title: "1,000 configuration lines on a line of 50 ms", transport: t, work: "config", n: 1000, delay: remote, limit: "40 round trips", only: []string{ours}, runs: 1},
		)
	}
	if quick {
		var short []row
		seen := map[string]bool{}
		for _, r := range all {
			kind := fmt.Sprint(r.transport, r.work, r.packet, r.delay)
			if seen[kind] {
				continue
			}
			seen[kind] = true
			r.only, r.runs, r.turns = pair, 1, 0
			r.n = min(r.n, map[string]int{"open": 2, "commands": 20, "lines": 200, "stream": 200, "fleet": 4, "hold": 4, "config": 5}[r.work])
			short = append(short, r)
		}
		return short
	}
	return all
}
