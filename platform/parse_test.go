package platform

import "strings"

func replace(text string, pairs ...string) string { return strings.NewReplacer(pairs...).Replace(text) }
