package ssh

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	otp "github.com/pquerna/otp/totp"
	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/auth/totp"
	"github.com/vtynet/vty/internal/memnet"
	xssh "golang.org/x/crypto/ssh"
)

// question is a round of keyboard-interactive questions and its right answers.
type question struct {
	texts   []string
	echos   []bool
	answers []string
}

// interactive is a server config that asks rounds of questions.
func interactive(rounds ...question) func(*xssh.ServerConfig) {
	return func(c *xssh.ServerConfig) {
		c.KeyboardInteractiveCallback = func(_ xssh.ConnMetadata, ask xssh.KeyboardInteractiveChallenge) (*xssh.Permissions, error) {
			for _, q := range rounds {
				got, err := ask("name", "instruction", q.texts, q.echos)
				if err != nil {
					return nil, err
				}
				if !slices.Equal(got, q.answers) {
					return nil, errNo
				}
			}
			return nil, nil
		}
	}
}

func hiddenQuestion(answer string) question {
	return question{[]string{"Password: "}, []bool{false}, []string{answer}}
}

func both(configs ...func(*xssh.ServerConfig)) func(*xssh.ServerConfig) {
	return func(c *xssh.ServerConfig) {
		for _, f := range configs {
			f(c)
		}
	}
}

// then is a server config for which first is success in part only.
func then(first, second func(*xssh.ServerConfig)) func(*xssh.ServerConfig) {
	return func(c *xssh.ServerConfig) {
		var next xssh.ServerConfig
		second(&next)
		partial := &xssh.PartialSuccessError{Next: xssh.ServerAuthCallbacks{
			PasswordCallback:            next.PasswordCallback,
			PublicKeyCallback:           next.PublicKeyCallback,
			KeyboardInteractiveCallback: next.KeyboardInteractiveCallback,
		}}
		first(c)
		if f := c.PasswordCallback; f != nil {
			c.PasswordCallback = func(m xssh.ConnMetadata, p []byte) (*xssh.Permissions, error) {
				if _, err := f(m, p); err != nil {
					return nil, err
				}
				return nil, partial
			}
		}
		if f := c.PublicKeyCallback; f != nil {
			c.PublicKeyCallback = func(m xssh.ConnMetadata, k xssh.PublicKey) (*xssh.Permissions, error) {
				if _, err := f(m, k); err != nil {
					return nil, err
				}
				return nil, partial
			}
		}
		if f := c.KeyboardInteractiveCallback; f != nil {
			c.KeyboardInteractiveCallback = func(m xssh.ConnMetadata, a xssh.KeyboardInteractiveChallenge) (*xssh.Permissions, error) {
				if _, err := f(m, a); err != nil {
					return nil, err
				}
				return nil, partial
			}
		}
	}
}

func publicKey(want xssh.PublicKey) func(*xssh.ServerConfig) {
	return func(c *xssh.ServerConfig) {
		c.PublicKeyCallback = func(_ xssh.ConnMetadata, got xssh.PublicKey) (*xssh.Permissions, error) {
			if string(got.Marshal()) == string(want.Marshal()) {
				return nil, nil
			}
			return nil, errNo
		}
	}
}

// answers is an InteractiveMethod that gives these answers, one a question, in
// every round anew.
func answers(texts ...string) auth.Method {
	return auth.Interactive(func(_ context.Context, c auth.Challenge) ([]auth.Secret, error) {
		var secrets []auth.Secret
		for i := range c.Questions {
			secrets = append(secrets, auth.NewSecret(texts[i]))
		}
		return secrets, nil
	})
}

func literal(text string) auth.Method { return auth.Password(auth.Literal(text)) }

// What the device judged is as important as whether it let us in: each attempt
// counts towards a lockout. A key that it only was asked about and would take, and
// a dialogue that was broken off, count for nothing.
func TestMethods(t *testing.T) {
	keys := keyFiles(t)
	agentSocket := serveAgent(t)
	noAgent := auth.AgentMethod{Socket: t.TempDir() + "/none"}
	otp := question{[]string{"Code: "}, []bool{false}, []string{"123"}}
	rightKey := publicKey(ed25519Key().PublicKey())
	ed := auth.KeyFileMethod{Path: keys.path("ed25519")}
	rsa := auth.KeyFileMethod{Path: keys.path("rsa")}

	for name, tc := range map[string]struct {
		device func(*xssh.ServerConfig)
		auth   []auth.Method
		ok     bool
		seen   []string
	}{
		"password":                   {password("pw"), []auth.Method{literal("pw")}, true, []string{"password"}},
		"wrong password, once":       {password("pw"), []auth.Method{literal("no")}, false, []string{"password"}},
		"wrong password, two shapes": {both(password("pw"), interactive(hiddenQuestion("pw"))), []auth.Method{literal("no")}, false, []string{"password"}},
		"same password from two sources": {password("pw"), []auth.Method{literal("no"), literal("no"), literal("pw")}, true,
			[]string{"password", "password"}},
		"refused password as an answer": {both(password("pw"), interactive(hiddenQuestion("pw"))), []auth.Method{literal("no"), answers("no")}, false,
			[]string{"password"}}, // the dialogue is begun, the answer not given
		"empty password":                {password(""), []auth.Method{literal("")}, true, []string{"password"}},
		"interactive only":              {interactive(hiddenQuestion("pw")), []auth.Method{literal("pw")}, true, []string{"keyboard-interactive"}},
		"interactive only, wrong":       {interactive(hiddenQuestion("pw")), []auth.Method{literal("no")}, false, []string{"keyboard-interactive"}},
		"asked twice for the password":  {interactive(hiddenQuestion("pw"), hiddenQuestion("pw")), []auth.Method{literal("pw")}, false, nil},
		"password and code in one":      {interactive(hiddenQuestion("pw"), otp), []auth.Method{literal("pw"), answers("123")}, true, []string{"keyboard-interactive"}},
		"password and code at once":     {interactive(question{[]string{"P", "C"}, []bool{false, false}, []string{"a", "b"}}), []auth.Method{literal("a"), answers("a", "b")}, true, []string{"keyboard-interactive"}},
		"echoed question":               {interactive(question{[]string{"Name: "}, []bool{true}, []string{"pw"}}), []auth.Method{literal("pw")}, false, nil},
		"round without questions":       {interactive(question{}, hiddenQuestion("pw"), question{}), []auth.Method{literal("pw")}, true, []string{"keyboard-interactive"}},
		"only rounds without questions": {interactive(question{}), []auth.Method{literal("pw")}, true, []string{"keyboard-interactive"}},
		"answers":                       {interactive(otp), []auth.Method{answers("123")}, true, []string{"keyboard-interactive"}},
		"wrong answers":                 {interactive(otp), []auth.Method{answers("124"), answers("124")}, false, []string{"keyboard-interactive"}},
		"too few answers":               {interactive(otp), []auth.Method{auth.Interactive(func(context.Context, auth.Challenge) ([]auth.Secret, error) { return nil, nil })}, false, nil},
		"no function":                   {interactive(otp), []auth.Method{auth.Interactive(nil)}, false, nil},
		"password, then code":           {then(password("pw"), interactive(otp)), []auth.Method{literal("pw"), answers("123")}, true, []string{"password", "keyboard-interactive"}},
		"password, then nothing":        {then(password("pw"), interactive(otp)), []auth.Method{literal("pw")}, false, []string{"password"}},
		"two dialogues":                 {then(interactive(hiddenQuestion("pw")), interactive(otp)), []auth.Method{literal("pw"), answers("123")}, true, []string{"keyboard-interactive", "keyboard-interactive"}},
		"key, then password":            {then(rightKey, password("pw")), []auth.Method{literal("pw"), ed}, true, []string{"publickey", "password"}},
		"two keys":                      {then(rightKey, publicKey(rsaKey().PublicKey())), []auth.Method{ed, rsa}, true, []string{"publickey", "publickey"}},
		"key":                           {rightKey, []auth.Method{ed}, true, []string{"publickey"}},
		"wrong key, only asked about":   {rightKey, []auth.Method{rsa}, false, []string{"publickey"}},
		"same key twice":                {rightKey, []auth.Method{rsa, rsa, auth.AgentMethod{Socket: agentSocket}}, true, []string{"publickey", "publickey"}},
		"agent":                         {rightKey, []auth.Method{auth.AgentMethod{Socket: agentSocket}}, true, []string{"publickey", "publickey"}},
		"agent with RSA":                {publicKey(rsaKey().PublicKey()), []auth.Method{auth.AgentMethod{Socket: agentSocket}}, true, []string{"publickey"}},
		"no agent, then a password":     {both(rightKey, password("pw")), []auth.Method{noAgent, literal("pw")}, true, []string{"password"}},
		"no key file, then a password":  {both(rightKey, password("pw")), []auth.Method{auth.KeyFile("/nowhere/key", nil), literal("pw")}, true, []string{"password"}},
		"no secret, then another":       {password("pw"), []auth.Method{auth.Password(auth.Env("VTY_TEST_UNSET")), auth.Password(nil), literal("pw")}, true, []string{"password"}},
		"keys where only passwords are": {password("pw"), []auth.Method{ed, literal("pw")}, true, []string{"password"}},
		"nothing to offer":              {password("pw"), nil, false, nil},
		"nothing is asked":              {nil, []auth.Method{literal("pw")}, true, nil},
	} {
		t.Run(name, func(t *testing.T) {
			d := &device{config: tc.device}
			c, err := d.mem(t.Context(), anyKey(tc.auth...))
			if (err == nil) != tc.ok {
				t.Errorf("err = %v", err)
			}
			if err == nil {
				_ = c.Close()
			} else {
				checkAuthError(t, err)
			}
			d.mu.Lock()
			defer d.mu.Unlock()
			if !slices.Equal(d.attempts, tc.seen) {
				t.Errorf("the device saw %v, want %v", d.attempts, tc.seen)
			}
		})
	}
}

func checkAuthError(t *testing.T, err error) {
	t.Helper()
	e := as[*AuthError](t, err)
	if !errors.Is(err, ErrAuth) || e.User != "ops" || as[*HandshakeError](t, err).Phase != PhaseAuth {
		t.Errorf("err = %v, %+v", err, e)
	}
	if len(e.Offered) == 0 {
		t.Errorf("nothing offered: %v", err)
	}
	for _, a := range e.Attempts {
		if a.Outcome == "" || a.Method == "" {
			t.Errorf("attempt %+v", a)
		}
	}
}

// A secret is fetched only when the device has got so far as to want it.
func TestSecretsAreFetchedLate(t *testing.T) {
	var asked []string
	source := func(name, text string) auth.Source {
		return auth.SourceFunc(func(context.Context) (auth.Secret, error) {
			asked = append(asked, name)
			return auth.NewSecret(text), nil
		})
	}
	keys := keyFiles(t)
	locked := keys.path("ed25519-locked")
	methods := []auth.Method{
		auth.KeyFile(locked, source("passphrase", keyPassphrase)),
		auth.Password(source("first", "no")),
		auth.Password(source("second", "pw")),
		auth.Password(source("third", "pw")),
	}
	for name, tc := range map[string]struct {
		device *device
		want   []string
	}{
		"nothing is asked":       {&device{}, nil},
		"another key is wanted":  {&device{config: both(publicKey(rsaKey().PublicKey()), password("pw"))}, []string{"first", "second"}},
		"keys are not wanted":    {&device{config: password("no")}, []string{"first"}},
		"this key is wanted":     {&device{config: publicKey(ed25519Key().PublicKey())}, []string{"passphrase"}},
		"in a dialogue":          {&device{config: interactive(hiddenQuestion("no"))}, []string{"first"}},
		"a dialogue without any": {&device{config: interactive(question{})}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			asked = nil
			tc.device.mustOpen(t, anyKey(methods...))
			if !slices.Equal(asked, tc.want) {
				t.Errorf("asked %v, want %v", asked, tc.want)
			}
		})
	}

	t.Run("a host key that is refused", func(t *testing.T) {
		asked = nil
		cfg := anyKey(methods...)
		cfg.HostKeys = auth.Pinned(xssh.FingerprintSHA256(rsaKey().PublicKey()))
		d := &device{config: password("pw")}
		if _, err := d.mem(t.Context(), cfg); !errors.Is(err, ErrHostKey) {
			t.Errorf("err = %v", err)
		}
		if len(asked) > 0 || len(d.attempts) > 0 {
			t.Errorf("asked %v, the device saw %v", asked, d.attempts)
		}
	})
}

// A source may sit on a prompt that heeds no context.
func TestStuckSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		defer close(release)
		stuck := auth.SourceFunc(func(context.Context) (auth.Secret, error) {
			<-release
			return auth.Secret{}, errNo
		})
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		start := time.Now()
		_, err := (&device{config: password("pw")}).mem(ctx, anyKey(auth.Password(stuck)))
		if took := time.Since(start); took != 3*time.Second || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("after %v: %v", took, err)
		}
	})
}

func TestSourceThatFails(t *testing.T) {
	sealed := errors.New("the vault is sealed")
	src := auth.SourceFunc(func(context.Context) (auth.Secret, error) { return auth.Secret{}, sealed })
	_, err := (&device{config: password("pw")}).mem(t.Context(), anyKey(auth.Password(src)))
	if !errors.Is(err, sealed) || !errors.Is(err, ErrAuth) {
		t.Errorf("err = %v", err)
	}
}

// A device may hang up at a wrong password. That is a refusal, so that nobody
// tries again; and nobody is asked for the next secret.
func TestHangUpAtTheFirstWrongPassword(t *testing.T) {
	var asked atomic.Int32
	count := auth.Password(auth.SourceFunc(func(context.Context) (auth.Secret, error) {
		return auth.NewSecret(fmt.Sprint("guess", asked.Add(1))), nil
	}))
	client, server := memnet.Pipe()
	d := &device{config: func(c *xssh.ServerConfig) {
		c.PasswordCallback = func(xssh.ConnMetadata, []byte) (*xssh.Permissions, error) {
			_ = server.Close()
			return nil, errNo
		}
	}}
	go d.serve(server)
	_, err := New(t.Context(), client, "r1", 22, anyKey(count, count))
	if !errors.Is(err, ErrAuth) || !errors.Is(err, io.EOF) || asked.Load() != 1 {
		t.Errorf("asked %d times, err = %v", asked.Load(), err)
	}
}

// A device that has had enough says so in a disconnect message.
func TestTooManyAttempts(t *testing.T) {
	d := &device{config: func(c *xssh.ServerConfig) {
		password("pw")(c)
		c.MaxAuthTries = 2
	}}
	_, err := d.mem(t.Context(), anyKey(literal("1"), literal("2"), literal("3"), literal("4")))
	if e := as[*AuthError](t, err); e.Err == nil || len(e.Attempts) != 2 {
		t.Errorf("err = %v", err)
	}
}

func TestAuthErrorText(t *testing.T) {
	d := &device{config: func(c *xssh.ServerConfig) {
		both(password("pw"), publicKey(rsaKey().PublicKey()))(c)
		c.BannerCallback = func(xssh.ConnMetadata) string { return "No trespassing\n" }
	}}
	_, err := d.mem(t.Context(), anyKey(auth.Password(auth.Env("VTY_TEST_UNSET")), literal("secret-text")))
	want := `ssh r1.example.net: authentication: the device does not accept user "ops": ` +
		`password skipped: environment variable VTY_TEST_UNSET is not set: no secret; password refused; it offers password, publickey`
	if err == nil || err.Error() != want {
		t.Errorf("err  = %v\nwant   %s", err, want)
	}
	if e := as[*AuthError](t, err); e.Banner != "No trespassing\n" {
		t.Errorf("banner %q", e.Banner)
	}
	if text := fmt.Sprintf("%+v %#v", err, err); strings.Contains(text, "secret-text") {
		t.Errorf("the password is in %s", text)
	}
}

// An old device takes RSA keys with SHA-1 signatures only. The error says what
// would help, and it does.
func TestRSAKeyWithAnOldDevice(t *testing.T) {
	d := &device{config: func(c *xssh.ServerConfig) {
		publicKey(rsaKey().PublicKey())(c)
		c.PublicKeyAuthAlgorithms = []string{xssh.KeyAlgoRSA}
	}}
	cfg := anyKey(auth.KeyFile(keyFiles(t).path("rsa"), nil))
	_, err := d.mem(t.Context(), cfg)
	if e := as[*AuthError](t, err); e.Attempts[0].Outcome != Skipped || !strings.Contains(err.Error(), "--legacy") {
		t.Error(err)
	}
	cfg.Legacy = true
	d.mustOpen(t, cfg)
}

// A password that has expired is reported as that, and nothing is made up for a new
// one.
func TestExpiredPassword(t *testing.T) {
	for name, rounds := range map[string][]question{
		"asked for the new one":     {hiddenQuestion("pw"), {[]string{"New password: "}, []bool{false}, []string{"x"}}},
		"asked for the old one":     {hiddenQuestion("pw"), {[]string{"(current) UNIX password: "}, []bool{false}, []string{"pw"}}},
		"asked for three":           {hiddenQuestion("pw"), {[]string{"Old Password:", "New Password:", "Reenter New Password:"}, []bool{false, false, false}, []string{"a", "b", "c"}}},
		"told in a round before it": {hiddenQuestion("pw"), {texts: nil}, {[]string{"Enter it: "}, []bool{false}, []string{"x"}}},
	} {
		t.Run(name, func(t *testing.T) {
			asked := false
			d := &device{config: func(c *xssh.ServerConfig) {
				c.KeyboardInteractiveCallback = func(_ xssh.ConnMetadata, ask xssh.KeyboardInteractiveChallenge) (*xssh.Permissions, error) {
					for i, q := range rounds {
						text := "instruction"
						if i == 1 && q.texts == nil {
							text = "Your password has expired. Choose another."
						}
						if _, err := ask("", text, q.texts, q.echos); err != nil {
							return nil, err
						}
					}
					return nil, nil
				}
			}}
			code := auth.Interactive(func(_ context.Context, c auth.Challenge) ([]auth.Secret, error) {
				asked = true
				return make([]auth.Secret, len(c.Questions)), nil
			})
			_, err := d.mem(t.Context(), anyKey(literal("pw"), code))
			if !errors.Is(err, ErrPasswordExpired) || !errors.Is(err, ErrAuth) || asked {
				t.Errorf("%v; asked %t", err, asked)
			}
		})
	}
	// By the password method a device says so with a message of its own, which
	// x/crypto/ssh takes for nonsense.
	a := newAuthenticator(t.Context(), &settings{Config: Config{User: "ops"}, log: slog.New(slog.DiscardHandler)}, &wire{})
	a.begin(Attempt{Method: methodPassword}, func(*Attempt) {})
	if err := a.failure(errors.New("ssh: unexpected message type 60 (expected 52)"), ""); !errors.Is(err, ErrPasswordExpired) || !errors.Is(err, ErrAuth) {
		t.Error(err)
	}
}

// A one-time code goes with a password, and is not offered twice.
func TestOneTimeCode(t *testing.T) {
	const seed = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
	code := auth.Replies(auth.Reply{Question: totp.Question, Answer: totp.Code(auth.Literal(seed))})
	for name, right := range map[string]bool{"right": true, "wrong": false} {
		d := &device{config: then(password("pw"), func(c *xssh.ServerConfig) {
			c.KeyboardInteractiveCallback = func(_ xssh.ConnMetadata, ask xssh.KeyboardInteractiveChallenge) (*xssh.Permissions, error) {
				got, err := ask("", "", []string{"Verification code: "}, []bool{true})
				if err == nil && (!right || !otp.Validate(got[0], seed)) {
					err = errNo
				}
				return nil, err
			}
		})}
		c, err := d.mem(t.Context(), anyKey(literal("pw"), code))
		if err == nil {
			_ = c.Close()
		}
		if (err == nil) != right || len(d.attempts) != 2 {
			t.Errorf("%s: %v, %v", name, err, d.attempts)
		}
	}
}
