package selector

import (
	"strings"

	"fetchscope/render/css"
)

// attribute reads what stands in square brackets.
func (p *parser) attribute(c *compound, x *Selector) bool {
	t := p.s.Skip()
	k := test{kind: byAttribute}
	if next := p.s.Peek(); t.Is('|') || (t.Kind == css.Ident || t.Is('*')) && next.Is('|') {
		after := p.s
		if !t.Is('|') {
			after.Next()
		}
		if name := after.Next(); name.Kind == css.Ident {
			k.any = !t.Is('|')
			p.s, t = after, name
		}
	}
	if t.Kind != css.Ident {
		return false
	}
	k.name, k.cased = css.Lower(t.Name), t.Name
	t = p.s.Skip()
	if !t.Is(']') && t.Kind != css.EOF {
		if !p.comparison(&k, t) {
			return false
		}
	}
	c.tests = append(c.tests, k)
	x.Specificity = x.Specificity.plus(ofClass)
	return true
}

// comparison reads the operator, the value and the flag of an attribute.
func (p *parser) comparison(k *test, t css.Token) bool {
	k.op = t.Char
	if t.Kind != css.Delim || !strings.ContainsRune("=~|^$*", rune(t.Char)) {
		return false
	}
	if !t.Is('=') && !p.s.Next().Is('=') {
		return false
	}
	v := p.s.Skip()
	if v.Kind != css.Ident && v.Kind != css.String {
		return false
	}
	k.value = v.Name
	k.fold = foldsValue(k.name)
	t = p.s.Skip()
	if t.Kind == css.Ident {
		switch css.Lower(t.Name) {
		case "i":
			k.fold = true
		case "s":
			k.fold = false
		default:
			return false
		}
		t = p.s.Skip()
	}
	return t.Is(']') || t.Kind == css.EOF
}

// folding are the attributes of HTML whose values are compared without case (HTML,
// section 4.16.2).
const folding = " accept accept-charset align alink axis bgcolor charset checked clear codetype color compact " +
	"declare defer dir direction disabled enctype face frame hreflang http-equiv lang language link media method " +
	"multiple nohref noresize noshade nowrap readonly rel rev rules scope scrolling selected shape target text type " +
	"valign valuetype vlink "

func foldsValue(name string) bool {
	return strings.Contains(folding, " "+css.Lower(name)+" ")
}
