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
and a word that no device knows, to see how it refuses; nothing is changed, no mode is
entered. What the device did not show (other modes, paging, configuration) is left for
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
			text, err := learn(cmd.Context(), t, name, show)
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

// nonsense is a word that no device takes for a command.
const nonsense = "vtyfrobnicate"

// learn looks at a device as one of no known platform.
func learn(ctx context.Context, t *target.Target, name, show string) ([]byte, error) {
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
	first := dev.Prompt()
	prompt, err := dev.AskPrompt(ctx)
	if err != nil {
		return nil, err
	}
	answers := map[string]string{}
	for _, line := range []string{show, nonsense} {
		ctx, cancel := t.Limit(ctx)
		res, err := dev.Run(ctx, line)
		cancel()
		if errors.Is(err, vty.ErrClosed) {
			return nil, fmt.Errorf("%q ended the session: %w", line, err)
		}
		if err == nil || errors.Is(err, vty.ErrRefused) {
			answers[line] = res.Text()
		}
	}
	text := draft(name, first, prompt, show, answers[show], answers[nonsense])
	if _, err := platform.Parse(name+".yaml", text); err != nil {
		return nil, exit.Misused(fmt.Errorf("what was seen makes no definition: %w", err))
	}
	return text, nil
}

// nameInPrompt is what looks like a device's name.
var nameInPrompt = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`[A-Za-z][\w.-]*`)
})

// shape makes a pattern of a prompt: its longest word is taken for the name.
func shape(prompt string) (pattern, display string) {
	host := ""
	for _, word := range nameInPrompt().FindAllString(prompt, -1) {
		if len(word) > len(host) {
			host = strings.TrimRight(word, ".-")
		}
	}
	before, after, ok := strings.Cut(prompt, host)
	if host == "" || !ok {
		return "^" + regexp.QuoteMeta(prompt) + "$", prompt
	}
	return "^" + regexp.QuoteMeta(before) + `(?P<host>[\w.-]+)` + regexp.QuoteMeta(after) + "$", before + "{host}" + after
}

// draft writes the definition.
func draft(name, first, prompt, show, answer, refusal string) []byte {
	pattern, display := shape(prompt)
	refused := firstLine(refusal, nonsense)
	failures, detect, samples := "", "", ""
	if refused != "" {
		failures = "failures:\n  - " + quoted("^"+strings.ReplaceAll(regexp.QuoteMeta(refused), nonsense, `.*`)) + "\n"
		samples = "samples:\n  refused: [" + quoted(refused) + "]\n"
	}
	if says := firstLine(answer, ""); says != "" && says != refused && !strings.HasPrefix(says, refused+" ") {
		detect = fmt.Sprintf("detect:\n  show: %s\n  says: %s\n  sample: %s\n", quoted(show), quoted("^"+regexp.QuoteMeta(says)), quoted(says))
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "name: %s\ndescription: a first look at a device at the prompt %s\nproof: documented\n", name, quoted(prompt))
	fmt.Fprintf(&b, "# Add the other modes, and the ways between them.\nmodes:\n  main:\n    prompt: %s\n    display: %s\n    samples:\n      - %s\n",
		quoted(pattern), quoted(display+" "), quoted(prompt))
	if first != prompt {
		fmt.Fprintf(&b, "# The first prompt was %q.\n", first)
	}
	b.WriteString("# How paging is switched off for a session: paging: [terminal length 0]\n" +
		"close:\n  - { send: exit, ends: true }\n")
	return append(b.Bytes(), failures+detect+samples...)
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
