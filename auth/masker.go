package auth

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// wholeWord is the length in characters below which a secret is looked for as a
// whole word only: there is hardly a text without an "en" somewhere in it.
const wholeWord = 4

// Masker takes the secrets of one session out of texts that a device may have had
// a hand in: errors above all. It learns a secret when it is fetched, however it is
// used then. The zero Masker knows none, and a nil one, to which secrets may be added
// in vain, never does. It is safe for concurrent use, and must not be copied.
type Masker struct {
	mu    sync.Mutex
	known []string // the longest first: one may be part of another
}

// Add adds secrets. Empty ones are left out.
func (m *Masker) Add(secrets ...string) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range secrets {
		if s == "" || slices.Contains(m.known, s) {
			continue
		}
		at, _ := slices.BinarySearchFunc(m.known, s, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
		m.known = slices.Insert(slices.Clone(m.known), at, strings.Clone(s))
	}
}

// Hide takes the secrets that are known out of text. One of fewer than four
// characters is taken out where no letter or digit stands beside it.
func (m *Masker) Hide(text string) string {
	if m == nil {
		return text
	}
	m.mu.Lock()
	known := m.known
	m.mu.Unlock()
	for _, s := range known {
		if utf8.RuneCountInString(s) < wholeWord {
			text = hideWord(text, s)
		} else {
			text = strings.ReplaceAll(text, s, masked)
		}
	}
	return text
}

// hideWord takes word out of text where it is a word of its own.
func hideWord(text, word string) string {
	var out strings.Builder
	done := 0 // of text
	for at := 0; ; {
		i := strings.Index(text[at:], word)
		if i < 0 {
			break
		}
		i += at
		end := i + len(word)
		before, _ := utf8.DecodeLastRuneInString(text[:i])
		after, _ := utf8.DecodeRuneInString(text[end:])
		if inWord(before) || inWord(after) {
			_, size := utf8.DecodeRuneInString(text[i:])
			at = i + size
			continue
		}
		out.WriteString(text[done:i])
		out.WriteString(masked)
		done, at = end, end
	}
	return out.String() + text[done:]
}

func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// Mask takes the secrets that are known out of text, and what announces itself as
// one (see the function Mask).
func (m *Masker) Mask(text string) string { return Mask(m.Hide(text)) }

// Error is err where its text holds no secret that is known. Otherwise it is an
// error with the text masked, in which errors.Is and errors.As find what they find
// in err.
func (m *Masker) Error(err error) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	if hidden := m.Hide(text); hidden != text {
		return &maskedError{hidden, err}
	}
	return err
}

type maskedError struct {
	text string
	err  error
}

func (e *maskedError) Error() string { return e.text }

func (e *maskedError) Is(target error) bool { return errors.Is(e.err, target) }

func (e *maskedError) As(target any) bool { return errors.As(e.err, target) }

// Source is src, of which the masker learns each secret that it gives. One that is
// at hand, as Literal's and Env's are, it learns at once. A nil Source stays nil.
func (m *Masker) Source(src Source) Source {
	if src == nil {
		return nil
	}
	if held, ok := src.(atHand); ok {
		if secret, err := held(); err == nil {
			m.Add(secret.Reveal())
		}
	}
	return SourceFunc(func(ctx context.Context) (Secret, error) {
		secret, err := src.Secret(ctx)
		m.Add(secret.Reveal())
		return secret, err
	})
}

// Sources is Source for a set of named ones.
func (m *Masker) Sources(sources map[string]Source) map[string]Source {
	watched := maps.Clone(sources)
	for name, src := range watched {
		watched[name] = m.Source(src)
	}
	return watched
}

// Methods is methods, of which the masker learns each password, passphrase and
// hidden answer.
func (m *Masker) Methods(methods []Method) []Method {
	watched := slices.Clone(methods)
	for i, method := range watched {
		switch method := method.(type) {
		case PasswordMethod:
			method.Source = m.Source(method.Source)
			watched[i] = method
		case KeyFileMethod:
			method.Passphrase = m.Source(method.Passphrase)
			watched[i] = method
		case KeyMethod:
			method.Passphrase = m.Source(method.Passphrase)
			watched[i] = method
		case InteractiveMethod:
			watched[i] = m.interactive(method)
		}
	}
	return watched
}

func (m *Masker) interactive(method InteractiveMethod) InteractiveMethod {
	answer := method.Answer
	if answer == nil {
		return method
	}
	method.Answer = func(ctx context.Context, c Challenge) ([]Secret, error) {
		answers, err := answer(ctx, c)
		for i, a := range answers {
			if i < len(c.Questions) && !c.Questions[i].Echo {
				m.Add(a.Reveal())
			}
		}
		return answers, err
	}
	return method
}

// atHand is a Source that gives its secret at once, without asking a person,
// running a program or reading a file.
type atHand func() (Secret, error)

func (f atHand) Secret(context.Context) (Secret, error) { return f() }
