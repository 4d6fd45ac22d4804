package tree

import (
	"strconv"
	"strings"

	"fetchscope/trace"
)

// asked draws the queries to servers that look things up: each for the question itself,
// and a sum of those for what validation needed.
func (v *view) asked() {
	var rows []row
	var side []*trace.Query
	for i := range v.doc.Queries {
		if q := &v.doc.Queries[i]; q.For == "" {
			rows = append(rows, v.reply(q))
		} else {
			side = append(side, q)
		}
	}
	rows = append(rows, v.sum(side)...)
	v.draw(v.shorten(rows))
}

// reply is the row of a server: what it said goes where there is room.
func (v *view) reply(q *trace.Query) row {
	r := row{zone: "  " + v.called(q), proto: v.pen.text(q.Protocol), time: "-", result: v.said(q)}
	if q.Duration != nil {
		r.time = v.time(*q.Duration)
	}
	if failed(q) {
		word, _ := v.outcome(q)
		r.mark, r.color, r.failures = v.pen.bad, vermillion, []string{word}
	}
	return r
}

// called is a server as one would name it, its port left out where that is the usual one.
func (v *view) called(q *trace.Query) string {
	server := v.pen.text(q.Server)
	if port := usualPorts[q.Protocol]; port != "" {
		server = strings.TrimSuffix(server, ":"+port)
	}
	if q.ServerName != "" {
		return bare(v.pen.text(q.ServerName)) + " " + server
	}
	return server
}

// usualPorts are those of RFC 1035, section 4.2, RFC 7858, section 3.1, and RFC 9110,
// section 4.2.2.
var usualPorts = map[string]string{"udp": "53", "tcp": "53", "tls": "853", "https": "443"}

// said is what a server said, to which name where that is not the question's, and what
// it took to reach it.
func (v *view) said(q *trace.Query) string {
	word, note := v.outcome(q)
	if note != "" {
		word = note
	}
	switch {
	case q.Truncated:
		word = "truncated, asked again"
	case !failed(q) && q.Rcode == "NOERROR" && q.Answers != nil && *q.Answers == 0:
		word += ", no data"
	case !failed(q) && q.Rcode == "NOERROR" && q.Answers != nil:
		word += ", " + count(*q.Answers, "record", "records")
	}
	if !strings.EqualFold(q.Name, v.doc.Question.Name) {
		word += " for " + v.pen.text(q.Name)
	}
	if q.Connect != nil {
		word += ", connected in " + v.time(*q.Connect)
	}
	if q.Extended != nil {
		word += "; " + v.extended(q.Extended)
	}
	return word
}

// extended is what a server said beside the rcode (RFC 8914).
func (v *view) extended(e *trace.ExtendedError) string {
	text := "EDE " + strconv.Itoa(int(e.Code))
	if e.Meaning != "" {
		text += ", " + v.pen.text(e.Meaning)
	}
	if e.Text != "" {
		text += ": " + v.pen.text(e.Text)
	}
	return text
}
