package netconf

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/vtynet/vty/netconf/rpc"
)

const (
	monitoringNS = "urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring"
	libraryNS    = "urn:ietf:params:xml:ns:yang:ietf-yang-library"
)

// operational is all that there is to be seen.
func (d *Device) operational() *node {
	return &node{kids: slices.Concat(d.stores[rpc.Running].kids, d.allState().kids)}
}

// allState is what is no configuration: what Config.State says, and what the device
// knows of itself.
func (d *Device) allState() *node {
	own, err := parse([]byte(d.monitoring() + d.library() + d.streams()))
	if err != nil {
		panic(err) // it is ours
	}
	own.kids = append(own.kids, d.state.kids...)
	return own
}

// monitoring is of RFC 6022.
func (d *Device) monitoring() string {
	var b strings.Builder
	b.WriteString(`<netconf-state xmlns="` + monitoringNS + `"><capabilities>`)
	for _, c := range d.caps {
		b.WriteString("<capability>" + escape(c) + "</capability>")
	}
	b.WriteString("</capabilities><schemas>")
	for _, m := range d.cfg.Modules {
		_, _ = fmt.Fprintf(&b, "<schema><identifier>%s</identifier><version>%s</version><format>yang</format><namespace>%s</namespace><location>NETCONF</location></schema>", escape(m.Name), escape(m.Revision), escape(m.Namespace))
	}
	b.WriteString("</schemas><sessions>")
	for _, id := range slices.Sorted(maps.Keys(d.clients)) {
		_, _ = fmt.Fprintf(&b, "<session><session-id>%d</session-id><transport>netconf-ssh</transport><username>%s</username><source-host>127.0.0.1</source-host><login-time>%s</login-time></session>", id, user, d.clients[id].started)
	}
	b.WriteString("</sessions></netconf-state>")
	return b.String()
}

// library is the YANG library in both of its forms.
func (d *Device) library() string {
	var old, set strings.Builder
	for _, m := range d.cfg.Modules {
		one := fmt.Sprintf("<name>%s</name><revision>%s</revision><namespace>%s</namespace>", escape(m.Name), escape(m.Revision), escape(m.Namespace))
		old.WriteString("<module>" + one + "<conformance-type>implement</conformance-type></module>")
		set.WriteString("<module>" + one + "</module>")
	}
	out := ""
	if d.has(rpc.YANGLibrary11) {
		out += `<yang-library xmlns="` + libraryNS + `"><module-set><name>all</name>` + set.String() + `</module-set><content-id>1</content-id></yang-library>`
	}
	if d.has(rpc.YANGLibrary10) {
		out += `<modules-state xmlns="` + libraryNS + `"><module-set-id>1</module-set-id>` + old.String() + `</modules-state>`
	}
	return out
}

func (d *Device) getSchema(_ *client, op *node) (string, *rpc.Error) {
	if f := identity(op.value("format")); f != "" && f != "yang" {
		return "", wrong(rpc.InvalidValue, "no schema of this format")
	}
	var found []Module
	for _, m := range d.cfg.Modules {
		if m.Name == op.value("identifier") && (op.value("version") == "" || op.value("version") == m.Revision) {
			found = append(found, m)
		}
	}
	switch len(found) {
	case 1:
		return `<data xmlns="` + monitoringNS + `">` + escape(found[0].Text) + `</data>`, nil
	case 0:
		return "", wrong(rpc.InvalidValue, "no such schema")
	}
	e := wrong(rpc.OperationFailed, "several revisions")
	e.AppTag = "data-not-unique"
	return "", e
}
