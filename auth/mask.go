package auth

import (
	"regexp"
	"sync"
)

// Masked stands for a secret wherever one is taken out of a text.
const Masked = masked

// announced finds the words with which configuration lines announce a secret,
// what may stand between (its kind, its level), and the secret itself.
var announced = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b(pass(?:word|phrase|wd|code)|secret|shared-(?:key|secret)|pre-shared-key|psk|key-string|` +
		`auth(?:entication)?-(?:key|password)|encr(?:yption)?-(?:key|password)|ascii-text|hex-text|wpa-psk|snmp-server community|set community)` +
		`((?:[ \t]+(?:\d{1,2}|encrypted|encrypted-password|plain-?text|plain-text-password|clear-?text|cipher|simple|irreversible-cipher|ascii|hex|sha\d+|md5|scrypt|level \d+))*[ \t]+)` +
		`("[^"]*"|[^\s;]+)`)
})

// Mask hides what follows the words that announce a secret in a configuration
// line ("password", "secret", "key-string", "snmp-server community" and their
// like), for texts that go into errors and logs. It knows the usual words, not
// every vendor's.
func Mask(line string) string {
	return announced().ReplaceAllString(line, "${1}${2}"+masked)
}
