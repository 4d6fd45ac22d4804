package tree

import (
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
	server := strings.TrimSuffix(v.pen.text(q.Server), ":53")
	r := row{zone: "  " + server, proto: v.pen.text(q.Protocol), time: "-", result: v.said(q)}
	if q.Duration != nil {
		r.time = v.time(*q.Duration)
	}
	if failed(q) {
		word, _ := v.outcome(q)
		r.mark, r.color, r.failures = v.pen.bad, vermillion, []string{word}
	}
	return r
}

// said is what a server said, to which name where that is not the question's.
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
	return word
}
