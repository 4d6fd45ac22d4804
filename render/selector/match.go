package selector

import (
	"strings"

	"golang.org/x/net/html"

	"fetchscope/render/css"
)

// A Matcher tries selectors on the elements of one page. Whoever walks the page calls
// [Matcher.Enter] and [Matcher.Leave] round the children of each element.
type Matcher struct {
	Budget Budget
	// Quirks says that ids and classes are compared without case.
	Quirks bool

	filter filter
	places map[*html.Node]place
	holds  map[question]bool // what :has found
	scope  *html.Node        // what :has is asked of
}

// Match reports whether an element matches a selector, or has the pseudo-element that it
// names.
func (m *Matcher) Match(x *Selector, n *html.Node) bool {
	return m.filter.mayMatch(x) && m.complex(x, n)
}

// Any reports whether an element matches one of a list.
func (m *Matcher) any(l *List, n *html.Node) bool {
	for _, x := range l.Selectors {
		if m.complex(x, n) {
			return true
		}
	}
	return false
}

func (m *Matcher) complex(x *Selector, n *html.Node) bool {
	return m.from(x.compounds, n) == matched
}

// An outcome says what a failure is good for: where nothing further up can help, no
// ancestor is tried, which keeps the work in proportion to the depth.
type outcome uint8

const (
	matched      outcome = iota
	failed               // here
	failedBefore         // with all siblings before
	failedAbove          // with all ancestors
)

// from tries the compounds from the first on, which n must match.
func (m *Matcher) from(compounds []compound, n *html.Node) outcome {
	c := &compounds[0]
	if !m.compound(c, n) {
		return failed
	}
	rest := compounds[1:]
	if len(rest) == 0 {
		return matched
	}
	switch c.combinator {
	case child:
		if p := parent(n); p != nil {
			return m.from(rest, p)
		}
		return failedAbove
	case adjacent:
		if e := before(n); e != nil {
			return m.from(rest, e)
		}
		return failedBefore
	case sibling:
		for e := before(n); e != nil; e = before(e) {
			if r := m.from(rest, e); r != failed {
				return r
			}
		}
		return failedBefore
	}
	for p := parent(n); p != nil; p = parent(p) {
		if r := m.from(rest, p); r == matched || r == failedAbove {
			return r
		}
	}
	return failedAbove
}

// parent returns the element around n, or nil.
func parent(n *html.Node) *html.Node {
	if p := n.Parent; p != nil && p.Type == html.ElementNode {
		return p
	}
	return nil
}

// before returns the element before n among its siblings, or nil.
func before(n *html.Node) *html.Node {
	for n = n.PrevSibling; n != nil && n.Type != html.ElementNode; n = n.PrevSibling {
	}
	return n
}

func after(n *html.Node) *html.Node {
	for n = n.NextSibling; n != nil && n.Type != html.ElementNode; n = n.NextSibling {
	}
	return n
}

// compound tries all tests of one element.
func (m *Matcher) compound(c *compound, n *html.Node) bool {
	if !m.Budget.spend(1) || !c.typeMatches(n) {
		return false
	}
	for i := range c.tests {
		if !m.test(&c.tests[i], n) {
			return false
		}
	}
	return true
}

func (c *compound) typeMatches(n *html.Node) bool {
	switch c.namespace {
	case htmlNamespace:
		if n.Namespace != "" {
			return false
		}
	case svgNamespace:
		if n.Namespace != "svg" {
			return false
		}
	case mathNamespace:
		if n.Namespace != "math" {
			return false
		}
	case noNamespace:
		return false
	}
	return c.tag == "" || n.Data == c.tag && n.Namespace == "" || n.Data == c.cased && n.Namespace != ""
}

func (m *Matcher) test(t *test, n *html.Node) bool {
	switch t.kind {
	case byID:
		id, ok := attribute(n, "id")
		return ok && m.same(id, t.value)
	case byClass:
		v, _ := attribute(n, "class")
		return m.Budget.spend(len(v)/grain) && m.hasClass(v, t.value)
	case byAttribute:
		return m.attribute(t, n)
	case byList:
		return m.any(t.list, n)
	case byNone:
		return !m.any(t.list, n) && !m.Budget.empty()
	case byRelative:
		return m.has(t, n)
	case byPosition, byPositionB, byType, byTypeB:
		return m.position(t, n)
	case byState:
		return state(t.name, n)
	case byLanguage:
		return language(t.value, n)
	case byDirection:
		return strings.TrimSpace(t.value) == direction(n)
	case isScope:
		return n == m.scope
	}
	return false
}

// same compares ids and classes; those of selectors are in lower case where the page has
// quirks.
func (m *Matcher) same(have, want string) bool {
	return have == want || m.Quirks && css.EqualFold(have, want)
}

// attribute returns the value of an attribute in no namespace, and whether it is there.
func attribute(n *html.Node, key string) (string, bool) {
	for i := range n.Attr {
		if n.Attr[i].Key == key && n.Attr[i].Namespace == "" {
			return n.Attr[i].Val, true
		}
	}
	return "", false
}

// hasClass reports whether a list of classes has one.
func (m *Matcher) hasClass(list, class string) bool {
	if m.Quirks {
		list = css.Lower(list)
	}
	for i := 0; len(list)-i >= len(class); {
		k := strings.Index(list[i:], class)
		if k < 0 {
			return false
		}
		k += i
		end := k + len(class)
		if (k == 0 || css.IsSpace(list[k-1])) && (end == len(list) || css.IsSpace(list[end])) {
			return true
		}
		i = k + 1
	}
	return false
}

// attribute tries an attribute and its value (Selectors 4, section 6).
func (m *Matcher) attribute(t *test, n *html.Node) bool {
	name := t.name
	if n.Namespace != "" {
		name = t.cased
	}
	for i := range n.Attr {
		a := &n.Attr[i]
		if a.Key != name || a.Namespace != "" && !t.any {
			continue
		}
		if t.op == 0 || m.Budget.spend(len(a.Val)/grain) && compare(t, a.Val, n.Namespace == "") {
			return true
		}
	}
	return false
}

// compare tries the value of an attribute. Only the flag folds the case where an
// attribute is not HTML's.
func compare(t *test, have string, isHTML bool) bool {
	want := t.value
	if t.fold && (isHTML || !foldsValue(t.name)) {
		have, want = css.Lower(have), css.Lower(want)
	}
	switch t.op {
	case '=':
		return have == want
	case '|':
		return have == want || strings.HasPrefix(have, want) && have[len(want)] == '-'
	case '^':
		return want != "" && strings.HasPrefix(have, want)
	case '$':
		return want != "" && strings.HasSuffix(have, want)
	case '*':
		return want != "" && strings.Contains(have, want)
	}
	return want != "" && !strings.ContainsAny(want, " \t\n\r\f") && (&Matcher{}).hasClass(have, want)
}
