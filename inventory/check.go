package inventory

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/vtynet/vty/platform"
)

// Check looks for what will go wrong: platforms that nobody knows, hosts with the
// same address and port, secrets that cannot be had, and what was strange when the
// inventory was read. It asks for each secret once.
func (inv *Inventory) Check(ctx context.Context) []Problem {
	problems := slices.Clone(inv.problems)
	known := map[string]error{}
	addresses := map[string]*Host{}
	asked := map[Origin]bool{}
	for _, h := range inv.hosts {
		at := "hosts." + h.name
		if p := h.values[FieldPlatform]; p != nil && p.Text() != "auto" {
			err, ok := known[p.Text()]
			if !ok {
				_, err = inv.library.Load(p.Text())
				known[p.Text()] = err
			}
			if unknown, ok := errors.AsType[*platform.UnknownError](err); ok {
				text := fmt.Sprintf("%q is no platform that vty knows", p.Text())
				if len(unknown.Near) > 0 {
					text += "; did you mean " + unknown.Near[0] + "?"
				}
				problems = append(problems, Problem{Origin: p.Origin, Field: at + ".platform", Text: text})
			}
		}
		address := h.Address()
		if first := addresses[address]; first != nil {
			problems = append(problems, Problem{Origin: h.origin, Field: at + ".address", Warning: true,
				Text: fmt.Sprintf("is %s, as that of %s at %s", address, first.name, first.origin)})
		} else {
			addresses[address] = h
		}
		for _, field := range []string{FieldPassword, FieldEnable, FieldPassphrase} {
			src := h.secret(field)
			if src == nil || asked[h.values[field].Origin] {
				continue
			}
			asked[h.values[field].Origin] = true
			if _, err := src.Secret(ctx); err != nil {
				problems = append(problems, Problem{Origin: h.values[field].Origin, Field: at + "." + field, Text: "cannot be had: " + err.Error()})
			}
		}
	}
	return problems
}
