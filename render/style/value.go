package style

import (
	"strings"

	"fetchscope/render/css"
)

// A declaration is one property with a value that has been read.
type declaration struct {
	property property
	kind     valueKind
	number   int
	text     string
	ref      any // *Content, *Quotes or *[]Count
}

// A valueKind is how a value comes about.
type valueKind uint8

const (
	plain valueKind = iota
	inherit
	initial
	unset
	revert
	revertLayer
	variable // text, with var() in it
)

// wide are the values that every property has (CSS Cascading 5, section 7.3).
func wide(value string) (valueKind, bool) {
	switch css.Lower(value) {
	case "inherit":
		return inherit, true
	case "initial":
		return initial, true
	case "unset":
		return unset, true
	case "revert":
		return revert, true
	case "revert-layer":
		return revertLayer, true
	}
	return plain, false
}

// declare reads the value of a property. Not ok: it is not valid, and the declaration is
// dropped.
func declare(p property, value string) (d declaration, ok bool) {
	d.property = p
	if d.kind, ok = wide(value); ok {
		return d, true
	}
	if hasVariable(value) {
		d.kind, d.text = variable, value
		return d, len(value) <= maxExpansion
	}
	if strings.Contains(value, "/*") {
		value = uncommented(value)
	}
	ok = d.read(value)
	return d, ok
}

// uncommented returns a value without its comments.
func uncommented(value string) string {
	var b strings.Builder
	s := css.Scanner{Source: value}
	for t := s.Next(); t.Kind != css.EOF; t = s.Next() {
		b.WriteString(value[t.Start:t.End])
	}
	return strings.TrimSpace(b.String())
}

// read reads a value that is none of all properties'.
func (d *declaration) read(value string) (ok bool) {
	switch d.property {
	case display:
		d.number, ok = parseDisplay(value)
	case content:
		if word := css.Lower(value); word == "normal" || word == "none" {
			return true
		}
		var c *Content
		c, ok = parseContent(value)
		d.ref = c
	case quotes:
		return d.readQuotes(value)
	case counterReset, counterSet:
		return d.readCounts(value, 0)
	case counterIncrement:
		return d.readCounts(value, 1)
	case listStyle, listStyleType:
		return d.readMarker(value)
	case whiteSpace:
		d.number, ok = parseWhiteSpace(value)
	case textTransform:
		d.number, ok = parseTransform(value)
	case verticalAlign:
		d.number, ok = parseVertical(value)
	case all:
		return false
	default:
		d.number, ok = keyword(d.property, word(value))
	}
	return ok
}

// words returns the keywords of a value in lower case, without their escapes.
func words(value string) []string {
	if strings.IndexByte(value, '\\') < 0 {
		return strings.Fields(css.Lower(value))
	}
	var list []string
	s := css.Scanner{Source: value}
	for t := s.Skip(); t.Kind != css.EOF; t = s.Skip() {
		if t.Kind != css.Ident {
			return nil
		}
		list = append(list, css.Lower(t.Name))
	}
	return list
}

// word returns a value that is one keyword, or "".
func word(value string) string {
	if list := words(value); len(list) == 1 {
		return list[0]
	}
	return ""
}

func (d *declaration) readQuotes(value string) (ok bool) {
	switch css.Lower(value) {
	case "auto":
		return true
	case "none":
		d.ref = noQuotes
		return true
	}
	q, ok := parseQuotes(value)
	d.ref = q
	return ok
}

// noQuotes is the value none, one for all elements so that they share their styles.
var noQuotes = &Quotes{}

func (d *declaration) readCounts(value string, otherwise int) bool {
	c, ok := parseCounts(value, otherwise)
	d.ref = c
	return ok
}

// readMarker reads list-style or list-style-type. Pictures are left out; what stands in
// for them is the type.
func (d *declaration) readMarker(value string) bool {
	s := css.Scanner{Source: value}
	d.number = int(Disc)
	typed := false
	for t := s.Skip(); t.Kind != css.EOF; t = s.Skip() {
		word := css.Lower(t.Name)
		switch {
		case t.Kind == css.String && !typed:
			d.number, d.text, typed = int(Text), t.Name, true
		case t.Kind == css.URL && d.property == listStyle:
		case t.Kind == css.Function && d.property == listStyle:
			if _, ok := function(&s, word); !ok {
				return false
			}
		case t.Kind == css.Ident && (word == "inside" || word == "outside") && d.property == listStyle:
		case t.Kind == css.Ident && (!typed || word == "none" || d.number == int(NoMarker)):
			if word != "none" || !typed {
				d.number = int(markerOf(word))
			}
			typed = true
		default:
			return false
		}
	}
	return typed || d.property == listStyle && value != ""
}

// An aligned is the value of text-align, which the direction makes an [Align] of.
type aligned uint8

const (
	atStart aligned = iota
	atEnd
	atLeft
	atRight
	atCenter
)

// keyword reads the value of a property that is one word.
func keyword(p property, word string) (int, bool) {
	names := ""
	switch p {
	case visibility:
		names = "visible hidden collapse"
	case contentVisibility:
		names = "visible hidden auto"
	case direction:
		names = "ltr rtl"
	case unicodeBidi:
		names = "normal embed isolate bidi-override isolate-override plaintext"
	case float:
		names = "none left right inline-start inline-end"
	case position:
		names = "static absolute fixed relative sticky -webkit-sticky"
	case textAlign:
		return alignment(word)
	case whiteSpaceCollapse:
		names = "collapse preserve preserve-breaks preserve-spaces break-spaces"
	case textWrapMode:
		names = "wrap nowrap balance pretty stable auto"
	case space, indent, heading:
		names = "0 1 2 3 4 5 6"
	case bar, deepens, replaced:
		names = "no yes"
	}
	return find(names, word)
}

// find returns the place of a word in a list that spaces separate.
func find(names, word string) (int, bool) {
	for i := 0; names != ""; i++ {
		var name string
		name, names, _ = strings.Cut(names, " ")
		if name == word {
			return i, true
		}
	}
	return 0, false
}

func alignment(word string) (int, bool) {
	switch word {
	case "start", "justify", "match-parent", "-webkit-auto":
		return int(atStart), true
	case "end":
		return int(atEnd), true
	case "left", "-webkit-left":
		return int(atLeft), true
	case "right", "-webkit-right":
		return int(atRight), true
	case "center", "-webkit-center":
		return int(atCenter), true
	}
	return 0, false
}

// parseWhiteSpace reads the shorthand: one of the old values, or one of each new property.
func parseWhiteSpace(value string) (int, bool) {
	list := words(value)
	switch len(list) {
	case 1:
		return oldWhiteSpace(list[0])
	case 2:
		how, wrap := list[0], list[1]
		if how == "wrap" || how == "nowrap" {
			how, wrap = wrap, how
		}
		c, ok := keyword(whiteSpaceCollapse, how)
		return int(joined(collapseOf(c), wrap == "wrap")), ok && (wrap == "wrap" || wrap == "nowrap")
	}
	return 0, false
}

func oldWhiteSpace(word string) (int, bool) {
	switch word {
	case "normal", "collapse", "wrap":
		return int(Normal), true
	case "nowrap":
		return int(NoWrap), true
	case "pre":
		return int(Pre), true
	case "pre-wrap", "break-spaces", "preserve", "preserve-spaces":
		return int(PreWrap), true
	case "pre-line", "preserve-breaks":
		return int(PreLine), true
	}
	return 0, false
}

// collapseOf returns what the values of white-space-collapse come to.
func collapseOf(value int) collapse {
	return [...]collapse{collapses, preserves, keepsBreaks, preserves, preserves}[value]
}

func parseTransform(value string) (int, bool) {
	t := Transform(0)
	list := words(value)
	for _, word := range list {
		switch word {
		case "none", "full-size-kana", "math-auto":
		case "uppercase":
			t |= Uppercase
		case "lowercase":
			t |= Lowercase
		case "capitalize":
			t |= Capitalize
		case "full-width":
			t |= FullWidth
		default:
			return 0, false
		}
	}
	return int(t), len(list) > 0
}

// parseVertical reads vertical-align, of which two values have signs in text.
func parseVertical(value string) (int, bool) {
	s := css.Scanner{Source: value}
	switch t := s.Skip(); t.Kind {
	case css.Number, css.Percentage, css.Dimension, css.Function:
		return int(Baseline), true
	case css.Ident:
		switch css.Lower(t.Name) {
		case "sub":
			return int(Sub), true
		case "super":
			return int(Super), true
		case "baseline", "top", "text-top", "middle", "bottom", "text-bottom", "-webkit-baseline-middle":
			return int(Baseline), true
		}
	}
	return 0, false
}
