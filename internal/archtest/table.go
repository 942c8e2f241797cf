package archtest

// Rule says what one package may import besides the standard library.
type Rule struct {
	// Own are packages of this module, without its path; "vty" is the root. An
	// entry that ends in "/..." means the package and all below it.
	Own []string
	// Modules are paths of other modules, or of packages in them.
	Modules []string
}

// The modules that some packages may use, each by its job.
const (
	regexp2 = "github.com/dlclark/regexp2/v2" // patterns that Go's regexp has no equal for
	cobra   = "github.com/spf13/cobra"        // the command's verbs and flags
	pflag   = "github.com/spf13/pflag"
	yaml    = "go.yaml.in/yaml/v3"
	crypto  = "golang.org/x/crypto/ssh"
	proxy   = "golang.org/x/net/proxy"
	sys     = "golang.org/x/sys"
	term    = "golang.org/x/term"
)

// Table is the architecture: every package of the module and what it may
// import. Imports point down only; tests may import anything. A key that ends
// in "/..." is for all packages below it that have no row of their own.
var Table = map[string]Rule{
	// From the wire up.
	"auth":                    {},
	"auth/totp":               {Own: []string{"auth"}, Modules: []string{"github.com/pquerna/otp"}},
	"sshconfig":               {Own: []string{"internal/owner"}},
	"socket":                  {Modules: []string{proxy, sys}},
	"transport":               {},
	"transport/ssh":           {Own: []string{"transport", "socket", "auth", "sshconfig"}, Modules: []string{crypto}},
	"transport/telnet":        {Own: []string{"transport", "socket", "auth"}},
	"transport/jump":          {Own: []string{"transport/ssh"}},
	"transfer":                {Own: []string{"transport", "transport/ssh"}, Modules: []string{"github.com/pkg/sftp"}},
	"transport/line":          {},
	"transport/raw":           {Own: []string{"transport", "socket"}},
	"transport/rfc2217":       {Own: []string{"transport", "transport/line", "transport/telnet", "socket"}}, // an option of Telnet's
	"transport/serial":        {Own: []string{"transport", "transport/line"}, Modules: []string{"go.bug.st/serial", sys}},
	"transport/openssh":       {Own: []string{"transport", "transport/exec", "transport/ssh", "socket", "auth"}, Modules: []string{sys}},
	"transport/exec":          {Own: []string{"transport"}, Modules: []string{"github.com/creack/pty", sys}},
	"transport/transporttest": {Own: []string{"transport"}, Modules: []string{term}},
	"terminal":                {},
	"channel":                 {Own: []string{"terminal", "transport", "auth"}},
	"platform":                {Modules: []string{yaml, regexp2}}, // regexp2: prompts of scrapli's that RE2 has no words for
	"record":                  {Own: []string{"transport"}},
	"vty":                     {Own: []string{"channel", "platform", "auth", "transport", "transport/exec", "transport/line", "transport/openssh", "transport/raw", "transport/rfc2217", "transport/serial", "transport/ssh", "transport/telnet", "socket", "sshconfig", "record", "textfsm"}},
	"configure":               {Own: []string{"vty", "platform"}},
	"netconf/framing":         {},
	"netconf/element":         {},
	"netconf/rpc":             {Own: []string{"netconf/element"}},
	"netconf":                 {Own: []string{"transport", "transport/ssh", "socket", "auth", "netconf/framing", "netconf/element", "netconf/rpc"}},
	"netconf/netconftest":     {Own: []string{"netconf/framing", "netconf/element", "internal/memnet"}},
	"textfsm":                 {Own: []string{"textfsm/internal/pyre"}},
	"textfsm/internal/pyre":   {Modules: []string{regexp2}},
	"secrets":                 {Own: []string{"auth", "internal/home"}, Modules: []string{"filippo.io/age", "github.com/sosedoff/ansible-vault-go", "github.com/zalando/go-keyring"}},
	"inventory":               {Own: []string{"vty", "auth", "secrets", "platform", "sshconfig", "transport/jump", "transport/line", "transport/ssh", "internal/home"}, Modules: []string{yaml}}, // platform: for the check of names
	"fleet":                   {Own: []string{"vty", "inventory", "auth", "socket", "transport", "transport/ssh"}, Modules: []string{"golang.org/x/time/rate"}},
	"fleet/pool":              {Own: []string{"vty", "fleet", "transport"}},
	"sim":                     {Own: []string{"platform", "terminal", "record", "transport", "transport/telnet", "internal/memnet"}, Modules: []string{yaml, crypto}},
	"sim/netconf":             {Own: []string{"netconf/framing", "netconf/rpc", "netconf/netconftest", "internal/memnet"}}, // the protocol is the client's own, turned round
	"sim/scenario":            {Own: []string{"sim", "platform", "record", "transport", "internal/memnet"}},
	"vtytest":                 {Own: []string{"vty", "auth", "netconf", "sim", "sim/netconf", "platform", "internal/memnet", "internal/conformance"}},
	"lab":                     {},
	"internal/memnet":         {},
	"internal/home":           {},
	"internal/owner":          {},
	// The script that every definition passes on a simulated device.
	"internal/conformance":  {Own: []string{"vty", "auth", "platform", "sim", "transport"}},
	"internal/archtest":     {},
	"internal/cli/...":      {Own: []string{"vty", "auth/...", "socket", "sshconfig", "transport/...", "terminal", "channel", "platform", "record", "configure", "transfer", "netconf/...", "textfsm", "inventory", "secrets", "fleet", "sim", "sim/netconf", "sim/scenario", "internal/conformance", "internal/home", "internal/owner", "internal/cli/..."}, Modules: []string{cobra, pflag, term, sys}},
	"internal/cli/settings": {Own: []string{"internal/cli/...", "internal/home", "internal/owner"}, Modules: []string{cobra, pflag, yaml}},
	"cmd/vty":               {Own: []string{"internal/cli/..."}, Modules: []string{cobra}},
}
