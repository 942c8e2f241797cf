package sshconfig

import (
	"fmt"
	"slices"
	"strings"
)

// Algorithms is a list of algorithms as a configuration has it: names or patterns
// with commas between, after a "+" to be added to the usual ones, after a "^" to be
// put before them, after a "-" to be left out; else instead of them. Empty means
// the usual ones.
type Algorithms string

// algorithms checks a list.
func algorithms(words []string, rest string) ([]string, error) {
	words, err := word(words, rest)
	if err != nil {
		return nil, err
	}
	for _, name := range Algorithms(words[0]).patterns() {
		if name == "" {
			return nil, fmt.Errorf("%q has an empty name", words[0])
		}
		if strings.HasPrefix(name, "!") {
			return nil, fmt.Errorf("%q: a list has no negations", words[0])
		}
	}
	return words, nil
}

// patterns are the names without the sign before them.
func (a Algorithms) patterns() []string {
	return strings.Split(strings.TrimLeft(string(a), "+-^"), ",")
}

// Apply gives the algorithms that the list stands for, where usual are those that
// are used without it and known are all that there are. A name that is not known is
// left out: a configuration may be for a newer ssh. The result is empty where
// nothing remains.
func (a Algorithms) Apply(usual, known []string) []string {
	switch {
	case a == "":
		return usual
	case a[0] == '-':
		return slices.DeleteFunc(slices.Clone(usual), func(name string) bool {
			return slices.ContainsFunc(a.patterns(), func(p string) bool { return Wildcard(p, name) })
		})
	case a[0] == '+':
		return choose(append(slices.Clone(usual), a.patterns()...), known)
	case a[0] == '^':
		return choose(append(a.patterns(), usual...), known)
	}
	return choose(a.patterns(), known)
}

// choose puts those of known that patterns name in the order of the patterns.
func choose(patterns, known []string) []string {
	var chosen []string
	for _, p := range patterns {
		for _, name := range known {
			if Wildcard(p, name) && !slices.Contains(chosen, name) {
				chosen = append(chosen, name)
			}
		}
	}
	return chosen
}
