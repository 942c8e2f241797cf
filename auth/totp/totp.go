// Package totp makes time-based one-time codes (RFC 6238) for devices that ask for
// one beside a password. It is a package of its own so that package auth needs no
// other module.
package totp

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
	"github.com/vtynet/vty/auth"
)

// Question is what devices call a code when they ask for one.
var Question = regexp.MustCompile(`(?i)\b(code|token|otp|totp|passcode|one[- ]?time|verification|2fa|mfa|authenticator)\b`)

// Code is a source whose every secret is the code of the moment. seed gives what
// the code is made of: the key in base 32, with or without blanks, for six digits
// every 30 seconds by SHA-1, as nearly all have it; or an otpauth://totp/ address
// that says otherwise. A code that a device refused is not offered again, so the
// next one is 30 seconds away.
//
// An error never holds the seed.
func Code(seed auth.Source) auth.Source { return codeAt(seed, time.Now) }

func codeAt(seed auth.Source, now func() time.Time) auth.Source {
	return auth.SourceFunc(func(ctx context.Context) (auth.Secret, error) {
		if seed == nil {
			return auth.Secret{}, fmt.Errorf("one-time code: %w", auth.ErrNoSecret)
		}
		secret, err := seed.Secret(ctx)
		if err != nil {
			return auth.Secret{}, fmt.Errorf("one-time code: %w", err)
		}
		key, opts, err := parse(strings.TrimSpace(secret.Reveal()))
		if err != nil {
			return auth.Secret{}, fmt.Errorf("one-time code: %w", err)
		}
		code, err := totp.GenerateCodeCustom(key, now(), opts)
		if err != nil {
			return auth.Secret{}, errors.New("one-time code: the seed is no key in base 32")
		}
		return auth.NewSecret(code), nil
	})
}

func parse(text string) (key string, opts totp.ValidateOpts, err error) {
	opts = totp.ValidateOpts{Period: 30, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1}
	if !strings.HasPrefix(text, "otpauth:") {
		return strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(text)), opts, nil
	}
	k, err := otp.NewKeyFromURL(text)
	if err != nil || k.Type() != "totp" {
		return "", opts, errors.New("the seed is no otpauth://totp/ address")
	}
	if k.Period() == 0 || k.Period() > 3600 {
		return "", opts, errors.New("the period of the seed's address is none")
	}
	opts.Period, opts.Digits, opts.Algorithm = uint(k.Period()), k.Digits(), k.Algorithm()
	return k.Secret(), opts, nil
}
