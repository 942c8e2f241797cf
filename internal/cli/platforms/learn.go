package platforms

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/spf13/cobra"
	"github.com/vtynet/vty"
	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/internal/cli/streams"
	"github.com/vtynet/vty/internal/cli/target"
	"github.com/vtynet/vty/platform"
)

// learnCommand is "vty platforms learn".
func learnCommand(s *streams.Streams) *cobra.Command {
	var targets target.Flags
	name, show := "my_os", "show version"
	cmd := &cobra.Command{
		Use:   "learn [flags]",
		Short: "Look at a device that no platform knows, and write a first definition of it",
		Long: `Log in to a device, look at its prompt and at its answers to a few harmless lines, and
write a first definition to standard output. It types returns, the command of --show,
and its first word before one that no device knows, to see how it refuses; nothing is
changed, no mode is entered, and no help is called. What the device did not show (other modes, paging, configuration) is left for
you to add: see the manual of definitions, and vty platforms lint and test.`,
		Example: `  vty platforms learn -H ops@box1 --name acme_os > acme_os.yaml
  vty platforms learn -H box1 -t telnet --show 'display version'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			set, err := targets.Resolve(cmd.Context(), s)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, set.Close()) }()
			t, err := set.Only()
			if err != nil {
				return err
			}
			text, err := learn(cmd.Context(), s, t, name, show)
			if err != nil {
				return err
			}
			_, err = s.Out.Write(text)
			return err
		},
	}
	targets.Register(cmd.Flags())
	cmd.Flags().StringVar(&name, "name", name, "name of the platform: vendor_os")
	cmd.Flags().StringVar(&show, "show", show, "harmless command whose answer tells what the device is")
	return cmd
}

// nonsense is a word that no device knows. By itself many would take it for the name
// of a host to connect to.
const nonsense = "vtyfrobnicate"

// learn looks at a device as one of no known platform.
func learn(ctx context.Context, s *streams.Streams, t *target.Target, name, show string) ([]byte, error) {
	generic, err := platform.Load(platform.Generic)
	if err != nil {
		return nil, err
	}
	t.Config.Definition = generic
	dev, err := t.Dial(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = dev.Close() }()
	seen, err := look(ctx, dev, t.Limit, show)
	if err != nil {
		return nil, err
	}
	for _, note := range seen.notes {
		_, _ = fmt.Fprintln(s.Err, "vty:", note)
	}
	text := seen.draft(name)
	if _, err := platform.Parse(name+".yaml", text); err != nil {
		return nil, exit.Misused(fmt.Errorf("what was seen makes no definition: %w", err))
	}
	return text, nil
}

// glimpse is what was seen of a device.
type glimpse struct {
	first, prompt string
	show, answer  string // the command that was typed, and what came
	refused       string // what the device says to what it does not know, a line
	refusal       string // the pattern of it
	notes         []string
}

// look types a return, the command and what no device knows. Where ctx ends, the
// device is left at its prompt.
func look(ctx context.Context, dev *vty.Device, limit func(context.Context) (context.Context, context.CancelFunc), show string) (*glimpse, error) {
	g := &glimpse{first: dev.Prompt(), show: show}
	prompt, err := dev.AskPrompt(ctx)
	if err != nil {
		return nil, err
	}
	g.prompt = prompt
	ask := func(line string) (string, error) {
		ctx, cancel := limit(ctx)
		defer cancel()
		res, err := dev.Run(ctx, line)
		switch {
		case err == nil, errors.Is(err, vty.ErrRefused):
			return res.Text(), nil
		case errors.Is(err, vty.ErrClosed):
			return "", fmt.Errorf("%q ended the session: %w", line, err)
		}
		first, _, _ := strings.Cut(err.Error(), "\n")
		g.notes = append(g.notes, first)
		return "", nil
	}
	if g.answer, err = ask(show); err == nil {
		word, _, _ := strings.Cut(show, " ")
		unknown := word + " " + nonsense
		var said string
		if said, err = ask(unknown); err == nil {
			g.refused = firstLine(said, nonsense)
			g.refusal = refusalOf(g.refused, unknown)
		}
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return g, err
}

// refusalOf makes a pattern of what a device says to a line that it does not know.
func refusalOf(said, line string) string {
	pattern := regexp.QuoteMeta(said)
	for _, of := range []string{line, nonsense} {
		pattern = strings.ReplaceAll(pattern, of, ".*")
	}
	if pattern = strings.TrimSuffix(pattern, ".*"); pattern == "" {
		return ""
	}
	return "^" + pattern
}

// The words of a prompt that may be names: of the user and the device, or of the
// device alone.
var (
	userAtHost = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`([\w.-]+)@([A-Za-z][\w-]*(?:\.[\w-]+)*)`)
	})
	nameInPrompt = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`[A-Za-z][\w-]*(?:\.[\w-]+)*`)
	})
)

// shape makes a pattern of a prompt: the word behind an @, or else its longest word,
// is taken for the device's name.
func shape(prompt string) (pattern, display string) {
	if at := userAtHost().FindStringSubmatchIndex(prompt); at != nil {
		before, after := prompt[:at[2]], prompt[at[5]:]
		return "^" + regexp.QuoteMeta(before) + `[\w.-]+@(?P<host>[\w.-]+)` + regexp.QuoteMeta(after) + "$", before + "{user}@{host}" + after
	}
	host := longest(prompt)
	before, after, ok := strings.Cut(prompt, host)
	if host == "" || !ok {
		return "^" + regexp.QuoteMeta(prompt) + "$", prompt
	}
	return "^" + regexp.QuoteMeta(before) + `(?P<host>[\w.-]+)` + regexp.QuoteMeta(after) + "$", before + "{host}" + after
}

func longest(prompt string) string {
	host := ""
	for _, word := range nameInPrompt().FindAllString(prompt, -1) {
		if len(word) > len(host) {
			host = strings.TrimRight(word, "-")
		}
	}
	return host
}

// draft writes the definition.
func (g *glimpse) draft(name string) []byte {
	pattern, display := shape(g.prompt)
	var b bytes.Buffer
	fmt.Fprintf(&b, "name: %s\ndescription: a first look at a device at the prompt %s\nproof: documented\n", name, quoted(g.prompt))
	fmt.Fprintf(&b, "# Add the other modes, and the ways between them.\nmodes:\n  main:\n    prompt: %s\n    display: %s\n    samples:\n      - %s\n",
		quoted(pattern), quoted(display+" "), quoted(g.prompt))
	if g.first != g.prompt {
		fmt.Fprintf(&b, "# The first prompt was %q.\n", g.first)
	}
	b.WriteString("# How paging is switched off for a session: paging: [terminal length 0]\n" +
		"close:\n  - { send: exit, ends: true }\n")
	if g.refusal != "" {
		fmt.Fprintf(&b, "failures:\n  - %s\n", quoted(g.refusal))
	}
	if says, sample := g.says(); says != "" {
		fmt.Fprintf(&b, "detect:\n  show: %s\n  says: %s\n  sample: %s\n", quoted(g.show), quoted(says), quoted(sample))
	}
	if g.refusal != "" {
		fmt.Fprintf(&b, "samples:\n  refused: [%s]\n", quoted(g.refused))
	}
	return b.Bytes()
}

// enough is how long what tells a device by must be.
const enough = 4

// says finds the line of the answer that tells what the device is, and a pattern of
// it that leaves out its numbers. An answer that is a refusal tells nothing, nor does
// a line with the device's name.
func (g *glimpse) says() (pattern, sample string) {
	refusal, err := regexp.Compile(g.refusal)
	if err != nil || g.answer == "" {
		return "", ""
	}
	host := longest(g.prompt)
	for line := range strings.Lines(g.answer) {
		line = strings.TrimRight(line, " \t\r\n")
		if g.refusal != "" && refusal.MatchString(line) {
			return "", ""
		}
		words, rest := line, ""
		if at := strings.IndexAny(line, "0123456789"); at >= 0 {
			words, rest = line[:at], `\d`
		}
		if len(strings.TrimSpace(words)) < enough || host != "" && strings.Contains(words, host) {
			continue
		}
		return "^" + regexp.QuoteMeta(words) + rest, line
	}
	return "", ""
}

// firstLine is the first line of an answer that says something; where a word is
// wanted, the first that holds it if there is one.
func firstLine(text, word string) string {
	first := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || line == "^" {
			continue
		}
		if first == "" || word != "" && strings.Contains(line, word) && !strings.Contains(first, word) {
			first = line
		}
	}
	return first
}

// quoted is a text of one line as YAML has it in single quotes.
func quoted(text string) string {
	return "'" + strings.ReplaceAll(text, "'", "''") + "'"
}
