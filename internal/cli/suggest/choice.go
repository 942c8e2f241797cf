package suggest

import (
	"fmt"
	"slices"
	"strings"
)

// Choice is a flag that takes one of several words; it is a pflag.Value.
type Choice struct {
	value string
	words []string
}

// NewChoice makes a choice of words, the first of which is the default.
func NewChoice(words ...string) *Choice { return &Choice{value: words[0], words: words} }

// String is the word chosen.
func (c *Choice) String() string { return c.value }

// Type names the words in help texts.
func (c *Choice) Type() string { return strings.Join(c.words, "|") }

// Set chooses a word.
func (c *Choice) Set(word string) error {
	if !slices.Contains(c.words, word) {
		return fmt.Errorf("want one of %s%s", strings.Join(c.words, ", "), DidYouMean(word, c.words))
	}
	c.value = word
	return nil
}
