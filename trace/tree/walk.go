package tree

import (
	"strings"

	"fetchscope/trace"
)

// What a query can be for beside the question itself; package resolver has the words.
const (
	forPriming = "priming"
	forServer  = "server address"
	forDS      = "delegation signer"
	forKeys    = "keys"
)

// A node is a zone that was asked, or that others referred to.
type node struct {
	zone     string
	parent   *node
	children []*node
	// rows are the queries for the question itself that decided something, or failed;
	// steps those that only led to the next; side those for other purposes.
	rows, steps, side []*trace.Query
}

// A walk is the way from zone to zone.
type walk struct {
	roots []*node
	zones map[string]*node
	// addresses are queries for the address of a server of a zone that has not come up.
	addresses []*trace.Query
	last      *node
}

// walkOf sorts the queries, which come in the order of their sending, by zones.
func walkOf(d *trace.ResolveDocument) *walk {
	w := &walk{zones: map[string]*node{}}
	for i := range d.Queries {
		q := &d.Queries[i]
		switch q.For {
		case "":
			w.take(q, next(d.Queries[i+1:]))
		case forPriming:
			n := w.node(".")
			n.side = append(n.side, q)
		case forServer:
			w.addresses = append(w.addresses, q)
		}
	}
	w.leftover()
	for i := range d.Queries {
		if q := &d.Queries[i]; q.For == forDS || q.For == forKeys {
			n := w.enclosing(q.Name)
			n.side = append(n.side, q)
		}
	}
	return w
}

// next is the next query for the question itself; nil if there is none.
func next(queries []trace.Query) *trace.Query {
	for i := range queries {
		if queries[i].For == "" {
			return &queries[i]
		}
	}
	return nil
}

// take puts a query for the question itself into its zone, and the zone that it leads
// to below that.
func (w *walk) take(q, next *trace.Query) {
	n := w.node(q.Zone)
	n.side = append(n.side, w.addresses...)
	w.addresses, w.last = nil, n
	if isStep(q, next) {
		n.steps = append(n.steps, q)
		return
	}
	n.rows = append(n.rows, q)
	if q.Cut != "" {
		w.last = w.below(n, q.Cut)
	}
}

// isStep reports whether a query only led to another of the same server's zone: a name
// shown in part (RFC 9156), or the same question put in another manner.
func isStep(q, next *trace.Query) bool {
	switch {
	case failed(q) || q.Result == "referral":
		return false
	case q.Result == "": // a truncated reply, say, asked for again by TCP
		return true
	}
	return next != nil && strings.EqualFold(q.Zone, next.Zone) && !strings.EqualFold(q.Name, next.Name) && isUnder(next.Name, q.Name)
}

// failed reports whether a query brought nothing: no reply, or one that does not do.
func failed(q *trace.Query) bool {
	switch q.Result {
	case "lame", "empty":
		return true
	case "":
		return q.Failure != "" || q.Rcode == "" || q.Zone == "" && !decides(q.Rcode)
	}
	return false
}

// decides reports whether an rcode of a server that looks things up says something of
// the name.
func decides(rcode string) bool { return rcode == "NOERROR" || rcode == "NXDOMAIN" }

// leftover gives the addresses that no later query asked for to the zone that was to be
// asked next.
func (w *walk) leftover() {
	if len(w.addresses) == 0 {
		return
	}
	n := w.last
	if n == nil {
		n = w.node(".")
	}
	n.side, w.addresses = append(n.side, w.addresses...), nil
}

// node finds a zone. One that nobody referred to was known from an earlier question.
func (w *walk) node(zone string) *node {
	if n := w.zones[strings.ToLower(zone)]; n != nil {
		return n
	}
	return w.below(w.enclosed(zone), zone)
}

// below finds a zone, or makes it one below a node; without that, at the top.
func (w *walk) below(above *node, zone string) *node {
	key := strings.ToLower(zone)
	if n := w.zones[key]; n != nil {
		return n
	}
	n := &node{zone: zone, parent: above}
	w.zones[key] = n
	if above == nil {
		w.roots = append(w.roots, n)
	} else {
		above.children = append(above.children, n)
	}
	return n
}

// enclosed is the deepest node that a name is in; nil if there is none.
func (w *walk) enclosed(name string) *node {
	for name = strings.ToLower(name); ; name = parent(name) {
		if n := w.zones[name]; n != nil {
			return n
		}
		if name == "." || name == "" {
			return nil
		}
	}
}

// enclosing is the node that stands for a name: the deepest that it is in, or the first.
func (w *walk) enclosing(name string) *node {
	switch n := w.enclosed(name); {
	case n != nil:
		return n
	case len(w.roots) > 0:
		return w.roots[0]
	}
	return w.node(".")
}
