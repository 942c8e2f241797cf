package fanout

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"
	"github.com/vtynet/vty/fleet"
	"github.com/vtynet/vty/internal/cli/exit"
)

// Flags are the flags of every verb that works on many hosts: how many at once, how
// fast, in which waves, and when to stop.
type Flags struct {
	workers    int
	rate       float64
	loginRate  float64
	perGroup   []string
	perJump    int
	retries    int
	batch      int
	canary     int
	limit      string
	logins     int
	host       time.Duration
	inactivity time.Duration
}

// Register adds the flags to those of a verb that works on so many hosts at once
// unless told otherwise.
func (f *Flags) Register(set *pflag.FlagSet, workers int) {
	set.IntVarP(&f.workers, "workers", "w", workers, "how many hosts at once")
	set.StringArrayVar(&f.perGroup, "group-limit", nil, "how many hosts of a group of the inventory at once, GROUP=N; repeatable")
	set.IntVar(&f.perJump, "jump-limit", 0, "how many hosts at once behind each jump host (default no limit)")
	set.Float64Var(&f.rate, "rate", 0, "new connections a second, in all (default no limit)")
	set.Float64Var(&f.loginRate, "login-rate", 0, "logins a second at each group of AAA servers, which the inventory's aaa names (default no limit)")
	set.IntVar(&f.retries, "retries", 0, "how often to try a host again that could not be reached; nothing that was typed is repeated")
	set.IntVar(&f.canary, "canary", 0, "do so many hosts first, and the others only if all went well")
	set.IntVar(&f.batch, "batch", 0, "do so many hosts, and the next only when all of them are done")
	set.StringVar(&f.limit, "limit-failures", "", "begin no more hosts once more than N have failed, or more than N%")
	set.IntVar(&f.logins, "auth-failures", 3, "begin no more hosts with an account that was refused so often in a row, before it is locked (0 no limit)")
	set.DurationVar(&f.host, "host-timeout", 0, "limit on each host, all its commands together (default none)")
}

// RegisterTyping adds the flags of verbs that type into sessions.
func (f *Flags) RegisterTyping(set *pflag.FlagSet) {
	set.DurationVar(&f.inactivity, "inactivity", 0, "give a host up once no byte has come or gone for so long (default none)")
}

// options are what the flags mean for so many hosts.
func (f *Flags) options(hosts int) ([]fleet.Option, error) {
	for name, n := range map[string]float64{
		"jump-limit": float64(f.perJump), "rate": f.rate, "login-rate": f.loginRate, "retries": float64(f.retries), "canary": float64(f.canary),
		"batch": float64(f.batch), "auth-failures": float64(f.logins), "host-timeout": float64(f.host), "inactivity": float64(f.inactivity),
	} {
		if n < 0 || math.IsNaN(n) || math.IsInf(n, 0) {
			return nil, exit.Misused(fmt.Errorf("--%s: want 0 or more", name))
		}
	}
	if f.workers < 1 {
		return nil, exit.Misused(fmt.Errorf("--workers %d: want 1 or more", f.workers))
	}
	tolerated, err := f.tolerated(hosts)
	if err != nil {
		return nil, exit.Misused(fmt.Errorf("--limit-failures %q: %w", f.limit, err))
	}
	opts := []fleet.Option{
		fleet.Sessions(f.workers), fleet.JumpSessions(f.perJump), fleet.Connections(f.rate), fleet.Logins(f.loginRate), fleet.Retries(f.retries, 0),
		fleet.Canary(f.canary), fleet.Batch(f.batch), fleet.Tolerate(tolerated), fleet.AuthFailures(f.logins),
		fleet.HostLimit(f.host), fleet.Inactivity(f.inactivity),
	}
	for _, text := range f.perGroup {
		group, count, ok := strings.Cut(text, "=")
		n, err := strconv.Atoi(count)
		if !ok || group == "" || err != nil || n < 1 {
			return nil, exit.Misused(fmt.Errorf("--group-limit %q: want GROUP=N, such as core=2", text))
		}
		opts = append(opts, fleet.GroupSessions(group, n))
	}
	return opts, nil
}

// tolerated is how many of so many hosts may fail, -1 for any number.
func (f *Flags) tolerated(hosts int) (int, error) {
	if f.limit == "" {
		return -1, nil
	}
	number, percent := strings.CutSuffix(f.limit, "%")
	n, err := strconv.Atoi(number)
	if err != nil || n < 0 || percent && n > 100 {
		return 0, errors.New("want a number from 0 on, or a percentage such as 5%")
	}
	if percent {
		n = hosts * n / 100
	}
	return n, nil
}

// wave names the wave that host i of so many is in; "" where all are one.
func (f *Flags) wave(i int) string {
	switch {
	case i < f.canary:
		return "canary"
	case f.batch > 0:
		return fmt.Sprintf("batch %d", (i-f.canary)/f.batch+1)
	case f.canary > 0:
		return "others"
	}
	return ""
}
