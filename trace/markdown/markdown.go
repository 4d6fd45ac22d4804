// Package markdown writes a trace document as GitHub's Markdown, for tickets: what was
// fetched, what failed, a table of the phases, the states of the connection, the
// certificates and the heads.
//
// It is a function of the document. What a peer may have chosen stands in code spans and
// fenced blocks alone, never in a table, a link or plain text: there nothing is a link, a
// mention, HTML or the end of a cell. It implements GitHub Flavored Markdown 0.29, sections
// 4.5 (fences), 4.10 (tables) and 6.3 (code spans).
package markdown

import (
	"fmt"
	"io"
	"strings"
	"time"

	"fetchscope/trace"
)

// Write writes a document.
func Write(w io.Writer, d *trace.Document) error {
	t := &text{}
	t.head(d)
	t.failure(d)
	for i := range d.Exchanges {
		t.exchange(d, i)
	}
	_, err := io.WriteString(w, t.out.String())
	return err
}

type text struct{ out strings.Builder }

func (t *text) linef(format string, args ...any) {
	fmt.Fprintf(&t.out, format, args...)
	t.out.WriteByte('\n')
}

// head is the heading, and when it was.
func (t *text) head(d *trace.Document) {
	t.linef("## %s: %s\n", code(method(d)+" "+d.URL), outcome(d))
	t.linef("%s, exit status %d, %s\n", time.Unix(0, d.StartedUnix).UTC().Format("2006-01-02 15:04:05 UTC"), d.ExitCode, count(len(d.Exchanges), "exchange"))
}

func method(d *trace.Document) string {
	if len(d.Exchanges) > 0 && d.Exchanges[0].Request != nil {
		return d.Exchanges[0].Request.Method
	}
	return "GET"
}

func outcome(d *trace.Document) string {
	x := d.Last()
	switch {
	case d.Error != nil:
		return "failed in " + word(string(d.Error.Phase))
	case x == nil || x.Response == nil:
		return "no response"
	}
	return code(status(x.Response))
}

func status(r *trace.ResponseInfo) string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", r.Status, r.Reason))
}

func count(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}

// failure says what failed, and what to try.
func (t *text) failure(d *trace.Document) {
	e := d.Error
	if e == nil {
		return
	}
	where := "**Failed in " + word(string(e.Phase)) + "**"
	if step := e.Phase.Step(); step > 0 {
		where = fmt.Sprintf("**Failed in step %d, phase %s**", step, word(string(e.Phase)))
	}
	t.linef("%s (%s): %s\n", where, code(string(e.Code)), code(e.Message))
	if e.Hint != "" {
		t.linef("To try: %s\n", code(e.Hint))
	}
}

// exchange is a section, with a heading of its own where there are several.
func (t *text) exchange(d *trace.Document, i int) {
	x := &d.Exchanges[i]
	if len(d.Exchanges) > 1 {
		t.linef("### Exchange %d of %d, %s: %s\n", i+1, len(d.Exchanges), word(x.Why), code(x.URL))
	}
	t.ends(x)
	t.phases(x)
	t.attempts(x)
	t.certificates(x)
	t.states(x)
	t.heads(x)
}

// ends are the two ends of the connection, and what was spoken between them.
func (t *text) ends(x *trace.Exchange) {
	var parts []string
	if c := x.Connection; c != nil && c.Remote != "" {
		local := c.Local
		if local == "" {
			local = "a Unix socket"
		}
		parts = append(parts, "from "+code(local)+" to "+code(c.Remote))
	}
	if r := x.Response; r != nil {
		parts = append(parts, code(r.Version)+" "+code(status(r)), count(int(min(r.BodyBytes, 1<<62)), "byte")+" of body")
	}
	if x.TLS != nil && x.TLS.Version != "" {
		parts = append(parts, code(x.TLS.Version)+" with "+code(x.TLS.Cipher))
	}
	for _, p := range parts {
		t.linef("- %s", p)
	}
	if len(parts) > 0 {
		t.linef("")
	}
}

// phases is the table of them. Its cells are figures and words of ours.
func (t *text) phases(x *trace.Exchange) {
	t.linef("| step | phase | begins (ms) | took (ms) | ± (ms) | |\n|---:|---|---:|---:|---:|---|")
	for i := range x.Phases {
		p := &x.Phases[i]
		t.linef("| %d | %s | %s | %s | %s | %s |", p.Step, word(string(p.Name)), millis(p.Start), millis(p.Duration), millis(p.Uncertainty), became(p))
		if r := x.Response; p.Name == trace.Wait && r != nil && r.WaitNetwork != nil {
			t.linef("| | of that the network's | | %s | | inferred |", millis(r.WaitNetwork))
			t.linef("| | of that the server's | | %s | | inferred |", millis(r.WaitServer))
		}
	}
	t.linef("")
}

// became is what a phase came to, where it is not simply done.
func became(p *trace.PhaseTime) string {
	switch {
	case p.Status == trace.Done:
		return ""
	case p.Status == trace.FailedHere:
		return "**failed**"
	case p.Why != "":
		return word(string(p.Status)) + ": " + word(p.Why)
	}
	return strings.ReplaceAll(word(string(p.Status)), "_", " ")
}

// millis writes a time, nothing for one that is not known.
func millis(t *trace.Time) string {
	if t == nil {
		return ""
	}
	return fmt.Sprintf("%.3f", float64(*t)/1e6)
}

// attempts are the addresses that were tried, where there was more than one or none did.
func (t *text) attempts(x *trace.Exchange) {
	c := x.Connection
	if c == nil || len(c.Attempts) < 2 && c.Remote != "" || len(c.Attempts) == 0 {
		return
	}
	t.linef("Addresses that were tried:\n")
	for _, a := range c.Attempts {
		t.linef("- %s: %s after %s ms %s", code(a.Address), word(a.Outcome), millis(a.Duration), word(string(a.Why)))
	}
	t.linef("")
}

// certificates are the chain, and what is wrong with it.
func (t *text) certificates(x *trace.Exchange) {
	if x.TLS == nil || len(x.TLS.Chain) == 0 {
		return
	}
	t.linef("Certificates:\n")
	for _, c := range x.TLS.Chain {
		t.linef("- %s %s, valid until %s%s", word(c.Role), code(c.Subject), c.NotAfter.UTC().Format("2006-01-02 15:04 UTC"), blamed(c))
	}
	for _, p := range x.TLS.Problems {
		t.linef("- wrong: %s", code(p.Message))
	}
	t.linef("")
}

func blamed(c trace.Certificate) string {
	if c.Blamed {
		return ", **refused**"
	}
	return ""
}

// states are those of both ends.
func (t *text) states(x *trace.Exchange) {
	c := x.Connection
	if c == nil || len(c.States) == 0 {
		return
	}
	t.linef("| at (ms) | ± (ms) | client | server | evidence |\n|---:|---:|---|---|---|")
	for _, s := range c.States {
		client, server := word(string(s.State)), ""
		if s.Side == trace.Server {
			client, server = server, client
		}
		t.linef("| %s | %s | %s | %s | %s |", millis(&s.Start), millis(&s.Uncertainty), client, server, word(string(s.Evidence)))
	}
	t.linef("")
	for _, u := range c.NotObservable {
		t.linef("- not observable: %s, %s\n", code(u.What), code(u.Why))
	}
}

// heads are those of the request and the response, folded away.
func (t *text) heads(x *trace.Exchange) {
	var lines []string
	if r := x.Request; r != nil {
		lines = append(lines, r.Method+" "+r.Target+" "+r.Version)
		lines = append(append(lines, fields(r.Headers)...), "")
	}
	if r := x.Response; r != nil {
		for _, i := range r.Interim {
			lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %d %s", i.Version, i.Status, i.Reason)))
			lines = append(append(lines, fields(i.Headers)...), "")
		}
		lines = append(lines, r.Version+" "+status(r))
		lines = append(lines, fields(r.Headers)...)
	}
	if len(lines) == 0 {
		return
	}
	t.linef("<details><summary>Heads</summary>\n\n%s\n\n</details>\n", fenced(lines))
}

func fields(list []trace.Field) (out []string) {
	for _, f := range list {
		out = append(out, f[0]+": "+f[1])
	}
	return out
}
