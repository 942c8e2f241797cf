package inventory

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/platform"
)

// Format is a way to write an inventory.
type Format string

// The formats.
const (
	Native  Format = "vty"     // defaults, groups, hosts
	Nornir  Format = "nornir"  // SimpleInventory: hosts.yaml, groups.yaml, defaults.yaml
	Ansible Format = "ansible" // YAML or INI, with group_vars and host_vars
	Clab    Format = "clab"    // a containerlab topology
	CSV     Format = "csv"     // one host a row, under names of columns
	List    Format = "list"    // [USER@]HOST[:PORT], one a line
	Program Format = "program" // a program that prints JSON, as Ansible's dynamic inventories do
	SSH     Format = "ssh"     // OpenSSH's client configuration: the hosts that it names
	NetBox  Format = "netbox"  // NetBox, by its REST API: a URL in place of a file
)

// Formats are all formats.
func Formats() []Format {
	return []Format{Native, Nornir, Ansible, Clab, CSV, List, Program, SSH, NetBox}
}

// Options say how an inventory is read. Nil is the zero Options.
type Options struct {
	// Format is the format, where the content does not tell; "" detects it.
	Format Format
	// Platforms are those that a platform's name may be of; nil means those that come
	// with vty.
	Platforms *platform.Library
	// Token is NetBox's API token; nil means the environment variable NETBOX_TOKEN.
	Token auth.Source
}

// maxFile bounds what is read of one file.
const maxFile = 64 << 20

// Open reads the inventory at path: a file, a program, the https:// URL of a NetBox
// or a folder that holds nornir's hosts.yaml, or Ansible's
// inventory, hosts, hosts.yml or hosts.ini. What
// is wrong with its content is an *InvalidError; ErrFormat says that the format
// could not be told. A program is run only if its file is executable and begins
// as programs do, or if Options.Format says so.
//
// The URL of a NetBox is its own, or that of one of its lists as a browser shows it,
// with filters:
//
//	https://netbox.example.net/?site=ams&status=active     devices and virtual machines
//	https://netbox.example.net/dcim/devices/?role=leaf     devices
//	https://netbox.example.net/virtualization/virtual-machines/?cluster=c1
//
// Hosts there without a name or a primary IP are left out, which Check says. http://
// is for a NetBox on this machine alone, since anyone on the way could read the
// token.
func Open(ctx context.Context, path string, opts *Options) (*Inventory, error) {
	if opts == nil {
		opts = &Options{}
	}
	if opts.Format != "" && !slices.Contains(Formats(), opts.Format) {
		return nil, fmt.Errorf("%q: %w: want one of %v", opts.Format, ErrFormat, Formats())
	}
	b := newBook(cmp.Or(opts.Platforms, platform.Embedded()))
	if opts.Format == NetBox || opts.Format == "" && isURL(path) {
		if err := b.netBox(ctx, path, cmp.Or(opts.Token, auth.Env("NETBOX_TOKEN"))); err != nil {
			return nil, err
		}
		return b.resolve()
	}
	file, err := entryFile(path)
	if err != nil {
		return nil, err
	}
	if opts.Format == Program || opts.Format == "" && executable(file) {
		text, err := runProgram(ctx, file)
		if err != nil {
			return nil, err
		}
		return b.parse(ctx, file, text, Program)
	}
	text, err := readFile(file)
	if err != nil {
		return nil, err
	}
	return b.parse(ctx, file, text, opts.Format)
}

// Parse reads the text of an inventory; file is its name in errors, beside which
// further files are looked for. Format "" detects the format; SSH reads the file
// itself, and NetBox has none.
func Parse(file string, text []byte, format Format) (*Inventory, error) {
	return newBook(platform.Embedded()).parse(context.Background(), file, text, format)
}

func readFile(file string) ([]byte, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, fmt.Errorf("inventory: %w", err)
	}
	if info.Size() > maxFile {
		return nil, fmt.Errorf("inventory: %s is larger than %d MiB", file, maxFile>>20)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("inventory: %w", err)
	}
	return text, nil
}

// entryFile is the file to begin with.
func entryFile(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("inventory: %w", err)
	}
	if !info.IsDir() {
		return path, nil
	}
	names := []string{"vty-inventory.yaml", "inventory.yaml", "inventory.yml", "hosts.yaml", "hosts.yml", "inventory", "hosts", "inventory.ini", "hosts.ini"}
	for _, name := range names {
		file := filepath.Join(path, name)
		if info, err := os.Stat(file); err == nil && !info.IsDir() {
			return file, nil
		}
	}
	return "", fmt.Errorf("inventory: the folder %s holds none of %s", path, strings.Join(names, ", "))
}

func (b *book) parse(ctx context.Context, file string, text []byte, format Format) (*Inventory, error) {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	if format == "" && looksSSHConfig(file, text) {
		format = SSH
	}
	if format == "" && !looksYAML(file, text) {
		format = detectText(file, text)
	}
	switch format {
	case NetBox:
		return nil, fmt.Errorf("inventory: %s: NetBox is read from its URL, not from a file", file)
	case SSH:
		b.sshConfig(ctx, file)
		return b.resolve()
	case CSV:
		b.csv(file, text)
		return b.resolve()
	case List:
		b.list(file, text)
		return b.resolve()
	case Ansible:
		if !looksYAML(file, text) {
			b.ini(file, text)
			return b.resolve()
		}
	}
	doc := &document{file: file, book: b, tagged: encrypted}
	root := doc.parse(text)
	if root == nil {
		_, err := b.resolve()
		return nil, err
	}
	if format == "" {
		if format = detectTree(root); format == "" {
			return nil, fmt.Errorf("inventory: %s: %w; say which it is: one of %v", file, ErrFormat, Formats())
		}
	}
	b.mapping(root, "") // of every form that is left
	switch format {
	case Native:
		b.native(root)
	case Nornir:
		b.nornir(file, root)
	case Ansible:
		b.ansible(file, root)
	case Clab:
		b.clab(root)
	case Program:
		b.dynamic(root)
	}
	return b.resolve()
}

var yamlKey = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^(---|[\w."'-]+:(\s|$)|\{)`)
})

// looksYAML tells YAML and JSON from the formats of lines.
func looksYAML(file string, text []byte) bool {
	switch strings.ToLower(filepath.Ext(file)) {
	case ".yaml", ".yml", ".json":
		return true
	case ".csv", ".ini", ".txt", ".list", ".cfg":
		return false
	}
	return yamlKey().Match(text) && !iniSection().Match(text)
}

var iniSection = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^\s*\[[^\]]+\]\s*(?:[#;].*)?$`)
})

// detectText tells the formats of lines apart.
func detectText(file string, text []byte) Format {
	if strings.EqualFold(filepath.Ext(file), ".csv") {
		return CSV
	}
	first := ""
	for l := range strings.Lines(string(text)) {
		l = strings.TrimSpace(l)
		if l == "" || l[0] == '#' || l[0] == ';' {
			continue
		}
		if first == "" {
			first = l
		}
		if iniSection().MatchString(l) || len(strings.Fields(l)) > 1 && strings.Contains(l, "=") {
			return Ansible
		}
	}
	if strings.ContainsAny(first, ",;\t") {
		return CSV
	}
	return List
}

// detectTree tells the YAML formats apart.
func detectTree(root *Value) Format {
	m := root.fields()
	if m == nil {
		return ""
	}
	if topology := m["topology"].fields(); topology != nil && topology["nodes"] != nil {
		return Clab
	}
	if m["_meta"] != nil {
		return Program
	}
	if m["hosts"].fields() != nil && only(m, "hosts", "groups", "defaults") || len(m) > 0 && only(m, "groups", "defaults") {
		return Native
	}
	all := func(keys ...string) bool {
		for _, v := range m {
			if v.Any != nil && (v.fields() == nil || !only(v.fields(), keys...)) {
				return false
			}
		}
		return len(m) > 0
	}
	switch {
	case m["all"] != nil || all("hosts", "children", "vars"):
		return Ansible
	case all("hostname", "port", "username", "password", "platform", "groups", "data", "connection_options"):
		return Nornir
	}
	return ""
}

func only(m map[string]*Value, keys ...string) bool {
	for k := range m {
		if !slices.Contains(keys, k) {
			return false
		}
	}
	return true
}
