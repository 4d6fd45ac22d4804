package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"fetchscope/internal/lab"
	"fetchscope/internal/term"
	"fetchscope/trace"
)

// mostLosses is how many losses are told one by one.
const mostLosses = 6

// A labStory tells what the link lost and what came of it, of what the link says it lost
// and what the document says was seen.
type labStory struct {
	doc    *trace.Document
	losses lab.Losses
	drop   lab.Drop
	lines  []string
}

// tellLab says it below the trace.
func (p *program) tellLab(doc *trace.Document) string {
	losses, err := p.end.Losses()
	if err != nil {
		return ""
	}
	s := &labStory{doc: doc, losses: losses.Since(p.lossesTold), drop: p.link.Drop}
	p.lossesTold = losses.Count
	s.tell()
	return s.text(p.err)
}

// text is the story as the screen can show it.
func (s *labStory) text(screen term.Screen) string {
	point, indent, ellipsis := " → ", "   ", "…"
	if !screen.UTF8 {
		point, ellipsis = "-> ", "..."
	}
	columns := screen.Columns
	if columns <= 0 {
		columns = term.DefaultColumns
	}
	var b strings.Builder
	for _, line := range s.lines {
		for i, part := range term.Wrap(line, columns-len(indent), ellipsis) {
			if i == 0 {
				b.WriteString(point + part + "\n")
			} else {
				b.WriteString(indent + part + "\n")
			}
		}
	}
	return b.String()
}

func (s *labStory) say(format string, args ...any) {
	s.lines = append(s.lines, fmt.Sprintf(format, args...))
}

func (s *labStory) tell() {
	if s.losses.Count == 0 {
		if s.drop != lab.DropNone {
			s.say("The link had nothing to lose: there was no such packet.")
		} else {
			s.say("The link lost nothing.")
		}
		return
	}
	for i := range s.losses.First {
		if i == mostLosses {
			s.say("The link lost %d more packets.", s.losses.Count-mostLosses)
			break
		}
		s.loss(&s.losses.First[i])
	}
}

// loss tells of one, and of its repeat.
func (s *labStory) loss(l *lab.Loss) {
	at := float64(l.Unix-s.doc.StartedUnix) / float64(time.Millisecond)
	if l.Segment == nil {
		s.say("At %.3f ms the link lost a packet of the %s's, of %d bytes, that is none of TCP: a DNS message, say.", at, l.From, l.Length)
		return
	}
	text := fmt.Sprintf("At %.3f ms the link lost the %s's %s", at, l.From, segmentWords(l.Segment))
	x, sent := s.find(l.Segment, trace.Time(l.Unix-s.doc.StartedUnix))
	repeat := repeatOf(x, l.Segment, sent)
	switch {
	case l.Why == lab.NoRoom:
		text += ", for which it had no room."
	case isLastACK(x, sent) || l.Why == lab.ByRule && s.drop == lab.DropLastACK:
		s.say("%s. %s", text, lastACK(x, sent, repeat))
		return
	case repeat == nil:
		text += "."
	case l.Why == lab.ByRule && s.drop == lab.DropSYN:
		text += fmt.Sprintf(". Nobody heard of it: our kernel sent it again after %s, when its timer ran out, and only then did the server leave LISTEN.", after(sent, repeat))
	case l.Why == lab.ByRule:
		text += fmt.Sprintf(". The server knew nothing of our close; our kernel, in FIN_WAIT_1, sent the FIN again after %s.", after(sent, repeat))
	case sent == nil:
		text += "; it came again."
	default:
		text += fmt.Sprintf("; it was sent again after %s.", after(sent, repeat))
	}
	s.say("%s", text)
}

// isLastACK says whether a segment did nothing but acknowledge the server's FIN, in vain.
func isLastACK(x *trace.Exchange, g *trace.Segment) bool {
	if g == nil || !g.Unanswered || g.Flags != "ACK" || g.Len > 0 {
		return false
	}
	return slices.ContainsFunc(segmentsOf(x), func(f trace.Segment) bool {
		return f.From == trace.Server && f.Has("FIN") && f.At <= g.At
	})
}

// lastACK tells what comes of a server that does not hear that its FIN came.
func lastACK(x *trace.Exchange, lost, repeat *trace.Segment) string {
	var fin, answer *trace.Segment
	for i := range segmentsOf(x) {
		switch g := &x.Connection.Segments[i]; {
		case lost == nil || g.At <= lost.At:
		case fin == nil && g.From == trace.Server && g.Has("FIN") && g.Again:
			fin = g
		case fin != nil && answer == nil && g.From == trace.Client && g.Has("ACK"):
			answer = g
		}
	}
	switch {
	case fin != nil && answer != nil:
	case lost != nil && repeat != nil:
		return fmt.Sprintf("Our own FIN was in it, which our kernel sent again after %s.", after(lost, repeat))
	default:
		return "What came of it was not seen."
	}
	text := fmt.Sprintf("The server%s sent its FIN again, which came %s after the ACK had left, and was answered once more.", waited(x), after(lost, fin))
	if restarted(x, fin) {
		text += " That started our TIME_WAIT anew."
	}
	if state(x, trace.Client, trace.TimeWait) != nil {
		text += " This is why an end keeps TIME_WAIT for 2 MSL: had it forgotten the connection, a reset would have answered."
	}
	return text
}

// waited says how long the server waited, where that was seen.
func waited(x *trace.Exchange) string {
	entered, left := state(x, trace.Server, trace.LastAck), state(x, trace.Server, trace.Closed)
	if entered == nil || left == nil {
		return ""
	}
	return fmt.Sprintf(", in LAST_ACK for %.1f ms (sock_diag),", float64(left.Start-entered.Start)/1e6)
}

// state is one that an end was seen in.
func state(x *trace.Exchange, side trace.Side, name trace.State) *trace.StateTime {
	for i := range x.Connection.States {
		if s := &x.Connection.States[i]; s.Side == side && s.State == name && s.Evidence != trace.Inferred {
			return s
		}
	}
	return nil
}

// restarted says whether the kernel's timer tells that TIME_WAIT began again with a
// segment (RFC 9293, section 3.10.7.4): it runs longer than it would have.
func restarted(x *trace.Exchange, by *trace.Segment) bool {
	if x.Close == nil || x.Close.TimeWaitLeft == nil || x.Close.TimeWaitAt == nil {
		return false
	}
	// Linux keeps TIME_WAIT for 60 s, whatever the MSL (TCP_TIMEWAIT_LEN), and tells the
	// time left by its tick, of 10 ms at most.
	const whole, tick = 60 * time.Second, 10 * time.Millisecond
	return *x.Close.TimeWaitAt+*x.Close.TimeWaitLeft >= by.At.Add(whole-tick)
}

// find is the segment in the document that the link lost, nearest to a moment, and its
// exchange. Those of the server's were lost before they came here.
func (s *labStory) find(lost *trace.SegmentSeen, at trace.Time) (x *trace.Exchange, found *trace.Segment) {
	for i := range s.doc.Exchanges {
		e := &s.doc.Exchanges[i]
		if e.Connection == nil || e.Connection.Local != lost.Local || e.Connection.Remote != lost.Remote {
			continue
		}
		x = e
		for j := range e.Connection.Segments {
			g := &e.Connection.Segments[j]
			same := g.From == lost.From && g.Flags == lost.Flags && g.Seq == lost.Seq && g.Ack == lost.Ack && g.Len == lost.Len
			if same && (found == nil || distance(g.At, at) < distance(found.At, at)) {
				found = g
			}
		}
	}
	if lost.From == trace.Server {
		found = nil
	}
	return x, found
}

func distance(a, b trace.Time) trace.Time { return max(a-b, b-a) }

func segmentsOf(x *trace.Exchange) []trace.Segment {
	if x == nil {
		return nil
	}
	return x.Connection.Segments
}

// repeatOf is the segment with which what was lost came again: of the server's, the first
// that comes.
func repeatOf(x *trace.Exchange, lost *trace.SegmentSeen, sent *trace.Segment) *trace.Segment {
	for i := range segmentsOf(x) {
		g := &x.Connection.Segments[i]
		behind := int32(lost.Seq-g.Seq) >= 0 && int32(g.Seq+uint32(g.Len)-lost.Seq-uint32(lost.Len)) >= 0
		carries := lost.Len > 0 || lost.Has("SYN") || lost.Has("FIN")
		kind := g.From == lost.From && g.Has("SYN") == lost.Has("SYN") && (g.Has("FIN") || !lost.Has("FIN"))
		if carries && behind && kind && (sent == nil && g.From == trace.Server || sent != nil && g.At > sent.At) {
			return g
		}
	}
	return nil
}

// after is the time between two segments.
func after(a, b *trace.Segment) string { return fmt.Sprintf("%.1f ms", float64(b.At-a.At)/1e6) }

// segmentWords names a segment by what it is for.
func segmentWords(g *trace.SegmentSeen) string {
	words := strings.ReplaceAll(strings.Replace(g.Flags, "PSH,", "", 1), ",", " ")
	if g.Len > 0 {
		words += fmt.Sprintf(" with %d bytes", g.Len)
	}
	return words
}
