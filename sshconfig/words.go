package sshconfig

import (
	"errors"
	"strings"
)

const blanks = " \t\r\n\f"

var (
	errNoWords   = errors.New("no argument")
	errEmptyWord = errors.New("an empty argument")
	errQuotes    = errors.New("a quote is not closed")
)

// cutKeyword splits a line into its keyword and the rest, between which are
// blanks, an equals sign, or both. A comment has no keyword.
func cutKeyword(text string) (name, rest string) {
	text = strings.TrimLeft(text, blanks)
	if strings.HasPrefix(text, "#") {
		return "", ""
	}
	name, rest = cutWord(text)
	return name, strings.TrimLeft(rest, blanks)
}

// cutWord takes a word off text, which ends at a blank or at an equals sign, or
// is in double quotes. One equals sign after it goes with it.
func cutWord(text string) (word, rest string) {
	if quoted, ok := strings.CutPrefix(text, `"`); ok {
		word, rest, _ = strings.Cut(quoted, `"`)
		return word, strings.TrimLeft(rest, blanks)
	}
	end := strings.IndexAny(text, blanks+"=")
	if end < 0 {
		return text, ""
	}
	word, rest = text[:end], strings.TrimLeft(text[end:], blanks)
	if after, ok := strings.CutPrefix(rest, "="); ok {
		rest = strings.TrimLeft(after, blanks)
	}
	return word, rest
}

// splitWords splits text into words. Quotes of either kind keep blanks together,
// a backslash keeps a quote, a backslash, and outside quotes a blank; a word that
// begins with # begins a comment.
func splitWords(text string) ([]string, error) {
	var words []string
	for i := 0; i < len(text); {
		if text[i] == ' ' || text[i] == '\t' {
			i++
			continue
		}
		if text[i] == '#' {
			break
		}
		var word strings.Builder
		var quote byte
		for ; i < len(text); i++ {
			c := text[i]
			if c == '\\' && i+1 < len(text) && escapable(text[i+1], quote) {
				i++
				word.WriteByte(text[i])
				continue
			}
			if quote == 0 && (c == ' ' || c == '\t') {
				break
			}
			switch {
			case quote == 0 && (c == '"' || c == '\''):
				quote = c
			case quote != 0 && c == quote:
				quote = 0
			default:
				word.WriteByte(c)
			}
		}
		if quote != 0 {
			return nil, errQuotes
		}
		words = append(words, word.String())
	}
	return words, nil
}

func escapable(c, quote byte) bool {
	return c == '\'' || c == '"' || c == '\\' || quote == 0 && c == ' '
}
