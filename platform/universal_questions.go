package platform

import (
	"regexp"
	"slices"
	"sync"
)

// universalQuestions are the shapes of a line that waits for an answer. They are
// compiled when first wanted: a program that talks to no device does not wait for
// it.
var universalQuestions = sync.OnceValue(func() []Question {
	return []Question{
		// [confirm]
		question(`(?i)\[confirm\]\W{0,3}$`),
		// [y/n], (yes/no), [Y/N]:, (y/n)?, [yes,no] (yes), (yes/no/cancel)? [cancel]:, y/[n], [Y|N]-->
		question(`(?i)[\[(<{]?\[?\b(?:y|yes)\]?\s?[/|,]\s?\[?(?:n|no)\b\]?(?:\s?[/|,]\s?\[?\w{1,12}\]?){0,4}[\])>}]?\W{0,3}(?:[\[(]\w{1,12}[\])])?\W{0,5}$`),
		// [n/y], (no/yes)
		question(`(?i)[\[(](?:n|no)\s?[/|,]\s?(?:y|yes)[\])]\W{0,3}(?:[\[(]\w{1,12}[\])])?\W{0,3}$`),
		// (y or n), yes or no?
		question(`(?i)\(?\b(?:y or n|yes or no)\b\)?\W{0,5}$`),
		// [Y]>, [no]:, [yes]?
		question(`(?i)\[(?:y|n|yes|no|cancel|abort)\]\s?[>:?]{1,2}\W{0,2}$`),
		// Destination filename [startup-config]?, Address or name of remote host []?
		question(`\[[^\[\]]{0,80}\]\s?\?$`),
		// Overwrite? [x]:, What now? (x)
		question(`^\s*[A-Za-z].*\?\s?[\[(][^\[\]()]{0,60}[\])]\s?[:>]?$`),
		// How many bits in the modulus [512]:, Enter the size (1-100) [5]:
		question(`(?i)^[^\w]{0,4}(?:%\s)?(?:how (?:many|much)|enter|input|type|specify|choose|select|provide)\b.*[\])]\s?[:>]{1,2}$`),
		// Enter choice:, Please enter the file name:, Select Menu Number [0-7]:, Your choice?
		question(`(?i)^[^\w]{0,4}(?:please )?(?:enter|input|type|choose|select)\b[^:]{1,60}[:>?]{1,2}$`),
		question(`(?i)^[^\w]{0,4}(?:your )?(?:choice|selection|option)\s?(?:[\[(][^\[\]()]{0,40}[\])])?\s?[:>?]{1,2}$`),
		// Are you sure?, Do you want to continue?, Proceed with reload?
		question(`(?i)^[^\w]{0,4}(?:(?:warning|caution|% ?warning)[:!.].*\W)?(?:are you (?:really )?sure|do you (?:really )?(?:want|wish|accept|agree)|would you like|is (?:this|it) (?:ok|okay|correct)|(?:really |ok to )?(?:proceed|continue|overwrite|delete|erase|remove|replace|reload|reboot|restart|reset|save|commit|discard|abort|format|confirm|accept|log ?out)\b)[^?]{0,150}\?\s?:?$`),
		// ... Are you sure? at the end of a sentence that says what of.
		question(`(?i)[.!,:]\s{0,3}(?:are you (?:really )?sure|do you (?:really )?(?:want|wish)|would you like|proceed|continue)\b[^?.]{0,80}\?\s?:?$`),
		// Secrets: Password:, New password:, Enter passphrase for key '/x':, PIN:
		question(`(?i)^[^\w]{0,4}(?:[\w'@.\\\[\]-]{1,60}\s){0,6}(?:pass ?word|pass ?code|pass ?phrase|secret|verification code|otp|pin)(?: \(?(?:for|again|confirm(?:ation)?)\b[^:]{0,60})?\s?:$`),
		// A session that ended where it began: Username:, r1 login:
		question(`(?i)^[^\w]{0,4}(?:enter )?(?:user ?name|user ?id|login name|login)\s?:$`),
		question(`(?i)^` + notLast + `\slogin:$`),
		// Press RETURN to get started, Hit any key to stop autoboot
		question(`(?i)^[^\w]{0,4}(?:press|hit) (?:any key|\W?(?:enter|return|space)\W?)(?: key)?(?: (?:to|for|when)\b.{0,60})?[.!:]{0,3}$`),
		// Accept The Policy Banner (yes)?, Retry (3 left)?
		question(`(?i)\((?:y|n|yes|no)\)\s?\?\s?:?$`),
		// Log in the way of forms: (Press 'a' to accept):
		question(`(?i)\(press '?\w'? to [a-z ]{1,30}\)\s?:?$`),
	}
})

func question(pattern string) Question { return Question{Prompt: regexp.MustCompile(pattern)} }

// UniversalQuestions gives the shapes of lines that wait for an answer on any
// device, beside the definition's own. They are tried on the line that the
// cursor stands on, trailing blanks removed, and they end where it ends. The
// slice is the caller's own.
//
// Output can look the same: "Password:" with nothing after it, a description
// that ends in "[y/n]". What tells them apart is that the device stays silent
// with the cursor behind it. Pagers ask too, and some fit both lists: try pagers
// first.
func UniversalQuestions() []Question { return slices.Clone(universalQuestions()) }
