package brotli

import _ "embed"

// dictionary are the words that streams may refer to (appendix A), those of each length
// behind the shorter ones.
//
//go:embed dictionary.bin
var dictionary string

// wordBits are the bits of the number of a word, by its length.
var wordBits = [25]uint8{4: 10, 10, 11, 11, 10, 10, 10, 10, 10, 9, 9, 8, 7, 7, 8, 7, 7, 6, 6, 5, 5}

// wordsFrom says where in the dictionary the words of a length begin.
func wordsFrom(length int) int {
	from := 0
	for shorter, bits := range wordBits[:length] {
		if bits > 0 {
			from += shorter << bits
		}
	}
	return from
}

// readWord gives the word of a number, changed as that says (section 8).
func (r *Reader) readWord(number int) error {
	length := r.copy
	if length >= len(wordBits) || wordBits[length] == 0 {
		return corrupt("8", "a distance of more than there is, and no words of %d bytes", length)
	}
	bits := wordBits[length]
	if number>>bits >= len(transforms) {
		return corrupt("8", "a distance of more than there is, and change %d of a word, of %d", number>>bits, len(transforms))
	}
	from := wordsFrom(length) + number&(1<<bits-1)*length
	before := len(r.out)
	r.out = transforms[number>>bits].apply(r.out, dictionary[from:from+length])
	if r.left -= len(r.out) - before; r.left < 0 {
		r.out = r.out[:before]
		return corrupt("9.3", "a word that is longer than what is left")
	}
	r.phase = inCommand
	return nil
}
