package platform

import "testing"

func TestFill(t *testing.T) {
	tests := []struct{ text, minutes, comment, want string }{
		{"commit", "5", "x", "commit"},
		{`commit[ confirmed {minutes}][ comment "{comment}"]`, "", "", "commit"},
		{`commit[ confirmed {minutes}][ comment "{comment}"]`, "5", "", "commit confirmed 5"},
		{`commit[ confirmed {minutes}][ comment "{comment}"]`, "", "a [b]", `commit comment "a [b]"`},
		{`commit[ confirmed {minutes}][ comment "{comment}"]`, "5", "{minutes}", `commit confirmed 5 comment "{minutes}"`},
		{"commit[-confirm {minutes}]", "5", "", "commit-confirm 5"},
		{"echo [a] {minutes} {other}", "5", "", "echo [a] 5 {other}"},
		{"x[ {other}]", "5", "", "x[ {other}]"},
	}
	for _, test := range tests {
		got := Fill(test.text, map[string]string{"minutes": test.minutes, "comment": test.comment})
		if got != test.want {
			t.Errorf("%q: got %q, want %q", test.text, got, test.want)
		}
	}
}

func TestFillSteps(t *testing.T) {
	steps := []Step{{Send: "commit", Asks: []Ask{{Answer: "{comment}"}}}}
	filled := FillSteps(steps, map[string]string{"comment": "why"})
	if filled[0].Asks[0].Answer != "why" || steps[0].Asks[0].Answer != "{comment}" {
		t.Errorf("%+v of %+v", filled, steps)
	}
	if !Takes(steps, "comment") || Takes(steps, "label") {
		t.Errorf("%v", Fields(steps))
	}
}
