package timeline

import (
	"fmt"
	"strings"

	"fetchscope/internal/term"
	"fetchscope/trace"
)

// Colours of the 256-colour palette nearest to those of Okabe and Ito.
const (
	blue       = "38;5;25"
	orange     = "38;5;214"
	vermillion = "38;5;166"
	boldface   = "1"
)

// A pen knows the glyphs and the colours.
type pen struct {
	color bool
	utf8  bool

	work, network, failed, rule string
	arrow, to, from, hop, point string
	ellipsis, micro, about      string
}

func newPen(o Options) pen {
	p := pen{color: o.Color, utf8: o.UTF8}
	if o.UTF8 {
		p.work, p.network, p.failed, p.rule = "█", "░", "x", "─"
		p.arrow, p.to, p.from, p.hop, p.point = " → ", "→", "  ← ", "↪", " → "
		p.ellipsis, p.micro, p.about = "…", "µs", "±"
		return p
	}
	p.work, p.network, p.failed, p.rule = "#", ".", "x", "-"
	p.arrow, p.to, p.from, p.hop, p.point = " -> ", "->", "  <- ", ">", " => "
	p.ellipsis, p.micro, p.about = "...", "us", "+-"
	return p
}

func (p pen) paint(code, s string) string {
	if !p.color || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (p pen) bold(s string) string { return p.paint(boldface, s) }

// text makes what a peer or a document says fit to be shown.
func (p pen) text(s string) string {
	s = term.Safe(s)
	if p.utf8 {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r > '~' {
			return '?'
		}
		return r
	}, s)
}

// bytes writes a number of bytes, exactly up to four digits.
func (p pen) bytes(n int64) string {
	for _, u := range []struct {
		size int64
		name string
	}{{1e9, "GB"}, {1e6, "MB"}, {1e3, "kB"}} {
		if n >= u.size && n >= 10_000 {
			return fmt.Sprintf("%.3g %s", float64(n)/float64(u.size), u.name)
		}
	}
	return fmt.Sprintf("%d B", n)
}

// A unit is how all times of a table are written.
type unit struct {
	size     float64 // ns
	name     string
	decimals int
}

// unitFor chooses the unit by the whole, and the decimals so that the longest phase
// gets three significant digits and the shortest one, three decimals at the most.
func unitFor(whole, longest, shortest trace.Time) unit {
	u := unit{size: 1e6, name: "ms"}
	switch {
	case whole < 1e6:
		u = unit{size: 1e3, name: "µs"}
	case whole >= 10e9:
		u = unit{size: 1e9, name: "s"}
	}
	for _, enough := range []struct {
		time  trace.Time
		least float64
	}{{longest, 10}, {shortest, 0.1}} {
		for n := u.decimals; n <= maxDecimals; n++ {
			u.decimals = n
			if float64(enough.time)/u.size*pow10[n] >= enough.least*pow10[1] {
				break
			}
		}
	}
	return u
}

// maxDecimals of a microsecond would be below what is measured.
const maxDecimals = 3

var pow10 = [...]float64{1, 10, 100, 1000}

func (u unit) number(t trace.Time) string {
	return fmt.Sprintf("%.*f", u.decimals, float64(t)/u.size)
}

func (u unit) withName(t trace.Time, p pen) string {
	name := u.name
	if name == "µs" {
		name = p.micro
	}
	return u.number(t) + " " + name
}

// figure writes a time with its unit; one that may be off by more than a tenth of itself
// is marked, unless that is too little to mislead anybody.
func (v *view) figure(t trace.Time, doubt *trace.Time) string {
	if uncertain(t, doubt) {
		return doubtful + v.unit.withName(t, v.pen)
	}
	return v.unit.withName(t, v.pen)
}

func uncertain(t trace.Time, doubt *trace.Time) bool {
	return doubt != nil && *doubt > negligible && *doubt > t/10
}

const (
	// doubtful marks a time that is rather a guess; details say how far it may be off.
	doubtful = "~"
	// negligible is a doubt that none of the conclusions below a table hangs on.
	negligible trace.Time = 50_000
)
