package platform

import (
	"regexp"
	"slices"

	"go.yaml.in/yaml/v3"
)

// scrapliFirst reads a file in the format of scrapligo's first version. It gives
// the names of the variants.
func (r *scrapliReader) scrapliFirst(root *yaml.Node, variant string) (variants []string) {
	r.mapping(root, "", []string{"default"}, fields{
		"platform-type": r.text(&r.def.Name),
		"default": func(n *yaml.Node, at string) {
			if variant == "" {
				r.scrapliBody(n, at)
			}
		},
		"variants": func(n *yaml.Node, at string) {
			if n.Kind != yaml.MappingNode {
				r.fail(n.Line, at, "must map the name of each variant to what is different in it")
				return
			}
			for i := 0; i+1 < len(n.Content); i += 2 {
				name, own := n.Content[i].Value, n.Content[i+1]
				variants = append(variants, name)
				if under := value(root, "default"); name == variant && under != nil {
					r.scrapliBody(overlaid(under, own), join(at, name))
				}
			}
		},
	})
	return variants
}

// overlaid is a mapping with some of its keys replaced.
func overlaid(under, own *yaml.Node) *yaml.Node {
	if own.Kind != yaml.MappingNode || under.Kind != yaml.MappingNode {
		return own
	}
	merged := *own
	for i := 0; i+1 < len(under.Content); i += 2 {
		if value(own, under.Content[i].Value) == nil {
			merged.Content = append(slices.Clone(merged.Content), under.Content[i:i+2]...)
		}
	}
	return &merged
}

// The kinds of driver: one knows levels, the other takes the device as it is.
const (
	networkDriver = "network"
	genericDriver = "generic"
)

func (r *scrapliReader) scrapliBody(n *yaml.Node, at string) {
	driver := networkDriver
	var opening, closing []Step // of a session without levels; with them, the first and the last that is done
	var pattern string
	var patternNode *yaml.Node
	r.mapping(n, at, nil, fields{
		"driver-type":                     oneOf(r.parser, &driver, networkDriver, genericDriver),
		"privilege-levels":                r.scrapliLevels,
		"default-desired-privilege-level": r.open(r.home),
		"failed-when-contains":            r.open(r.substrings(&r.def.Failures)),
		"textfsm-platform":                r.open(r.text(&r.def.KnownAs.TextFSM)),
		"genie-platform":                  ignored,
		"network-on-open":                 r.open(r.operations(&r.def.Open)),
		"network-on-close":                r.open(r.operations(&r.def.Close)),
		"on-open":                         r.open(r.operations(&opening)),
		"on-close":                        r.open(r.operations(&closing)),
		"options": r.open(func(n *yaml.Node, at string) {
			var none []struct{}
			list(r.parser, &none, func(n *yaml.Node, at string, _ *struct{}) {
				r.option(n, at, &pattern)
				if v := value(n, "value"); v != nil && pattern != "" && patternNode == nil {
					patternNode = v
				}
			})(n, at)
		}),
	})
	r.def.Open, r.def.Close = slices.Concat(opening, r.def.Open), slices.Concat(r.def.Close, closing)
	if driver == networkDriver {
		for _, key := range []string{"privilege-levels", "default-desired-privilege-level"} {
			if value(n, key) == nil {
				r.fail(n.Line, join(at, key), "is missing; without levels the driver-type is %q", genericDriver)
			}
		}
		return
	}
	r.anyMode(at, pattern, patternNode)
}

// anyMode is the mode of a device whose levels are not told: its prompts are those
// of the pattern or, without one, of any device.
func (r *scrapliReader) anyMode(at, pattern string, node *yaml.Node) {
	r.modes, r.refs, r.def.Default = nil, nil, ""
	if node != nil {
		r.modes = []*scrapliMode{{name: "prompt", at: at, pattern: pattern, node: node}}
		return
	}
	root, err := r.base(Generic)
	if err != nil {
		r.fail(r.lines[at], at, "%w", err)
		return
	}
	var generic Definition
	(&parser{lines: map[string]int{}}).definition(root, &generic)
	r.def.Modes = generic.Modes
}

// The options that a file may set. Those of the connection are not a matter of the
// platform here: they are given with the host.
var scrapliOptions = []string{
	"port", "auth-bypass", "auth-strict-key", "prompt-pattern", "username-pattern", "password-pattern", "passphrase-pattern",
	"return-char", "read-delay", "timeout-ops", "timeout-transport", "transport-type", "read-size", "transport-pty-height",
	"transport-pty-width", "transport-system-open-args",
}

func (r *scrapliReader) option(n *yaml.Node, at string, prompt *string) {
	var name string
	r.mapping(n, at, []string{"option"}, fields{"option": r.text(&name), "value": ignored})
	v := value(n, "value")
	if v == nil {
		v = &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Line: n.Line}
	}
	pattern := func(to **regexp.Regexp) {
		var text string
		if r.text(&text)(v, at+".value"); text != "" {
			*to = r.perl(v, at+".value", text)
		}
	}
	switch name {
	case "prompt-pattern":
		r.text(prompt)(v, at+".value")
	case "username-pattern":
		pattern(&r.def.Login.User)
	case "password-pattern":
		pattern(&r.def.Login.Password)
	case "return-char":
		r.typed(&r.def.Return)(v, at+".value")
	case "":
	default:
		if !slices.Contains(scrapliOptions, name) {
			r.fail(n.Line, at+".option", "there is no option %q%s", name, suggest(name, scrapliOptions))
		}
	}
}

func (r *scrapliReader) scrapliLevels(n *yaml.Node, at string) {
	if n.Kind != yaml.MappingNode {
		r.fail(n.Line, at, "must map the name of each level to what it is")
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		m := &scrapliMode{name: plainName(n.Content[i].Value), at: join(at, n.Content[i].Value)}
		r.lines[m.at] = n.Content[i].Line
		r.lines["modes."+m.name] = n.Content[i].Line
		m.node = value(n.Content[i+1], "pattern")
		r.mapping(n.Content[i+1], m.at, []string{"pattern"}, fields{
			"name":            ignored,
			"pattern":         r.text(&m.pattern),
			"not-contains":    r.open(r.textOrTexts(&m.excludes)),
			"previous-priv":   r.open(r.modeRef(&m.below)),
			"deescalate":      r.open(r.typed(&m.down)),
			"escalate":        r.open(r.typed(&m.up)),
			"escalate-auth":   r.open(r.flag(&m.auth)),
			"escalate-prompt": r.open(r.text(&m.ask)),
		})
		r.modes = append(r.modes, m)
	}
	for _, m := range r.modes {
		if m.below == "" {
			continue
		}
		if m.up != "" {
			step := Step{Send: m.up}
			if m.auth {
				if re := r.perl(m.node, m.at+".escalate-prompt", m.ask); re != nil {
					step.Asks = []Ask{{Prompt: re, Secret: "enable", Times: 1}}
				}
			}
			m.ways = append(m.ways, Transition{From: m.below, To: m.name, Steps: []Step{step}})
		}
		if m.down != "" {
			m.ways = append(m.ways, Transition{From: m.name, To: m.below, Steps: []Step{{Send: m.down}}})
		}
	}
}

// operations reads what the first format does on opening and closing.
func (r *scrapliReader) operations(to *[]Step) field {
	return func(n *yaml.Node, at string) {
		var typed string // without its return as yet
		mode := ""
		add := func(text string) { *to = append(*to, Step{Send: text, In: mode}) }
		read := func(n *yaml.Node, at string, _ *struct{}) {
			var operation, input, command, target string
			r.mapping(n, at, []string{"operation"}, fields{
				"operation": r.text(&operation), "input": r.typed(&input), "command": r.typed(&command),
				"target": r.open(r.modeRef(&target)), "redacted": ignored,
			})
			needs := func(key string) {
				if value(n, key) == nil {
					r.fail(n.Line, join(at, key), "is missing: %s needs it", operation)
				}
			}
			switch operation {
			case "acquire-priv":
				mode = target
			case "driver.send-command":
				needs("command")
				add(command)
			case "channel.write":
				needs("input")
				typed += input
			case "channel.return":
				add(typed)
				typed = ""
			case "":
			default:
				r.fail(n.Line, at+".operation", "knows no %q; there are acquire-priv, driver.send-command, channel.write, channel.return", operation)
			}
		}
		var none []struct{}
		list(r.parser, &none, read)(n, at)
		if typed != "" {
			add(typed)
		}
	}
}
