package selector

import (
	"golang.org/x/net/html"

	"fetchscope/render/css"
)

// A filter knows roughly which ids, classes and types the elements around have, so that
// most selectors with a descendant combinator need not climb: a Bloom filter that counts,
// since elements are left again.
type filter struct {
	counts [filterSize]uint32
	stack  []uint32 // the hashes that were entered
	marks  []int    // where those of each open element start
}

// filterSize is a power of two. Around an element are some fifty names.
const filterSize = 4096

// Enter says that what is tried next is in n.
func (m *Matcher) Enter(n *html.Node) {
	f := &m.filter
	f.marks = append(f.marks, len(f.stack))
	f.add(hash(byType, css.Lower(n.Data)))
	for i := range n.Attr {
		a := &n.Attr[i]
		switch {
		case a.Namespace != "":
		case a.Key == "id":
			f.add(hash(byID, folded(a.Val, m.Quirks)))
		case a.Key == "class":
			words(a.Val, func(w string) { f.add(hash(byClass, folded(w, m.Quirks))) })
		}
	}
}

// Leave undoes the last Enter.
func (m *Matcher) Leave() {
	f := &m.filter
	mark := f.marks[len(f.marks)-1]
	f.marks = f.marks[:len(f.marks)-1]
	for _, h := range f.stack[mark:] {
		f.counts[h%filterSize]--
		f.counts[h/filterSize%filterSize]--
	}
	f.stack = f.stack[:mark]
}

func (f *filter) add(h uint32) {
	f.stack = append(f.stack, h)
	f.counts[h%filterSize]++
	f.counts[h/filterSize%filterSize]++
}

// mayMatch reports whether the elements around have what a selector asks of them.
func (f *filter) mayMatch(x *Selector) bool {
	for _, h := range x.ancestors {
		if h == 0 {
			return true
		}
		if f.counts[h%filterSize] == 0 || f.counts[h/filterSize%filterSize] == 0 {
			return false
		}
	}
	return true
}

// hash notes what the elements around a match must have: those that a descendant or a
// child combinator leads to.
func (x *Selector) hash() {
	n := 0
	for i := 1; i < len(x.compounds); i++ {
		if r := x.compounds[i-1].combinator; r != descendant && r != child {
			continue
		}
		for _, k := range (&Selector{compounds: x.compounds[i : i+1]}).keys(0) {
			if k.kind != never && n < len(x.ancestors) {
				x.ancestors[n] = hash(k.kind, k.value)
				n++
			}
		}
	}
}

// hash is FNV-1a, never 0.
func hash(k kind, s string) uint32 {
	h := uint32(2166136261) ^ uint32(k)
	for i := range len(s) {
		h = (h ^ uint32(s[i])) * 16777619
	}
	return h | 1<<31
}
