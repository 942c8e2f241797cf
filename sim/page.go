package sim

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// page is an answer on its way to the screen.
type page struct {
	from    cursor
	held    []byte // the line that did not fit
	waiting bool   // for a key, at the pager
	room    int    // rows left on this page
	rows    int    // 0: no paging
	width   int
	total   int // lines in all, where the pager's text tells
	shown   int
	wipe    string
	then    func()
}

// show prints an answer, page by page where the terminal has rows, and then
// calls then.
func (s *shell) show(from cursor, then func()) {
	size, d := s.size(), &s.model().data.Pager
	p := &page{from: from, rows: size.Rows, width: size.Columns, then: then}
	if s.exec || d.Only && !from.paged {
		p.rows = 0
	}
	if p.rows > 1 {
		p.room = p.rows - 1
		if strings.Contains(d.Text, "{percent}") {
			p.total = p.from.total()
		}
	}
	s.page = p
	s.fill()
}

// fill prints until the page is full or the answer ends.
func (s *shell) fill() {
	p, d := s.page, &s.model().data.Pager
	p.waiting = false
	eager := d.Eager || s.dev.cfg.EagerPager
	for {
		if s.out.err != nil { // nobody reads any more
			s.page = nil
			return
		}
		line := p.held
		p.held = nil
		if line == nil {
			if eager && p.rows > 1 && p.room <= 0 {
				s.more()
				return
			}
			var ok bool
			if line, ok = p.from.next(); !ok {
				s.page = nil
				p.then()
				return
			}
		}
		if p.rows > 1 {
			if p.room <= 0 {
				p.held = append([]byte(nil), line...)
				s.more()
				return
			}
			p.room -= rowsOf(line, p.width)
		}
		p.shown++
		s.out.line(line)
	}
}

// more shows the pager.
func (s *shell) more() {
	p, d := s.page, &s.model().data.Pager
	percent := 100
	if p.total > 0 {
		percent = p.shown * 100 / p.total
	}
	text := strings.ReplaceAll(d.Text, "{percent}", fmt.Sprint(percent))
	p.wipe = d.Wipe
	s.out.raw(text)
	p.waiting = true
}

// turn is a key at the pager.
func (s *shell) turn(b byte) {
	p, d := s.page, &s.model().data.Pager
	what := d.Other
	switch {
	case strings.IndexByte(d.Quit, b) >= 0:
		what = "quit"
	case strings.IndexByte(d.Page, b) >= 0:
		what = "page"
	case strings.IndexByte(d.Line, b) >= 0:
		what = "line"
	}
	switch what {
	case "page":
		p.room = p.rows - 1
	case "line":
		p.room = 1
	case "quit":
		s.out.raw(p.wipe)
		s.page = nil
		p.then()
		return
	default:
		return
	}
	s.out.raw(p.wipe)
	s.fill()
}

func rowsOf(line []byte, width int) int {
	if n := len(line); width > 0 && n > width {
		return (utf8.RuneCount(line) + width - 1) / width
	}
	return 1
}
