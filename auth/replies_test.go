package auth

import (
	"errors"
	"regexp"
	"strings"
	"testing"
)

func TestReplies(t *testing.T) {
	m := Replies(
		Reply{regexp.MustCompile("(?i)code"), Literal("123")},
		Reply{regexp.MustCompile("(?i)pass"), Literal("pw")},
	).(InteractiveMethod)
	got, err := m.Answer(t.Context(), Challenge{Questions: []Question{{Text: "Password: "}, {Text: "Code: "}, {Text: "Passcode"}}})
	if err != nil || len(got) != 3 || got[0].Reveal() != "pw" || got[1].Reveal() != "123" || got[2].Reveal() != "123" {
		t.Errorf("%v, %v", got, err)
	}
	_, err = m.Answer(t.Context(), Challenge{Questions: []Question{{Text: "Mother's name?"}}})
	if !errors.Is(err, ErrNoSecret) || !strings.Contains(err.Error(), `"Mother's name?"`) {
		t.Error(err)
	}
}
