package platform

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// unused are the fields that no definition that comes with vty has a use for.
var unused = map[string]string{
	"Mode.Exact":    "only files of scrapli's have such patterns",
	"Typing.Line":   "no device that was tried says how long a line may be",
	"Failure.Whole": "every refusal that is known is told by one of its lines",
}

// Whatever a definition can say, one that comes with vty says: a field that nobody
// needs is no field.
func TestEveryFieldIsUsed(t *testing.T) {
	uses := map[string]bool{}
	for d := range All() {
		used(reflect.ValueOf(*d), uses)
	}
	for _, field := range fieldsOf(reflect.TypeFor[Definition]()) {
		if why := unused[field]; uses[field] == (why != "") {
			t.Errorf("%s is used %v, and said not to be: %q", field, uses[field], why)
		}
	}
}

// used notes the fields that hold something, by the name of the type that has them.
func used(v reflect.Value, uses map[string]bool) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			used(v.Elem(), uses)
		}
	case reflect.Slice:
		for i := range v.Len() {
			used(v.Index(i), uses)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				uses[v.Type().Name()+"."+f.Name] = uses[v.Type().Name()+"."+f.Name] || !v.Field(i).IsZero()
				used(v.Field(i), uses)
			}
		}
	}
}

// fieldsOf are the fields of a type of this package, those of what it is made of
// included.
func fieldsOf(of reflect.Type) []string {
	for of.Kind() == reflect.Slice || of.Kind() == reflect.Pointer {
		of = of.Elem()
	}
	if of.Kind() != reflect.Struct || of.PkgPath() != reflect.TypeFor[Definition]().PkgPath() {
		return nil
	}
	var all []string
	for i := range of.NumField() {
		if f := of.Field(i); f.IsExported() {
			all = append(append(all, of.Name()+"."+f.Name), fieldsOf(f.Type)...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// What is filled into steps, and the ways and secrets that go by a name, are used as
// well.
func TestNamesThatDefinitionsUse(t *testing.T) {
	fields, ways, arguments, secrets := map[string]string{}, map[string]string{}, map[string]string{}, map[string]string{}
	for d := range All() {
		for _, steps := range d.steps() {
			for _, s := range steps {
				for _, field := range Fields([]Step{s}) {
					fields[field] = d.Name
				}
				for _, ask := range s.Asks {
					secrets[ask.Secret] = d.Name
				}
			}
		}
		for _, tr := range d.Transitions {
			ways[tr.As] = d.Name
		}
		for _, m := range d.Modes {
			arguments[m.Argument] = d.Name
		}
	}
	for what, test := range map[string]struct {
		want string
		in   map[string]string
	}{
		"field":    {"comment label minutes seconds clock number name", fields},
		"way":      {"private shared exclusive revert checkpoint context vsys logical_system", ways},
		"argument": {"vdom session", arguments},
		"secret":   {"enable password user expert", secrets},
	} {
		for name := range strings.FieldsSeq(test.want) {
			if test.in[name] == "" {
				t.Errorf("no definition has the %s %q", what, name)
			}
		}
	}
}

// The questions that stand between a login and the prompt, of each kind that is known,
// and the answer to them that changes nothing.
func TestKindsOfDetours(t *testing.T) {
	for kind, test := range map[string]struct{ platform, line, want string }{
		"press any key":       {"", "Press any key to continue", "key \r"},
		"press return":        {"", "Press RETURN to get started!", ""},
		"a licence to read":   {"mikrotik_routeros", "Do you want to see the software license? [Y/n]:", "key n"},
		"a banner to accept":  {"fortinet_fortios", "(Press 'a' to accept):", "key a"},
		"terms to accept":     {"juniper_screenos", "Accept this agreement y/[n]", "key y"},
		"change the password": {"", "Change now? [Y/N]", "n"},
		"a new password":      {"mikrotik_routeros", "new password>", "key \x03"},
		"a first dialogue":    {"cisco_iosxe", "Would you like to enter the initial configuration dialog? [yes/no]:", "no"},
	} {
		detours := UniversalLogin().Detours
		if test.platform != "" {
			detours = append(slices.Clone(load(t, test.platform).Login.Detours), detours...)
		}
		got := "nothing"
		for _, ask := range detours {
			if ask.Prompt.MatchString(test.line) {
				if got = ask.Answer; ask.Key {
					got = "key " + got
				}
				break
			}
		}
		if got != test.want {
			t.Errorf("%s, %q: %q, want %q", kind, test.line, got, test.want)
		}
	}
}

// What sets a terminal ends with the session: nothing of it is saved or committed. A
// way that does without another mode comes before one that does not.
func TestTerminalSettingsAreOfTheSession(t *testing.T) {
	lasting := regexp.MustCompile(`(?i)\b(?:save|write|commit|copy)\b`)
	for d := range All() {
		for _, ways := range [][]Way{d.Paging, d.Width, {Way(d.Open)}} {
			elsewhere := false
			for _, way := range ways {
				in := slices.ContainsFunc(way, func(s Step) bool { return s.In != "" && s.In != d.Default })
				if elsewhere && !in {
					t.Errorf("%s: %v comes after one that needs another mode", d.Name, typedBy(way))
				}
				elsewhere = elsewhere || in
				if text := typedBy(way); lasting.MatchString(text) {
					t.Errorf("%s: %q outlasts the session", d.Name, text)
				}
			}
		}
	}
}
