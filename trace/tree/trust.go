package tree

import (
	"fmt"
	"strings"

	"fetchscope/internal/term"
	"fetchscope/trace"
)

// trust draws the chain of keys from the anchor down, and why an answer is not secure.
func (v *view) trust() {
	if !v.judged() {
		return
	}
	label := "chain"
	for _, c := range v.chains() {
		v.links(label, c)
		label = "     "
	}
	if r := v.doc.Reason; r != nil && v.doc.Security != "secure" {
		v.reason(r)
	}
}

// chains are the ways to the zones in which the answer ends: each link a zone with its
// key, or what the last key signed.
func (v *view) chains() [][]string {
	var out [][]string
	drawn := map[string]bool{}
	for _, zone := range v.ends() {
		path := v.path(zone)
		from := 0
		for i, z := range path {
			if drawn[z.Zone] && z.Zone != zone {
				from = i // what is above has been drawn
			}
		}
		var links []string
		for i, z := range path[from:] {
			links = append(links, v.link(z, i == 0))
			drawn[z.Zone] = true
		}
		if len(links) > 0 {
			out = append(out, append(links, v.signed(zone)...))
		}
	}
	return out
}

// ends are the zones that the answer is of, in its order, or else those that were looked
// at last.
func (v *view) ends() []string {
	d := v.doc
	var out []string
	if d.Security == "secure" {
		for _, rr := range d.Answers {
			out = appendNew(out, v.zoneOf(rr.Name))
		}
		if d.SignedBy != nil {
			out = appendNew(out, d.SignedBy.Zone)
		}
		return out
	}
	for i, z := range d.Chain {
		leaf := true
		for k, other := range d.Chain {
			leaf = leaf && (i == k || !isUnder(other.Zone, z.Zone))
		}
		if leaf {
			out = appendNew(out, z.Zone)
		}
	}
	return out
}

func appendNew(list []string, s string) []string {
	for _, has := range list {
		if has == s {
			return list
		}
	}
	if s == "" {
		return list
	}
	return append(list, s)
}

// zoneOf is the deepest zone of the chain that a name is in; empty if there is none.
func (v *view) zoneOf(name string) string {
	deepest := ""
	for _, z := range v.doc.Chain {
		if isUnder(name, z.Zone) && len(z.Zone) >= len(deepest) {
			deepest = z.Zone
		}
	}
	return deepest
}

// path lists the zones from the anchor to a zone.
func (v *view) path(zone string) []trace.ZoneJudged {
	var out []trace.ZoneJudged
	for _, z := range v.doc.Chain {
		if isUnder(zone, z.Zone) {
			out = append(out, z)
		}
	}
	return out
}

// link is a zone with the key that its parent, or the anchor, vouches for.
func (v *view) link(z trace.ZoneJudged, first bool) string {
	s := v.pen.text(z.Zone)
	switch {
	case z.Security == "bogus":
		s += " " + v.pen.bogus
	case z.KeyTag != 0 && z.Anchor:
		s += fmt.Sprintf(" KSK %d", z.KeyTag)
	case z.KeyTag != 0:
		s += fmt.Sprintf(" %d", z.KeyTag)
	}
	if first {
		return s
	}
	return v.pen.arrow("DS") + " " + s
}

// signed is what the keys of a zone signed: by way of another key than the one vouched
// for, where that is known, the data.
func (v *view) signed(zone string) []string {
	d := v.doc
	switch {
	case d.Security == "bogus" && d.Reason != nil && d.Reason.Zone == zone && v.tag(zone) != 0:
		return []string{v.pen.arrow("RRSIG") + " " + v.pen.bogus} // the keys are good, the data are not
	case d.Security != "secure":
		return nil
	}
	var links []string
	if by := d.SignedBy; by != nil && by.Zone == zone && v.tag(zone) != by.KeyTag {
		links = append(links, v.pen.arrow("DNSKEY")+fmt.Sprintf(" %d", by.KeyTag))
	}
	data := v.data(zone)
	if data == "" {
		data = "no " + v.pen.text(d.Question.Type)
		if d.Rcode == "NXDOMAIN" {
			data = "no such name"
		}
	}
	if by := d.SignedBy; by != nil && by.Zone == zone && by.Wildcard != "" {
		data += " (made from " + v.pen.text(by.Wildcard) + ")"
	}
	return append(links, v.pen.arrow("RRSIG")+" "+data)
}

func (v *view) tag(zone string) uint16 {
	for _, z := range v.doc.Chain {
		if z.Zone == zone {
			return z.KeyTag
		}
	}
	return 0
}

// maxData is the room for the data that a chain ends in.
const maxData = 40

// data shows the records of the answer that are of a zone: of the type asked for, or else
// the alias that leads on.
func (v *view) data(zone string) string {
	var wanted, other []trace.RR
	for _, rr := range v.doc.Answers {
		switch {
		case v.zoneOf(rr.Name) != zone || rr.Type == "RRSIG" && v.doc.Question.Type != "RRSIG":
		case rr.Type == v.doc.Question.Type:
			wanted = append(wanted, rr)
		default:
			other = append(other, rr)
		}
	}
	if len(wanted) == 0 {
		wanted = other
	}
	if len(wanted) == 0 {
		return ""
	}
	s := term.Cut(v.pen.text(wanted[0].Type+" "+wanted[0].Data), maxData, v.pen.ellipsis)
	if more := len(wanted) - 1; more > 0 {
		s += fmt.Sprintf(" + %d", more)
	}
	return s
}

// links writes a chain, broken before arrows.
func (v *view) links(label string, links []string) {
	head := "  " + label + "  "
	line := head
	for i, l := range links {
		if i > 0 && term.Width(line)+1+term.Width(l) > v.columns {
			v.line("", line)
			line = strings.Repeat(" ", term.Width(head))
		} else if i > 0 {
			line += " "
		}
		line += l
	}
	v.line("", line)
}

// reason says why an answer is not secure: where, what was found, and what that means.
func (v *view) reason(r *trace.SecurityReason) {
	text := v.pen.text(r.Message)
	if zone := v.pen.text(r.Zone); !strings.Contains(text, zone) || zone == "." {
		text = "zone " + zone + ": " + text
	}
	var details []string
	if r.KeyTag != 0 {
		details = append(details, fmt.Sprintf("key %d", r.KeyTag))
	}
	if r.EDE != 0 {
		details = append(details, fmt.Sprintf("EDE %d, %s", r.EDE, v.pen.text(r.Meaning)))
	}
	if len(details) > 0 {
		text += " (" + strings.Join(details, "; ") + ")"
	}
	color := ""
	if v.doc.Security == "bogus" {
		color = vermillion
	}
	v.paragraph(color, v.pen.text(v.doc.Security), text)
	if more := meaning(v.doc.Security); more != "" {
		v.paragraph("", strings.Repeat(" ", len(v.doc.Security)), more)
	}
}

// meaning says what follows for who asked, where no error says so.
func meaning(security string) string {
	switch security {
	case "insecure":
		return "The answer may be right, but nothing proves it: it could have been changed on the way. The zone's owner can sign it."
	case "indeterminate":
		return "Nothing can be proved without a key to begin with: --trust-anchor FILE names one."
	}
	return ""
}
