package platform

import (
	"regexp"
	"slices"
	"sync"
)

// notLast is a word other than "last", since "Last login:" is news and not a
// question. RE2 cannot look ahead, so it is spelled out by length and letter.
const notLast = `(?:\S{1,3}|\S{5,}|[^\slL]\S{3}|\S[^\saA]\S{2}|\S{2}[^\ssS]\S|\S{3}[^\stT])`

// universalLogin is what most devices say at the door.
var universalLogin = sync.OnceValue(func() Login {
	return Login{
		// Username:, User Name:, >>User name:, login:, r1 login:, Login Name:, UserName:,
		// Enter username:, Please login:, Username(1-32 chars):, User:
		User: regexp.MustCompile(`(?i)^\W{0,4}(?:(?:please )?(?:enter |input )?(?:your |the )?(?:login |local |vty )?` +
			`(?:user ?name|user ?id|user|login ?(?:name|id)?|account)|` + notLast + `\s(?:user )?login)` +
			`(?:\s?\([^()]{1,30}\))?\s?:$`),
		// Password:, ops@r1's password:, Enter password:, >>User password:, Enable password:,
		// Password for ops:, [sudo] password for ops:, (ops@r1) Password:, Enter PASSCODE:
		// and not "New password:" or "Old password:", which ask for a change.
		Password: regexp.MustCompile(`(?i)^\W{0,4}(?:\S{1,64}'s |\[\w+\] |\(?\S+@[^\s)]+\)? |radius |tacacs\+? |ldap |unix |ssh |telnet |line |vty |` +
			`please |enter |input |type |your |the |login |local |user |enable |admin |privileged |remote )*` +
			`(?:pass ?word|pass ?code|passwort|mot de passe|contraseña|senha)(?:\s?\([^()]{1,30}\)| for \S{1,64})?\s?:$`),
		Rejected: regexp.MustCompile(`(?i)^\W{0,4}(?:` +
			`login (?:invalid|incorrect|failed|denied|failure)|` +
			`(?:error:? )?(?:in )?authenti?cation (?:failed|failure|rejected|error|is failed|denied)|error in authentication|` +
			`authori[sz]ation failed|` +
			`(?:access|permission) denied|` +
			`(?:bad|incorrect|invalid|wrong|illegal) (?:user ?name|user|login|password|credential|secret|enable (?:password|secret))s?\b|` +
			`(?:error: )?(?:the )?user ?name (?:or|and|/) ?password (?:is |are )?(?:not|incorrect|invalid|wrong|error)|` +
			`(?:error: )?failed to (?:log ?in|authenticate|pass the authentication)|` +
			`(?:username|password|login):\s+timeout expired|` +
			`password required, but none set|vty password is not set|no password set|` +
			`too many (?:failures|(?:login |authentication |failed )+(?:attempts|failures))|` +
			`(?:the |your |this )?(?:account|user)\b.{0,40}\b(?:is|has been|was) (?:locked|disabled|expired|blocked)|` +
			`sorry, try again|su: authentication failure|` +
			`(?:maximum|max)\b.{0,30}\b(?:users|sessions|connections|logins)\b.{0,30}\b(?:reached|exceeded)|` +
			`reject(?:ed)? by (?:the )?(?:server|aaa|tacacs|radius)` +
			`)`),
		Detours: []Ask{
			// Change now? [Y/N], Would you like to change the password? (y/n)
			{Prompt: regexp.MustCompile(`(?i)(?:change (?:it |the |your |this )?(?:password )?now|change (?:the |your |this |default )?(?:login )?password)\b.*[\[(]y(?:es)?/no?[\])]\W{0,4}$`), Answer: "n"},
			// Please choose 'YES' or 'NO' first before pressing 'Enter'. [Y/N]: (a return was no answer)
			{Prompt: regexp.MustCompile(`(?i)please choose '?yes'? or '?no'?\b.{0,60}\[y/n\]\W{0,4}$`), Answer: "n"},
			{Prompt: regexp.MustCompile(`(?i)initial configuration dialog\? \[yes/no\]:$`), Answer: "no"},
			// Do you want to see the software license? [Y/n]:
			{Prompt: regexp.MustCompile(`(?i)(?:see|read|view|display) (?:the )?(?:software )?licen[cs]e\? [\[(]y/n[\])]\W{0,3}$`), Answer: "n"},
			{Prompt: regexp.MustCompile(`(?i)^\W{0,4}press \W?(?:enter|return)\W?(?: key)? to (?:get started|continue|begin|start)\W{0,4}$`), Answer: ""},
			{Prompt: regexp.MustCompile(`(?i)^\W{0,4}(?:press|hit) any key to (?:continue|start|begin|log ?in)\W{0,4}$`), Answer: "\r", Key: true},
			// Enter Ctrl-Y to begin.
			{Prompt: regexp.MustCompile(`(?i)^\W{0,4}enter ctrl-y to begin\W{0,3}$`), Answer: "\x19", Key: true},
		},
	}
})

// universalIdle is what a line shows that nobody uses.
var universalIdle = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^\W{0,4}press \W?(?:enter|return)\W?(?: key)? to (?:get started|begin|log ?in|activate this console)\W{0,4}$`)
})

// UniversalIdle gives the shape of the line that a console shows when nobody is
// logged in, and that a return turns into the question for the user's name.
func UniversalIdle() *regexp.Regexp { return universalIdle() }

// universalPastime is what a console may be at that asks nothing.
var universalPastime = sync.OnceValue(func() []Ask {
	return []Ask{
		// less, once a key was typed: any other pager says what it is.
		{Prompt: regexp.MustCompile(`^:$`), Answer: keyQuit, Key: true},
	}
})

// UniversalPastime gives what a console may be at when it is found, beside pagers and
// questions, and the key that leaves it. Elsewhere such lines mean nothing. The
// slice is the caller's own.
func UniversalPastime() []Ask { return slices.Clone(universalPastime()) }

// UniversalLogin gives the words by which devices ask who is there and refuse
// it, for definitions that say nothing of their own. User and Password match the
// line that the cursor stands on, Rejected a line of output. The detours are
// tried after a definition's own; their answers change nothing on the device.
// Banners to be accepted are not among them: that is for the user to say.
func UniversalLogin() Login {
	login := universalLogin()
	login.Detours = slices.Clone(login.Detours)
	return login
}
