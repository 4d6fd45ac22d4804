package linebreak

// A context is what the rules need to know of the text before a character.
type context struct {
	left   unit  // the last character, with its marks
	second unit  // the one before it
	solid  set   // the class of the last one that is no space
	opens  bool  // that is a quotation mark that opens (LB15a)
	joined bool  // the last mark was a zero width joiner (LB8a)
	odd    bool  // an odd number of regional indicators stands before (LB30a)
	leads  bool  // nothing but hyphens and slashes stands before in the word
	count  phase // of a number
}

// A phase says how much of a number stands before (LB25).
type phase uint8

const (
	noNumber phase = iota
	digits         // a digit, then signs that may stand within a number
	closed         // and then a bracket that closes
)

// atStart is the context at the start of a text.
var atStart = context{left: unit{is: edge}, second: unit{is: edge}, solid: edge}

// joins takes a mark that belongs to the character before it, and reports whether u is
// one (LB9).
func (b *Breaker) joins(u unit) bool {
	if !u.any(cm|zwj) || b.left.any(ends|sp|zw|edge) {
		return false
	}
	b.joined = u.is == zwj
	// Marks between the letters of a flag are nothing to UAX 14, and part them in UAX 29.
	b.odd = b.odd && b.Untailored
	return true
}

// take makes u the last character.
func (b *Breaker) take(u unit) {
	b.joined = u.is == zwj
	if u.any(cm | zwj) {
		u.is = al // LB10
	}
	b.leads = u.any(hyphen|sy) && (b.leads || b.left.any(edge|ends|sp|zw|cb|gl|op|quote))
	b.second, b.left = b.left, u
	b.odd = u.is == ri && !b.odd
	b.count = b.count.after(u)
	if u.is == sp {
		return
	}
	b.solid = u.is
	b.opens = u.is == quPi && b.second.any(edge|ends|op|quote|gl|sp|zw)
}

// after returns the phase of a number when a character has come.
func (p phase) after(u unit) phase {
	switch {
	case u.any(number):
		return digits
	case p == digits && u.any(sy|is):
		return digits
	case p == digits && u.any(cl|cp):
		return closed
	}
	return noNumber
}

// before decides whether a line ends before u. What follows u starts at b.at.
func (b *Breaker) before(u unit) Break {
	switch l := b.left; {
	case l.is == edge: // LB2
		return None
	case l.any(bk | lf | nl), l.is == cr && u.is != lf: // LB4, LB5
		return Forced
	case l.is == cr, u.any(ends | sp | zw): // LB6, LB7
		return None
	case l.is == sp && u.extends() && !b.Untailored: // a mark on a space is a cluster
		return None
	case b.solid == zw && l.any(zw|sp): // LB8
		return Opportunity
	case b.joined: // LB8a
		return None
	case !b.Untailored && b.heldTogether(u):
		return None
	case l.is == sp:
		return b.afterSpaces(u)
	}
	if u.any(cm | zwj) {
		u.is = al
	}
	if b.bound(u) {
		return None
	}
	return Opportunity
}

// clustered are the classes that hold what follows in their grapheme cluster (UAX 29,
// GB9b).
const clustered = alPrepend | nuPrepend | ap

// heldTogether applies what CSS Text 3 asks for beyond the annex: that clusters, and
// with keep-all words of all scripts, stay whole.
func (b *Breaker) heldTogether(u unit) bool {
	const words = letter | number | han | hangul | eb | em | ak | ap | as
	switch l := b.left; {
	case u.extends(), l.any(clustered):
		return true
	case l.is == vi: // of a conjunct (GB9c), however many signs join it
		return true
	case b.leads && u.is != sp:
		return l.any(hyphen|sy) && !u.any(cb)
	case l.is == sy && (!b.Slashes || b.second.is == sy) && !u.wide() && u.is != sp:
		return true // two slashes lead to a host
	case b.Words == KeepAll:
		return l.any(words) && u.any(words)
	}
	return false
}

// afterSpaces decides whether a line ends after spaces.
func (b *Breaker) afterSpaces(u unit) Break {
	switch {
	case u.is == sy && !b.Untailored: // of a path
		return Opportunity
	case u.any(wj | cl | cp | ex | sy): // LB11, LB13
	case b.solid == op, b.opens: // LB14, LB15a
	case u.is == quPf && b.closes(): // LB15b
	case u.is == is && b.next().any(number): // LB15c
		return Opportunity
	case u.is == is: // LB15d
	case b.solid&(cl|cp) != 0 && u.is == ns: // LB16
	case b.solid == b2 && u.is == b2: // LB17
	default: // LB18
		return Opportunity
	}
	return None
}

// bound reports whether no line ends between two characters without spaces between.
func (b *Breaker) bound(u unit) bool {
	l := b.left
	switch {
	case together[l.class()]&u.is != 0:
		return true
	case b.opens, u.is == quPf && b.closes(): // LB15a, LB15b
		return true
	case (u.any(quote) || l.any(quote)) && b.quoted(u):
		return true
	case (l.is|u.is)&cb != 0: // LB20
		return false
	}
	return b.hyphened(u) || b.numeric(u) || b.syllabic(u) || b.bracketed(u) ||
		l.is == ri && u.is == ri && b.odd // LB30a
}

// closes reports whether a quotation mark that has come last is followed by what only
// follows one that closes (LB15b).
func (b *Breaker) closes() bool {
	return b.next().any(sp | gl | wj | cl | quote | cp | ex | is | sy | ends | zw | edge)
}

// quoted applies LB19a: quotation marks hold to text that is not East Asian.
func (b *Breaker) quoted(u unit) bool {
	if u.any(quote) {
		if !b.left.wide() {
			return true
		}
		if n := b.next(); n.is == edge || !n.wide() {
			return true
		}
	}
	return b.left.any(quote) && (!u.wide() || !b.second.wide())
}

// hyphened applies LB20a and LB21a: a hyphen holds to the word that it begins, and in
// Hebrew to what follows.
func (b *Breaker) hyphened(u unit) bool {
	if !b.left.any(hyphen) {
		return false
	}
	return u.any(letter) && b.second.any(edge|ends|sp|zw|cb|gl) ||
		b.second.is == hl && u.is != hl
}

// numeric applies the part of LB25 that takes more than two characters.
func (b *Breaker) numeric(u unit) bool {
	switch {
	case b.count == digits:
		return u.any(po | pr | number)
	case b.count == closed:
		return u.any(po | pr)
	case b.left.any(po|pr) && u.is == op:
		n, i := b.nextFrom(b.at)
		if n.is == is {
			n, _ = b.nextFrom(i)
		}
		return n.any(number)
	}
	return false
}

// syllabic applies the part of LB28a that takes more than two characters.
func (b *Breaker) syllabic(u unit) bool {
	if !u.any(aksara) {
		return false
	}
	return b.left.is == vi && b.second.any(aksara) && u.any(ak|dotted) ||
		b.left.any(aksara) && b.next().is == vf
}

// bracketed applies LB30: brackets that are not East Asian hold to words.
func (b *Breaker) bracketed(u unit) bool {
	const words = letter | number
	return b.left.any(words) && u.is == op && !u.wide() ||
		b.left.is == cp && !b.left.wide() && u.any(words)
}

// next returns the character that follows the one that is being decided about.
func (b *Breaker) next() unit {
	u, _ := b.nextFrom(b.at)
	return u
}

// nextFrom returns the character that follows the one that ends at i, beyond its marks,
// and its own end.
func (b *Breaker) nextFrom(i int) (unit, int) {
	for i < len(b.text) {
		u, size := b.unit(i)
		i += size
		if !u.any(cm | zwj) {
			return u, i
		}
	}
	return unit{is: edge}, i
}
