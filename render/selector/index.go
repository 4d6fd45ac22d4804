package selector

import (
	"golang.org/x/net/html"

	"fetchscope/render/css"
)

// An Index sorts the selectors of all rules by what an element must have to match: an id,
// else a class, else a type.
type Index struct {
	ids, classes, tags map[string][]Entry
	rest               []Entry
	size               int
}

// An Entry is a selector and the number of its rule.
type Entry struct {
	Selector *Selector
	Rule     int32
}

// Len returns how many selectors there are.
func (x *Index) Len() int { return x.size }

// Add enters a selector. One whose last compound is a list is entered for each of its
// selectors where they all have something to go by.
func (x *Index) Add(s *Selector, rule int32) {
	if x.ids == nil {
		x.ids, x.classes, x.tags = map[string][]Entry{}, map[string][]Entry{}, map[string][]Entry{}
	}
	x.size++
	e := Entry{s, rule}
	for _, k := range s.keys(maxDepth) {
		switch k.kind {
		case byID:
			x.ids[k.value] = append(x.ids[k.value], e)
		case byClass:
			x.classes[k.value] = append(x.classes[k.value], e)
		case byType:
			x.tags[k.value] = append(x.tags[k.value], e)
		default:
			x.rest = append(x.rest, e)
		}
	}
}

// A key is what an element must have.
type key struct {
	kind  kind
	value string
}

// keys returns what an element has one of if it matches.
func (s *Selector) keys(depth int) []key {
	c := &s.compounds[0]
	best := key{kind: never}
	if c.tag != "" {
		best = key{byType, c.tag}
	}
	for i := range c.tests {
		switch t := &c.tests[i]; {
		case t.kind == byID:
			return []key{{byID, t.value}}
		case t.kind == byClass && best.kind != byClass:
			best = key{byClass, t.value}
		}
	}
	if best.kind != never || depth == 0 {
		return []key{best}
	}
	for i := range c.tests {
		if t := &c.tests[i]; t.kind == byList {
			if k := t.list.keys(depth - 1); k != nil {
				return k
			}
		}
	}
	return []key{best}
}

// maxKeys bounds the entries of one selector. Longer lists are tried on every element.
const maxKeys = 16

// keys returns those of all selectors in a list, or nil where one has none.
func (l *List) keys(depth int) []key {
	var all []key
	for _, s := range l.Selectors {
		for _, k := range s.keys(depth) {
			if k.kind == never || len(all) == maxKeys {
				return nil
			}
			all = append(all, k)
		}
	}
	return all
}

// Candidates calls f with the selectors that an element may match. One can come twice.
func (x *Index) Candidates(n *html.Node, quirks bool, f func([]Entry)) {
	if len(x.tags) > 0 {
		call(x.tags[css.Lower(n.Data)], f)
	}
	if len(x.ids) > 0 || len(x.classes) > 0 {
		for i := range n.Attr {
			a := &n.Attr[i]
			switch {
			case a.Namespace != "":
			case a.Key == "id":
				call(x.ids[folded(a.Val, quirks)], f)
			case a.Key == "class":
				words(a.Val, func(w string) { call(x.classes[folded(w, quirks)], f) })
			}
		}
	}
	call(x.rest, f)
}

func call(e []Entry, f func([]Entry)) {
	if len(e) > 0 {
		f(e)
	}
}

func folded(s string, quirks bool) string {
	if quirks {
		return css.Lower(s)
	}
	return s
}

// words calls f with each word of a list that white space separates.
func words(s string, f func(string)) {
	for i := 0; i < len(s); {
		j := i
		for j < len(s) && !css.IsSpace(s[j]) {
			j++
		}
		if j > i {
			f(s[i:j])
		}
		i = j + 1
	}
}
