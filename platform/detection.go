package platform

import (
	"fmt"
	"slices"
	"strings"
)

// Confidence says how sure a detection is.
type Confidence string

// The degrees of confidence, strongest first.
const (
	Certain Confidence = "certain" // the device said so itself
	Likely  Confidence = "likely"  // nothing else fits what was seen
	Unsure  Confidence = "unsure"  // more than one fits, or none does
)

// Detection is what a device was found to be, and why.
type Detection struct {
	// Platform is the definition's name; "generic" where nothing fits, or where
	// nothing tells the ones that fit apart.
	Platform   string
	Confidence Confidence
	Evidence   []string // in words, in the order it was found
	Others     []Other  // all that it may be, where Confidence is Unsure
}

// Other is a platform that a device may be, though nothing said so.
type Other struct {
	Name string
	Why  string // nothing said so, in words
}

// String is the detection in one line, with the first of what the device may be.
func (d *Detection) String() string {
	text := fmt.Sprintf("%s (%s: %s)", d.Platform, d.Confidence, strings.Join(d.Evidence, "; "))
	if some := d.Some(); some != "" {
		text += "; it may be " + some
	}
	return text
}

// Some names the first of Others, and how many more there are: "a, b, c, d or one of
// 3 more"; "" for none.
func (d *Detection) Some() string {
	const some = 4
	if n := len(d.Others); n > some {
		return fmt.Sprintf("%s or one of %d more", strings.Join(names(d.Others[:some]), ", "), n-some)
	}
	return strings.Join(names(d.Others), " or ")
}

// Doubts are Others in lines for people, "NAME, NAME: why it cannot be told",
// those that are untold for the same reason in one.
func (d *Detection) Doubts() []string {
	var reasons []string
	of := map[string][]Other{}
	for _, o := range d.Others {
		if of[o.Why] == nil {
			reasons = append(reasons, o.Why)
		}
		of[o.Why] = append(of[o.Why], o)
	}
	for i, why := range reasons {
		reasons[i] = strings.Join(names(of[why]), ", ") + ": " + why
	}
	return reasons
}

// MayBe reports whether a definition is the one found, or among Others.
func (d *Detection) MayBe(name string) bool {
	return d.Platform == name || slices.Contains(names(d.Others), name)
}

func names(others []Other) []string {
	var names []string
	for _, o := range others {
		names = append(names, o.Name)
	}
	return names
}

// why says why nothing told that a device is of def.
func (d *Detector) why(def *Definition) string {
	switch det := &def.Detect; {
	case d.said[def.Name]:
		return fmt.Sprintf("the answer to %q is its as well", det.Show)
	case d.forbidden[det.Show] && det.Says != nil:
		return fmt.Sprintf("only its answer to %q tells it, which the user may not type", det.Show)
	case det.Says != nil:
		return fmt.Sprintf("only its answer to %q tells it, which was not typed after %d others", det.Show, len(d.answered))
	case det.Unknown != "":
		return det.Unknown
	case det.SSH != nil && det.Banner != nil:
		return "no command tells it, only the name of its SSH server or its greeting"
	case det.SSH != nil:
		return "no command tells it, only the name of its SSH server"
	case det.Banner != nil:
		return "no command tells it, only its greeting"
	}
	return "nothing is known that tells it from others"
}
