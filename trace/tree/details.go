package tree

import (
	"fmt"
	"io"
	"strings"

	"fetchscope/internal/term"
	"fetchscope/trace"
)

// Details writes every query by itself, in the order of their sending: who was asked
// what and what for, how much went out and came back, when, how surely, and what was
// dropped meanwhile; then every zone's key.
func Details(w io.Writer, d *trace.ResolveDocument, o Options) error {
	v := newView(d, o)
	for i := range d.Queries {
		v.query(i+1, &d.Queries[i])
	}
	if len(d.Chain) > 0 {
		v.line("", "")
	}
	for _, z := range d.Chain {
		v.zoneKey(z)
	}
	return v.flush(w)
}

// query writes one query, on as many lines as it takes.
func (v *view) query(n int, q *trace.Query) {
	if n == 1 {
		v.line("", "")
	}
	color := ""
	if failed(q) {
		color = vermillion
	}
	head := fmt.Sprintf("%3d  +%s  ", n, v.unit.number(q.Start))
	v.hanging(color, head, strings.Join(v.question(q), ", "))
	v.hanging(color, strings.Repeat(" ", detailIndent), strings.Join(v.facts(q), ", "))
	for _, why := range q.Dropped {
		v.hanging(vermillion, strings.Repeat(" ", detailIndent), "a datagram was dropped: "+v.pen.text(why))
	}
}

// detailIndent is below the time at which a query was sent.
const detailIndent = 5

// hanging writes words after a head, and what does not fit below the first of them.
func (v *view) hanging(color, head, text string) {
	for _, l := range v.wrap(text, v.columns-term.Width(head)) {
		v.line(color, head+l)
		head = strings.Repeat(" ", detailIndent)
	}
}

// question is who was asked what, by which protocol, what for.
func (v *view) question(q *trace.Query) []string {
	server := v.pen.text(q.Server)
	if q.ServerName != "" {
		server = bare(v.pen.text(q.ServerName)) + " " + server
	}
	out := []string{v.pen.text(q.Name) + " " + v.pen.text(q.Type) + " to " + server + " by " + v.pen.text(q.Protocol)}
	if q.Zone != "" {
		out = append(out, "a server of "+v.pen.text(q.Zone))
	}
	if q.For != "" {
		out = append(out, "for "+v.pen.text(q.For))
	}
	return out
}

// facts are what is known of a query's outcome.
func (v *view) facts(q *trace.Query) []string {
	word, note := v.outcome(q)
	if q.Cut != "" {
		word += " to " + v.pen.text(q.Cut)
	}
	if note != "" {
		word += ": " + note
	}
	out := []string{word}
	if q.Rcode != "" && q.Rcode != word {
		out = append(out, v.pen.text(q.Rcode))
	}
	if q.Truncated {
		out = append(out, "truncated")
	}
	if q.Answers != nil && *q.Answers > 0 {
		out = append(out, count(*q.Answers, "record", "records"))
	}
	if q.Duration != nil {
		out = append(out, v.time(*q.Duration)+" "+v.pen.about+micros(q.Uncertainty, v.pen)+" by "+v.evidence(q))
	}
	out = append(out, v.sizes(q))
	switch {
	case q.Connect != nil:
		out = append(out, "connected in "+v.time(*q.Connect)+" before")
	case q.Reused != nil && *q.Reused:
		out = append(out, "on a connection open already")
	}
	if q.NSID != "" {
		out = append(out, "NSID "+v.pen.text(q.NSID))
	}
	if q.Extended != nil {
		out = append(out, v.extended(q.Extended))
	}
	return out
}

// evidence is what the two ends of a query's time rest on.
func (v *view) evidence(q *trace.Query) string {
	from, to := v.pen.text(string(q.StartFrom)), v.pen.text(string(q.EndFrom))
	if from == to || to == "" {
		return from
	}
	return from + " and " + to
}

func (v *view) sizes(q *trace.Query) string {
	if q.Received == 0 {
		return fmt.Sprintf("%d B out", q.Sent)
	}
	return fmt.Sprintf("%d B out, %d B back", q.Sent, q.Received)
}

func micros(t trace.Time, p pen) string { return fmt.Sprintf("%d %s", t/1e3, p.micro) }

// zoneKey writes what was found of a zone's keys.
func (v *view) zoneKey(z trace.ZoneJudged) {
	text := v.pen.text(z.Security)
	if z.KeyTag != 0 {
		text += fmt.Sprintf(", key %d, %s", z.KeyTag, v.pen.text(z.Algorithm))
	}
	switch {
	case z.Anchor:
		text += ", trusted by the anchor"
	case z.Digest != "":
		text += ", vouched for by a DS record of digest " + v.pen.text(z.Digest)
	}
	if z.Reason != nil {
		text += ": " + v.pen.text(z.Reason.Message)
	}
	v.hanging("", "  keys of "+v.pen.text(z.Zone)+"  ", text)
}
