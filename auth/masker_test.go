package auth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
)

func TestMaskerTakesOutWhatItKnows(t *testing.T) {
	var m Masker
	m.Add("cisco", "", "cisco123", "cisco")
	for _, c := range []struct{ text, hidden, masked string }{
		{"", "", ""},
		{"nothing", "nothing", "nothing"},
		{"cisco123 and cisco", "[secret] and [secret]", "[secret] and [secret]"},
		{"xcisco12", "x[secret]12", "x[secret]12"},
		{"username ops secret other", "username ops secret other", "username ops secret [secret]"},
	} {
		if got := m.Hide(c.text); got != c.hidden {
			t.Errorf("Hide(%q) = %q, want %q", c.text, got, c.hidden)
		}
		if got := m.Mask(c.text); got != c.masked {
			t.Errorf("Mask(%q) = %q, want %q", c.text, got, c.masked)
		}
	}
}

// A short secret is part of too many words.
func TestMaskerTakesShortSecretsForWords(t *testing.T) {
	for _, c := range []struct{ secret, text, want string }{
		{"en", "% Error in authentication of en.", "% Error in authentication of [secret]."},
		{"en", "en", "[secret]"},
		{"en", "en en,enen \"en\"", "[secret] [secret],enen \"[secret]\""},
		{"en", "7en en7 éen enö _en_", "7en en7 éen enö _[secret]_"},
		{"7", "r7#7 77", "r7#[secret] 77"},
		{"é1é", "é1é1é é1é\xff", "é1é1é [secret]\xff"},
		{"aa", "aaa aa", "aaa [secret]"},
		{"-a-", "x-a-a- -a-", "x-a-a- [secret]"},
		{"abc", "abcd abc", "abcd [secret]"},
		{"abcd", "abcde", "[secret]e"},
		{"äöü", "äöüx", "äöüx"},
	} {
		var m Masker
		m.Add(c.secret)
		if got := m.Hide(c.text); got != c.want {
			t.Errorf("%q in %q: %q, want %q", c.secret, c.text, got, c.want)
		}
	}
}

func TestNilMasker(t *testing.T) {
	var m *Masker
	m.Add("hunter2")
	secret, err := m.Sources(map[string]Source{"enable": Literal("hunter2")})["enable"].Secret(t.Context())
	if err != nil || secret.Reveal() != "hunter2" || m.Hide("hunter2") != "hunter2" || m.Error(io.EOF) != io.EOF {
		t.Errorf("%v, %v", secret, err)
	}
}

// A secret is known from when it is fetched, or at once where that costs nothing.
func TestMaskerLearns(t *testing.T) {
	t.Setenv("MASKER_TEST", "from-env")
	asked := SourceFunc(func(context.Context) (Secret, error) { return NewSecret("from-elsewhere"), nil })
	challenge := Challenge{Questions: []Question{{Text: "Name", Echo: true}, {Text: "Code"}}}
	answered := Interactive(func(context.Context, Challenge) ([]Secret, error) {
		return []Secret{NewSecret("a-name"), NewSecret("a-code")}, nil
	})
	var m Masker
	methods := m.Methods([]Method{Password(asked), KeyFile("k", asked), Key(NewSecret("pem"), nil), answered, Interactive(nil), Agent()})
	sources := m.Sources(map[string]Source{"enable": Literal("held"), "other": Env("MASKER_TEST"), "none": nil, "unset": Env("MASKER_UNSET")})
	const text = "from-env from-elsewhere held a-name a-code"
	if got, want := m.Hide(text), "[secret] from-elsewhere [secret] a-name a-code"; got != want {
		t.Errorf("before: %q, want %q", got, want)
	}
	if sources["none"] != nil || methods[2].(KeyMethod).Passphrase != nil || methods[4].(InteractiveMethod).Answer != nil {
		t.Error("what was nil is not")
	}
	if secret, err := methods[0].(PasswordMethod).Source.Secret(t.Context()); err != nil || secret.Reveal() != "from-elsewhere" {
		t.Errorf("%q, %v", secret.Reveal(), err)
	}
	if _, err := methods[3].(InteractiveMethod).Answer(t.Context(), challenge); err != nil {
		t.Error(err)
	}
	if got, want := m.Hide(text), "[secret] [secret] [secret] a-name [secret]"; got != want {
		t.Errorf("after: %q, want %q", got, want)
	}
	if _, err := sources["unset"].Secret(t.Context()); !errors.Is(err, ErrNoSecret) {
		t.Errorf("%v", err)
	}
}

func TestMaskerKeepsWhatAnErrorIs(t *testing.T) {
	var m Masker
	m.Add("hunter2")
	if err := m.Error(nil); err != nil {
		t.Error(err)
	}
	if err := m.Error(io.EOF); err != io.EOF {
		t.Errorf("%v is not the same", err)
	}
	cause := fmt.Errorf("hunter2: %w", errNamed{"hunter2"})
	err := m.Error(cause)
	for _, text := range []string{err.Error(), fmt.Sprintf("%+v", err), fmt.Sprintf("%s", fmt.Errorf("x: %w", err))} {
		if m.Hide(text) != text {
			t.Errorf("%q", text)
		}
	}
	if named, ok := errors.AsType[errNamed](err); !ok || named.name != "hunter2" || !errors.Is(err, cause) {
		t.Error("what it is was lost")
	}
}

type errNamed struct{ name string }

func (e errNamed) Error() string { return e.name }
