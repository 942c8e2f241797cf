package target

import (
	"fmt"
	"strings"

	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/internal/cli/suggest"
)

// hostKeyPolicy is the value of --host-key; "" where it is not given.
type hostKeyPolicy struct{ text string }

var policies = []string{"strict", "accept-new", "off"}

func (p *hostKeyPolicy) String() string { return p.text }

// Type names the values in help texts.
func (p *hostKeyPolicy) Type() string { return "strict|accept-new|off|SHA256:..." }

// Set checks and takes a value.
func (p *hostKeyPolicy) Set(text string) error {
	switch {
	case text == "strict" || text == "accept-new" || text == "off":
	case strings.HasPrefix(text, "SHA256:"):
		if len(text) != len("SHA256:")+43 {
			return fmt.Errorf("not a fingerprint as ssh-keygen -l shows it: want SHA256: and 43 characters")
		}
	default:
		return fmt.Errorf("want one of %s, or a fingerprint SHA256:...%s", strings.Join(policies, ", "), suggest.DidYouMean(text, policies))
	}
	p.text = text
	return nil
}

// policy is what the flag means.
func (p *hostKeyPolicy) policy(files []string) auth.HostKeys {
	switch p.text {
	case "off":
		return auth.Unchecked()
	case "accept-new":
		return auth.AcceptNew(files...)
	case "strict", "":
		return auth.KnownHosts(files...)
	}
	return auth.Pinned(p.text)
}
