package totp

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/vtynet/vty/auth"
)

// The vectors of RFC 6238, appendix B; with eight digits, and their last six.
func TestCode(t *testing.T) {
	const seed = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" // 12345678901234567890
	for _, c := range []struct {
		seed string
		at   int64
		want string
	}{
		{"otpauth://totp/a?secret=" + seed + "&digits=8", 59, "94287082"},
		{"otpauth://totp/a?secret=" + seed + "&digits=8", 1111111109, "07081804"},
		{"otpauth://totp/a?secret=" + seed + "&digits=8", 20000000000, "65353130"},
		{seed, 59, "287082"},
		{strings.ToLower(seed[:4]) + " " + seed[4:] + "\n", 1111111109, "081804"},
		{"otpauth://totp/a?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZA&algorithm=SHA256&digits=8", 59, "46119246"},
	} {
		got, err := codeAt(auth.Literal(c.seed), func() time.Time { return time.Unix(c.at, 0) }).Secret(t.Context())
		if err != nil || got.Reveal() != c.want {
			t.Errorf("%q at %d: %q, %v; want %s", c.seed, c.at, got.Reveal(), err, c.want)
		}
	}
}

func TestSeedsThatAreNone(t *testing.T) {
	for _, seed := range []string{"not8base32!", "otpauth://hotp/a?secret=GEZDGNBV", "otpauth://totp/%zz", "otpauth://totp/a?secret=GEZDGNBV&period=0"} {
		_, err := Code(auth.Literal(seed)).Secret(t.Context())
		if err == nil || strings.Contains(err.Error(), seed) || strings.Contains(err.Error(), "GEZDGNBV") {
			t.Errorf("%q: %v", seed, err)
		}
	}
	if _, err := Code(auth.Env("VTY_TEST_UNSET")).Secret(t.Context()); !errors.Is(err, auth.ErrNoSecret) {
		t.Error(err)
	}
	if _, err := Code(nil).Secret(t.Context()); !errors.Is(err, auth.ErrNoSecret) {
		t.Error(err)
	}
}

func TestQuestion(t *testing.T) {
	for text, want := range map[string]bool{
		"Verification code: ": true, "One-time password (OATH) for `ops': ": true, "Enter your token:": true, "OTP:": true, "Passcode or option (1-3): ": true,
		"Password: ": false, "Enable password:": false, "Username:": false,
	} {
		if Question.MatchString(text) != want {
			t.Errorf("%q: %t", text, !want)
		}
	}
}
