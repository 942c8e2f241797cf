package textfsm

// prefilter tells by the start of a line which rules of a state can match it at all.
type prefilter struct{}

func newPrefilter(rules []*rule) prefilter { return prefilter{} }
