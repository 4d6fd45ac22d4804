package tree

import (
	"fmt"
	"strings"

	"fetchscope/trace"
)

// A row is a line of the tree.
type row struct {
	lead string // the lines of the tree
	zone string // where the row begins it

	server, addr, proto, time, result string

	// note stands in place of all columns from the server's on.
	note string
	// beside continues the lines of the tree below the row.
	beside string
	// failures are words for queries that failed, of which the row tells.
	failures []string
	mark     string
	color    string
}

const (
	// maxRows leaves room for the title, the chain and the total on a screen of 25 lines.
	maxRows = 19
	// keptRows are shown at either end of a tree that is longer all the same.
	keptRows = 8
)

// tree draws the walk. Where there are too many lines, failures are summed up; where
// that does not help, the middle is left out, and the line that says so counts its
// failures.
func (v *view) tree() {
	w := walkOf(v.doc)
	var rows []row
	for _, limit := range []int{3, 1, 0} {
		rows = nil
		for _, n := range w.roots {
			rows = v.zone(rows, n, limit, "", "")
		}
		if len(rows) <= maxRows {
			break
		}
	}
	v.draw(v.shorten(rows))
}

// shorten leaves out the middle of too many rows.
func (v *view) shorten(rows []row) []row {
	if len(rows) <= maxRows {
		return rows
	}
	middle := rows[keptRows : len(rows)-keptRows]
	gap := row{note: count(len(middle), "line", "lines") + " more"}
	for _, r := range middle {
		gap.failures = append(gap.failures, r.failures...)
	}
	if len(gap.failures) > 0 {
		gap.note += ", with " + tally(gap.failures)
		gap.mark, gap.color = v.pen.bad, vermillion
	}
	gap.note += " (--view full has all)"
	out := append([]row(nil), rows[:keptRows]...)
	return append(append(out, gap), rows[len(rows)-keptRows:]...)
}

// zone draws a node and those below it. lead is drawn before its first row, below before
// all others.
func (v *view) zone(rows []row, n *node, limit int, lead, below string) []row {
	beside := below
	if len(n.children) > 0 {
		beside += v.pen.beside
	}
	own := v.servers(n, limit)
	if len(own) == 0 && len(n.steps) == 0 {
		own = []row{v.unasked(n)}
	}
	own = append(own, v.aside(n)...)
	own[0].zone = v.pen.text(n.zone)
	for i := range own {
		own[i].lead, own[i].beside = beside, beside
	}
	own[0].lead = lead
	rows = append(rows, own...)
	for i, c := range n.children {
		if i == len(n.children)-1 {
			rows = v.zone(rows, c, limit, below+v.pen.last, below+v.pen.below)
		} else {
			rows = v.zone(rows, c, limit, below+v.pen.child, below+v.pen.beside)
		}
	}
	return rows
}

// unasked is the row of a zone that others referred to, and that nobody was asked about.
func (v *view) unasked(n *node) row {
	r := row{note: "not asked", failures: []string{"not asked"}, mark: v.pen.bad, color: vermillion}
	for _, q := range n.side {
		if q.For == forServer {
			r.note = "not asked: no address of its servers was found"
		}
	}
	return r
}

// servers are the rows of the queries to a zone's servers. Of those that failed the
// first few have their own, and so has one more: a line that counts it is no shorter.
func (v *view) servers(n *node, limit int) []row {
	var rows []row
	bad, good := lost(n.rows), -1
	if len(bad) <= limit+1 {
		limit = len(bad)
	}
	shown := 0
	for _, q := range n.rows {
		if failed(q) {
			if shown++; shown > limit {
				continue
			}
		} else {
			good = len(rows)
		}
		r, note := v.server(q)
		rows = append(rows, r)
		if note != "" {
			rows = append(rows, row{note: "  " + note, color: vermillion})
		}
	}
	if good >= 0 {
		rows[good].mark, rows[good].color = v.standing(n.zone)
	}
	if more := bad[limit:]; len(more) > 0 {
		rows = append(rows, v.failures(more))
	}
	return v.joined(rows)
}

// lost picks the queries that failed.
func lost(queries []*trace.Query) []*trace.Query {
	var out []*trace.Query
	for _, q := range queries {
		if failed(q) {
			out = append(out, q)
		}
	}
	return out
}

// joined marks the servers after the first as belonging to the same zone.
func (v *view) joined(rows []row) []row {
	last, first := -1, true
	for i := range rows {
		if rows[i].server == "" {
			continue
		}
		if !first {
			rows[i].server = v.pen.child + rows[i].server
			last = i
		}
		first = false
	}
	if last >= 0 {
		rows[last].server = v.pen.last + strings.TrimPrefix(rows[last].server, v.pen.child)
	}
	return rows
}

// server is the row of one query, and what there is to say of its failure.
func (v *view) server(q *trace.Query) (r row, note string) {
	addr, _ := cutPort(q.Server)
	word, note := v.outcome(q)
	r = row{
		server: bare(v.pen.text(q.ServerName)), addr: v.pen.text(addr), proto: v.pen.text(q.Protocol),
		time: "-", result: word,
	}
	if q.Duration != nil {
		r.time = v.time(*q.Duration)
	}
	if failed(q) {
		r.mark, r.color, r.failures = v.pen.bad, vermillion, []string{word}
	}
	return r, note
}

// outcome is a word for what came of a query, and more where a word is too little.
func (v *view) outcome(q *trace.Query) (word, note string) {
	switch {
	case plainly(q.Failure) != "":
		return plainly(q.Failure), ""
	case q.Failure != "":
		return "failed", v.pen.text(q.Failure)
	case failed(q) && q.Rcode != "" && q.Rcode != "NOERROR" && q.Rcode != "NXDOMAIN":
		return v.pen.text(q.Rcode), v.beside(q)
	case failed(q) && q.Result != "":
		return q.Result, v.pen.text(q.Why)
	case failed(q):
		return "no reply", ""
	case q.Result == "answer" && v.isAlias(q):
		return "alias", ""
	case q.Result == "":
		return v.pen.text(q.Rcode), ""
	}
	return v.pen.text(q.Result), ""
}

// beside is what a server of a zone says beside its rcode.
func (v *view) beside(q *trace.Query) string {
	if q.Extended == nil || q.Zone == "" {
		return ""
	}
	return v.extended(q.Extended)
}

// plainly says in a word how a failure comes about, where it is a usual one.
func plainly(failure string) string {
	switch failure {
	case "no reply in time":
		return "time-out"
	case "connection refused":
		return "port closed"
	case "network is unreachable", "no route to host":
		return "unreachable"
	case "interrupted":
		return "stopped"
	}
	return ""
}

// isAlias reports whether what a query brought is an alias alone.
func (v *view) isAlias(q *trace.Query) bool {
	for _, rr := range v.doc.Answers {
		if rr.Type == "CNAME" && strings.EqualFold(rr.Name, q.Name) {
			return q.Type != "CNAME" && q.Type != "ANY"
		}
	}
	return false
}

// standing is the mark of a zone by what validation found of it.
func (v *view) standing(zone string) (mark, color string) {
	d := v.doc
	if !v.judged() {
		return "", ""
	}
	if d.Security == "bogus" && d.Reason != nil && strings.EqualFold(d.Reason.Zone, zone) {
		return v.pen.bogus, vermillion
	}
	for _, z := range d.Chain {
		switch {
		case !strings.EqualFold(z.Zone, zone):
		case z.Security == "secure":
			return v.pen.good, ""
		case z.Security == "bogus":
			return v.pen.bogus, vermillion
		}
	}
	return "", ""
}

// failures sums up queries that failed.
func (v *view) failures(queries []*trace.Query) row {
	r := row{mark: v.pen.bad, color: vermillion}
	var sum trace.Time
	for _, q := range queries {
		word, _ := v.outcome(q)
		r.failures = append(r.failures, word)
		sum += took(q)
	}
	r.note = fmt.Sprintf("+ %d more failed: %s, %s", len(queries), tally(r.failures), v.time(sum))
	return r
}

// aside sums up, in one row, the queries that served a zone otherwise; no row where
// there were none.
func (v *view) aside(n *node) []row {
	return v.sum(append(append([]*trace.Query(nil), n.side...), n.steps...))
}

func (v *view) sum(queries []*trace.Query) []row {
	if len(queries) == 0 {
		return nil
	}
	r := row{color: quiet}
	var why []string
	var sum trace.Time
	for _, q := range queries {
		why = append(why, v.pen.text(purposeOf(q)))
		sum += took(q)
		if failed(q) {
			word, _ := v.outcome(q)
			r.failures = append(r.failures, word)
		}
	}
	r.note = "+ " + purposes(why) + ", " + v.time(sum)
	if len(r.failures) > 0 {
		r.note += ": " + tally(r.failures)
		r.mark, r.color = v.pen.bad, vermillion
	}
	return []row{r}
}

// purposeOf says what a query was for that was not the question's own.
func purposeOf(q *trace.Query) string {
	switch {
	case q.For == forServer:
		return "addresses"
	case q.For == forDS:
		return "DS"
	case q.For != "":
		return q.For
	case q.Truncated:
		return "truncated replies"
	case q.Result == "":
		return "replies of " + q.Rcode
	}
	return "minimised names"
}

// purposes says how many queries there were, and what for.
func purposes(why []string) string {
	var each []string
	for _, w := range why {
		each = appendNew(each, w)
	}
	text := count(len(why), "query", "queries") + " for " + each[0]
	for i, w := range each[1:] {
		if i == len(each)-2 {
			text += " and " + w
		} else {
			text += ", " + w
		}
	}
	return text
}

// tally counts words, in the order in which they first come.
func tally(words []string) string {
	var order []string
	n := map[string]int{}
	for _, w := range words {
		if n[w]++; n[w] == 1 {
			order = append(order, w)
		}
	}
	for i, w := range order {
		order[i] = fmt.Sprintf("%d %s", n[w], w)
	}
	return strings.Join(order, ", ")
}
