package sim

import (
	"testing"
	"time"
)

func TestLimit(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"5m": 5 * time.Minute, "5mm": 5 * time.Minute, "90s": 90 * time.Second, "90ss": 90 * time.Second,
		"00:05:00": 5 * time.Minute, "01:00:30": time.Hour + 30*time.Second, "": 0,
	} {
		if got := limit(text); got != want {
			t.Errorf("limit(%q) = %v, want %v", text, got, want)
		}
	}
}
