package selector

import "golang.org/x/net/html"

// A place is where an element is among its siblings, and among those of its type, counted
// from both ends.
type place struct{ first, last, firstOfType, lastOfType int32 }

// position answers nth-child and its like.
func (m *Matcher) position(t *test, n *html.Node) bool {
	if t.list != nil {
		return m.any(t.list, n) && t.counts(m.among(t, n))
	}
	if quick, ok := ends(t, n); ok {
		return quick
	}
	p, ok := m.places[n]
	if !ok {
		if !m.place(n) {
			return false
		}
		p = m.places[n]
	}
	switch t.kind {
	case byPosition:
		return t.counts(int(p.first))
	case byPositionB:
		return t.counts(int(p.last))
	case byType:
		return t.counts(int(p.firstOfType))
	}
	return t.counts(int(p.lastOfType))
}

// ends answers the two questions that are asked most, which need no counting.
func ends(t *test, n *html.Node) (is, ok bool) {
	if t.a != 0 || t.b != 1 {
		return false, false
	}
	switch t.kind {
	case byPosition:
		return before(n) == nil, true
	case byPositionB:
		return after(n) == nil, true
	}
	return false, false
}

// counts reports whether a place is one of a·n + b.
func (t *test) counts(at int) bool {
	if t.a == 0 {
		return at == t.b
	}
	d := at - t.b
	return d%t.a == 0 && d/t.a >= 0
}

// among counts the siblings up to n that match a list.
func (m *Matcher) among(t *test, n *html.Node) int {
	step := before
	if t.kind == byPositionB {
		step = after
	}
	at := 1
	for e := step(n); e != nil; e = step(e) {
		if !m.Budget.spend(1) {
			return 0
		}
		if m.any(t.list, e) {
			at++
		}
	}
	return at
}

// A typeName is what elements of a type share.
type typeName struct{ space, name string }

// place finds the places of n and all its siblings at once.
func (m *Matcher) place(n *html.Node) bool {
	if m.places == nil {
		m.places = map[*html.Node]place{}
	}
	first, end := n, n
	for e := before(n); e != nil; e = before(e) {
		first = e
	}
	types := map[typeName]int32{}
	count := int32(0)
	for e := first; e != nil; e = after(e) {
		if !m.Budget.spend(1) {
			return false
		}
		k := typeName{e.Namespace, e.Data}
		types[k]++
		count++
		m.places[e] = place{first: count, firstOfType: types[k]}
		end = e
	}
	clear(types)
	count = 0
	for last := end; last != nil; last = before(last) {
		k := typeName{last.Namespace, last.Data}
		types[k]++
		count++
		p := m.places[last]
		p.last, p.lastOfType = count, types[k]
		m.places[last] = p
	}
	return true
}

// A question is what :has asks of an element.
type question struct {
	test *test
	node *html.Node
}

// has answers :has, once for each element.
func (m *Matcher) has(t *test, n *html.Node) bool {
	q := question{t, n}
	if is, ok := m.holds[q]; ok {
		return is
	}
	if m.holds == nil {
		m.holds = map[question]bool{}
	}
	outer := m.scope
	m.scope = n
	is := false
	for _, x := range t.list.Selectors {
		if is = m.related(x, n); is {
			break
		}
	}
	m.scope = outer
	m.holds[q] = is
	return is
}

// related looks for an element that matches a selector which starts from n.
func (m *Matcher) related(x *Selector, n *html.Node) bool {
	k := len(x.compounds)
	if k < 2 {
		return m.below(x, n)
	}
	switch x.compounds[k-2].combinator {
	case child:
		if k > 2 {
			return m.below(x, n)
		}
		return m.across(x, firstElement(n), false)
	case adjacent, sibling:
		return m.across(x, after(n), k > 2)
	}
	return m.below(x, n)
}

// across tries the elements from e on among siblings, and where it is asked for those in
// them.
func (m *Matcher) across(x *Selector, e *html.Node, deep bool) bool {
	for ; e != nil; e = after(e) {
		if m.Budget.empty() {
			return false
		}
		if m.complex(x, e) || deep && m.below(x, e) {
			return true
		}
	}
	return false
}

// below tries all elements in n, without recursion.
func (m *Matcher) below(x *Selector, n *html.Node) bool {
	for e := firstElement(n); e != nil; {
		if m.Budget.empty() {
			return false
		}
		if m.complex(x, e) {
			return true
		}
		next := firstElement(e)
		for next == nil && e != n {
			if next = after(e); next == nil {
				e = e.Parent
			}
		}
		e = next
	}
	return false
}

func firstElement(n *html.Node) *html.Node {
	if n.FirstChild == nil || n.FirstChild.Type == html.ElementNode {
		return n.FirstChild
	}
	return after(n.FirstChild)
}
