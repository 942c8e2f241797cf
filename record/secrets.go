package record

import (
	"fmt"
	"log/slog"
	"strings"
	"sync"
)

// Secrets are texts that must not be recorded, in the order in which they became
// known. More may be added while sessions are recorded: do so before the secret
// is typed. The zero value holds none. It is safe for concurrent use, and prints
// as "secrets" whatever it holds.
type Secrets struct {
	mu   sync.Mutex
	list []string // grows only
}

// NewSecrets returns Secrets that hold texts.
func NewSecrets(texts ...string) *Secrets {
	s := &Secrets{}
	s.Add(texts...)
	return s
}

// Add adds texts. Empty ones, and those held already, are left out. A text of
// one or two characters is found in much that is no secret.
func (s *Secrets) Add(texts ...string) {
	for _, text := range texts {
		if text != "" {
			s.number(text)
		}
	}
}

// number returns the number of a text, from 1, and adds it if it is new. The
// empty text stands for a secret that cannot be looked for; each gets a number
// of its own.
func (s *Secrets) number(text string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, known := range s.list {
		if text != "" && known == text {
			return i + 1
		}
	}
	s.list = append(s.list, strings.Clone(text))
	return len(s.list)
}

// texts returns what is held now. The caller must not change it.
func (s *Secrets) texts() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.list[:len(s.list):len(s.list)]
}

// mask takes what is held out of text.
func (s *Secrets) mask(text string) string {
	var m matcher
	m.use(s.texts())
	var b strings.Builder
	for rest := []byte(text); len(rest) > 0; {
		skip := m.skip(rest)
		b.Write(rest[:skip])
		if rest = rest[skip:]; len(rest) == 0 {
			break
		}
		n, number, _ := m.at(rest, true)
		if n > 0 {
			fmt.Fprintf(&b, "[secret %d]", number)
		} else {
			n = 1
			b.WriteByte(rest[0])
		}
		rest = rest[n:]
	}
	return b.String()
}

// Format implements fmt.Formatter: no verb prints a secret.
func (s *Secrets) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("secrets")) }

// LogValue implements slog.LogValuer.
func (s *Secrets) LogValue() slog.Value { return slog.StringValue("secrets") }

// MarshalText implements encoding.TextMarshaler.
func (s *Secrets) MarshalText() ([]byte, error) { return []byte("secrets"), nil }

// A matcher finds the secrets of a list in text that is still coming.
type matcher struct {
	list  []string
	first [256]bool // bytes that a secret begins with
}

// use takes a list that may have grown since it was last used.
func (m *matcher) use(list []string) {
	for _, s := range list[len(m.list):] {
		if s != "" {
			m.first[s[0]] = true
		}
	}
	m.list = list
}

// at looks for a secret at the beginning of text, which is not empty. It returns
// how many bytes to take out, 0 for none, and the secret's number. Secrets that
// overlap are taken out together. If open, what comes behind text may change the
// answer; final says that nothing will come: then the beginning of a secret, if
// it is at least half of it, counts as the secret.
func (m *matcher) at(text []byte, final bool) (n, number int, open bool) {
	for from := 0; from == 0 || from < n; from++ {
		if !m.first[text[from]] {
			continue
		}
		for i, s := range m.list {
			rest := text[from:]
			switch {
			case s == "":
				continue
			case len(rest) >= len(s):
				if string(rest[:len(s)]) != s || from+len(s) <= n {
					continue
				}
				n = from + len(s)
			case s[:len(rest)] == string(rest):
				open = true
				if !final || 2*len(rest) < len(s) {
					continue
				}
				n = len(text)
			default:
				continue
			}
			if from == 0 || number == 0 {
				number = i + 1
			}
		}
	}
	return n, number, open && !final
}

// skip returns how many bytes at the beginning of text cannot begin a secret.
func (m *matcher) skip(text []byte) int {
	if len(m.list) == 0 {
		return len(text)
	}
	for i, b := range text {
		if m.first[b] {
			return i
		}
	}
	return len(text)
}
