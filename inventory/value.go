package inventory

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/internal/home"
)

// Origin is the place where a value was written.
type Origin struct {
	File string // or the address that it was fetched from
	Line int    // from 1; 0 where the place has no lines
}

// String is FILE:LINE, as compilers write it.
func (o Origin) String() string {
	if o.Line == 0 {
		return o.File
	}
	return o.File + ":" + strconv.Itoa(o.Line)
}

// Value is one value of an inventory and where it was written. It is read-only.
type Value struct {
	// Any is a string, an int64, a float64, a bool, nil, a []*Value, a
	// map[string]*Value, or an auth.Source where the value is a secret.
	Any    any
	Origin Origin
	// Layer is whose the value is: "host r1", "group leaf", "defaults".
	Layer string
}

// Text is a scalar as text; "" for lists, maps and secrets, which have none.
func (v *Value) Text() string {
	if v == nil {
		return ""
	}
	switch x := v.Any.(type) {
	case string:
		return x
	case int64, float64, bool:
		return fmt.Sprint(x)
	}
	return ""
}

// Plain is the value as templates and encoders want it: strings, numbers, bools,
// []any and map[string]any. A secret is an auth.Secret without a text, which every
// way of printing shows as "[secret]".
func (v *Value) Plain() any {
	if v == nil {
		return nil
	}
	switch x := v.Any.(type) {
	case []*Value:
		out := make([]any, len(x))
		for i, e := range x {
			out[i] = e.Plain()
		}
		return out
	case map[string]*Value:
		out := make(map[string]any, len(x))
		for k, e := range x {
			out[k] = e.Plain()
		}
		return out
	case auth.Source:
		return auth.Secret{}
	}
	return v.Any
}

// At finds what a path of keys separated by points leads to: "bgp.as",
// "interfaces.0.name". Keys that hold points themselves are found too. Nil where
// there is nothing.
func (v *Value) At(path string) *Value {
	if v == nil || path == "" {
		return v
	}
	switch x := v.Any.(type) {
	case map[string]*Value:
		if e, ok := x[path]; ok {
			return e
		}
		for i := range len(path) {
			if path[i] == '.' {
				if e, ok := x[path[:i]]; ok {
					if found := e.At(path[i+1:]); found != nil {
						return found
					}
				}
			}
		}
	case []*Value:
		head, rest, _ := strings.Cut(path, ".")
		if i, err := strconv.Atoi(head); err == nil && i >= 0 && i < len(x) {
			return x[i].At(rest)
		}
	}
	return nil
}

// texts are the texts of a scalar, or of the scalars of a list; the keys of a map.
func (v *Value) texts() []string {
	if v == nil {
		return nil
	}
	switch x := v.Any.(type) {
	case []*Value:
		var out []string
		for _, e := range x {
			out = append(out, e.texts()...)
		}
		return out
	case map[string]*Value:
		return slices.Sorted(maps.Keys(x))
	case nil, auth.Source:
		return nil
	}
	return []string{v.Text()}
}

// files are texts that name files, of which some may be written as ~/PATH.
func (v *Value) files() []string {
	files := v.texts()
	for i, f := range files {
		files[i] = home.Expand(f)
	}
	return files
}

// under tells every value below v, and v itself, whose it is; where that is known
// already, it stays.
func (v *Value) under(layer string) *Value {
	if v.Layer != "" {
		return v
	}
	out := &Value{Any: v.Any, Origin: v.Origin, Layer: layer}
	switch x := v.Any.(type) {
	case []*Value:
		list := make([]*Value, len(x))
		for i, e := range x {
			list[i] = e.under(layer)
		}
		out.Any = list
	case map[string]*Value:
		m := make(map[string]*Value, len(x))
		for k, e := range x {
			m[k] = e.under(layer)
		}
		out.Any = m
	}
	return out
}
