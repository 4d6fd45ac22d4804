// Package linebreak finds where lines of text may end.
//
// It is used by package layout, which fills lines with the pieces that it cuts: a
// paragraph comes in as UTF-8, and the offsets at which a line may or must end come
// out, one after the other. Widths are none of its business.
//
// It implements Unicode Standard Annex 14 for Unicode 17, rules LB1 to LB31, and by
// default what CSS Text 3, section 5, changes about it:
//
//   - A line never ends within a grapheme cluster (UAX 29), whatever the rules say.
//   - Small kana may begin a line, which is line-break: normal.
//   - Only a line feed forces a line to end; form feeds and the separators of lines and
//     paragraphs merely allow it, as in browsers.
//   - Hyphens and slashes at the start of a word stay with it, so that neither an
//     option's name nor a path is torn from its sign, and slashes within words are no
//     opportunities unless asked for. Browsers have such rules too, each its own.
//
// A class is looked up in a table of two levels (tables.go, made by gen.go). Most rules
// only compare two neighbours, and are one table of pairs (rules.go); the others see what
// stood before, or look ahead (context.go). Each character is looked at once, and again
// only where it decides about the one before it; runs of ASCII letters are skipped over.
//
// Left out are dictionaries: in Thai, Lao, Khmer and Burmese no place within a phrase is
// an opportunity, and [Complex] tells a layout where to break if it must.
package linebreak

//go:generate go run gen.go

// A Break is why a line may end at an offset.
type Break uint8

// The kinds of breaks. End is that of the text itself.
const (
	None Break = iota
	Opportunity
	Forced
	End
)

// Words says which places within words are opportunities: word-break of CSS Text 3.
type Words uint8

// The values of word-break.
const (
	Normal   Words = iota
	BreakAll       // letters break as ideographs do
	KeepAll        // ideographs hold together as letters do
)

// Options change the rules.
type Options struct {
	// Untailored applies UAX 14 as it stands, without what CSS changes.
	Untailored bool
	// Strict keeps small kana from the start of a line: line-break: strict.
	Strict bool
	// Slashes are places for a line to end within words, as in a URL that would be too
	// long for it otherwise.
	Slashes bool
	Words   Words
}

// A Breaker goes through a text from one break to the next. Its zero value has no text.
type Breaker struct {
	Options
	text []byte
	at   int
	context
}

// Reset starts anew with a text. Malformed UTF-8 counts as U+FFFD, byte by byte.
func (b *Breaker) Reset(text []byte) {
	once.Do(makePairs)
	b.text, b.at, b.context = text, 0, atStart
}

// Next returns the offset of the next break and its kind. The text between two breaks
// has the spaces, or the line feed, at its end. After the last break, which is End at the
// end of the text, it returns that again.
func (b *Breaker) Next() (int, Break) {
	for b.at < len(b.text) {
		at := b.at
		if b.nextWord() {
			return at + 1, Opportunity
		}
		u, size := b.unit(at)
		b.at += size
		if b.joins(u) {
			continue
		}
		k := b.before(u)
		b.take(u)
		if u.is == al && u.plain() {
			b.skipLetters()
		}
		if k != None {
			return at, k
		}
	}
	return len(b.text), End
}

// nextWord takes a space between two letters and the word after it, if that is what comes:
// the most frequent case of all, in which no other rule has a say.
func (b *Breaker) nextWord() bool {
	i := b.at
	if b.left.is != al || b.left.has != 0 || b.joined || i+1 >= len(b.text) || b.text[i] != ' ' || !isLetter(b.text[i+1]) {
		return false
	}
	b.second = unit{is: sp, has: blockData[' ']}
	b.at = i + 2
	b.skipLetters()
	return true
}

func isLetter(c byte) bool { return c|0x20-'a' < 26 }

// skipLetters goes to the last of a run of ASCII letters, between which no rule breaks
// (LB28), unless break-all does, and then they are of another class.
func (b *Breaker) skipLetters() {
	i := b.at
	for i < len(b.text) && isLetter(b.text[i]) {
		i++
	}
	if i > b.at {
		b.second = b.left
		b.at = i
	}
}

// Complex reports whether r is of a script that is written without spaces and breaks by a
// dictionary (class SA).
func Complex(r rune) bool {
	return r >= 0x0E00 && lookup(r).is == sa
}
