package vty

import (
	"context"
	"regexp"
	"strings"
	"sync"

	"github.com/vtynet/vty/channel"
	"github.com/vtynet/vty/platform"
	"github.com/vtynet/vty/transport"
)

// defaultRows is how high a terminal the transports ask for.
const defaultRows = 1000

// loginName is the user's name, with what the platform wants to be told in it.
func loginName(cfg *Config, def *platform.Definition) string {
	if def == nil {
		return cfg.User
	}
	suffix := def.Login.Suffix
	if suffix == "" || cfg.User == "" || cfg.KeepTerminal || strings.Contains(cfg.User, suffix[:1]) {
		return cfg.User
	}
	return cfg.User + suffix
}

// authenticated reports whether the transport has proved who the user is, so that
// the device has no reason to ask again.
func authenticated(conn transport.Conn) bool {
	for {
		if a, ok := conn.(interface{ AuthMethod() string }); ok {
			method := a.AuthMethod()
			return method != "none" && method != ""
		}
		w, ok := conn.(interface{ Unwrap() transport.Conn })
		if !ok {
			return false
		}
		conn = w.Unwrap()
	}
}

// channelConfig says to the channel what the definition knows.
func channelConfig(conn transport.Conn, def *platform.Definition, cfg *Config) *channel.Config {
	c := &channel.Config{
		Return: def.Return, Interrupt: def.Interrupt,
		Silence: cfg.Silence, Quiet: cfg.Quiet, Confirm: cfg.Confirm, Raw: cfg.Raw, Logger: cfg.Logger, Secrets: cfg.masker,
	}
	if s, ok := conn.(transport.Sizer); ok {
		c.Width = s.Size().Columns
	}
	c.Answers = def.Answers
	if c.Window = cfg.Window; c.Window == 0 {
		c.Window = def.Typing.Window
	}
	if c.Height = cfg.Size.Rows; c.Height == 0 {
		c.Height = defaultRows
	}
	known := universal()
	c.Prompts = make([]channel.Prompt, 0, len(def.Modes))
	for _, m := range def.Modes {
		p := channel.Prompt{Mode: m.Name, Shape: m.Prompt, Except: m.Except, Above: m.Above}
		if m.Exact != nil { // else the interface would hold a nil pointer
			p.Exact = m.Exact
		}
		c.Prompts = append(c.Prompts, p)
	}
	c.Pagers, c.Questions, c.Messages = known.pagers, known.questions, known.messages
	if len(def.Pagers) > 0 {
		c.Pagers = append(pagersOf(def.Pagers, len(known.pagers)), known.pagers...)
	}
	if len(def.Questions) > 0 {
		c.Questions = append(promptsOf(def.Questions, len(known.questions)), known.questions...)
	}
	user := def.Login.User
	if user == nil {
		user = platform.UniversalLogin().User
	}
	c.Outside = []*regexp.Regexp{user, platform.UniversalIdle()}
	return c
}

// patterns are what the channel is to know of devices of any make.
type patterns struct {
	pagers    []channel.Pager
	questions []*regexp.Regexp
	messages  []*regexp.Regexp
}

// universal is made once, for all sessions of the process.
var universal = sync.OnceValue(func() patterns {
	return patterns{
		pagers:    pagersOf(platform.UniversalPagers(), 0),
		questions: promptsOf(platform.UniversalQuestions(), 0),
		messages:  platform.UniversalMessages(),
	}
})

// pagersOf makes the channel's pagers of a platform's, with room for more.
func pagersOf(pagers []platform.Pager, room int) []channel.Pager {
	all := make([]channel.Pager, 0, len(pagers)+room)
	for _, p := range pagers {
		all = append(all, channel.Pager{Shape: p.Prompt, Key: p.Key})
	}
	return all
}

// promptsOf is likewise for questions.
func promptsOf(questions []platform.Question, room int) []*regexp.Regexp {
	all := make([]*regexp.Regexp, 0, len(questions)+room)
	for _, q := range questions {
		all = append(all, q.Prompt)
	}
	return all
}

// login says how to answer the device's own login questions.
func (d *Device) login() channel.Login {
	l := channel.Login{User: d.def.Login.User, Password: d.def.Login.Password, Rejected: d.def.Login.Rejected}
	usual := platform.UniversalLogin()
	if l.User == nil {
		l.User = usual.User
	}
	if l.Password == nil {
		l.Password = usual.Password
	}
	if l.Rejected == nil {
		l.Rejected = usual.Rejected
	}
	l.Detours = d.asks(append(d.def.Login.Detours[:len(d.def.Login.Detours):len(d.def.Login.Detours)], usual.Detours...))
	l.UserName = func(context.Context) (string, error) { return loginName(d.cfg, d.def), nil }
	l.PasswordText = func(ctx context.Context) (channel.Answer, error) {
		secret, err := d.cfg.secret(ctx, "password")
		return channel.Answer{Text: secret.Reveal(), Hidden: true}, err
	}
	if b := onward(d.ch.Conn()); b != nil {
		l.Detours = append(b.asks(&l, d.cfg, loginName(d.cfg, d.def), d.host), l.Detours...)
	}
	return l
}
