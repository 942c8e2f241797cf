package inventory

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/transport/line"
)

// The fields of a host that vty itself understands. Everything else about a host
// is its data.
const (
	FieldAddress    = "address"     // name or address to connect to; the host's name where there is none
	FieldPort       = "port"        // 1 to 65535; the transport's own where there is none
	FieldPlatform   = "platform"    // a platform's name or alias
	FieldTransport  = "transport"   // one of vty.Transports; over "serial" the address is the name of a port
	FieldFallback   = "fallback"    // "telnet" or "telnet:PORT", where SSH is not spoken: see vty.Fallback
	FieldProgram    = "program"     // over "exec", the program and its arguments: see vty.Config.ProgramFor for %h, %p and %u
	FieldBaud       = "baud"        // speed of a serial line
	FieldFrame      = "frame"       // its data bits, parity and stop bits, such as "8N1"
	FieldFlow       = "flow"        // its flow control: "none", "software" or "hardware"
	FieldConsole    = "console"     // true or false: whether it is a console, where the transport does not say it
	FieldUser       = "user"        // name to log in as
	FieldPassword   = "password"    // a secret: the login password
	FieldEnable     = "enable"      // a secret: what the enable mode asks for
	FieldKeyFile    = "key_file"    // an SSH private key; a list where there are several
	FieldPassphrase = "passphrase"  // a secret: opens the key file
	FieldKnownHosts = "known_hosts" // a known_hosts file; a list where there are several
	FieldHostKey    = "host_key"    // "strict", "accept-new", "off" or a fingerprint "SHA256:..."
	FieldJump       = "jump"        // jump hosts, as ssh -J has them, or a list; "none" for none
	FieldMode       = "mode"        // the mode that commands run in
	FieldLegacy     = "legacy"      // true allows weak SSH algorithms
	FieldTimeout    = "timeout"     // a duration, such as "90s": limit on reaching the host and on each command
	FieldAAA        = "aaa"         // a name for the servers that check the host's logins, for limits on logins
	FieldSessions   = "sessions"    // how many sessions the device bears at once
)

// Fields are the names of the fields, in the order in which they are shown.
func Fields() []string {
	return []string{
		FieldAddress, FieldPort, FieldPlatform, FieldTransport, FieldFallback, FieldProgram, FieldBaud, FieldFrame, FieldFlow, FieldConsole, FieldUser, FieldPassword, FieldEnable, FieldKeyFile,
		FieldPassphrase, FieldKnownHosts, FieldHostKey, FieldJump, FieldMode, FieldLegacy, FieldTimeout, FieldAAA, FieldSessions,
	}
}

// secretField tells the fields whose value is a secret.
func secretField(name string) bool {
	return name == FieldPassword || name == FieldEnable || name == FieldPassphrase
}

// valid says what is wrong with a field's value, "" if nothing is. Numbers and
// bools may be written as text, since INI and CSV know nothing else.
func valid(field string, v *Value) string {
	if secretField(field) {
		if _, ok := v.Any.(auth.Source); !ok {
			return "is not a secret"
		}
		return ""
	}
	if field == FieldKeyFile || field == FieldKnownHosts {
		if len(v.texts()) == 0 {
			return "must be a file or a list of files"
		}
		return ""
	}
	if field == FieldJump {
		if err := checkJump(v); err != nil {
			return err.Error()
		}
		return ""
	}
	text := v.Text()
	if text == "" {
		return "must be a text, and is empty or of another kind"
	}
	switch field {
	case FieldPort:
		if n, err := strconv.ParseUint(text, 10, 16); err != nil || n == 0 {
			return strconv.Quote(text) + " is not a port (1 to 65535)"
		}
	case FieldSessions:
		if n, err := strconv.Atoi(text); err != nil || n < 1 {
			return strconv.Quote(text) + " is not a number from 1 on"
		}
	case FieldTransport:
		if !slices.Contains(vty.Transports(), vty.Transport(text)) {
			return fmt.Sprintf("%q is not a transport: want one of %v", text, vty.Transports())
		}
	case FieldFallback:
		if _, err := vty.ParseFallback(text); err != nil {
			return strconv.Quote(text) + " is no fallback: want telnet or telnet:PORT"
		}
	case FieldProgram:
		if _, err := ParseProgram(text); err != nil {
			return err.Error()
		}
	case FieldBaud:
		if n, err := strconv.Atoi(text); err != nil || n < 1 || (line.Settings{Baud: n}).Validate() != nil {
			return strconv.Quote(text) + " is not a speed such as 9600"
		}
	case FieldFrame:
		if _, is := v.Any.(string); !is {
			return `must be in quotes, as in "7E1": without them YAML takes it for a number`
		}
		if _, err := line.ParseFrame(text); err != nil {
			return "is no frame: " + err.Error()
		}
	case FieldFlow:
		if _, err := line.ParseFlow(text); err != nil {
			return "is no flow control: " + err.Error()
		}
	case FieldLegacy, FieldConsole:
		if _, err := strconv.ParseBool(text); err != nil {
			return strconv.Quote(text) + " is neither true nor false"
		}
	case FieldTimeout:
		if d, err := time.ParseDuration(text); err != nil || d <= 0 {
			return strconv.Quote(text) + ` is not a duration such as "90s"`
		}
	case FieldHostKey:
		if !slices.Contains([]string{"strict", "accept-new", "off"}, text) && !(strings.HasPrefix(text, "SHA256:") && len(text) == len("SHA256:")+43) {
			return strconv.Quote(text) + " is no policy: want strict, accept-new, off or a fingerprint SHA256:..."
		}
	case FieldAddress:
		port := strings.HasPrefix(text, "/") // a serial one
		if strings.ContainsAny(text, " \t\r\n") || strings.Contains(text, "/") && !port {
			return strconv.Quote(text) + " is neither a name nor an address"
		}
	}
	return ""
}
