package openssh

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strconv"
	"strings"

	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/transport/ssh"
)

// question is what an ssh asks by way of SSH_ASKPASS.
type question struct {
	pid  int    // of the ssh that asks
	hint string // "none" for what is only to be shown, "confirm" for yes or no
	text string
}

// parseQuestion reads what the helper wrote.
func parseQuestion(text string) (question, error) {
	parts := strings.SplitN(text, "\n", 3)
	if len(parts) != 3 {
		return question{}, errors.New("ssh: the helper that asks is not ours")
	}
	pid, err := strconv.Atoi(parts[0])
	return question{pid: pid, hint: parts[1], text: strings.TrimSpace(parts[2])}, err
}

// respondent answers questions: each secret once, and to nobody but the one whom it
// is for. It is used by one goroutine.
type respondent struct {
	cfg     *Config
	own     int // the pid of the ssh to the device
	masker  auth.Masker
	used    bool            // the password was given
	jumps   map[int]bool    // the jump hosts' ssh that were given a password
	opened  map[string]bool // the questions for a passphrase that were answered
	replied map[string]bool // by Answer, so that no secret is given twice
}

func newRespondent(cfg *Config) *respondent {
	return &respondent{cfg: cfg, jumps: map[int]bool{}, opened: map[string]bool{}, replied: map[string]bool{}}
}

var (
	hostKeyQuestion    = regexp.MustCompile(`Are you sure you want to continue connecting|The authenticity of host|Please type 'yes'`)
	passphraseQuestion = regexp.MustCompile(`^Enter passphrase for `)
	passwordQuestion   = regexp.MustCompile(`^\S+@\S+'s password:$`)
	interactive        = regexp.MustCompile(`(?s)^\(\S+@\S+\) (.*)$`)
	newPassword        = regexp.MustCompile(`(?i)(new|current|old|retype|re-?enter|change)\b.{0,40}password|password.{0,40}(expired|change)`)
	anyPassword        = regexp.MustCompile(`(?i)password|passwort|passcode`)
)

// refusal is the answer to ssh's own question whether a host key is believed.
const refusal = "no"

// answer is what to type at a question. An error ends ssh: an empty answer would
// become an attempt that the device counts.
func (r *respondent) answer(ctx context.Context, q question) (string, error) {
	if q.hint == "none" {
		r.log().Info("ssh", "says", q.text) // such as: touch the key
		return "", nil
	}
	if hostKeyQuestion.MatchString(q.text) {
		return refusal, nil // whose key it is, nobody is asked
	}
	if q.hint == "confirm" {
		return "", unanswered(q)
	}
	if passphraseQuestion.MatchString(q.text) {
		return r.passphrase(ctx, q)
	}
	if q.pid != r.own {
		return r.forJump(ctx, q)
	}
	text, dialogue := q.text, false
	if m := interactive.FindStringSubmatch(q.text); m != nil {
		text, dialogue = m[1], true
	}
	switch own := passwordQuestion.MatchString(q.text); {
	case r.used && newPassword.MatchString(text), !dialogue && !own && newPassword.MatchString(text):
		return "", ssh.ErrPasswordExpired
	case r.used && (own || dialogue && anyPassword.MatchString(text)):
		return "", errRefused
	case own, dialogue && !r.used && (anyPassword.MatchString(text) || r.cfg.Answer.Answer == nil && r.cfg.Password != nil):
		if r.cfg.Password == nil {
			return "", fmt.Errorf("ssh asks %q: %w", q.text, auth.ErrNoSecret)
		}
		r.used = true
		return r.fetch(ctx, r.cfg.Password)
	}
	return r.ask(ctx, q, text)
}

// errRefused: the device asks again for what it was given.
var errRefused = errors.New("the device refused the password")

func unanswered(q question) error { return fmt.Errorf("ssh asks %q: %w", q.text, ErrUnanswered) }

// passphrase opens a key file; one that stays closed is passed over.
func (r *respondent) passphrase(ctx context.Context, q question) (string, error) {
	if r.cfg.Passphrase == nil || r.opened[q.text] {
		return "", nil
	}
	r.opened[q.text] = true
	text, err := r.fetch(ctx, r.cfg.Passphrase)
	if errors.Is(err, auth.ErrNoSecret) {
		return "", nil
	}
	return text, err
}

// forJump answers another ssh than ours, which is on the way to a jump host.
func (r *respondent) forJump(ctx context.Context, q question) (string, error) {
	if r.cfg.JumpPassword == nil || r.jumps[q.pid] || !anyPassword.MatchString(q.text) || newPassword.MatchString(q.text) {
		return "", fmt.Errorf("on the way to the device: %w", unanswered(q))
	}
	r.jumps[q.pid] = true
	return r.fetch(ctx, r.cfg.JumpPassword)
}

// ask has the caller's function answer.
func (r *respondent) ask(ctx context.Context, q question, text string) (string, error) {
	if r.cfg.Answer.Answer == nil {
		return "", unanswered(q)
	}
	answers, err := r.cfg.Answer.Answer(ctx, auth.Challenge{Questions: []auth.Question{{Text: text}}})
	if err != nil {
		return "", fmt.Errorf("%w: %w", unanswered(q), err)
	}
	if len(answers) != 1 {
		return "", fmt.Errorf("%d answers to one question: %w", len(answers), unanswered(q))
	}
	answer := answers[0].Reveal()
	if r.replied[answer] {
		return "", errRefused
	}
	r.replied[answer] = true
	r.masker.Add(answer)
	return oneLine(answer)
}

func (r *respondent) fetch(ctx context.Context, source auth.Source) (string, error) {
	secret, err := source.Secret(ctx)
	if err != nil {
		return "", err
	}
	r.masker.Add(secret.Reveal())
	return oneLine(secret.Reveal())
}

// oneLine refuses an answer that ssh would take for less than it is.
func oneLine(answer string) (string, error) {
	if strings.ContainsAny(answer, "\r\n\x00") || len(answer) > 1000 {
		return "", errors.New("ssh takes a secret of one line of at most 1000 bytes")
	}
	return answer, nil
}

func (r *respondent) log() *slog.Logger {
	if r.cfg.Logger == nil {
		return slog.New(slog.DiscardHandler)
	}
	return r.cfg.Logger
}
