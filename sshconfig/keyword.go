package sshconfig

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"
)

// keyword says how the arguments of a keyword are read.
type keyword struct {
	// parse checks the words of a line, of which rest is the text, and gives the
	// values that it sets.
	parse func(words []string, rest string) ([]string, error)
	// many tells that each line adds a value, where else the first one counts.
	many bool
}

// keywords are those that this package understands.
var keywords = map[string]keyword{
	// What the lines below are about.
	"host":    {parse: someWords},
	"match":   {parse: someWords},
	"include": {parse: someWords},

	// Where the host is.
	"hostname":                  {parse: word},
	"port":                      {parse: port},
	"user":                      {parse: word},
	"tag":                       {parse: word},
	"addressfamily":             {parse: oneOf("any", "inet", "inet6")},
	"bindaddress":               {parse: word},
	"bindinterface":             {parse: word},
	"connecttimeout":            {parse: duration},
	"proxycommand":              {parse: command},
	"proxyjump":                 {parse: jump},
	"canonicalizehostname":      {parse: oneOf("yes", "no", "always")},
	"canonicaldomains":          {parse: someWords},
	"canonicalizemaxdots":       {parse: number},
	"canonicalizefallbacklocal": {parse: flag},

	// Who the host is.
	"hostkeyalgorithms":     {parse: algorithms},
	"hostkeyalias":          {parse: word},
	"userknownhostsfile":    {parse: files},
	"globalknownhostsfile":  {parse: files},
	"stricthostkeychecking": {parse: oneOf("yes", "no", "ask", "accept-new", "off=no")},

	// Who we are.
	"identityfile":                 {parse: word, many: true},
	"certificatefile":              {parse: word, many: true},
	"identitiesonly":               {parse: flag},
	"identityagent":                {parse: word},
	"pubkeyacceptedalgorithms":     {parse: algorithms},
	"pubkeyauthentication":         {parse: oneOf("yes", "no", "unbound=yes", "host-bound=yes")},
	"passwordauthentication":       {parse: flag},
	"kbdinteractiveauthentication": {parse: flag},
	"preferredauthentications":     {parse: word},

	// The connection and the session.
	"kexalgorithms":       {parse: algorithms},
	"ciphers":             {parse: algorithms},
	"macs":                {parse: algorithms},
	"serveraliveinterval": {parse: duration},
	"serveralivecountmax": {parse: number},
	"setenv":              {parse: environment},
	"requesttty":          {parse: oneOf("yes", "no", "force", "auto")},

	"ignoreunknown": {parse: word},
}

// passedOver are keywords that say nothing about reaching a host, or that this
// package's users have no use for.
var passedOver = strings.Fields(`addkeystoagent afstokenpassing batchmode canonicalizepermittedcnames casignaturealgorithms channeltimeout checkhostip
cipher clearallforwardings compression compressionlevel connectionattempts controlmaster controlpath controlpersist
dynamicforward enableescapecommandline enablesshkeysign escapechar exitonforwardfailure fallbacktorsh fingerprinthash
forkafterauthentication forwardagent forwardx11 forwardx11timeout forwardx11trusted gatewayports
gssapiauthentication gssapiclientidentity gssapidelegatecredentials gssapikexalgorithms gssapikeyexchange
gssapirenewalforcesrekey gssapiserveridentity gssapitrustdns hashknownhosts hostbasedacceptedalgorithms
hostbasedauthentication hostbasedkeytypes ipqos kbdinteractivedevices kerberosauthentication kerberostgtpassing
knownhostscommand localcommand localforward loglevel logverbose nohostauthenticationforlocalhost numberofpasswordprompts
obscurekeystroketiming permitlocalcommand permitremoteopen pkcs11provider protocol proxyusefdpass refuseconnection
rekeylimit remotecommand remoteforward requiredrsasize revokedhostkeys rhostsauthentication rhostsrsaauthentication
rsaauthentication rsaminsize securitykeyprovider sendenv sessiontype smartcarddevice stdinnull streamlocalbindmask
streamlocalbindunlink syslogfacility tcpkeepalive tunnel tunneldevice updatehostkeys useblacklistedkeys usekeychain
useprivilegedport userknownhostsfile2 globalknownhostsfile2 useroaming usersh verifyhostkeydns versionaddendum visualhostkey
warnweakcrypto xauthlocation`)

// aliases are older names.
var aliases = map[string]string{
	"keepalive":                         "tcpkeepalive",
	"identityfile2":                     "identityfile",
	"dsaauthentication":                 "pubkeyauthentication",
	"pubkeyacceptedkeytypes":            "pubkeyacceptedalgorithms",
	"challengeresponseauthentication":   "kbdinteractiveauthentication",
	"skeyauthentication":                "kbdinteractiveauthentication",
	"tisauthentication":                 "kbdinteractiveauthentication",
	"keyboardinteractiveauthentication": "kbdinteractiveauthentication",
	"hostbasedkeytypes":                 "hostbasedacceptedalgorithms",
}

// word reads exactly one word.
func word(words []string, _ string) ([]string, error) {
	switch {
	case len(words) == 0:
		return nil, errNoWords
	case words[0] == "":
		return nil, errEmptyWord
	case len(words) > 1:
		return nil, fmt.Errorf("%q is too much", words[1])
	}
	return words, nil
}

// someWords reads one word or more.
func someWords(words []string, _ string) ([]string, error) {
	switch {
	case len(words) == 0:
		return nil, errNoWords
	case slices.Contains(words, ""):
		return nil, errEmptyWord
	}
	return words, nil
}

// files are some words, or "none" alone.
func files(words []string, rest string) ([]string, error) {
	words, err := someWords(words, rest)
	if err == nil && len(words) > 1 && slices.ContainsFunc(words, isNone) {
		return nil, errors.New(`"none" must stand alone`)
	}
	return words, err
}

func isNone(word string) bool { return strings.EqualFold(word, "none") }

// command is the rest of the line as it is.
func command(_ []string, rest string) ([]string, error) {
	return []string{strings.TrimLeft(rest, blanks+"=")}, nil
}

func port(words []string, rest string) ([]string, error) {
	words, err := word(words, rest)
	if err != nil {
		return nil, err
	}
	n, err := parsePort(words[0])
	if err != nil {
		return nil, err
	}
	return []string{strconv.Itoa(n)}, nil
}

// parsePort reads a port or the name of a service.
func parsePort(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil {
		n, err = net.LookupPort("tcp", text)
	}
	if err != nil || n < 1 || n > 65535 {
		return 0, fmt.Errorf("%q is not a port (1 to 65535)", text)
	}
	return n, nil
}

func number(words []string, rest string) ([]string, error) {
	words, err := word(words, rest)
	if err != nil {
		return nil, err
	}
	n, err := strconv.ParseInt(words[0], 10, 32)
	if err != nil || n < 0 {
		return nil, fmt.Errorf("%q is not a number", words[0])
	}
	return []string{strconv.FormatInt(n, 10)}, nil
}

// flag reads yes or no.
func flag(words []string, rest string) ([]string, error) {
	return oneOf("yes", "no")(words, rest)
}

// oneOf reads one of several words, of which "true" and "false" are "yes" and
// "no", and "old=new" is written old and means new.
func oneOf(choices ...string) func([]string, string) ([]string, error) {
	meaning := map[string]string{}
	var names []string
	for _, c := range choices {
		name, means, found := strings.Cut(c, "=")
		if !found {
			means = name
		}
		meaning[name] = means
		names = append(names, name)
	}
	if meaning["yes"] != "" {
		meaning["true"], meaning["false"] = meaning["yes"], meaning["no"]
	}
	return func(words []string, rest string) ([]string, error) {
		words, err := word(words, rest)
		if err != nil {
			return nil, err
		}
		means, ok := meaning[strings.ToLower(words[0])]
		if !ok {
			return nil, fmt.Errorf("%q is none of %s", words[0], strings.Join(names, ", "))
		}
		return []string{means}, nil
	}
}

// duration reads a time such as 30, 90s or 1h30m, or "none"; its value is in
// seconds.
func duration(words []string, rest string) ([]string, error) {
	words, err := word(words, rest)
	if err != nil {
		return nil, err
	}
	if words[0] == "none" {
		return words, nil
	}
	seconds, err := parseTime(words[0])
	if err != nil {
		return nil, err
	}
	return []string{strconv.FormatInt(seconds, 10)}, nil
}

// units are those of the times in sshd_config(5).
var units = map[byte]int64{'s': 1, 'm': 60, 'h': 3600, 'd': 86400, 'w': 604800}

// maxTime is the longest time that a time.Duration can hold, in seconds.
const maxTime = int64(1<<63-1) / int64(time.Second)

func parseTime(text string) (int64, error) {
	bad := fmt.Errorf("%q is not a time (such as 30, 90s or 1h30m)", text)
	var total int64
	for rest := text; ; {
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		n, err := strconv.ParseInt(rest[:digits], 10, 32)
		if err != nil {
			return 0, bad
		}
		rest = rest[digits:]
		unit := int64(1)
		if rest != "" {
			known := false
			if unit, known = units[rest[0]|0x20]; !known {
				return 0, bad
			}
			rest = rest[1:]
		}
		if total += n * unit; total > maxTime {
			return 0, bad
		}
		if rest == "" {
			return total, nil
		}
	}
}

// environment reads NAME=VALUE words.
func environment(words []string, rest string) ([]string, error) {
	words, err := someWords(words, rest)
	if err != nil {
		return nil, err
	}
	var set []string
	for _, w := range words {
		name, _, found := strings.Cut(w, "=")
		if !found {
			return nil, fmt.Errorf("%q is not NAME=VALUE", w)
		}
		if !slices.ContainsFunc(set, func(s string) bool { return strings.HasPrefix(s, name+"=") }) {
			set = append(set, w)
		}
	}
	return set, nil
}
