// Package archtest holds the module to its architecture: the table of what each
// package may import. It reads what the go command says of the packages; it
// does not look at test files, which may import anything.
package archtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Module is the path of the module that the table is about.
const Module = "github.com/vtynet/vty"

// Package is what "go list -json" says of a package, as far as it matters here.
type Package struct {
	ImportPath string
	Imports    []string // of the files that are no tests
}

// Decode reads the objects that "go list -json" writes one after the other.
func Decode(r io.Reader) ([]Package, error) {
	var packages []Package
	for decoder := json.NewDecoder(r); ; {
		var p Package
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return packages, nil
		} else if err != nil {
			return nil, fmt.Errorf("what go list says: %w", err)
		}
		packages = append(packages, p)
	}
}

// Check returns a sentence for each import that the table does not allow, and
// for each package that it does not have.
func Check(table map[string]Rule, packages []Package) []string {
	var faults []string
	for _, p := range packages {
		name, ok := own(p.ImportPath)
		if !ok {
			continue // another module
		}
		rule, ok := ruleOf(table, name)
		if !ok {
			faults = append(faults, fmt.Sprintf("%s is not in the table: add it to internal/archtest/table.go, with what it may import", name))
			continue
		}
		for _, path := range p.Imports {
			if fault := rule.fault(name, path); fault != "" {
				faults = append(faults, fault)
			}
		}
	}
	return faults
}

// fault says what is wrong with an import, or nothing.
func (r Rule) fault(name, path string) string {
	if imported, ok := own(path); ok {
		if slices.ContainsFunc(r.Own, func(pattern string) bool { return matches(pattern, imported) }) {
			return ""
		}
		return fmt.Sprintf("%s may not import %s; of this module it may import: %s", name, imported, list(r.Own))
	}
	if standard(path) || slices.ContainsFunc(r.Modules, func(module string) bool { return matches(module+"/...", path) }) {
		return ""
	}
	return fmt.Sprintf("%s may not import %s; of other modules it may import: %s", name, path, list(r.Modules))
}

// ruleOf finds the row of a package: its own, or else that of the nearest
// folder above it whose row is for all below.
func ruleOf(table map[string]Rule, name string) (Rule, bool) {
	if rule, ok := table[name]; ok {
		return rule, true
	}
	best := ""
	for pattern := range table {
		if strings.HasSuffix(pattern, "/...") && matches(pattern, name) && len(pattern) > len(best) {
			best = pattern
		}
	}
	return table[best], best != ""
}

// own returns the name in the table of a package of this module.
func own(path string) (name string, ok bool) {
	if path == Module {
		return "vty", true
	}
	return strings.CutPrefix(path, Module+"/")
}

// matches tells whether a path is what the pattern says: itself, or with "/..."
// at the end also all below.
func matches(pattern, path string) bool {
	folder, below := strings.CutSuffix(pattern, "/...")
	return path == folder || below && strings.HasPrefix(path, folder+"/")
}

// standard tells a package of the standard library: the first part of its path
// has no dot. It is the go command's own rule.
func standard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}

func list(names []string) string {
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, ", ")
}
