package zstd

import "math/bits"

// A table decodes a code of finite states (RFC 8878, section 4.1): each state stands for a
// symbol, and says which bits lead to the next one.
type table struct {
	log     uint8
	entries []entry // 1<<log; none where the table is not known
}

// An entry is a state. Its symbol is a number, to which further bits may be added.
type entry struct {
	base  uint32
	next  uint16
	bits  uint8 // to add to next
	extra uint8 // to add to base
}

// A meaning is the number that a symbol stands for, and how many bits are added to it.
type meaning func(symbol int) (base uint32, extra uint8)

// maxSymbols is the number of the symbols of any table here: weights of 256 literals are
// fewer, and so are the codes of sequences.
const maxSymbols = 53

// A distribution is how often each symbol stands in a table; -1 is less than once.
type distribution struct {
	log    uint8
	counts [maxSymbols]int16
	size   int // of the symbols
}

// readDistribution reads a distribution off the start of b, and returns what follows
// (section 4.1.1).
func readDistribution(b []byte, maxLog uint8, symbols int) (d distribution, rest []byte, err error) {
	f := forward{b: b}
	d.log = uint8(f.take(4)) + 5
	if d.log > maxLog {
		return d, nil, corrupt("4.1.1", "a table of 2^%d states", d.log)
	}
	for left := 1 << d.log; left > 0; {
		if d.size >= symbols || f.pos > 8*len(b) {
			return d, nil, corrupt("4.1.1", "a distribution of too many symbols")
		}
		count := f.count(left)
		d.counts[d.size] = int16(count)
		d.size++
		left -= max(count, -count)
		if count == 0 && !d.skip(&f, symbols) {
			return d, nil, corrupt("4.1.1", "a distribution of too many symbols")
		}
	}
	rest, ok := f.end()
	if !ok {
		return d, nil, corrupt("4.1.1", "a distribution that is cut short")
	}
	return d, rest, nil
}

// count reads how often a symbol stands, of left at the most: small numbers take a bit
// less where there is no need for all.
func (f *forward) count(left int) int {
	n := bits.Len(uint(left + 1))
	v := f.take(n)
	low := v & (1<<(n-1) - 1)
	spare := 1<<n - 1 - (left + 1)
	switch {
	case low < spare:
		f.pos--
		v = low
	case v >= 1<<(n-1):
		v -= spare
	}
	return v - 1
}

// skip passes over further symbols that do not stand in the table.
func (d *distribution) skip(f *forward, symbols int) bool {
	for more := 3; more == 3; {
		more = f.take(2)
		if d.size += more; d.size > symbols {
			return false
		}
	}
	return true
}

// build makes the table of a distribution, in the room that into has.
func (d *distribution) build(into []entry, of meaning) table {
	size := 1 << d.log
	if cap(into) < size {
		into = make([]entry, size)
	}
	t := table{d.log, into[:size]}
	d.spread(t.entries)
	var symbols [maxSymbols]entry
	for s, c := range d.counts[:d.size] {
		symbols[s].next = uint16(max(c, -c))
		symbols[s].base, symbols[s].extra = of(s)
	}
	for i := range t.entries {
		symbol := &symbols[t.entries[i].base]
		n := symbol.next
		symbol.next++
		symbol.bits = d.log - uint8(bits.Len16(n)-1)
		t.entries[i] = *symbol
		t.entries[i].next = n<<symbol.bits - uint16(size)
	}
	return t
}

// spread gives each state its symbol, as the base.
func (d *distribution) spread(entries []entry) {
	high := len(entries)
	for s, c := range d.counts[:d.size] {
		if c == -1 {
			high--
			entries[high].base = uint32(s)
		}
	}
	step, mask, at := len(entries)>>1+len(entries)>>3+3, len(entries)-1, 0
	for s, c := range d.counts[:d.size] {
		for ; c > 0; c-- {
			entries[at].base = uint32(s)
			for at = (at + step) & mask; at >= high; {
				at = (at + step) & mask
			}
		}
	}
}
