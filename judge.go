package vty

import (
	"slices"
	"strings"

	"github.com/vtynet/vty/platform"
)

// judged is how many lines at the head and at the tail of an answer are looked
// at for the device's refusal: a refused command says little.
const judged = 16

// judgedWhole is the length in bytes up to which an answer is also judged as a
// whole.
const judgedWhole = 4 << 10

// judge finds the line of an answer that says the command was refused.
func judge(text string, failures ...[]platform.Failure) (line string, refused bool) {
	if text == "" {
		return "", false
	}
	if len(text) <= judgedWhole && platform.JudgeWhole(text, failures...) == platform.SeverityError {
		line, _ = cutLines(strings.TrimLeft(text, "\n"), 1)
		return line, true
	}
	head, rest := cutLines(text, judged)
	for l := range strings.SplitSeq(head, "\n") {
		if platform.Judge(l, failures...) == platform.SeverityError {
			return l, true
		}
	}
	for i := 0; i < judged && rest != ""; i++ {
		at := strings.LastIndexByte(rest, '\n')
		if l := rest[at+1:]; platform.Judge(l, failures...) == platform.SeverityError {
			return l, true
		}
		rest = rest[:max(at, 0)]
	}
	return "", false
}

// cutLines splits text after its first n lines.
func cutLines(text string, n int) (head, rest string) {
	at := 0
	for range n {
		i := strings.IndexByte(text[at:], '\n')
		if i < 0 {
			return text, ""
		}
		at += i + 1
	}
	return text[:at-1], text[at:]
}

// ends are the lines of a streamed answer that are judged: the first and the last.
type ends struct {
	head, tail []string
	oldest     int // in tail, once that is full: the next line takes its place
}

func (e *ends) add(line string) {
	if len(e.head) < judged {
		e.head = append(e.head, line)
		return
	}
	if len(e.tail) == judged {
		e.tail[e.oldest] = line
		e.oldest = (e.oldest + 1) % judged
		return
	}
	e.tail = append(e.tail, line)
}

func (e *ends) text() string {
	return strings.Join(slices.Concat(e.head, e.tail[e.oldest:], e.tail[:e.oldest]), "\n")
}
