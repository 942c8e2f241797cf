package scenario

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vtynet/vty/sim"
)

// ssh reads a line of the head that says how the SSH server differs from the usual.
func (p *parser) ssh(line string) (err error) {
	cfg := &p.s.Server
	key, value, _ := strings.Cut(line, " ")
	names := strings.Fields(value)
	switch key {
	case "methods":
		cfg.Methods = names
	case "kex":
		cfg.Algorithms.KeyExchanges = names
	case "ciphers":
		cfg.Algorithms.Ciphers = names
	case "macs":
		cfg.Algorithms.MACs = names
	case "key":
		cfg.RSA = names
	case "before":
		cfg.Faults.Before, err = unescape(value)
	case "late":
		cfg.Faults.Late, err = time.ParseDuration(value)
	case "stops":
		if cfg.Faults.Stops = value; !slices.Contains(sim.SSHPhases(), value) {
			return fmt.Errorf("ssh stops %q: want one of %q", value, sim.SSHPhases())
		}
	case "denies":
		cfg.Faults.Denies = names
	case "stderr":
		cfg.Faults.Stderr, err = strconv.Atoi(value)
	case "curt":
		cfg.Faults.Curt = true
	case "shy":
		cfg.Faults.Shy = true
	case "empty":
		cfg.Faults.Empty = true
	case "further":
		cfg.Faults.Further = true
	default:
		return fmt.Errorf("ssh: there is no key %q", key)
	}
	return err
}
