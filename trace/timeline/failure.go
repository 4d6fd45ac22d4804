package timeline

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"fetchscope/internal/term"
	"fetchscope/trace"
)

// failedEarly draws a run that failed before its first exchange.
func (v *view) failedEarly() {
	if e := v.doc.Error; e != nil {
		v.reason()
		v.hint()
	}
}

// failure draws which step failed, why, what came before and what to try.
func (v *view) failure() {
	x := v.doc.Last()
	v.reason()
	v.ends(x)
	v.line("")
	v.header()
	v.hops()
	var unreached []*trace.PhaseTime
	for i := range x.Phases {
		p := &x.Phases[i]
		pending := len(unreached) > 0 && p.Status == trace.Skipped
		if p.Duration == nil && (p.Status == trace.NotReached || pending) {
			unreached = append(unreached, p)
			continue
		}
		v.notReached(unreached)
		unreached = nil
		v.row(x, p, i > 0 && x.Phases[i-1].Step == p.Step && x.Phases[i-1].Status != trace.NotReached)
		if p.Name == trace.Connect {
			v.layers(x)
		}
	}
	v.notReached(unreached)
	v.states(x)
	v.total()
	v.attempts(x, "     ")
	v.chain(x)
	v.hint()
}

// reason is the first line: which step, which phase, why.
func (v *view) reason() {
	e := v.doc.Error
	where := fmt.Sprintf("FAILED: %s", e.Phase)
	if step := e.Phase.Step(); step > 0 {
		where = fmt.Sprintf("FAILED in step %d, phase %s", step, e.Phase)
	}
	head := fmt.Sprintf("%s (exit %d): ", where, v.doc.ExitCode)
	lines := term.Wrap(head+v.pen.text(e.Message), v.o.Columns-2, v.pen.ellipsis)
	v.line(v.pen.paint(vermillion, lines[0]))
	for _, l := range lines[1:] {
		v.line("  " + v.pen.paint(vermillion, l))
	}
}

// notReached is one line for all phases that were not.
func (v *view) notReached(phases []*trace.PhaseTime) {
	if len(phases) == 0 {
		return
	}
	first, last := phases[0], phases[len(phases)-1]
	label := fmt.Sprintf(" %d %s", first.Step, first.Name)
	if last.Step != first.Step {
		label += fmt.Sprintf(" %s %d", v.pen.ellipsis, last.Step)
	}
	v.drawEmpty(label, "not reached")
}

// chain shows the certificates where they are why it failed.
func (v *view) chain(x *trace.Exchange) {
	t := chainOf(x)
	if t == nil {
		return
	}
	now := time.Unix(0, v.doc.StartedUnix)
	for _, c := range t.Chain {
		if !c.Unused {
			v.certificate(&c, now)
		}
	}
	v.problems(t)
	if len(t.Chain) > 0 && t.Why == "certificate_name_mismatch" {
		v.line(term.Cut("     names  "+v.pen.text(strings.Join(t.Chain[0].Names, ", ")), v.o.Columns, v.pen.ellipsis))
	}
}

// certificate is a line on one certificate of the chain.
func (v *view) certificate(c *trace.Certificate, now time.Time) {
	role := c.Role
	if role == "intermediate" {
		role = "inter"
	}
	head := fmt.Sprintf("     %-6s ", role)
	tail := fmt.Sprintf("  ends %s (%s)", c.NotAfter.Format(time.DateOnly), days(now, c.NotAfter))
	if c.From == trace.FromStore && now.Before(c.NotAfter) {
		tail = "  in the trusted store"
	}
	mark := ""
	if c.Blamed {
		mark = v.pen.from + "this one"
	}
	room := min(v.o.Columns-len(head)-len(tail)-term.Width(mark), maxName)
	name := v.pen.text(c.Subject)
	if room < minName {
		room = max(v.o.Columns-len(head)-term.Width(mark), 0)
		v.line(head + term.Cut(name, room, v.pen.ellipsis) + v.pen.paint(vermillion, mark))
		v.line(head[:5] + tail)
		return
	}
	v.line(head + term.Pad(term.Cut(name, room, v.pen.ellipsis), room) + tail + v.pen.paint(vermillion, mark))
}

// plain are the reasons of which the first line and the certificates have all there is to
// say.
var plain = [...]trace.Code{"certificate_name_mismatch", "certificate_self_signed"}

// problems says what is wrong beyond the reason that was given, each in its words.
func (v *view) problems(t *trace.TLSInfo) {
	label := "why"
	for i, p := range t.Problems {
		if i > 0 {
			label = "also"
		} else if slices.Contains(plain[:], p.Code) || p.Message == v.doc.Error.Message {
			continue
		}
		head := fmt.Sprintf("     %-6s ", label)
		for _, l := range term.Wrap(v.pen.text(p.Message), v.o.Columns-len(head), v.pen.ellipsis) {
			v.line(head + l)
			head = strings.Repeat(" ", len(head))
		}
	}
}

// A certificate's name gets this much room, where it shares its line.
const (
	minName = 20
	maxName = 24
)

func days(now, then time.Time) string {
	n := int(then.Sub(now).Hours() / 24)
	if then.Before(now) {
		return count(-n, "day ago", "days ago")
	}
	return "in " + count(n, "day", "days")
}

func (v *view) hint() {
	if v.doc.Error.Hint == "" {
		return
	}
	head := "   Try: "
	for _, l := range term.Wrap(v.pen.text(v.doc.Error.Hint), v.o.Columns-len(head), v.pen.ellipsis) {
		v.line(head + l)
		head = strings.Repeat(" ", len(head))
	}
}
