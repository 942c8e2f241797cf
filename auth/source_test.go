package auth

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSources(t *testing.T) {
	t.Setenv("VTY_TEST_SET", "from env")
	t.Setenv("VTY_TEST_EMPTY", "")
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	broken := errors.New("the vault is sealed")
	failing := SourceFunc(func(context.Context) (Secret, error) { return Secret{}, broken })
	untouched := SourceFunc(func(context.Context) (Secret, error) {
		t.Error("a source was asked that is not needed")
		return Secret{}, nil
	})
	missing := Env("VTY_TEST_UNSET")

	cases := map[string]struct {
		source Source
		want   string
		err    error
	}{
		"literal":                    {Literal("x"), "x", nil},
		"literal, empty":             {Literal(""), "", nil},
		"env":                        {Env("VTY_TEST_SET"), "from env", nil},
		"env, empty":                 {Env("VTY_TEST_EMPTY"), "", nil},
		"env, unset":                 {missing, "", ErrNoSecret},
		"file":                       {File(file("lf", "pass word \n")), "pass word ", nil},
		"file, CR LF":                {File(file("crlf", "pw\r\nsecond line\r\n")), "pw", nil},
		"file, no line end":          {File(file("bare", "pw")), "pw", nil},
		"file, empty":                {File(file("empty", "")), "", nil},
		"file, none":                 {File(filepath.Join(dir, "none")), "", ErrNoSecret},
		"file, folder":               {File(dir), "", errAny},
		"file, too large":            {File(file("large", strings.Repeat("x", maxSecretFile+1))), "", errAny},
		"file, as large as may be":   {File(file("full", strings.Repeat("x", maxSecretFile))), strings.Repeat("x", maxSecretFile), nil},
		"first":                      {First(missing, nil, Literal("y"), untouched), "y", nil},
		"first, all missing":         {First(missing, File(filepath.Join(dir, "none"))), "", ErrNoSecret},
		"first, an empty one counts": {First(Literal(""), untouched), "", nil},
		"first, stops at an error":   {First(missing, failing, untouched), "", broken},
		"first of none":              {First(), "", ErrNoSecret},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := tc.source.Secret(t.Context())
			switch {
			case tc.err == nil && err != nil, tc.err == errAny && err == nil, tc.err != nil && tc.err != errAny && !errors.Is(err, tc.err):
				t.Fatalf("err = %v, want %v", err, tc.err)
			case tc.err == errAny && errors.Is(err, ErrNoSecret):
				t.Fatalf("err = %v: a broken source passes as an empty one", err)
			case err != nil && (got.Present() || strings.Contains(err.Error(), "\n")):
				t.Fatalf("secret present: %t, err = %q", got.Present(), err)
			case got.Reveal() != tc.want || got.Present() != (err == nil):
				t.Fatalf("got %q, present %t; want %q", got.Reveal(), got.Present(), tc.want)
			}
		})
	}
}

// errAny stands for an error of no particular kind.
var errAny = errors.New("any error")

func TestFirstNamesEverySource(t *testing.T) {
	_, err := First(Env("VTY_TEST_A"), Env("VTY_TEST_B")).Secret(t.Context())
	want := "environment variable VTY_TEST_A is not set; environment variable VTY_TEST_B is not set: no secret"
	if err == nil || err.Error() != want {
		t.Errorf("err  = %v\nwant   %s", err, want)
	}
}

func TestSourcesGetTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	src := First(SourceFunc(func(ctx context.Context) (Secret, error) { return Secret{}, ctx.Err() }))
	if _, err := src.Secret(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v", err)
	}
}
