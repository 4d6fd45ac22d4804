package timeline

import (
	"fmt"
	"io"
	"net/netip"
	"strings"

	"fetchscope/internal/term"
	"fetchscope/trace"
)

// An Address is the fetch of a URL from one of its host's addresses.
type Address struct {
	netip.AddrPort
	*trace.Document
}

// WriteAddresses tables what a URL took from each address of its host, a line each: the
// phases that an address makes a difference to, the total, and the status.
func WriteAddresses(w io.Writer, rows []Address, o Options) error {
	if o.Columns <= 0 {
		o.Columns = term.DefaultColumns
	}
	v := &view{o: o, pen: newPen(o)}
	v.unit = unitOf(rows)
	table := [][]string{{"family", "address", "connect", "tls", "wait", "total", "status"}}
	for _, r := range rows {
		table = append(table, v.addressRow(r))
	}
	v.columns(table)
	_, err := io.WriteString(w, v.out.String())
	return err
}

// unitOf is the unit in which all times of the rows are written.
func unitOf(rows []Address) unit {
	var end, longest, shortest trace.Time
	for _, r := range rows {
		end = max(end, r.end())
		for _, p := range compared {
			d := r.phase(p)
			if d == nil || *d == 0 {
				continue
			}
			longest = max(longest, *d)
			if shortest == 0 || *d < shortest {
				shortest = *d
			}
		}
	}
	return unitFor(end, longest, shortest)
}

// columns writes a table whose figures stand below one another. Where a row has no room,
// its family and address go before it on a line of their own.
func (v *view) columns(table [][]string) {
	widths := make([]int, len(table[0]))
	for _, row := range table {
		for i, cell := range row {
			widths[i] = max(widths[i], term.Width(cell))
		}
	}
	last := len(widths) - 1
	whole := len(between) * last
	for _, w := range widths {
		whole += w
	}
	for _, row := range table {
		figures := ""
		for i := figuresAt; i < last; i++ {
			figures += between + strings.Repeat(" ", widths[i]-term.Width(row[i])) + row[i]
		}
		figures += between + row[last]
		who := term.Pad(row[0], widths[0]) + between + term.Pad(row[1], widths[1])
		if whole > v.o.Columns {
			v.line(term.Cut(who, v.o.Columns, v.pen.ellipsis))
			who = ""
		}
		v.line(term.Cut(who+figures, v.o.Columns, v.pen.ellipsis))
	}
}

const (
	// figuresAt is the first column behind family and address.
	figuresAt = 2
	// between is what stands between two columns.
	between = "  "
)

// compared are the phases that an address makes a difference to.
var compared = [...]trace.Phase{trace.Connect, trace.TLS, trace.Wait}

// phase is how long a phase of the last exchange took, nil where it did not end.
func (a Address) phase(p trace.Phase) *trace.Time {
	x := a.Document.Last()
	if x == nil || x.Phase(p).Status != trace.Done {
		return nil
	}
	return x.Phase(p).Duration
}

// end is when all was over.
func (a Address) end() trace.Time {
	v := &view{doc: a.Document}
	v.axis()
	return v.end
}

func (v *view) addressRow(a Address) []string {
	row := []string{family(a.AddrPort.String(), false), a.Addr().String()}
	for _, p := range compared {
		row = append(row, v.timeOrDash(a.phase(p)))
	}
	if e := a.Document.Error; e != nil {
		return append(row, noTime, brief(e.Code)) // the total of what did not come about says nothing
	}
	end, status := a.end(), noTime
	if x := a.Document.Last(); x != nil && x.Response != nil {
		status = fmt.Sprint(x.Response.Status)
	}
	return append(row, v.timeOrDash(&end), status)
}

// noTime stands for a figure that there is none of.
const noTime = "-"

func (v *view) timeOrDash(t *trace.Time) string {
	if t == nil {
		return noTime
	}
	return v.unit.withName(*t, v.pen)
}
