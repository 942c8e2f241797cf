package platform

import (
	"regexp"
	"slices"
	"sync"
)

const (
	keySpace = " "
	keyEnter = "\r"
	keyQuit  = "q"
)

// universalPagers are the page ends seen on devices of any make, control codes
// and surrounding blanks aside. Words that only some products use stand with the
// product's name.
//
// The keys: a blank shows the next page wherever that is offered. Enter is for
// pages that only Enter turns, since it would turn others by one line. A
// full-screen pager that stands at the end of its text has no next page and must
// be left.
var universalPagers = sync.OnceValue(func() []Pager {
	return []Pager{
		// --More--, <--- More --->, ---- More ----, ---more---, -- MORE --
		pager(keySpace, `<?\s*-{2,5}\s?(?i:more)\s?-{2,5}\s*>?`),
		// -More- (IronPort)
		pager(keySpace, `-(?i:more)-`),
		// ---(more)---, ---(more 42%)---, ---(more 100%)--- (Junos)
		pager(keySpace, `-{2,5}\s?\((?i:more)(?:\s+\d{1,3}%)?\)\s?-{2,5}`),
		// --More--(42%), --More--(Next file: x), --More-- (42% of 1024 bytes) (more)
		pager(keySpace, `-{2,5}\s?(?i:more)\s?-{2,5}\s?\([^()]{1,60}\)`),
		// --More or (q)uit current module or <ctrl-z> to abort (AireOS)
		pager(keySpace, `-{2,5}(?i:more)(?:-{2,5})? or \(q\)uit\b.{0,60}`),
		// -- MORE --, next page: Space, next line: Enter, quit: Control-C (ProCurve, FastIron)
		pager(keySpace, `-{2,5}\s?(?i:more)\s?-{2,5}\s?,\s?(?i:next page: ?space)\b.{0,80}`),
		// ---- More ( Press 'Q' to break ) ---- (SmartAX)
		pager(keySpace, `-{2,5}\s?(?i:more)\s?\(\s?(?i:press) .{1,40}\)\s?-{2,5}`),
		// More: <space>,  Quit: q or CTRL+Z, One line: <return> (small-business lines, PowerConnect, MES)
		pager(keySpace, `(?i:more: <space>,\s*quit: ?q).{0,60}`),
		// More ? [next screen <sp>, next line <cr>, filter pattern </>, quit </>] (OmniSwitch)
		pager(keySpace, `(?i:more\s?\?\s?\[next screen <sp>).{0,90}\]`),
		// -- [Q quit|D dump|down], -- [Q quit|D dump|right|left] (RouterOS)
		pager(keySpace, `--? \[Q quit\|D dump(?:\|[^|\]]{1,20}){0,5}\]`),
		// -Press Any Key For More- (IronPort)
		pager(keySpace, `-{1,3}\s?(?i:press any key for more)\s?-{1,3}`),
		// -more <Press SPACE for another page, 'q' to quit>- (SmartCS)
		pager(keySpace, `-{1,3}\s?(?i:more <press space for) .{1,50}>\s?-{1,3}`),
		// Press any key to continue (Q to quit) (TP-Link, SR OS)
		pager(keySpace, `(?i:press any key to continue) ?\([^()]{1,40}\)\W{0,4}`),
		// Press any key to continue, Press any key to continue or Esc to stop scrolling.
		pager(keySpace, `(?i:-{0,3}\s?(?:press|hit) any key to (?:continue|see more))(?: or .{1,50})?\W{0,4}`),
		// press ENTER to next line, CTRL_C to quit, other key to next page (GCOM)
		pager(keySpace, `\W{0,4}(?i:press enter to next line\b.{1,40}\bother key to next page)\W{0,4}`),
		// Press <SPACE> to continue or <Q> to quit: (EXOS)
		pager(keySpace, `(?i:press \W?space(?:bar)?\W? (?:to continue|for (?:the )?(?:next page|more)))\b.{0,50}`),
		// --- [Space] Next page, [CR] Next line, [A] All, Others to exit --- (DGS)
		pager(keySpace, `-{2,5}.{1,70}(?i:others to exit)\s?-{2,5}`),
		// CTRL+C ESC q Quit SPACE n Next Page ENTER Next Entry a All (D-Link)
		pager(keySpace, `(?i:ctrl\+c esc q quit space n next page)\b.{0,50}`),
		// Press Enter to continue..., Press Enter to continue or <ctrl-z> to abort (AireOS)
		pager(keyEnter, `(?i:-{0,3}\s?press \W?(?:enter|return|<cr>)\W? to continue)(?: or .{1,50})?\W{0,5}`),
		// Type <CR> to continue, Q<CR> to stop (GigaVUE and older)
		pager(keyEnter, `(?i:(?:type|press) <?(?:cr|return)>? to continue), .{1,50}`),
		// lines 1-24/100 (END), (END) (less: Onyx, VyOS, PAN-OS, systemd)
		pager(keyQuit, `(?:lines? \d{1,7}-\d{1,7}(?:/\d{1,7})? ?)?\(END\)`),
		// lines 1-24, lines 1-24/100, lines 1-24/100 24%
		pager(keySpace, `lines? \d{1,7}-\d{1,7}(?:/\d{1,7})?(?: \d{1,3}%)?`),
		// Next page? [Y/n], Continue listing? (y/n): the listing is what was asked for.
		{Prompt: regexp.MustCompile(`^\s*(?i:(?:next page|continue listing|more|show more)\?\s*[\[(]y(?:es)?/no?[\])])\W{0,3}$`), Key: "y"},
		// More? (space, or q) and its like: More (q to quit)? More [Space/q]
		pager(keySpace, `(?i:more)\s?[\[(](?:[^\[\]()]{0,30}\b)?(?i:space|q(?:uit)?)\b[^\[\]()]{0,30}[\])]\W{0,3}`),
		// --More-- Press Q to quit: whatever else a maker puts after it.
		pager(keySpace, `-{2,5}(?i:more)-{2,5}[\s,:]{1,3}(?i:press|hit|type|<|\[|q|space).{0,80}`),
	}
})

func pager(key, pattern string) Pager {
	return Pager{Prompt: regexp.MustCompile(`^\s*` + pattern + `\s*$`), Key: key}
}

// UniversalPagers gives the page ends that are looked for on every device,
// beside the definition's own, which come first. Each covers the whole line that
// the cursor stands on, as a terminal shows it: control codes are gone. The slice
// is the caller's own.
//
// A line of output that consists of nothing else than such words looks like a
// page end as long as the cursor stands on it, that is until its line end
// arrives; so does the beginning of a longer line. Whoever reads a stream must
// give the rest of the line a moment.
func UniversalPagers() []Pager { return slices.Clone(universalPagers()) }
