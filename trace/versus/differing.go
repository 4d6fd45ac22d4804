package versus

import (
	"fmt"
	"strconv"
	"strings"

	"fetchscope/trace"
)

// facts are what is said of a phase beside its time, by name, in the order in which they
// are compared. The first that differs stands in the row.
func facts(p trace.Phase) []fact {
	return map[trace.Phase][]fact{
		trace.Resolve: {{"", source}, {"", security}, {" queries", queries}, {"", addresses}},
		trace.Connect: {{"", family}, {" tries", attempts}, {"RTT ", rtt}},
		trace.TLS:     {{"", tlsVersion}, {"", resumption}, {"", cipher}, {"", trust}},
		trace.Request: {{" B", requestBytes}},
		trace.Wait:    {{" interim", interim}},
		trace.Receive: {{" B", bodyBytes}, {"", codings}},
		trace.Render:  {{" words", wordCount}},
		trace.Close:   {{" first", initiator}, {"", ending}, {" segments", segments}},
	}[p]
}

// A fact is read off an exchange, "" where it is not known. The unit stands behind both, or
// before them where it ends in a space.
type fact struct {
	unit string
	of   func(x *trace.Exchange) string
}

// differing is the first fact of a phase that is not the same on both sides.
func (v *view) differing(p trace.Phase) string {
	a, b := v.sides[0].Document.Last(), v.sides[1].Document.Last()
	if a == nil || b == nil {
		return ""
	}
	left, right := a.Phase(p).Status, b.Phase(p).Status
	if left != right && (left == trace.FailedHere || right == trace.FailedHere) {
		return strings.ReplaceAll(string(left)+v.arrow()+string(right), "_", " ")
	}
	for _, f := range facts(p) {
		if left, right := f.of(a), f.of(b); left != right && left != "" && right != "" {
			change := left + v.arrow() + right
			if strings.HasSuffix(f.unit, " ") {
				return f.unit + change
			}
			return change + f.unit
		}
	}
	return ""
}

func (v *view) arrow() string {
	if v.o.UTF8 {
		return " → "
	}
	return " -> "
}

// others are what differs beside the phases.
func (v *view) others() {
	a, b := v.sides[0].Document, v.sides[1].Document
	var lines []string
	for _, o := range []struct {
		name string
		of   func(d *trace.Document) string
	}{{"exchanges", func(d *trace.Document) string { return strconv.Itoa(len(d.Exchanges)) }}, {"exit", func(d *trace.Document) string { return strconv.Itoa(d.ExitCode) }}, {"version", httpVersion}, {"address", remote}, {"ends at", finalURL}} {
		if left, right := o.of(a), o.of(b); left != right {
			lines = append(lines, fmt.Sprintf("   %-10s %s%s%s", o.name, orNone(left), v.arrow(), orNone(right)))
		}
	}
	if len(lines) == 0 {
		return
	}
	v.line("")
	for _, l := range lines {
		v.line(v.text(l))
	}
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

func httpVersion(d *trace.Document) string {
	if x := d.Last(); x != nil && x.Response != nil {
		return x.Response.Version
	}
	return ""
}

func remote(d *trace.Document) string {
	if x := d.Last(); x != nil && x.Connection != nil {
		return x.Connection.Remote
	}
	return ""
}

// finalURL is where redirects led to, "" where there were none.
func finalURL(d *trace.Document) string {
	if x := d.Last(); x != nil && x.URL != d.URL {
		return x.URL
	}
	return ""
}

func source(x *trace.Exchange) string {
	if x.Resolve == nil {
		return ""
	}
	return x.Resolve.Source
}

func security(x *trace.Exchange) string {
	if x.Resolve == nil {
		return ""
	}
	return x.Resolve.Security
}

func queries(x *trace.Exchange) string {
	if x.Resolve == nil {
		return ""
	}
	return strconv.Itoa(len(x.Resolve.Queries))
}

func addresses(x *trace.Exchange) string {
	if x.Resolve == nil || len(x.Resolve.Addresses) == 0 {
		return ""
	}
	return x.Resolve.Addresses[0]
}

func family(x *trace.Exchange) string {
	switch {
	case x.Connection == nil || x.Connection.Remote == "":
		return ""
	case strings.HasPrefix(x.Connection.Remote, "["):
		return "IPv6"
	}
	return "IPv4"
}

func attempts(x *trace.Exchange) string {
	if x.Connection == nil || x.Connection.Reused {
		return ""
	}
	return strconv.Itoa(len(x.Connection.Attempts))
}

func rtt(x *trace.Exchange) string {
	if x.Connection == nil || x.Connection.Opened == nil || x.Connection.Opened.RTT == nil {
		return ""
	}
	return fmt.Sprintf("%.1f ms", float64(*x.Connection.Opened.RTT)/1e6)
}

func tlsVersion(x *trace.Exchange) string {
	if x.TLS == nil {
		return ""
	}
	return x.TLS.Version
}

func resumption(x *trace.Exchange) string {
	switch {
	case x.TLS == nil || x.TLS.Version == "":
		return ""
	case x.TLS.Resumed:
		return "resumed"
	}
	return "full"
}

func cipher(x *trace.Exchange) string {
	if x.TLS == nil {
		return ""
	}
	return strings.TrimPrefix(x.TLS.Cipher, "TLS_")
}

func trust(x *trace.Exchange) string {
	switch {
	case x.TLS == nil || x.TLS.Verified == nil:
		return ""
	case *x.TLS.Verified:
		return "trusted"
	}
	return "not trusted"
}

func requestBytes(x *trace.Exchange) string {
	if x.Request == nil {
		return ""
	}
	return strconv.FormatInt(x.Request.Bytes, 10)
}

func interim(x *trace.Exchange) string {
	if x.Response == nil {
		return ""
	}
	return strconv.Itoa(len(x.Response.Interim))
}

func bodyBytes(x *trace.Exchange) string {
	if x.Response == nil {
		return ""
	}
	return strconv.FormatInt(x.Response.BodyBytes, 10)
}

func codings(x *trace.Exchange) string {
	if x.Response == nil || len(x.Response.Codings) == 0 {
		return ""
	}
	return strings.Join(x.Response.Codings, ", ")
}

func wordCount(x *trace.Exchange) string {
	if x.Render == nil {
		return ""
	}
	return strconv.Itoa(x.Render.Words)
}

func initiator(x *trace.Exchange) string {
	if x.Close == nil || x.Close.Initiator == trace.None {
		return ""
	}
	return string(x.Close.Initiator)
}

func ending(x *trace.Exchange) string {
	switch {
	case x.Close == nil || x.Close.Graceful == nil:
		return ""
	case *x.Close.Graceful:
		return "in good order"
	}
	return "broken off"
}

func segments(x *trace.Exchange) string {
	if x.Close == nil || x.Close.Segments == nil {
		return ""
	}
	return strconv.Itoa(*x.Close.Segments)
}
