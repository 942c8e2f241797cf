package record

import "math/rand/v2"

// A Cut says how many bytes the next read of a replay gives. at is how many it
// has given before, since the session began; n is how many the device sent up to
// the next thing typed, and at least 1. A result outside 1 to n means n.
type Cut func(at, n int) int

// Whole gives everything at once.
func Whole(_, n int) int { return n }

// OneByte gives one byte at a time.
func OneByte(_, _ int) int { return 1 }

// SplitAt returns a Cut that gives everything at once, but cuts what the device
// sent in the whole session in two at byte k.
func SplitAt(k int) Cut {
	return func(at, _ int) int { return k - at }
}

// Random returns a Cut at random places, mostly close together. It is for one
// replay; the same seed gives the same places.
func Random(seed uint64) Cut {
	rnd := rand.New(rand.NewPCG(seed, 1))
	return func(_, n int) int {
		return 1 + rnd.IntN(min(n, 1<<rnd.IntN(12)))
	}
}
