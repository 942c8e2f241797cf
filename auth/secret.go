package auth

import (
	"encoding/json"
	"fmt"
	"log/slog"
)

// masked is what every way of printing a secret shows.
const masked = "[secret]"

// Secret is a password, a passphrase or a code. Printing, logging or encoding
// it in any form shows "[secret]"; only Reveal gives the text. The zero Secret
// is the absent one, which differs from an empty password.
//
// A Secret is immutable and safe for concurrent use.
type Secret struct {
	text    string
	present bool
}

// NewSecret makes a secret of text, which may be empty.
func NewSecret(text string) Secret { return Secret{text: text, present: true} }

// Reveal returns the text itself. The absent secret reveals "".
func (s Secret) Reveal() string { return s.text }

// Present tells an empty password from none at all.
func (s Secret) Present() bool { return s.present }

// String hides the text.
func (s Secret) String() string { return masked }

// GoString hides the text from %#v.
func (s Secret) GoString() string { return masked }

// Format hides the text from every verb of package fmt.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(masked)) }

// LogValue hides the text from log/slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(masked) }

// MarshalText hides the text from every encoder that asks for text.
func (s Secret) MarshalText() ([]byte, error) { return []byte(masked), nil }

// MarshalJSON hides the text from encoding/json.
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(masked) }
