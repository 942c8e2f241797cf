package netconf

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// node is an element of a datastore, or of a request.
type node struct {
	space, local string
	text         string
	prefixes     string // declarations that the text of a leaf needs
	mark         string // an attribute that is shown, as it is written
	operation    string // of edit-config
	attrs        []xml.Attr
	kids         []*node
}

// parse reads elements. The result stands for what is around them.
func parse(doc []byte) (*node, error) {
	d := xml.NewDecoder(bytes.NewReader(doc))
	root := &node{}
	open := []*node{root}
	scopes := []map[string]string{{}}
	for {
		token, err := d.Token()
		if err == io.EOF {
			return root, nil
		}
		if err != nil {
			return nil, err
		}
		top := open[len(open)-1]
		switch t := token.(type) {
		case xml.StartElement:
			n := &node{space: t.Name.Space, local: t.Name.Local}
			scope := maps.Clone(scopes[len(scopes)-1])
			for _, a := range t.Attr {
				switch {
				case a.Name.Space == "xmlns":
					scope[a.Name.Local] = a.Value
				case a.Name.Local == "operation" && a.Name.Space == baseNS:
					n.operation = a.Value
				case a.Name.Local != "xmlns":
					n.attrs = append(n.attrs, a)
				}
			}
			top.kids = append(top.kids, n)
			open, scopes = append(open, n), append(scopes, scope)
		case xml.EndElement:
			top.settle(scopes[len(scopes)-1])
			open, scopes = open[:len(open)-1], scopes[:len(scopes)-1]
		case xml.CharData:
			top.text += string(t)
		}
	}
}

// settle drops the blank space between elements, and keeps the prefixes of a value
// such as "ianaift:ethernetCsmacd".
func (n *node) settle(scope map[string]string) {
	if len(n.kids) > 0 || strings.TrimSpace(n.text) == "" {
		n.text = ""
		return
	}
	for _, prefix := range slices.Sorted(maps.Keys(scope)) {
		if strings.Contains(n.text, prefix+":") {
			n.prefixes += fmt.Sprintf(` xmlns:%s="%s"`, prefix, escape(scope[prefix]))
		}
	}
}

// kid is the first element of this name within.
func (n *node) kid(local string) *node {
	if n != nil {
		for _, k := range n.kids {
			if k.local == local {
				return k
			}
		}
	}
	return nil
}

// value is the text of the element of this name within, without blanks around it.
func (n *node) value(local string) string {
	if k := n.kid(local); k != nil {
		return strings.TrimSpace(k.text)
	}
	return ""
}

// attr is the value of an attribute.
func (n *node) attr(local string) string {
	for _, a := range n.attrs {
		if a.Name.Local == local {
			return a.Value
		}
	}
	return ""
}

func (n *node) clone() *node {
	if n == nil {
		return nil
	}
	c := *n
	c.kids = make([]*node, len(n.kids))
	for i, k := range n.kids {
		c.kids[i] = k.clone()
	}
	return &c
}

// String is what stands within, as XML.
func (n *node) String() string {
	var b strings.Builder
	for _, k := range n.kids {
		k.write(&b, "")
	}
	return b.String()
}

// write writes the element, within one of the namespace given.
func (n *node) write(b *strings.Builder, within string) {
	b.WriteString("<" + n.local)
	if n.space != within {
		b.WriteString(` xmlns="` + escape(n.space) + `"`)
	}
	b.WriteString(n.prefixes + n.mark)
	if n.text == "" && len(n.kids) == 0 {
		b.WriteString("/>")
		return
	}
	b.WriteString(">" + escape(n.text))
	for _, k := range n.kids {
		k.write(b, n.space)
	}
	b.WriteString("</" + n.local + ">")
}

// escape makes text of XML, in elements and in attributes. Line feeds stay what they
// are.
func escape(text string) string { return escaper.Replace(text) }

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "\r", "&#xD;")
