package fanout

import (
	"cmp"
	"fmt"
	"io"
	"net"
	"strconv"
	"text/tabwriter"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/internal/cli/output"
	"github.com/vtynet/vty/internal/cli/target"
)

// planned is a host of a plan, in JSON.
type planned struct {
	Host      string   `json:"host"`
	Address   string   `json:"address"`
	Transport string   `json:"transport"`
	Platform  string   `json:"platform"`
	User      string   `json:"user"`
	Jump      string   `json:"jump"`
	Wave      string   `json:"wave"`
	Send      []string `json:"send"`
}

// Plan writes what would be done on hosts, without doing it: where each is, who
// would log in, and what send gives for it.
func (f *Flags) Plan(w io.Writer, format output.Format, targets []*target.Target, send func(t *target.Target) []string) error {
	if _, err := f.options(len(targets)); err != nil {
		return err
	}
	var hosts []planned
	for i, t := range targets {
		hosts = append(hosts, planned{
			Host: t.Label, Address: net.JoinHostPort(t.Host.Name, strconv.Itoa(t.Port())), Platform: t.Platform(), User: t.Config.User,
			Transport: string(cmp.Or(t.Config.Transport, vty.SSH)), Jump: t.Jump, Wave: f.wave(i), Send: send(t),
		})
	}
	if format == output.JSON || format == output.JSONL {
		list := output.NewList(w, format == output.JSONL)
		for _, h := range hosts {
			if err := list.Add(h); err != nil {
				return err
			}
		}
		return list.Close()
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "host\taddress\ttransport\tplatform\tuser\tjump\twave")
	for _, h := range hosts {
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", h.Host, h.Address, h.Transport, h.Platform,
			cmp.Or(h.User, "-"), cmp.Or(h.Jump, "-"), cmp.Or(h.Wave, "-"))
	}
	return table.Flush()
}
