package layout

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"fetchscope/render/style"
)

// replaced draws an element from its attributes.
func (b *builder) replaced(n *html.Node, s *style.Style) {
	if s.Invisible {
		return
	}
	switch n.DataAtom {
	case atom.Hr:
		b.flush()
		b.tree.add(b.parent, box{kind: ruleBox})
	case atom.Frame:
		b.flush()
		b.label("[", strings.TrimSpace(attr(n, "name")+" "+attr(n, "src")), "]")
		b.flush()
	case atom.Img, atom.Image:
		b.label("[", attr(n, "alt"), "]")
	case atom.Input:
		b.input(n)
	case atom.Select:
		b.menu(n)
	case atom.Textarea:
		b.area(n, s)
	case atom.Meter, atom.Progress:
		b.gauge(n)
	default: // sound, moving pictures and other pages have no more than a name
		name := attr(n, "title")
		if name == "" {
			name = attr(n, "aria-label")
		}
		b.label("[", name, "]")
	}
}

// label writes a text of an attribute between two signs, or nothing where it is
// empty.
func (b *builder) label(before, text, after string) {
	text = strings.Trim(text, " \t\r\n\f")
	if text == "" {
		return
	}
	if text[0] == '[' && text[len(text)-1] == ']' {
		before, after = "", "" // the author had the same idea
	}
	b.word(before)
	b.collapse(text, style.Normal)
	b.word(after)
}

// emptyField is a text field that holds nothing.
const emptyField = "[__________]"

// input draws a field of a form.
func (b *builder) input(n *html.Node) {
	value := attr(n, "value")
	switch strings.ToLower(attr(n, "type")) {
	case "checkbox":
		b.word(mark(has(n, "checked"), b.tree.signs.checked, "[ ]"))
	case "radio":
		b.word(mark(has(n, "checked"), b.tree.signs.chosen, "( )"))
	case "submit":
		b.label("[", mark(value == "", "Submit", value), "]")
	case "reset":
		b.label("[", mark(value == "", "Reset", value), "]")
	case "button":
		b.label("[", value, "]")
	case "image":
		b.label("[", attr(n, "alt"), "]")
	case "password":
		b.word(mark(value == "", emptyField, b.tree.signs.password))
	case "color", "range", "file":
		b.label("[", mark(value == "", b.tree.signs.unknown, value), "]")
	default:
		if value == "" {
			value = attr(n, "placeholder")
		}
		if strings.TrimSpace(value) == "" {
			b.word(emptyField)
			return
		}
		b.label("[", value, "]")
	}
}

// mark returns one of two texts.
func mark(is bool, yes, no string) string {
	if is {
		return yes
	}
	return no
}

// menu draws what is chosen in a select element: in one that allows a single choice
// the first option where none is.
func (b *builder) menu(n *html.Node) {
	var chosen []string
	first := ""
	each(n, func(o *html.Node) {
		if o.DataAtom != atom.Option {
			return
		}
		switch {
		case has(o, "selected"):
			chosen = append(chosen, optionText(o))
		case first == "":
			first = optionText(o)
		}
	})
	several := has(n, "multiple")
	if len(chosen) == 0 && !several {
		chosen = append(chosen, first)
	}
	if len(chosen) > 1 && !several {
		chosen = chosen[len(chosen)-1:]
	}
	b.label("[", strings.Join(chosen, ", ")+b.tree.signs.menu, "]")
}

// each calls f for the elements below n, no deeper than the groups of a menu go.
func each(n *html.Node, f func(*html.Node)) {
	for k := n.FirstChild; k != nil; k = k.NextSibling {
		f(k)
		if k.DataAtom == atom.Optgroup {
			for o := k.FirstChild; o != nil; o = o.NextSibling {
				f(o)
			}
		}
	}
}

// optionText returns what an option says.
func optionText(o *html.Node) string {
	if o.FirstChild != nil && o.FirstChild.Type == html.TextNode {
		return strings.Join(strings.Fields(o.FirstChild.Data), " ")
	}
	return attr(o, "label")
}

// area draws a text field of several lines.
func (b *builder) area(n *html.Node, s *style.Style) {
	if n.FirstChild == nil {
		if p := attr(n, "placeholder"); p != "" {
			b.label("[", p, "]")
			return
		}
		b.word(emptyField)
		return
	}
	b.word("[")
	for k := n.FirstChild; k != nil; k = k.NextSibling {
		b.write(strings.Trim(k.Data, "\n"), style.PreWrap)
	}
	b.word("]")
}

// gaugeWidth is how many columns a meter or a progress bar has.
const gaugeWidth = 10

// gauge draws a meter or a progress bar.
func (b *builder) gauge(n *html.Node) {
	least, most := number(n, "min", 0), number(n, "max", 1)
	part := 0.0
	if most > least {
		part = (number(n, "value", least) - least) / (most - least)
	}
	full := int(gaugeWidth*min(max(part, 0), 1) + 0.5)
	b.word(strings.Repeat(b.tree.signs.full, full) + strings.Repeat(b.tree.signs.empty, gaugeWidth-full))
}

// number reads an attribute that holds a number.
func number(n *html.Node, key string, otherwise float64) float64 {
	v, err := strconv.ParseFloat(strings.TrimSpace(attr(n, key)), 64)
	if err != nil || v-v != 0 { // neither infinite nor not a number
		return otherwise
	}
	return v
}
