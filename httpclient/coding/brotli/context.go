package brotli

import "slices"

// How many contexts there are for each type of block (sections 7.1 and 7.2).
const (
	literalContexts  = 64
	distanceContexts = 4
)

// readMap reads a map from contexts to codes into room, and of how many codes (section
// 7.3).
func (r *Reader) readMap(room []uint8, size int) (m []uint8, codes int, err error) {
	m = grown(room, size)
	clear(m)
	codes = r.readNumber()
	if codes == 1 {
		return m, codes, nil
	}
	runs := 0
	if r.in.take(1) == 1 {
		runs = 1 + r.in.take(4)
	}
	r.mapCode.reset()
	if err := r.readCode(&r.mapCode, codes+runs); err != nil {
		return m, codes, err
	}
	for i := 0; i < size; i++ {
		switch symbol := r.in.symbol(r.mapCode.at(0)); {
		case symbol > runs:
			m[i] = uint8(symbol - runs)
		case symbol > 0: // a run of zeros
			if i += 1<<symbol + r.in.take(uint(symbol)) - 1; i >= size {
				return m, codes, corrupt("7.3", "a map of more than %d contexts", size)
			}
		}
	}
	if r.in.take(1) == 1 {
		unmove(m)
	}
	return m, codes, nil
}

// unmove undoes what moved each number to the front when it was said.
func unmove(m []uint8) {
	var front [maxTypes]uint8
	for i := range front {
		front[i] = uint8(i)
	}
	for i, at := range m {
		m[i] = front[at]
		copy(front[1:], front[:at])
		front[0] = m[i]
	}
}

// contextsBy are the parts of a literal's context (section 7.1), by how it is found: for
// the byte before, and from firstBefore on for the byte before that one.
var contextsBy [4][2 * firstBefore]uint8

const firstBefore = 256

// Ways to find a literal's context.
const (
	byLowBits = iota
	byHighBits
	byCharacter
	bySign
)

// charClasses are the classes of ASCII's characters from the space on, as hexadecimal
// digits: punctuation by what it stands for, digits, vowels, consonants.
const charClasses = "2343353467338393" + "bbbbbbbbbb886a73" + "3cdddcdddcdddddc" + "dddddcddddd63733" + "3efffefffefffffe" + "fffffefffff63730"

func makeContexts() {
	for i := range firstBefore {
		contextsBy[byLowBits][i] = uint8(i & 0x3f)
		contextsBy[byHighBits][i] = uint8(i >> 2)
		contextsBy[byCharacter][i] = charBefore(i)
		contextsBy[byCharacter][firstBefore+i] = charBeforeThat(i)
		contextsBy[bySign][i] = magnitude(i) << 3
		contextsBy[bySign][firstBefore+i] = magnitude(i)
	}
}

func charBefore(b int) uint8 {
	switch {
	case b >= 0xc0:
		return uint8(2 + b&1)
	case b >= 0x80:
		return uint8(b & 1)
	case b >= ' ':
		digit := charClasses[b-' ']
		if digit >= 'a' {
			digit -= 'a' - '0' - 10
		}
		return 4 * (digit - '0')
	case b == '\t' || b == '\n' || b == '\r':
		return 4
	}
	return 0
}

func charBeforeThat(b int) uint8 {
	switch {
	case b >= 0xe0:
		return 2
	case b >= 0x7f || b <= ' ':
		return 0
	case b >= 'a' && b <= 'z':
		return 3
	case b >= 'A' && b <= 'Z' || b >= '0' && b <= '9':
		return 2
	}
	return 1
}

// magnitude is how far a byte is from zero as a number with a sign.
func magnitude(b int) uint8 {
	at, _ := slices.BinarySearch([]int{1, 16, 64, 128, 192, 240, 255}, b+1)
	return uint8(at)
}
