package netconf

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"strings"

	"github.com/vtynet/vty/internal/cli/output"
)

// form is an answer for people: indented if they asked for that.
func (o *options) form(text string) string {
	if !o.pretty {
		return text
	}
	if indented, err := indent(text); err == nil {
		return indented
	}
	return text
}

// indent puts each element on a line of its own. What is a value stays as it is, and
// so do names: they are copied, not understood.
func indent(text string) (string, error) {
	var b strings.Builder
	d := xml.NewDecoder(strings.NewReader(text))
	depth, leaf := 0, false // leaf: right after a start tag
	line := func() {
		if b.Len() > 0 {
			b.WriteString("\n" + strings.Repeat("  ", depth))
		}
	}
	for {
		from := d.InputOffset()
		token, err := d.RawToken()
		if err == io.EOF {
			return b.String(), nil
		}
		if err != nil {
			return "", err
		}
		raw := text[from:d.InputOffset()]
		switch token.(type) {
		case xml.StartElement:
			line()
			depth, leaf = depth+1, true
		case xml.EndElement:
			depth--
			if !leaf && raw != "" {
				line()
			}
			leaf = false
		case xml.CharData:
			if strings.TrimSpace(raw) == "" {
				continue
			}
		default:
			line()
		}
		b.WriteString(raw)
	}
}

// toJSON is XML as JSON: an element is an object of what stands within, or its text; one
// that comes more than once is a list; attributes have an @ before their name. Without
// a data model numbers stay text, and a list of one entry looks like none. It is nil
// where the text is no XML.
func toJSON(text string) json.RawMessage {
	d := xml.NewDecoder(strings.NewReader("<a>" + text + "</a>"))
	if _, err := d.Token(); err != nil {
		return nil
	}
	value, err := within(d, map[string]any{})
	if _, elements := value.(map[string]any); err != nil || !elements {
		return nil
	}
	out, err := output.Marshal(value)
	if err != nil {
		return nil
	}
	return bytes.TrimSpace(out)
}

// within reads up to the end of the element that is open.
func within(d *xml.Decoder, object map[string]any) (any, error) {
	var text strings.Builder
	for {
		token, err := d.Token()
		if err != nil {
			return nil, err
		}
		switch t := token.(type) {
		case xml.CharData:
			text.Write(t)
		case xml.EndElement:
			plain := strings.TrimSpace(text.String())
			if len(object) == 0 {
				return plain, nil
			}
			if plain != "" {
				object["#text"] = plain
			}
			return object, nil
		case xml.StartElement:
			inner := map[string]any{}
			for _, a := range t.Attr {
				if a.Name.Local != "xmlns" && a.Name.Space != "xmlns" {
					inner["@"+a.Name.Local] = a.Value
				}
			}
			value, err := within(d, inner)
			if err != nil {
				return nil, err
			}
			switch before := object[t.Name.Local].(type) {
			case nil:
				object[t.Name.Local] = value
			case []any:
				object[t.Name.Local] = append(before, value)
			default:
				object[t.Name.Local] = []any{before, value}
			}
		}
	}
}
