package tree

import (
	"fmt"
	"strings"

	"fetchscope/trace"
)

// denial says which server denied the name, or such records of it, and by which zone's
// SOA record (RFC 2308, section 2).
func (v *view) denial() {
	d := v.doc
	if d.Source == "special" || v.answered() {
		return // of the former the error says enough
	}
	name := v.pen.text(v.end())
	switch d.Rcode {
	case "NOERROR":
		v.paragraph("", "no data", name+" has no "+v.pen.text(d.Question.Type)+" record"+v.witness())
	case "NXDOMAIN":
		v.paragraph("", "no name", name+" does not exist"+v.witness())
	}
}

// answered reports whether there is a record of the type asked for.
func (v *view) answered() bool {
	for _, rr := range v.doc.Answers {
		if q := v.doc.Question.Type; rr.Type == q || q == "ANY" {
			return true
		}
	}
	return false
}

// end is the name at the end of the aliases.
func (v *view) end() string {
	name := v.doc.Question.Name
	for _, rr := range v.doc.Answers {
		if rr.Type == "CNAME" && strings.EqualFold(rr.Name, name) {
			name = rr.Data
		}
	}
	return name
}

// witness is who said so, on what grounds.
func (v *view) witness() string {
	if v.doc.Source != "dns" {
		return ""
	}
	text := ""
	if q := v.speaker(); q != nil {
		text = ", says " + v.pen.text(q.Server)
		if q.ServerName != "" {
			text = ", says " + bare(v.pen.text(q.ServerName)) + " (" + v.pen.text(q.Server) + ")"
		}
	}
	refers := false
	for _, rr := range v.doc.Authority {
		switch rr.Type {
		case "SOA":
			return text + ": " + v.soa(rr)
		case "NS":
			refers = true
		}
	}
	if refers {
		return text + ", which only refers to other servers: it has not looked further"
	}
	return text + ", without an SOA record"
}

// speaker is the query whose reply decided: the last for the question that did not fail.
func (v *view) speaker() *trace.Query {
	var q *trace.Query
	for i := range v.doc.Queries {
		if c := &v.doc.Queries[i]; c.For == "" && c.Rcode != "" && (!failed(c) || q == nil) {
			q = c
		}
	}
	return q
}

// soa names the zone that denies, the serial number of its data, and for how long the
// denial may be kept (RFC 2308, section 5).
func (v *view) soa(rr trace.RR) string {
	text := "SOA of " + v.pen.text(rr.Name)
	f := strings.Fields(rr.Data)
	if len(f) != fieldsOfSOA {
		return text
	}
	kept := rr.TTL
	var least uint32
	if _, err := fmt.Sscan(f[6], &least); err == nil {
		kept = min(kept, least)
	}
	return fmt.Sprintf("%s, serial %s, may be kept %d s", text, v.pen.text(f[2]), kept)
}

// fieldsOfSOA are those of RFC 1035, section 3.3.13.
const fieldsOfSOA = 7
