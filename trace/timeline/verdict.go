package timeline

import (
	"fmt"
	"strings"
	"time"

	"fetchscope/internal/term"
	"fetchscope/trace"
)

// A share is the time of a whole fetch, by who was waited for: the network for its round
// trips, somebody who did not deliver, and somebody's work for the rest.
type share struct{ network, failed, server, all trace.Time }

func (v *view) share() share {
	var s share
	for i := range v.doc.Exchanges {
		x := &v.doc.Exchanges[i]
		for j := range x.Phases {
			p := &x.Phases[j]
			if p.Duration == nil {
				continue
			}
			for _, part := range v.spans(x, p) {
				switch part.kind {
				case network:
					s.network += part.end - part.start
				case broken:
					s.failed += part.end - part.start
				}
			}
		}
		if x.Response != nil && x.Response.WaitServer != nil {
			s.server += *x.Response.WaitServer
		}
	}
	// What no phase covers is ours: it is between two of them.
	s.all = max(v.end, s.network+s.failed)
	return s
}

func (s share) work() trace.Time { return s.all - s.network - s.failed }

// total is the line below the table, in the longest of its forms that there is room for.
func (v *view) total() {
	s := v.share()
	if s.all == 0 {
		return
	}
	forms := v.shares(s)
	text := forms[len(forms)-1]
	for _, f := range forms {
		if term.Width(f) <= v.wideText() {
			text = f
			break
		}
	}
	v.drawWide("   total", v.figure(v.end, v.doubt), text)
}

// shares says in forms of less and less length whose the time was.
func (v *view) shares(s share) []string {
	part := func(glyph, name string, t trace.Time) string {
		return fmt.Sprintf("%s %s%s", glyph, name, v.unit.number(t))
	}
	short := part(v.pen.network, "", s.network) + "  " + part(v.pen.work, "", s.work())
	long := part(v.pen.network, "network ", s.network) + "  " + part(v.pen.work, "work ", s.work())
	if s.failed > 0 {
		return []string{
			long + "  " + part(v.pen.failed, "failed ", s.failed),
			short + "  " + part(v.pen.failed, "", s.failed),
		}
	}
	percent := int(float64(s.network)*100/float64(s.all) + 0.5)
	full := fmt.Sprintf("%s network %s (%d %%)  %s work %s (%d %%",
		v.pen.network, v.unit.withName(s.network, v.pen), percent,
		v.pen.work, v.unit.withName(s.work(), v.pen), 100-percent)
	return []string{full + ": server " + v.unit.number(s.server) + ")", full + ")", long, short}
}

// verdict says where the time went, and what stays behind.
func (v *view) verdict(x *trace.Exchange) {
	s := v.share()
	c := x.Connection
	switch {
	case c != nil && 2*s.network > s.all && resent(c) > 0:
		v.point(fmt.Sprintf("Most of the time is the network's: %s, with %s.",
			v.unit.withName(s.network, v.pen), count(resent(c), "segment sent again", "segments sent again")))
	case c != nil && c.Opened != nil && c.Opened.RTT != nil && *c.Opened.RTT >= minTrip && 2*s.network > s.all:
		rtt := trace.Time(*c.Opened.RTT)
		v.point(fmt.Sprintf("Most of the time is distance: %.1f round trips of %s.", float64(s.network)/float64(rtt), v.unit.withName(rtt, v.pen)))
	case 2*s.server > s.all:
		v.point(fmt.Sprintf("Most of the time is the server's: %s of waiting.", v.unit.withName(s.server, v.pen)))
	}
	v.inVain(x)
	v.lostSYN(x)
	v.vouched(x)
	if r := x.Response; r != nil && r.Status >= 300 && r.Status < 400 {
		for _, f := range r.Headers {
			if strings.EqualFold(f[0], "Location") {
				v.point("It redirects to " + v.pen.text(f[1]) + " (-L follows).")
			}
		}
	}
	switch c := x.Close; {
	case c != nil && c.TimeWait != nil:
		v.point(fmt.Sprintf("TIME_WAIT was over after %.1f s.", time.Duration(*c.TimeWait).Seconds()))
	case c != nil && c.TimeWaitLeft != nil:
		v.point(fmt.Sprintf("TIME_WAIT is with us for another %.1f s.", time.Duration(*c.TimeWaitLeft).Seconds()))
	}
	if x.Close != nil && x.Close.End == "timeout" {
		v.point("The server did not close its side; what it does later is not ours to see.")
	}
}

// resent is how many segments of ours passed more than once, as was seen, or as the kernel
// counts them.
func resent(c *trace.Connection) int {
	n := 0
	for _, s := range c.Segments {
		if s.Again && s.From == trace.Client {
			n++
		}
	}
	if c.Closed != nil && c.Closed.Retransmits != nil {
		n = max(n, int(*c.Closed.Retransmits))
	}
	return n
}

// point writes a sentence below the table.
func (v *view) point(text string) {
	indent := strings.Repeat(" ", term.Width(v.pen.point))
	for i, l := range term.Wrap(text, v.o.Columns-len(indent), v.pen.ellipsis) {
		if i == 0 {
			v.line(v.pen.point + l)
		} else {
			v.line(indent + l)
		}
	}
}
