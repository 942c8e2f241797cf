package record

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/vtynet/vty/transport"
)

// version is the version of the format that this package writes and reads.
const version = 1

const magic = "vty recording "

func appendHeader(dst []byte, h Header) []byte {
	dst = fmt.Appendf(dst, "%s%d\n", magic, version)
	add := func(key, value string) {
		if value == "" {
			return
		}
		dst = append(append(dst, key...), ' ')
		dst = appendParts(dst, []Part{{Text: []byte(value)}})
		dst = append(dst, '\n')
	}
	add("platform", h.Platform)
	add("transport", h.Transport)
	add("host", h.Host)
	if h.Size != (transport.Size{}) {
		add("size", formatSize(h.Size))
	}
	if !h.Started.IsZero() {
		add("started", h.Started.UTC().Format(time.RFC3339))
	}
	return append(dst, '\n')
}

// maxLine is how many bytes of a device's line stand on one line of the file.
const maxLine = 1024

func appendEvent(dst []byte, e Event) []byte {
	dst = append(dst, '+')
	dst = append(dst, formatSeconds(e.After)...)
	dst = append(dst, '\n')
	switch e.Kind {
	case Output:
		return appendLines(dst, "< ", e.Parts)
	case Input:
		return appendLines(dst, "> ", e.Parts)
	case Ended:
		return append(dst, "= ended\n"...)
	case HalfClosed:
		return append(dst, "= half-closed\n"...)
	case Closed:
		return append(dst, "= closed\n"...)
	case Resized:
		return fmt.Appendf(dst, "= resized %s\n", formatSize(e.Size))
	}
	dst = append(dst, "= failed"...)
	if e.Note != "" {
		dst = appendParts(append(dst, ' '), []Part{{Text: []byte(e.Note)}})
	}
	return append(dst, '\n')
}

// appendLines appends the parts of an event, a line for each line of theirs.
func appendLines(dst []byte, mark string, parts []Part) []byte {
	for _, line := range splitLines(parts) {
		dst = append(appendParts(append(dst, mark...), line), '\n')
	}
	return dst
}

// splitLines cuts parts behind each line feed, and where a line gets too long.
func splitLines(parts []Part) (lines [][]Part) {
	var line []Part
	room := maxLine
	end := func() {
		if len(line) > 0 {
			lines = append(lines, line)
		}
		line, room = nil, maxLine
	}
	for _, p := range parts {
		if p.Secret > 0 {
			line = append(line, p)
			continue
		}
		for text := p.Text; len(text) > 0; {
			n := min(len(text), room)
			if i := bytes.IndexByte(text[:n], '\n'); i >= 0 {
				n = i + 1
			}
			line, room = append(line, Part{Text: text[:n]}), room-n
			if text[n-1] == '\n' || room == 0 {
				end()
			}
			text = text[n:]
		}
	}
	end()
	return lines
}

// formatSeconds writes a duration as seconds, to the microsecond.
func formatSeconds(d time.Duration) string {
	us := max(d, 0).Round(time.Microsecond).Microseconds()
	s := fmt.Sprintf("%d.%06d", us/1e6, us%1e6)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

func formatSize(s transport.Size) string {
	const most = 1<<16 - 1
	return fmt.Sprintf("%dx%d", min(max(s.Columns, 0), most), min(max(s.Rows, 0), most))
}
