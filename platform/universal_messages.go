package platform

import (
	"regexp"
	"slices"
	"sync"
)

// universalMessages are lines that devices show on a terminal unasked.
var universalMessages = sync.OnceValue(func() []*regexp.Regexp {
	return []*regexp.Regexp{
		// *Mar  1 00:01:02.003: %LINK-3-UPDOWN: ..., RP/0/RP0/CPU0:... config[65]: %MGBL-SYS-5-CONFIG_I : ...
		regexp.MustCompile(`(?:^|[\s:])%[A-Z][A-Z0-9_]*(?:-[A-Z0-9_]+)*-[0-7]-[A-Z0-9_]+ ?:`),
		// Broadcast message from root@web1 (pts/0) (Mon ...), Message from syslogd@mx1 at ...
		regexp.MustCompile(`^(?:Broadcast message|Message) from \S+@`),
	}
})

// UniversalMessages gives the shapes of lines that devices show unasked, such as
// log messages: where one stands behind a prompt it is no part of the answer before
// it. The slice is the caller's own.
func UniversalMessages() []*regexp.Regexp { return slices.Clone(universalMessages()) }
