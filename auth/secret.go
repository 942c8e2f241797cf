package auth

import (
	"encoding/json"
	"fmt"
	"log/slog"
)

// masked is what every way of printing a secret shows.
const masked = "[secret]"

// Secret is a password, a passphrase, a private key or a code. Printing, logging
// or encoding it in any form shows "[secret]"; only Reveal gives the text. The
// zero Secret is the absent one, which differs from an empty password.
//
// A Secret is immutable and safe for concurrent use. Comparing two with ==
// compares where they came from and not what they say.
type Secret struct {
	// A pointer, since package fmt cannot call the methods of a Secret in an
	// unexported field of somebody's struct and then prints what it holds: of a
	// pointer, that is an address.
	text *string
}

// NewSecret makes a secret of text, which may be empty.
func NewSecret(text string) Secret { return Secret{text: &text} }

// Reveal returns the text itself. The absent secret reveals "".
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// Present tells an empty password from none at all.
func (s Secret) Present() bool { return s.text != nil }

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
