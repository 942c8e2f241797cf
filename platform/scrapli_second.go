package platform

import (
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// scrapliSecond reads a file in the format of scrapli's second version. It gives
// the names of the variants, which libscrapli had once.
func (r *scrapliReader) scrapliSecond(root *yaml.Node, variant string) (variants []string) {
	in := scrapli2(root)
	if root == in {
		r.scrapliDefinition(in, "")
		return nil
	}
	r.mapping(root, "", []string{"kind", "default"}, fields{
		"kind": r.text(&r.def.Name),
		"default": func(n *yaml.Node, at string) {
			if variant == "" {
				r.scrapliDefinition(n, at)
			}
		},
		"variants": r.open(func(n *yaml.Node, at string) {
			var none []struct{}
			list(r.parser, &none, func(n *yaml.Node, at string, _ *struct{}) {
				var name string
				r.mapping(n, at, []string{"name", "definition"}, fields{"name": r.text(&name), "definition": ignored})
				variants = append(variants, name)
				if own := value(n, "definition"); name == variant && own != nil {
					r.scrapliDefinition(own, at+".definition")
				}
			})(n, at)
		}),
	})
	return variants
}

func (r *scrapliReader) scrapliDefinition(n *yaml.Node, at string) {
	any := &scrapliMode{at: join(at, "prompt_pattern"), node: value(n, "prompt_pattern")} // of any mode
	r.mapping(n, at, []string{"prompt_pattern", "default_mode", "modes"}, fields{
		"kind":                       ignored,
		"prompt_pattern":             r.text(&any.pattern),
		"default_mode":               r.home,
		"modes":                      list(r.parser, &r.modes, r.scrapliMode),
		"failure_indicators":         r.open(r.substrings(&r.def.Failures)),
		"input_failed_when_contains": r.open(r.substrings(&r.def.Failures)),
		"on_open_instructions":       r.open(r.instructions(&r.def.Open)),
		"on_close_instructions":      r.open(r.instructions(&r.def.Close)),
		"ntc_templates_platform":     r.open(r.text(&r.def.KnownAs.TextFSM)),
		"genie_platform":             ignored,
		"force_in_session_auth":      ignored,
		"bypass_in_session_auth":     ignored,
	})
	r.scrapliPrompt(any) // is wrong or is not needed: each mode has its own
}

func (r *scrapliReader) scrapliMode(n *yaml.Node, at string, to **scrapliMode) {
	m := &scrapliMode{at: at}
	*to = m
	type accessible struct {
		name  string
		steps []Step
	}
	var ways []accessible
	for _, key := range []string{"prompt_pattern", "prompt_exact"} {
		if v := value(n, key); v != nil {
			m.node = v
		}
	}
	r.mapping(n, at, []string{"name"}, fields{
		"name":            r.modeName(&m.name),
		"prompt_exact":    r.text(&m.exact),
		"prompt_pattern":  r.text(&m.pattern),
		"prompt_excludes": r.texts(&m.excludes),
		"accessible_modes": list(r.parser, &ways, func(n *yaml.Node, at string, a *accessible) {
			known := r.instruction(&a.steps)
			known["name"] = r.modeRef(&a.name)
			known["instructions"] = r.instructions(&a.steps)
			r.mapping(n, at, []string{"name"}, known)
			if len(a.steps) == 0 {
				r.fail(n.Line, at, "says no way: there are no instructions")
			}
		}),
	})
	r.lines["modes."+m.name] = n.Line
	if (m.exact == "") == (m.pattern == "") {
		r.fail(n.Line, at, "needs either \"prompt_pattern\" or \"prompt_exact\"")
	}
	for _, a := range ways {
		m.ways = append(m.ways, Transition{From: m.name, To: a.name, Steps: a.steps})
	}
}

// instructions reads a list of what is done one after the other.
func (r *scrapliReader) instructions(to *[]Step) field {
	return func(n *yaml.Node, at string) {
		var none []struct{}
		mode := ""
		list(r.parser, &none, func(n *yaml.Node, at string, _ *struct{}) {
			var steps []Step
			known := r.instruction(&steps)
			known["enter_mode"] = func(n *yaml.Node, at string) {
				r.mapping(n, at, []string{"requested_mode"}, fields{"requested_mode": r.modeRef(&mode)})
			}
			r.mapping(n, at, nil, known)
			if n.Kind == yaml.MappingNode && len(n.Content) != 2 {
				r.fail(n.Line, at, "wants one of write, enter_mode, send_input and send_prompted_input")
			}
			for _, s := range steps {
				s.In = mode
				*to = append(*to, s)
			}
		})(n, at)
	}
}

// lookup is how a secret is named.
const lookup = "__lookup::"

// instruction is what may be done in one instruction.
func (r *scrapliReader) instruction(to *[]Step) fields {
	add := func(s Step) { *to = append(*to, s) }
	return fields{
		"write": func(n *yaml.Node, at string) {
			var s Step
			r.mapping(n, at, []string{"input"}, fields{"input": r.typed(&s.Send)})
			add(s)
		},
		"send_input": func(n *yaml.Node, at string) {
			var s Step
			r.mapping(n, at, []string{"input"}, fields{"input": r.typed(&s.Send), "retain_input": ignored, "retain_trailing_prompt": ignored})
			add(s)
		},
		"send_prompted_input": func(n *yaml.Node, at string) {
			var s Step
			var exact, pattern, response string
			r.mapping(n, at, []string{"input", "response"}, fields{
				"input": r.typed(&s.Send), "response": r.text(&response),
				"prompt": r.text(&exact), "prompt_exact": r.text(&exact), "prompt_pattern": r.text(&pattern),
				"hidden_response": ignored, "abort_input": ignored,
			})
			ask := Ask{Answer: response, Times: 1}
			if name, secret := strings.CutPrefix(response, lookup); secret {
				ask.Answer, ask.Secret = "", plainName(name)
			}
			switch {
			case exact != "":
				ask.Prompt = regexp.MustCompile(regexp.QuoteMeta(strings.TrimSpace(exact)))
			case pattern != "":
				ask.Prompt = r.perl(value(n, "prompt_pattern"), at+".prompt_pattern", pattern)
			default:
				r.fail(n.Line, at, "needs either \"prompt_exact\" or \"prompt_pattern\"")
			}
			if ask.Prompt != nil {
				s.Asks = []Ask{ask}
			}
			add(s)
		},
	}
}
