package timeline

import (
	"fmt"
	"io"
	"strings"

	"fetchscope/internal/term"
	"fetchscope/trace"
)

// Details writes what the timeline leaves out: how far its times may be off, the DNS
// queries, the addresses tried, the certificate chain, and the heads that went out and came back, marked as
// curl marks them.
func Details(w io.Writer, d *trace.Document, o Options) error {
	if o.Columns <= 0 {
		o.Columns = term.DefaultColumns
	}
	v := &view{doc: d, o: o, pen: newPen(o)}
	v.axis()
	for i := range d.Exchanges {
		v.details(&d.Exchanges[i])
	}
	_, err := io.WriteString(w, v.out.String())
	return err
}

// before says what a connection that is used again was opened for.
func before(c *trace.Connection) string {
	if c.OpenedIn == nil {
		return "the fetch before"
	}
	return fmt.Sprintf("exchange %d", *c.OpenedIn+1)
}

func (v *view) details(x *trace.Exchange) {
	v.doubts(x)
	v.sockets(x)
	if x.Resolve != nil && len(x.Resolve.Queries) > 0 {
		v.line("")
		for _, q := range x.Resolve.Queries {
			v.line(v.query(&q))
		}
	}
	if x.Connection != nil && len(x.Connection.Attempts) > 1 {
		v.line("")
		v.attempts(x, "* ")
	}
	if c := x.Connection; c != nil && c.Reused {
		v.line("")
		v.line("* over the connection of " + before(c))
	} else {
		v.securedBy(x.TLS)
	}
	v.heads(x)
}

// heads writes what went out and what came back.
func (v *view) heads(x *trace.Exchange) {
	if r := x.Request; r != nil {
		v.line("")
		v.line("> " + v.pen.text(r.Method+" "+r.Target) + " " + r.Version)
		v.fields("> ", r.Headers)
	}
	if r := x.Response; r != nil && r.Status != 0 {
		v.line(fmt.Sprintf("< %s %d %s", r.Version, r.Status, v.pen.text(r.Reason)))
		v.fields("< ", r.Headers)
		v.fields("< (trailer) ", r.Trailers)
		for _, n := range r.Notes {
			v.line("* " + v.pen.text(n.What) + " (" + n.Section + ")")
		}
	}
}

// doubts says how far the times may be off that the timeline marks, and what they rest on.
func (v *view) doubts(x *trace.Exchange) {
	first := true
	for i := range x.Phases {
		p := &x.Phases[i]
		if p.Duration == nil || !uncertain(*p.Duration, p.Uncertainty) {
			continue
		}
		if first {
			v.line("")
			first = false
		}
		v.line(fmt.Sprintf("* %-8s %s %s%s, from %s to %s", p.Name, v.unit.withName(*p.Duration, v.pen),
			v.pen.about, v.unit.withName(*p.Uncertainty, v.pen), p.StartFrom, p.EndFrom))
	}
}

func (v *view) fields(mark string, fields []trace.Field) {
	for _, f := range fields {
		v.line(mark + v.pen.text(f[0]) + ": " + v.pen.text(f[1]))
	}
}

func (v *view) query(q *trace.Query) string {
	took := "-"
	if q.Duration != nil {
		took = v.unit.withName(*q.Duration, v.pen)
	}
	result := q.Rcode
	if q.Failure != "" {
		result = q.Failure
	}
	if len(q.Dropped) > 0 {
		result += ", dropped: " + strings.Join(q.Dropped, "; ")
	}
	return fmt.Sprintf(
		"* %s %s?  %s by %s, %s%s%s: %s",
		v.pen.text(q.Name), q.Type, v.pen.text(v.server(q)), q.Protocol, took, v.connecting(q), v.purpose(q), v.pen.text(result),
	)
}

// server names the server with its address, where it has a name.
func (v *view) server(q *trace.Query) string {
	if q.ServerName == "" {
		return q.Server
	}
	return q.ServerName + " (" + q.Server + ")"
}

// connecting says what became of the connection to the name server before the query.
func (v *view) connecting(q *trace.Query) string {
	switch {
	case q.Connect != nil:
		return " + " + v.unit.withName(*q.Connect, v.pen) + " to connect"
	case q.Reused != nil && *q.Reused:
		return " on an open connection"
	}
	return ""
}

// purpose says what a query is for that is not for the question itself.
func (v *view) purpose(q *trace.Query) string {
	if q.For == "" {
		return ""
	}
	return ", for " + v.pen.text(q.For)
}
