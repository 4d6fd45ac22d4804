package ladder

import (
	"fmt"
	"strings"

	"fetchscope/trace"
)

// A passage is a segment that is drawn by itself, with the states that its ends reach by
// it.
type passage struct {
	*trace.Segment
	client, server string
	hidden         string // passed on the way to the client's state
}

// The limits of what is drawn one by one; a long close or a bad network has no end.
const (
	mostMarked  = 8
	mostClosing = 24
)

// segments chooses the segments that are drawn by themselves: those that open and close
// the connection, and those that passed twice or out of order.
func (l *ladder) segments() {
	all := l.x.Connection.Segments
	if len(all) == 0 {
		return
	}
	l.drawn = map[trace.Time]*passage{}
	opening, marked, closing := !l.x.Connection.Reused, 0, 0
	for i := range all {
		s := &all[i]
		switch {
		case s.Has("FIN"), s.Has("RST"), closing > 0:
			if closing++; closing > mostClosing {
				continue
			}
		case opening && (s.Has("SYN") || s.From == trace.Client && s.Len == 0):
			opening = s.Has("SYN")
		case s.Again || s.Late:
			if marked++; marked > mostMarked {
				continue
			}
		default:
			continue
		}
		l.drawn[s.At] = &passage{Segment: s}
	}
}

// atSegment puts a state beside the segment that made it, or that it made.
func (l *ladder) atSegment(s trace.StateTime) {
	p := l.drawn[s.Start]
	switch {
	case s.Side == trace.Server && (s.Evidence == trace.Inferred || p.server != ""):
		l.server(s)
	case s.Side == trace.Server:
		p.server = name(s)
	case p.client != "":
		p.hidden, p.client = p.client, name(s)
	default:
		p.client = name(s)
	}
}

// passed draws them.
func (l *ladder) passed() {
	for at, p := range l.drawn {
		if p.hidden != "" {
			l.add(rung{at: at, order: -1, left: p.hidden})
		}
		r := rung{at: at, left: p.client, moment: ms(at), right: p.server, arrow: l.arrow(p)}
		if l.inside && p.server != "" {
			l.add(rung{at: at, order: 1, right: p.server})
			r.right = ""
		}
		l.add(r)
	}
}

func (l *ladder) arrow(p *passage) string {
	switch labels := l.labels(p); {
	case p.From == trace.Server:
		return l.toLeft(labels...)
	case p.Unanswered:
		return l.toNobody(labels...)
	default:
		return l.toRight(labels...)
	}
}

// labels say what a segment is, the longest first.
func (l *ladder) labels(p *passage) []string {
	flags := strings.Replace(p.Flags, "PSH,", "", 1)
	first, options, again := "", "", ""
	if p.RelativeSeq != nil {
		first = fmt.Sprintf(" seq %d", *p.RelativeSeq)
	}
	numbers := first
	if p.RelativeAck != nil && !p.Has("SYN") {
		numbers += fmt.Sprintf(" ack %d", *p.RelativeAck)
	}
	if o := p.Options; o != nil && p.Has("SYN") && o.MSS != nil {
		options = fmt.Sprintf(" mss %d", *o.MSS)
		if o.WindowScale != nil {
			options += fmt.Sprintf(" ws %d", *o.WindowScale)
		}
	}
	size := l.carried(p)
	switch {
	case p.Again:
		again = " (again)"
	case p.Late:
		again = " (late)"
	case p.hidden != "" && p.Has("FIN") && p.client == string(trace.TimeWait):
		again = " (2+3)" // its second and third segment in one
	}
	out := []string{flags + numbers + size + options + again, flags + numbers + size + again}
	if size+again != "" {
		out = append(out, flags+first+size+again)
	}
	return append(out, flags+numbers+again, flags+size+again, flags+again, flags)
}

// carried says what a segment has in it.
func (l *ladder) carried(p *passage) string {
	c := l.x.Close
	switch {
	case p.Len == 0:
		return ""
	case p.From == trace.Server && c != nil && c.CloseNotifyCame != nil && *c.CloseNotifyCame == p.At:
		return " close_notify"
	}
	return fmt.Sprintf(" %d B", p.Len)
}

// basis says what the arrows rest on.
func (l *ladder) basis() string {
	c := l.x.Connection
	if len(c.Segments) == 0 {
		return "The arrows are drawn from the states and the kernel's stamps: no packets were captured."
	}
	text := "The arrows with seq are packets as they passed (AF_PACKET), counted from each end's SYN."
	for _, p := range l.drawn {
		if p.Unanswered {
			text += " x: it or its answer was lost, as a repeat tells."
			break
		}
	}
	if c.Capture == nil {
		return text
	}
	if c.Capture.Dropped > 0 {
		text += fmt.Sprintf(" The kernel dropped %d more.", c.Capture.Dropped)
	}
	if c.Capture.Abridged {
		text += " During the long body most were not looked at."
	}
	return text
}
