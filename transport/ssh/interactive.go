package ssh

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/vtynet/vty/auth"
	xssh "golang.org/x/crypto/ssh"
)

// dialogue is one keyboard-interactive exchange (RFC 4256). A password answers
// the first round that asks a single hidden question; the caller's function
// answers whatever else is asked. One exchange may need both, as when a code
// follows the password.
type dialogue struct {
	a           *authenticator
	owner       *candidate
	password    *candidate // nil where there is none
	interactive *candidate // nil where there is none

	usedPassword    bool
	usedInteractive bool
	given           []string // hidden answers
	said            string   // in rounds without questions
	failed          error
}

// expired tells that a device, given the password, wants to have it changed.
var expired = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)(new|current|old|retype|re-?enter|change).{0,40}password|password.{0,40}(expired|change)`)
})

// keyboard begins a dialogue on behalf of c.
func (a *authenticator) keyboard(c *candidate) xssh.AuthMethod {
	if !a.allows(methodInteractive) {
		return nil
	}
	d := &dialogue{a: a, owner: c}
	if _, ok := c.method.(auth.PasswordMethod); ok {
		d.password = c
		for _, other := range a.candidates {
			if _, ok := other.method.(auth.InteractiveMethod); ok && !other.spent {
				d.interactive = other
				break
			}
		}
	} else {
		d.interactive = c
	}
	a.begin(Attempt{Method: methodInteractive}, d.settle)
	return xssh.KeyboardInteractive(d.round)
}

// round answers one round of questions.
func (d *dialogue) round(name, instruction string, texts []string, echos []bool) ([]string, error) {
	if len(texts) == 0 {
		d.said += " " + name + " " + instruction
		return nil, nil
	}
	if d.password != nil && !d.usedPassword && len(texts) == 1 && !echos[0] {
		d.usedPassword = true
		text, err := d.a.secret(d.password.method.(auth.PasswordMethod).Source)
		if err == nil {
			d.given = append(d.given, text)
			return []string{text}, nil
		}
		d.failed = err
	}
	if d.usedPassword && expired().MatchString(name+" "+instruction+" "+strings.Join(texts, " ")+" "+d.said) {
		// Whatever would be answered now becomes somebody's password.
		d.failed = ErrPasswordExpired
		return nil, d.failed
	}
	if d.interactive == nil {
		if d.failed == nil {
			d.failed = fmt.Errorf("the device asks %q, which nothing answers", d.hidden(texts))
		}
		return nil, d.failed
	}
	c := auth.Challenge{Name: name, Instruction: instruction}
	for i, text := range texts {
		c.Questions = append(c.Questions, auth.Question{Text: text, Echo: echos[i]})
	}
	answers, err := d.answer(c)
	d.failed = err
	return answers, err
}

// hidden is texts without the secrets that the device may repeat in them.
func (d *dialogue) hidden(texts []string) []string {
	var list []string
	for _, text := range texts {
		list = append(list, d.a.s.masker.Hide(text))
	}
	return list
}

// answer has the caller's function answer.
func (d *dialogue) answer(c auth.Challenge) ([]string, error) {
	d.usedInteractive = true
	secrets, err := d.ask(c)
	if err != nil {
		return nil, err
	}
	if len(secrets) != len(c.Questions) {
		return nil, fmt.Errorf("%d answers to %d questions", len(secrets), len(c.Questions))
	}
	answers := make([]string, len(secrets))
	for i, s := range secrets {
		answers[i] = s.Reveal()
		if c.Questions[i].Echo || answers[i] == "" {
			continue // no secret
		}
		if d.a.refused[answers[i]] || slices.Contains(d.given, answers[i]) {
			return nil, errRefusedBefore
		}
	}
	for i, q := range c.Questions {
		if !q.Echo && answers[i] != "" {
			d.given = append(d.given, answers[i])
		}
	}
	return answers, nil
}

// ask waits for the function no longer than the handshake lasts.
func (d *dialogue) ask(c auth.Challenge) ([]auth.Secret, error) {
	f := d.interactive.method.(auth.InteractiveMethod).Answer
	if f == nil {
		return nil, errors.New("no function to answer")
	}
	var answers []auth.Secret
	_, err := ask(d.a.ctx, auth.SourceFunc(func(ctx context.Context) (_ auth.Secret, err error) {
		answers, err = f(ctx, c)
		return auth.Secret{}, err
	}))
	if err != nil {
		return nil, err
	}
	return answers, nil
}

// settle draws the lessons from how the dialogue ended.
func (d *dialogue) settle(t *Attempt) {
	t.Err = d.failed
	d.owner.spent = true
	if d.usedPassword {
		d.password.spent = true
	}
	if d.usedInteractive {
		d.interactive.spent = true
	}
	if t.Outcome == Partial {
		// A device may want a second dialogue, with other questions.
		if d.interactive != nil {
			d.interactive.spent = false
		}
		return
	}
	for _, text := range d.given {
		d.a.refused[text] = true
	}
}
