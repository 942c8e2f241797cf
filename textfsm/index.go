package textfsm

// index tells by the start of a line which rules of a state can match it at all.
type index struct{}

func indexRules(rules []*rule) index { return index{} }
