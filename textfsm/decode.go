package textfsm

import (
	"encoding"
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// Decode fills the struct that into points to. A field takes the value that its
// tag names, as in `textfsm:"INTERFACE"`, upper or lower case being the same;
// fields without a tag and values without a field are left alone. A field may be a
// string, a bool, a number, an encoding.TextUnmarshaler, or for a List a slice of
// those, or of structs with tags or maps of strings for nested groups. An empty
// text leaves what is no string at its zero value.
func (r Record) Decode(into any) error {
	target := reflect.ValueOf(into)
	if target.Kind() != reflect.Pointer || target.IsNil() || target.Elem().Kind() != reflect.Struct {
		return fmt.Errorf("a record decodes into a pointer to a struct, not into a %T", into)
	}
	return eachTagged(target.Elem(), func(name string, field reflect.Value) error {
		for i, n := range r.names {
			if strings.EqualFold(n, name) {
				return r.Values[i].decode(field)
			}
		}
		return fmt.Errorf("the record has no value %s", name)
	})
}

// eachTagged calls set for the fields of a struct that have a tag.
func eachTagged(target reflect.Value, set func(name string, field reflect.Value) error) error {
	kind := target.Type()
	for i := range kind.NumField() {
		name := kind.Field(i).Tag.Get("textfsm")
		if name == "" || name == "-" || !kind.Field(i).IsExported() {
			continue
		}
		if err := set(name, target.Field(i)); err != nil {
			return fmt.Errorf("field %s: %w", kind.Field(i).Name, err)
		}
	}
	return nil
}

func (v Value) decode(field reflect.Value) error {
	if v.List == nil {
		return decodeText(v.Text, field)
	}
	if field.Kind() != reflect.Slice {
		return fmt.Errorf("a List decodes into a slice, not into a %s", field.Type())
	}
	list := reflect.MakeSlice(field.Type(), len(v.List), len(v.List))
	for i, item := range v.List {
		if err := item.decode(list.Index(i)); err != nil {
			return err
		}
	}
	field.Set(list)
	return nil
}

func (i Item) decode(field reflect.Value) error {
	_, unmarshaler := field.Addr().Interface().(encoding.TextUnmarshaler)
	switch {
	case i.Groups == nil || unmarshaler:
		return decodeText(i.Text, field)
	case field.Kind() == reflect.Struct:
		return eachTagged(field, func(name string, inner reflect.Value) error {
			for _, g := range i.Groups {
				if strings.EqualFold(g.Name, name) {
					return decodeText(g.Text, inner)
				}
			}
			return fmt.Errorf("the List has no group %s", name)
		})
	case field.Type() == reflect.TypeFor[map[string]string]():
		groups := map[string]string{}
		for _, g := range i.Groups {
			groups[g.Name] = g.Text
		}
		field.Set(reflect.ValueOf(groups))
		return nil
	}
	return fmt.Errorf("groups decode into a struct or a map of strings, not into a %s", field.Type())
}

func decodeText(text string, field reflect.Value) error {
	if u, ok := field.Addr().Interface().(encoding.TextUnmarshaler); ok {
		if text == "" {
			return nil
		}
		return u.UnmarshalText([]byte(text))
	}
	if field.Kind() == reflect.String {
		field.SetString(text)
		return nil
	}
	if text == "" {
		field.SetZero()
		return nil
	}
	switch {
	case field.Kind() == reflect.Bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return err
		}
		field.SetBool(b)
	case field.CanInt():
		n, err := strconv.ParseInt(text, 10, field.Type().Bits())
		if err != nil {
			return err
		}
		field.SetInt(n)
	case field.CanUint():
		n, err := strconv.ParseUint(text, 10, field.Type().Bits())
		if err != nil {
			return err
		}
		field.SetUint(n)
	case field.CanFloat():
		n, err := strconv.ParseFloat(text, field.Type().Bits())
		if err != nil {
			return err
		}
		field.SetFloat(n)
	default:
		return fmt.Errorf("a text does not decode into a %s", field.Type())
	}
	return nil
}
