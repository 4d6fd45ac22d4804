package layout

import "unicode/utf8"

// The characters that change the direction of text (UAX 9, section 2).
const (
	lre = '\u202a'
	rle = '\u202b'
	pdf = '\u202c' // ends one of the others of its kind
	lro = '\u202d'
	rlo = '\u202e'
	lri = '\u2066'
	fsi = '\u2068'
	pdi = '\u2069' // ends an isolate
)

func isDirection(r rune) bool {
	return r >= lre && r <= rlo || r >= lri && r <= pdi
}

// maxOpen is how many directions may be open in each other. Each line repeats those that
// are open where it begins, so that more would make much of little; text of people has two.
const maxOpen = 8

// directions are the embeddings, overrides and isolates that are open in a paragraph.
// Every line closes what is open at its end, and the next opens it again, so that nothing
// turns beyond the paragraph, and a line says the same wherever it is put.
type directions struct {
	open []rune
	deep int // those beyond maxOpen, which are left out with their ends
}

// append writes one of the characters, unless it ends what is not open.
func (d *directions) append(to []byte, r rune) []byte {
	switch {
	case r != pdf && r != pdi:
		if len(d.open) == maxOpen || d.deep > 0 {
			d.deep++
			return to
		}
		d.open = append(d.open, r)
		return utf8.AppendRune(to, r)
	case d.deep > 0:
		d.deep--
		return to
	case r == pdf:
		if n := len(d.open); n > 0 && !isIsolate(d.open[n-1]) {
			d.open = d.open[:n-1]
			to = utf8.AppendRune(to, r)
		}
		return to
	}
	return d.endIsolate(to)
}

// endIsolate closes the innermost isolate, and what is open in it.
func (d *directions) endIsolate(to []byte) []byte {
	for i := len(d.open) - 1; i >= 0; i-- {
		if isIsolate(d.open[i]) {
			to = ends(to, d.open[i:])
			d.open = d.open[:i]
			break
		}
	}
	return to
}

// close ends all that is open, at the end of a line.
func (d *directions) close(to []byte) []byte { return ends(to, d.open) }

// reopen begins it again on the next.
func (d *directions) reopen(to []byte) []byte {
	for _, r := range d.open {
		to = utf8.AppendRune(to, r)
	}
	return to
}

// ends appends the ends of directions, the innermost first.
func ends(to []byte, open []rune) []byte {
	for i := len(open) - 1; i >= 0; i-- {
		end := pdf
		if isIsolate(open[i]) {
			end = pdi
		}
		to = utf8.AppendRune(to, end)
	}
	return to
}

func isIsolate(r rune) bool { return r >= lri && r <= fsi }
