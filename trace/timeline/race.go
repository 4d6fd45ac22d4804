package timeline

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"fetchscope/internal/term"
	"fetchscope/trace"
)

// won is the attempt whose connection was used, nil where none was.
func won(c *trace.Connection) *trace.Attempt {
	for i := range c.Attempts {
		if a := &c.Attempts[i]; a.Outcome == trace.AttemptConnected {
			return a
		}
	}
	return nil
}

// raced says who lost, and how; empty where only one address was tried, or none was up.
func (v *view) raced(c *trace.Connection) string {
	winner := won(c)
	if winner == nil || len(c.Attempts) < 2 {
		return ""
	}
	var losers []*trace.Attempt
	who := family(winner.Address, true)
	for i := range c.Attempts {
		if a := &c.Attempts[i]; a != winner {
			losers = append(losers, a)
			if family(a.Address, false) != who {
				who = ""
			}
		}
	}
	if who == "" {
		who = count(len(losers), "other", "others")
	}
	text := who + " " + v.lost(losers[0], winner)
	for _, a := range losers[1:] {
		if a.Outcome != losers[0].Outcome || a.Why != losers[0].Why {
			return text + " " + v.pen.ellipsis
		}
	}
	return text
}

// acrossFamilies says whether an address of the other family was tried too.
func acrossFamilies(c *trace.Connection, winner *trace.Attempt) bool {
	other := family(winner.Address, true)
	return other != "" && slices.ContainsFunc(c.Attempts, func(a trace.Attempt) bool {
		return family(a.Address, false) == other
	})
}

// family names the family of an address with a port; other the one that it is not of.
func family(address string, other bool) string {
	addr, err := netip.ParseAddrPort(address)
	switch {
	case err != nil:
		return ""
	case addr.Addr().Is4() != other:
		return "IPv4"
	}
	return "IPv6"
}

// lost says by how much an attempt lost, as far as that is known: one that was abandoned
// before it was answered may have taken any time.
func (v *view) lost(a, winner *trace.Attempt) string {
	if a.Why == trace.LostConnected && a.Duration != nil && winner.Duration != nil {
		behind := max(a.Start+*a.Duration-winner.Start-*winner.Duration, 0)
		return "lost by " + v.unit.withName(behind, v.pen)
	}
	if a.Why == trace.LostUnanswered {
		return "silent" + v.took(a, " for ")
	}
	return brief(a.Why) + v.after(a, " after ")
}

// after is how long it took until an attempt was answered.
func (v *view) after(a *trace.Attempt, preposition string) string {
	if a.Duration != nil && *a.Duration < atOnce {
		return " at once"
	}
	return v.took(a, preposition)
}

// took is how long an attempt went on.
func (v *view) took(a *trace.Attempt, preposition string) string {
	if a.Duration == nil {
		return ""
	}
	return preposition + v.unit.withName(*a.Duration, v.pen)
}

// atOnce is the time below which nobody waited.
const atOnce trace.Time = 1e6

// brief is the reason of a failed attempt in the fewest words.
func brief(why trace.Code) string {
	switch why {
	case "connection_refused":
		return "refused"
	case "network_unreachable", "host_unreachable":
		return "unreachable"
	case "timeout":
		return "no answer"
	case "":
		return "open"
	}
	return strings.ReplaceAll(string(why), "_", " ")
}

// attempts lists the addresses that were tried, where there were several: when each was
// begun, counted from the first, and what became of it.
func (v *view) attempts(x *trace.Exchange, indent string) {
	if x.Connection == nil || len(x.Connection.Attempts) < 2 {
		return
	}
	list := x.Connection.Attempts
	widest := 0
	for _, a := range list {
		widest = max(widest, term.Width(a.Address))
	}
	for i := range list {
		a := &list[i]
		begun := v.unit.withName(a.Start-list[0].Start, v.pen)
		text := fmt.Sprintf("%s%s  +%s  %s", indent, term.Pad(a.Address, widest), begun, v.fate(a))
		v.line(term.Cut(text, v.o.Columns, v.pen.ellipsis))
	}
}

// fate is what became of an attempt.
func (v *view) fate(a *trace.Attempt) string {
	switch {
	case a.Outcome == trace.AttemptConnected:
		return "connected" + v.took(a, " in ")
	case a.Why == trace.LostConnected:
		return "connected" + v.took(a, " in ") + ", but had lost"
	case a.Why == trace.LostUnanswered:
		return "no answer" + v.took(a, " in ") + ", abandoned"
	}
	return brief(a.Why) + v.after(a, " after ")
}

// held is how long addresses that were of no use kept the one that was from being tried.
func (v *view) held(x *trace.Exchange) trace.Time {
	p := x.Phase(trace.Connect)
	if x.Connection == nil || p.Start == nil || p.Duration == nil {
		return 0
	}
	if w := won(x.Connection); w != nil {
		return min(max(w.Start-*p.Start, 0), *p.Duration)
	}
	return 0
}

// inVain tells of the addresses that were tried before the one that was up, where that
// cost time.
func (v *view) inVain(x *trace.Exchange) {
	held := v.held(x)
	if held < atOnce {
		return
	}
	n := 0
	for _, a := range x.Connection.Attempts {
		if a.Start < won(x.Connection).Start {
			n++
		}
	}
	who := x.Connection.Attempts[0].Address + " was"
	if n > 1 {
		who = count(n, "address was", "addresses were")
	}
	v.point(fmt.Sprintf("%s tried before, in vain: that cost %s.", who, v.unit.withName(held, v.pen)))
}
