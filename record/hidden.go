package record

import (
	"bytes"
	"regexp"
	"sync"
)

// hiddenQuestion is a line that asks for what is typed unseen.
var hiddenQuestion = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)(pass ?(word|phrase|code|wort)|secret|\b(pin|token|otp)\b)[^:?]*[:?]\s*$`)
})

// colours are the escape sequences that may stand behind a question.
var colours = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\x1b\[[0-9;?]*[A-Za-z]`)
})

// maxTail is how much of the line at the cursor is looked at, maxTyped how much
// of a hidden line is remembered, and minLearned from which length on it is
// looked for elsewhere.
const (
	maxTail    = 512
	maxTyped   = 1024
	minLearned = 4
)

// A hidden line is what a person, or a program that did not say so before, types
// at a question for a password. It is no secret that anybody knew of.
type hidden struct {
	question *regexp.Regexp
	tail     []byte // of what the device sent: the line at the cursor
	asked    bool   // tail has grown since a key was last typed
	on       bool   // a hidden line is being typed
	typed    []byte
	entry    *entry // that stands for the line; nil once it was written
}

// show takes what the device sent.
func (h *hidden) show(p []byte) {
	if i := bytes.LastIndexAny(p, "\r\n"); i >= 0 {
		h.tail, p = h.tail[:0], p[i+1:]
	}
	h.tail = append(h.tail, p[max(0, len(p)-maxTail):]...)
	if n := len(h.tail) - maxTail; n > 0 {
		h.tail = append(h.tail[:0], h.tail[n:]...)
	}
	h.asked = true
}

// begins reports whether what is typed now is the beginning of a hidden line.
func (h *hidden) begins() bool {
	asked := h.asked
	h.asked = false
	return asked && !h.on && h.question.Match(colours().ReplaceAll(h.tail, nil))
}

// endOfHidden returns where the key is that ends a hidden line: a return, or one
// that stops what runs. Keys that edit the line belong to it.
func endOfHidden(p []byte) int { return bytes.IndexAny(p, "\r\n\x03\x04\x1a") }

// remember keeps what was typed, as long as it could be a password.
func (h *hidden) remember(p []byte) {
	h.typed = append(h.typed, p[:min(len(p), maxTyped+1-len(h.typed))]...)
}

// secret returns the text to look for elsewhere; "" for none.
func (h *hidden) secret() string {
	if len(h.typed) < minLearned || len(h.typed) > maxTyped {
		return ""
	}
	for _, b := range h.typed {
		if b < ' ' || b == 0x7f {
			return "" // edited: not what the device took
		}
	}
	return string(h.typed)
}
