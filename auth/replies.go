package auth

import (
	"context"
	"fmt"
	"regexp"
)

// Reply answers the questions that a pattern finds itself in.
type Reply struct {
	Question *regexp.Regexp
	Answer   Source
}

// Replies answers keyboard-interactive questions that are known beforehand, each
// by the first reply whose pattern it holds: a one-time code beside a password,
// for example. A question that none knows abandons the method.
func Replies(replies ...Reply) Method {
	return Interactive(func(ctx context.Context, c Challenge) ([]Secret, error) {
		var answers []Secret
		for _, q := range c.Questions {
			answer, err := Answer(ctx, q, replies...)
			if err != nil {
				return nil, err
			}
			answers = append(answers, answer)
		}
		return answers, nil
	})
}

// Answer is the answer of the first reply that knows the question; without one the
// error is ErrNoSecret and has the question.
func Answer(ctx context.Context, q Question, replies ...Reply) (Secret, error) {
	for _, r := range replies {
		if r.Question.MatchString(q.Text) {
			return r.Answer.Secret(ctx)
		}
	}
	return Secret{}, fmt.Errorf("the device asks %q, which nothing answers: %w", q.Text, ErrNoSecret)
}
