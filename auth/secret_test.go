package auth

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"
)

const hidden = "hunter2"

type exported struct{ Password Secret }
type unexported struct{ password Secret }
type nested struct {
	list []Secret
	dict map[string]Secret
	ptr  *Secret
	any  any
}

// Whatever a Secret is buried in, no verb prints the text, nor its bytes in
// hexadecimal or decimal.
func TestNoVerbPrintsASecret(t *testing.T) {
	s := NewSecret(hidden)
	values := map[string]any{
		"value":      s,
		"pointer":    &s,
		"slice":      []Secret{s},
		"map":        map[string]Secret{"k": s},
		"key":        map[Secret]int{s: 1},
		"exported":   exported{s},
		"unexported": unexported{s},
		"pointer to": &unexported{s},
		"nested":     nested{list: []Secret{s}, dict: map[string]Secret{"k": s}, ptr: &s, any: s},
		"error":      fmt.Errorf("bad password %v", s),
		"key method": KeyMethod{PEM: s},
		"methods":    []Method{Password(Literal(hidden)), Key(s, Literal(hidden))},
	}
	forms := []string{hidden, fmt.Sprintf("%x", hidden), fmt.Sprintf("%X", hidden), "104 117 110", "0x68"}
	for name, v := range values {
		for _, verb := range "vsqxXdoObcUeEfFgGtp" {
			for _, flags := range []string{"", "+", "#", " ", "-20", "020", "# "} {
				format := "%" + flags + string(verb)
				out := fmt.Sprintf(format, v)
				for _, form := range forms {
					if strings.Contains(out, form) {
						t.Errorf("%s: %s prints %q", name, format, out)
					}
				}
			}
		}
	}
}

func TestNoEncoderWritesASecret(t *testing.T) {
	s := NewSecret(hidden)
	values := []any{s, &s, exported{s}, unexported{s}, []Secret{s}, map[string]Secret{"k": s}, map[Secret]string{s: "v"}, KeyMethod{PEM: s}}
	for _, v := range values {
		out, err := json.Marshal(v)
		if err == nil && strings.Contains(string(out), hidden) {
			t.Errorf("JSON of %T: %s", v, out)
		}
		out, err = xml.Marshal(v)
		if err == nil && strings.Contains(string(out), hidden) {
			t.Errorf("XML of %T: %s", v, out)
		}
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("m", "v", v)
		slog.New(slog.NewJSONHandler(&log, nil)).Info("m", "v", v, slog.Group("g", "v", v))
		if strings.Contains(log.String(), hidden) {
			t.Errorf("slog of %T: %s", v, log.String())
		}
	}
	if out, err := json.Marshal(exported{s}); err != nil || string(out) != `{"Password":"[secret]"}` {
		t.Errorf("JSON = %s, %v", out, err)
	}
}

func TestSecretTellsEmptyFromAbsent(t *testing.T) {
	for _, tc := range []struct {
		secret  Secret
		text    string
		present bool
	}{
		{Secret{}, "", false},
		{NewSecret(""), "", true},
		{NewSecret(hidden), hidden, true},
	} {
		if tc.secret.Reveal() != tc.text || tc.secret.Present() != tc.present {
			t.Errorf("Reveal = %q, Present = %t; want %q, %t", tc.secret.Reveal(), tc.secret.Present(), tc.text, tc.present)
		}
	}
	if !reflect.DeepEqual(NewSecret("a"), NewSecret("a")) || reflect.DeepEqual(NewSecret("a"), NewSecret("b")) {
		t.Error("DeepEqual does not compare the texts")
	}
}
