package main

import (
	"errors"
	"io/fs"
	"os"
	"strings"
)

// byHand begins the part of the page that people write: what a run shows, and why.
// It stands at the end.
const byHand = "<!-- By hand from here on: a run leaves it as it is. -->\n"

// kept returns what people wrote at the end of the page at path, with its mark, or ""
// where there is none.
func kept(path string) (string, error) {
	page, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	_, text, found := strings.Cut(string(page), byHand)
	if !found {
		return "", nil
	}
	return "\n" + byHand + text, nil
}

// write writes the page, and keeps the part that people wrote.
func write(path, page string) error {
	rest, err := kept(path)
	if err != nil {
		return err
	}
	return os.WriteFile(path, []byte(page+rest), 0o644)
}
