package tree

import (
	"strconv"
	"strings"

	"fetchscope/trace"
)

// asked draws the queries to servers that look things up: each for the question itself,
// and a sum of those for what validation needed.
func (v *view) asked() {
	rows := v.replies(false)
	if measure(rows).width() > v.columns {
		rows = v.replies(true)
	}
	v.draw(v.shorten(rows))
}

// replies are the rows of all servers, with what there is to add beside or below.
func (v *view) replies(below bool) []row {
	var rows []row
	var side []*trace.Query
	for i := range v.doc.Queries {
		q := &v.doc.Queries[i]
		if q.For != "" {
			side = append(side, q)
			continue
		}
		r, more := v.reply(q)
		switch {
		case more != "" && below:
			rows = append(rows, r, row{note: more, color: r.color})
		case more != "":
			r.result += ", " + more
			fallthrough
		default:
			rows = append(rows, r)
		}
	}
	return append(rows, v.sum(side)...)
}

// reply is the row of a server, and what there is to add.
func (v *view) reply(q *trace.Query) (r row, more string) {
	word, note := v.outcome(q)
	r = row{lead: "  ", zone: v.called(q), proto: v.pen.text(q.Protocol), time: "-", result: v.said(q, word)}
	if q.Duration != nil {
		r.time = v.time(*q.Duration)
	}
	if failed(q) {
		r.mark, r.color, r.failures = v.pen.bad, vermillion, []string{word}
	}
	return r, strings.Join(v.besides(q, note), ", ")
}

// called is a server as one would name it, its port left out where that is the usual one.
func (v *view) called(q *trace.Query) string {
	server := v.pen.text(q.Server)
	if port := usualPort(q.Protocol); port != "" {
		server = strings.TrimSuffix(server, ":"+port)
	}
	if q.ServerName != "" {
		return bare(v.pen.text(q.ServerName)) + " " + server
	}
	return server
}

// usualPort is that of a protocol: of RFC 1035, section 4.2, RFC 7858, section 3.1, and RFC 9110,
// section 4.2.2.
func usualPort(protocol string) string {
	switch protocol {
	case "udp", "tcp":
		return "53"
	case "tls":
		return "853"
	case "https":
		return "443"
	}
	return ""
}

// said is what a server said.
func (v *view) said(q *trace.Query, word string) string {
	switch {
	case q.Truncated:
		return "truncated, asked again"
	case failed(q) || q.Rcode != "NOERROR" || q.Answers == nil:
		return word
	case *q.Answers == 0:
		return word + ", no data"
	}
	return word + ", " + count(*q.Answers, "record", "records")
}

// besides are the name that was asked for, where it is not the question's, why it failed,
// what it took to reach the server, and what that says beside the rcode.
func (v *view) besides(q *trace.Query, note string) []string {
	var out []string
	if note != "" {
		out = append(out, note)
	}
	if !strings.EqualFold(q.Name, v.doc.Question.Name) {
		out = append(out, "for "+v.pen.text(q.Name))
	}
	if q.Connect != nil {
		out = append(out, "connected in "+v.time(*q.Connect))
	}
	if q.Extended != nil {
		out = append(out, v.extended(q.Extended))
	}
	return out
}

// extended is what a server said beside the rcode (RFC 8914).
func (v *view) extended(e *trace.ExtendedError) string {
	text := "EDE " + strconv.Itoa(int(e.Code))
	if e.Meaning != "" {
		text += " (" + v.pen.text(e.Meaning) + ")"
	}
	if e.Text != "" {
		text += ": " + v.pen.text(e.Text)
	}
	return text
}
