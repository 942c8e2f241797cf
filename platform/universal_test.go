package platform

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// turns gives the key of the first universal pager that a line is.
func turns(line string) (key string, ok bool) {
	for _, p := range UniversalPagers() {
		if p.Prompt.MatchString(line) {
			return p.Key, true
		}
	}
	return "", false
}

func asks(line string) bool {
	return slices.ContainsFunc(UniversalQuestions(), func(q Question) bool { return q.Prompt.MatchString(line) })
}

func TestUniversalPagers(t *testing.T) {
	tests := []struct{ line, key string }{
		{"--More--", " "},
		{" --More-- ", " "},
		{"          --More--", " "},
		{"<--- More --->", " "},
		{"---- More ----", " "},
		{"  ---- More ----", " "},
		{"-- More --", " "},
		{"-- MORE --", " "},
		{"---More---", " "},
		{"---more---", " "},
		{"-More-", " "},
		{"---(more)---", " "},
		{"---(more 42%)---", " "},
		{"---(more 100%)---", " "},
		{"--More--(42%)", " "},
		{"--More--(Next file: /etc/hosts)", " "},
		{"--More-- (42% of 1024 bytes)", " "},
		{"--More-- or (q)uit", " "},
		{"--More or (q)uit current module or <ctrl-z> to abort", " "},
		{"-- MORE --, next page: Space, next line: Enter, quit: Control-C", " "},
		{"--More--, next page: Space, next line: Return key, quit: Control-c", " "},
		{"-- MORE --, next page: Space, next line: Enter, quit: q", " "},
		{"---- More ( Press 'Q' to break ) ----", " "},
		{"More: <space>,  Quit: q or CTRL+Z, One line: <return> ", " "},
		{"More: <space>,  Quit: q, One line: <return>", " "},
		{"More ? [next screen <sp>, next line <cr>, filter pattern </>, quit </>]", " "},
		{"-- [Q quit|D dump|down]", " "},
		{"-- [Q quit|D dump|right|left]", " "},
		{"-Press Any Key For More-", " "},
		{"-more <Press SPACE for another page, 'q' to quit>-", " "},
		{"Press any key to continue (Q to quit)", " "},
		{"Press any key to continue or Esc to stop scrolling.", " "},
		{"Press any key to continue", " "},
		{"press ENTER to next line, CTRL_C to quit, other key to next page", " "},
		{"Press <SPACE> to continue or <Q> to quit:", " "},
		{"--- [Space] Next page, [Enter] Next line, [A] All, Others to exit ---", " "},
		{"CTRL+C ESC q Quit SPACE n Next Page ENTER Next Entry a All", " "},
		{"Press Enter to continue...", "\r"},
		{"Press Enter to continue or <ctrl-z> to abort", "\r"},
		{"Type <CR> to continue, Q<CR> to stop:", "\r"},
		{"lines 1-24", " "},
		{"lines 163-183 76%", " "},
		{"lines 1-23/100 23%", " "},
		{"lines 1-24/100 (END)", "q"},
		{"(END)", "q"},
		{"Next page? [Y/n]", "y"},
		{"More [Space/q]:", " "},
		{"--More-- Press Q to quit", " "},
	}
	used := map[string]bool{}
	for _, test := range tests {
		key, ok := turns(test.line)
		if !ok || key != test.key {
			t.Errorf("%q: key %q (%v), want %q", test.line, key, ok, test.key)
		}
		for _, p := range UniversalPagers() {
			used[p.Prompt.String()] = used[p.Prompt.String()] || p.Prompt.MatchString(test.line)
		}
	}
	for pattern, ok := range used {
		if !ok {
			t.Errorf("no example of %s", pattern)
		}
	}
}

func TestUniversalPagersCoverWholeLines(t *testing.T) {
	for _, line := range []string{
		"description --More--",
		"--More-- and then some words of output",
		"The pager shows --More-- here",
		"lines 1-24 were removed",
		"Press any key to continue was shown",
		"-- [Q quit|D dump|down] 5",
		"more",
		"More:",
		"----",
		"-- no more --",
		"Press Enter to continue the upgrade and wait for it to end",
	} {
		if key, ok := turns(line); ok {
			t.Errorf("%q is taken for a page end (key %q)", line, key)
		}
	}
}

func TestUniversalQuestions(t *testing.T) {
	questions := []string{
		"Proceed with reload? [confirm]",
		"Overwrite the previous NVRAM configuration?[confirm]",
		"[confirm]",
		"Continue? [y/n]",
		"Continue? [y/N]:",
		"Are you sure (y/n)?",
		"Are you sure? (yes/no)",
		"Are you sure you want to continue connecting (yes/no/[fingerprint])?",
		"Uncommitted changes found, commit them before exiting(yes/no/cancel)? [cancel]:",
		"Exit with uncommitted changes? [yes,no] (yes)",
		"Discard uncommitted changes? [yes,no] (yes)",
		"Would you like to enter the initial configuration dialog? [yes/no]:",
		"Do you wish to proceed with this commit anyway? [no]:",
		"Do you wish to continue [Y|N]-->",
		"Accept this agreement y/[n]",
		"The current configuration will be written. Continue? [Y/N]:",
		"Change now? [Y/N]:",
		"Reboot, yea/nay? [y,n]",
		"System configuration has been modified. Save? [yes/no]:",
		"Uncommitted changes found! Do you want to exit? [no/yes]",
		"Delete it? (y or n)",
		"Do you want to proceed? [Y]>",
		"Destination filename [startup-config]?",
		"Address or name of remote host []?",
		"Source filename [running-config]?",
		"Delete filename [old.cfg]?",
		"How many bits in the modulus [512]:",
		"Enter the number of seconds (1-100) [5]:",
		"Select Menu Number [0-7]:",
		"Please enter your choice:",
		"Enter file name:",
		"Your choice:",
		"Choice (1-4)?",
		"Are you sure?",
		"Do you really want to continue?",
		"Would you like to save them now?",
		"Really delete all of it?",
		"Proceed?",
		"Erasing the nvram filesystem will remove all configuration files! Continue?",
		"This will reboot the switch. Are you sure?",
		"Password:",
		"password: ",
		"New password:",
		"Retype new password:",
		"ops@10.0.0.1's password:",
		"[sudo] password for ops:",
		"Enter passphrase for key '/home/ops/.ssh/id_ed25519':",
		"Username:",
		"login:",
		"r1 login:",
		"Press RETURN to get started",
		"Press RETURN to get started!",
		"Hit any key to stop autoboot",
		"Accept The Policy Banner (yes)?",
		"(Press 'a' to accept):",
	}
	used := map[string]bool{}
	for _, line := range questions {
		line = strings.TrimRight(line, " ")
		if !asks(line) {
			t.Errorf("%q is not seen to ask", line)
		}
		for _, q := range UniversalQuestions() {
			used[q.Prompt.String()] = used[q.Prompt.String()] || q.Prompt.MatchString(line)
		}
	}
	for pattern, ok := range used {
		if !ok {
			t.Errorf("no example of %s", pattern)
		}
	}
}

func TestUniversalLogin(t *testing.T) {
	login := UniversalLogin()
	tests := []struct {
		what string
		re   *regexp.Regexp
		yes  []string
		no   []string
	}{
		{"user", login.User, []string{
			"Username:", "username:", "User Name:", ">>User name:", "UserName:", "User:", "user:",
			"login:", "Login:", "Login Name:", "r1 login:", "localhost login:", "edge-1.example.net login:",
			"test login:", "lost login:", "las login:", "Please login:", "Enter username:", "Username(1-32 chars):",
			"Login ID:", "User ID:", "apc login :",
		}, []string{
			"Last login:", "last login:", "LAST LOGIN:", "Last failed login:", "Last login: Tue Mar  5",
			"Welcome, user", "Users:", "login", "Login banner of r1", "Username: ops", "router>", "r1>", "user>",
		}},
		{"password", login.Password, []string{
			"Password:", "password:", "PassWord:", "Password :", ">>User password:", "Enter password:",
			"Enable password:", "ops@r1's password:", "(ops@r1) Password:", "[sudo] password for ops:",
			"Password for ops@r1:", "Enter PASSCODE:", "Please enter your password:", "TACACS+ password:",
			"login password:", "Password (remote):", "Passwort:",
		}, []string{
			// These ask for a change of the password.
			"New password:", "Enter new password:", "Old password:", "Current password:", "Retype password:",
			"Confirm password:", "Password: encrypted", "Password", "no password:", "Your password expires:",
			"password 7 070C285F4D06",
		}},
		{"rejected", login.Rejected, []string{
			"% Login invalid", "% Authentication failed", "% Authentication failed.", "Login incorrect", "Login incorrect, reason code 3",
			"Access denied", "% Access denied", "% Bad passwords", "% Bad passwords, too many failures!", "% Bad secrets",
			"Permission denied", "Permission denied, please try again.", "Authentication failed!", "% Error in authentication.",
			"Error: Authentication failed", "Error: Username or password error.", "Error: Failed to login.", "Username or password is incorrect.",
			"Invalid password", "Incorrect password.", "Wrong username or password", "% Username:  timeout expired!", "% Password:  timeout expired!",
			"Password required, but none set", "Vty password is not set.", "% Incorrect Login/Password", "Sorry, try again.",
			"su: Authentication failure", "Too many authentication failures", "User ops has been locked", "Authorization failed.",
			"Maximum number of sessions reached", "Login failed",
		}, []string{
			"There were 3 failed login attempts since the last successful login.", "Last failed login: Tue Mar  5",
			"Login is logged.", "login block-for 60 attempts 3 within 60", "Password:", "Username:", "Welcome",
			"Unauthorized access is denied", "*Mar  5 10:03:02: %SEC_LOGIN-4-LOGIN_FAILED: Login failed [user: x]",
			"Users must log out", "User Access Verification", "The maximum is 5",
		}},
	}
	for _, test := range tests {
		for _, line := range test.yes {
			if !test.re.MatchString(line) {
				t.Errorf("%s: %q is missed", test.what, line)
			}
		}
		for _, line := range test.no {
			if test.re.MatchString(line) {
				t.Errorf("%s: %q is taken for one", test.what, line)
			}
		}
	}
}

func TestUniversalDetours(t *testing.T) {
	tests := []struct {
		line, answer string
		key          bool
	}{
		{"Change now? [Y/N]:", "n", false},
		{"Do you want to change the password? [Y/N]:", "n", false},
		{"Warning: The initial password poses security risks. Change it now? [Y/N]:", "n", false},
		{"Would you like to enter the initial configuration dialog? [yes/no]:", "no", false},
		{"Do you want to see the software license? [Y/n]:", "n", false},
		{"Press RETURN to get started!", "", false},
		{"Please Press ENTER.", "-", false},
		{"Press any key to continue", "\r", true},
		{"Enter Ctrl-Y to begin.", "\x19", true},
		{"Accept this agreement y/[n]", "-", false}, // the user's to say
	}
	for _, test := range tests {
		answer, key := "-", false
		for _, ask := range UniversalLogin().Detours {
			if ask.Prompt.MatchString(test.line) {
				answer, key = ask.Answer, ask.Key
				break
			}
		}
		if answer != test.answer || key != test.key {
			t.Errorf("%q: answer %q (key %v), want %q (%v)", test.line, answer, key, test.answer, test.key)
		}
	}
}

// corpus gives lines of output as devices show them.
func corpus(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/output/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no corpus: %v", err)
	}
	var lines []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			lines = append(lines, strings.TrimRight(line, " \t\n"))
		}
	}
	return lines
}

func TestUniversalPatternsLeaveOutputAlone(t *testing.T) {
	lines := corpus(t)
	if len(lines) < 300 {
		t.Fatalf("only %d lines", len(lines))
	}
	login := UniversalLogin()
	for _, line := range lines {
		if key, ok := turns(line); ok {
			t.Errorf("pager (key %q): %q", key, line)
		}
		for _, q := range UniversalQuestions() {
			if q.Prompt.MatchString(line) {
				t.Errorf("question %s: %q", q.Prompt, line)
			}
		}
		for what, re := range map[string]*regexp.Regexp{"user": login.User, "password": login.Password, "rejected": login.Rejected} {
			if re.MatchString(line) {
				t.Errorf("login %s: %q", what, line)
			}
		}
	}
}

// What cannot be told from output by the line alone; a reader that waits for
// silence tells it.
func TestUniversalPatternsKnownToMatchOutput(t *testing.T) {
	for _, line := range []string{
		"  Password:", // a heading with nothing after it
		" description sure? [y/n]",
		" description [confirm]",
		" description press here (yes/no)",
	} {
		if !asks(strings.TrimRight(line, " ")) {
			t.Errorf("%q does not look like a question any more: move it to the corpus", line)
		}
	}
}

func TestUniversalListsAreCopies(t *testing.T) {
	UniversalPagers()[0].Key = "x"
	UniversalQuestions()[0].Prompt = nil
	UniversalLogin().Detours[0].Answer = "y"
	if UniversalPagers()[0].Key == "x" || UniversalQuestions()[0].Prompt == nil || UniversalLogin().Detours[0].Answer == "y" {
		t.Error("a caller can change the package's own lists")
	}
}

func TestUniversalMessages(t *testing.T) {
	is := func(line string) bool {
		return slices.ContainsFunc(UniversalMessages(), func(re *regexp.Regexp) bool { return re.MatchString(line) })
	}
	for _, line := range []string{
		"*Mar  1 00:01:02.003: %LINK-3-UPDOWN: Interface GigabitEthernet1, changed state to up",
		"%DMI-5-AUTH_PASSED: R0/0: dmiauthd: User 'admin' authenticated successfully",
		"RP/0/RP0/CPU0:Nov 24 10:00:00.001 UTC: config[65]: %MGBL-SYS-5-CONFIG_I : Configured from console by ops",
		"2026 Nov 24 10:00:00 n9k %ETHPORT-5-IF_UP: Interface Ethernet1/1 is up",
		"Broadcast message from root@web1 (pts/0) (Tue Nov 24 10:00:00 2026):",
		"Message from syslogd@mx1 at Nov 24 10:00:00  ...",
	} {
		if !is(line) {
			t.Errorf("%q is missed", line)
		}
	}
	for _, line := range []string{"% Invalid input detected", "CPU 5%-10%: idle", "ops@mx1>", "100% done"} {
		if is(line) {
			t.Errorf("%q is taken for a message", line)
		}
	}
}
