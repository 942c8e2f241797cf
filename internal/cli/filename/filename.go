// Package filename makes names of files and folders out of what users and devices
// call things, such that every system takes them.
package filename

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// most bounds a name in bytes; systems take 255, and something is added to it.
const most = 150

// Safe is text as the name of a file or a folder on every system: no separators,
// nothing that a shell or Windows takes for something else, and of bounded length.
// Different texts may have the same name; Distinct keeps them apart.
func Safe(text string) string {
	name := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || !unicode.IsPrint(r) || r == utf8.RuneError || strings.ContainsRune("/\\:[]*?\"'<>|%&;$`!#(){}^~", r) {
			return '_'
		}
		return r
	}, strings.TrimSpace(text))
	for len(name) > most {
		_, size := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-size]
	}
	if strings.HasPrefix(name, ".") || strings.HasPrefix(name, "-") {
		name = "_" + name[1:]
	}
	if strings.HasSuffix(name, ".") { // which Windows drops
		name = name[:len(name)-1] + "_"
	}
	if base, _, _ := strings.Cut(name, "."); name == "" || isDevice(base) {
		name = "_" + name
	}
	return name
}

// isDevice tells the names that are devices on Windows, in every folder and with
// every extension.
func isDevice(name string) bool {
	name = strings.ToLower(name)
	if slices.Contains([]string{"con", "prn", "aux", "nul", "conin$", "conout$"}, name) {
		return true
	}
	rest, port := strings.CutPrefix(name, "com")
	if !port {
		rest, port = strings.CutPrefix(name, "lpt")
	}
	return port && utf8.RuneCountInString(rest) == 1 && strings.ContainsAny(rest, "0123456789¹²³")
}

// Distinct gives each text a name that is safe and that no other has, also where a
// system takes capitals and small letters for the same.
func Distinct(texts []string) []string {
	names := make([]string, len(texts))
	taken := make(map[string]bool, len(texts))
	for i, text := range texts {
		name := Safe(text)
		for n := 2; taken[fold(name)]; n++ {
			name = fmt.Sprintf("%s~%d", Safe(text), n) // a safe name has no ~ of its own
		}
		taken[fold(name)] = true
		names[i] = name
	}
	return names
}

// fold is the same for names that differ in capitals only.
func fold(name string) string {
	return strings.Map(func(r rune) rune {
		first := r
		for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
			first = min(first, next)
		}
		return first
	}, name)
}
