package vty

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ProgramFor gives the words of Config.Program for a host: "%h" in a word stands for
// the host, "%p" for the port, "%u" for the user and "%%" for a percent sign. Each
// word stays one word, whatever a name holds. The error says what is not known, or
// that a word would become an option of the program by what was put in.
func (c *Config) ProgramFor(host string, port int) ([]string, error) {
	if len(c.Program) == 0 || c.Program[0] == "" {
		return nil, errors.New("no program is named to reach the host by")
	}
	values := map[byte]string{'h': host, 'u': c.User, '%': "%"}
	if port != 0 {
		values['p'] = strconv.Itoa(port)
	}
	argv := make([]string, len(c.Program))
	for i, word := range c.Program {
		filled, err := fill(word, values)
		if err != nil {
			return nil, fmt.Errorf("program %q: %w", c.Program[0], err)
		}
		if strings.HasPrefix(filled, "-") && !strings.HasPrefix(word, "-") {
			return nil, fmt.Errorf("program %q: %q would be an option", c.Program[0], filled)
		}
		argv[i] = filled
	}
	return argv, nil
}

// fill puts values in for the tokens of a word.
func fill(word string, values map[byte]string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(word); i++ {
		if word[i] != '%' {
			b.WriteByte(word[i])
			continue
		}
		if i++; i == len(word) {
			return "", fmt.Errorf("%q ends with a single %%: write %%%%", word)
		}
		value := values[word[i]]
		switch {
		case !strings.ContainsRune("hpu%", rune(word[i])):
			return "", fmt.Errorf("%q: %%%c is unknown: want %%h, %%p, %%u or %%%%", word, word[i])
		case value == "":
			return "", fmt.Errorf("%q: nothing is known for %%%c", word, word[i])
		}
		b.WriteString(value)
	}
	return b.String(), nil
}
