package inventory

import (
	"errors"
	"fmt"
	"strings"
)

var (
	// ErrInvalid: an inventory cannot be read as it is written. Errors of this
	// kind are *InvalidError.
	ErrInvalid = errors.New("invalid inventory")
	// ErrFormat: the format of an inventory cannot be told from its content.
	ErrFormat = errors.New("unknown inventory format")
	// ErrSelector: a text is no selector. Errors of this kind are *SelectorError.
	ErrSelector = errors.New("invalid selector")
)

// Problem is one thing wrong with an inventory.
type Problem struct {
	Origin Origin
	Field  string // such as "hosts.r1.port"; "" where none is at fault
	Text   string
	// Warning tells a problem that does not keep the inventory from being used.
	Warning bool
}

// String is FILE:LINE: FIELD: what is wrong.
func (p Problem) String() string {
	text := p.Text
	if p.Field != "" {
		text = p.Field + " " + text
	}
	if at := p.Origin.String(); at != "" {
		return at + ": " + text
	}
	return text
}

// InvalidError lists what keeps an inventory from being read. It wraps
// ErrInvalid.
type InvalidError struct {
	Problems []Problem // at least one
}

// Error has one problem a line.
func (e *InvalidError) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns ErrInvalid.
func (e *InvalidError) Unwrap() error { return ErrInvalid }

// SelectorError says where a selector goes wrong. It wraps ErrSelector.
type SelectorError struct {
	Selector string
	Offset   int // in bytes, from 0
	Text     string
}

// Error shows the selector with a caret beneath the place.
func (e *SelectorError) Error() string {
	head := fmt.Sprintf("selector: %s at character %d", e.Text, len([]rune(e.Selector[:e.Offset]))+1)
	shown := strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, e.Selector)
	return fmt.Sprintf("%s\n  %s\n  %s^", head, shown, strings.Repeat(" ", len([]rune(e.Selector[:e.Offset]))))
}

// Unwrap returns ErrSelector.
func (e *SelectorError) Unwrap() error { return ErrSelector }

// NoHostError says that a selector chooses none of an inventory's hosts.
type NoHostError struct {
	Inventory *Inventory
	Selector  *Selector
}

// Error says what there is to choose from, and of how many hosts each term is true.
func (e *NoHostError) Error() string {
	hosts := e.Inventory.Hosts()
	return fmt.Sprintf("no host is selected; there are %d hosts in the groups %v%s", len(hosts), e.Inventory.Groups(), e.Selector.alone(hosts))
}
