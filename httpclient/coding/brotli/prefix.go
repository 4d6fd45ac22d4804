package brotli

import "slices"

const (
	// maxCode is the most bits that a code word has (section 3.5).
	maxCode = 15
	// rootBits are looked up at once; few words are longer.
	rootBits = 8
	// lengthBits are those of an entry that hold the length of a word.
	lengthBits = 8
)

// An entry is what stands at some bits: in its low bits the length of the word, above them
// the symbol. Where the word is longer than rootBits, that is the length of the longest
// word that begins so, and the place in the code of a table by its further bits.
type entry uint32

func (e entry) size() uint  { return uint(e & (1<<lengthBits - 1)) }
func (e entry) symbol() int { return int(e >> lengthBits) }

// find finds the entry of the word that the bits begin with.
func find(c []entry, bits uint64) entry {
	e := c[bits&(1<<rootBits-1)]
	if e.size() > rootBits {
		e = c[uint64(e.symbol())+bits>>rootBits&(1<<((e.size()-rootBits)&63)-1)]
	}
	return e
}

// Codes are prefix codes (section 3) of one kind, each of which ends where the next one
// begins.
type codes struct {
	entries []entry
	starts  []uint32
}

func (c *codes) reset() { c.entries, c.starts = c.entries[:0], c.starts[:0] }

func (c *codes) at(i int) []entry { return c.entries[c.starts[i]:] }

// single adds the code that has one symbol, whose word is empty.
func (c *codes) single(symbol int) {
	root := c.room(1 << rootBits)
	c.starts = append(c.starts, uint32(root))
	spread(c.entries[root:], 0, 0, entry(symbol)<<lengthBits)
}

// add adds the code of a shape whose words are all that there can be.
func (c *codes) add(s *shape) {
	root := c.room(1 << rootBits)
	c.starts = append(c.starts, uint32(root))
	s.sort()
	left, word := s.counts, uint32(0) // a word has its first bit lowest
	var further []entry               // the table of the words that begin as this one does
	begin := ^uint32(0)
	for _, symbol := range s.order {
		length := uint(s.lengths[symbol])
		e := entry(symbol)<<lengthBits | entry(length)
		if first := word & (1<<rootBits - 1); length <= rootBits {
			spread(c.entries[root:root+1<<rootBits], word, length, e)
		} else {
			if first != begin {
				size := longest(&left, length)
				at := c.room(1 << (size - rootBits))
				further, begin = c.entries[at:], first
				c.entries[root+int(first)] = entry(at-root)<<lengthBits | entry(size)
			}
			spread(further, word>>rootBits, length-rootBits, e)
		}
		left[length]--
		word = following(word, length)
	}
}

// room adds n entries, which are then set.
func (c *codes) room(n int) int {
	at := len(c.entries)
	c.entries = slices.Grow(c.entries, n)[:at+n]
	return at
}

// spread sets the entries whose bits begin with a word.
func spread(table []entry, word uint32, length uint, e entry) {
	for i := int(word); i < len(table); i += 1 << length {
		table[i] = e
	}
}

// longest is the length of the longest word that begins with the same rootBits as the next
// one, which has that length. left are the words from there on.
func longest(left *[maxCode + 1]int, length uint) uint {
	for room := 1 << (length - rootBits); length < maxCode; length++ {
		if room -= left[length]; room <= 0 {
			break
		}
		room *= 2
	}
	return length
}

// following is the word of that length behind one: greater by one, the last bit being the
// highest.
func following(word uint32, length uint) uint32 {
	bit := uint32(1) << length >> 1
	for word&bit != 0 {
		word &^= bit
		bit >>= 1
	}
	return word | bit
}
