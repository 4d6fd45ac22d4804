package brotli

// A transform is a change to a word of the dictionary: what is done to it, and what is put
// round it.
type transform struct {
	prefix string
	change change
	suffix string
}

// A change is what is done to a word itself. Those that leave bytes out have how many
// added to them.
type change uint8

const (
	identity change = iota
	upperFirst
	upperAll
	omitFirst change = 10
	omitLast  change = 20
)

// apply adds a word to out.
func (t *transform) apply(out []byte, word string) []byte {
	out = append(out, t.prefix...)
	switch {
	case t.change > omitLast:
		word = word[:max(len(word)-int(t.change-omitLast), 0)]
	case t.change > omitFirst:
		word = word[min(int(t.change-omitFirst), len(word)):]
	}
	begin := len(out)
	out = append(out, word...)
	for p := out[begin:]; len(p) > 0 && (t.change == upperFirst || t.change == upperAll); {
		p = p[upper(p):]
		if t.change == upperFirst {
			break
		}
	}
	return append(out, t.suffix...)
}

// upper makes the first character of p one in upper case, after a manner that is right for
// ASCII and some letters beyond, and returns its size (section 8).
func upper(p []byte) int {
	switch {
	case p[0] < 0xc0:
		if p[0] >= 'a' && p[0] <= 'z' {
			p[0] ^= 0x20
		}
		return 1
	case p[0] < 0xe0:
		if len(p) > 1 {
			p[1] ^= 0x20
		}
		return min(2, len(p))
	}
	if len(p) > 2 {
		p[2] ^= 0x05
	}
	return min(3, len(p))
}

// transforms are the changes by their numbers (appendix B).
var transforms = [...]transform{
	{"", identity, ""},
	{"", identity, " "},
	{" ", identity, " "},
	{"", omitFirst + 1, ""},
	{"", upperFirst, " "},
	{"", identity, " the "},
	{" ", identity, ""},
	{"s ", identity, " "},
	{"", identity, " of "},
	{"", upperFirst, ""},
	{"", identity, " and "},
	{"", omitFirst + 2, ""},
	{"", omitLast + 1, ""},
	{", ", identity, " "},
	{"", identity, ", "},
	{" ", upperFirst, " "},
	{"", identity, " in "},
	{"", identity, " to "},
	{"e ", identity, " "},
	{"", identity, "\""},
	{"", identity, "."},
	{"", identity, "\">"},
	{"", identity, "\n"},
	{"", omitLast + 3, ""},
	{"", identity, "]"},
	{"", identity, " for "},
	{"", omitFirst + 3, ""},
	{"", omitLast + 2, ""},
	{"", identity, " a "},
	{"", identity, " that "},
	{" ", upperFirst, ""},
	{"", identity, ". "},
	{".", identity, ""},
	{" ", identity, ", "},
	{"", omitFirst + 4, ""},
	{"", identity, " with "},
	{"", identity, "'"},
	{"", identity, " from "},
	{"", identity, " by "},
	{"", omitFirst + 5, ""},
	{"", omitFirst + 6, ""},
	{" the ", identity, ""},
	{"", omitLast + 4, ""},
	{"", identity, ". The "},
	{"", upperAll, ""},
	{"", identity, " on "},
	{"", identity, " as "},
	{"", identity, " is "},
	{"", omitLast + 7, ""},
	{"", omitLast + 1, "ing "},
	{"", identity, "\n\t"},
	{"", identity, ":"},
	{" ", identity, ". "},
	{"", identity, "ed "},
	{"", omitFirst + 9, ""},
	{"", omitFirst + 7, ""},
	{"", omitLast + 6, ""},
	{"", identity, "("},
	{"", upperFirst, ", "},
	{"", omitLast + 8, ""},
	{"", identity, " at "},
	{"", identity, "ly "},
	{" the ", identity, " of "},
	{"", omitLast + 5, ""},
	{"", omitLast + 9, ""},
	{" ", upperFirst, ", "},
	{"", upperFirst, "\""},
	{".", identity, "("},
	{"", upperAll, " "},
	{"", upperFirst, "\">"},
	{"", identity, "=\""},
	{" ", identity, "."},
	{".com/", identity, ""},
	{" the ", identity, " of the "},
	{"", upperFirst, "'"},
	{"", identity, ". This "},
	{"", identity, ","},
	{".", identity, " "},
	{"", upperFirst, "("},
	{"", upperFirst, "."},
	{"", identity, " not "},
	{" ", identity, "=\""},
	{"", identity, "er "},
	{" ", upperAll, " "},
	{"", identity, "al "},
	{" ", upperAll, ""},
	{"", identity, "='"},
	{"", upperAll, "\""},
	{"", upperFirst, ". "},
	{" ", identity, "("},
	{"", identity, "ful "},
	{" ", upperFirst, ". "},
	{"", identity, "ive "},
	{"", identity, "less "},
	{"", upperAll, "'"},
	{"", identity, "est "},
	{" ", upperFirst, "."},
	{"", upperAll, "\">"},
	{" ", identity, "='"},
	{"", upperFirst, ","},
	{"", identity, "ize "},
	{"", upperAll, "."},
	{"\u00a0", identity, ""},
	{" ", identity, ","},
	{"", upperFirst, "=\""},
	{"", upperAll, "=\""},
	{"", identity, "ous "},
	{"", upperAll, ", "},
	{"", upperFirst, "='"},
	{" ", upperFirst, ","},
	{" ", upperAll, "=\""},
	{" ", upperAll, ", "},
	{"", upperAll, ","},
	{"", upperAll, "("},
	{"", upperAll, ". "},
	{" ", upperAll, "."},
	{"", upperAll, "='"},
	{" ", upperAll, ". "},
	{" ", upperFirst, "=\""},
	{" ", upperAll, "='"},
	{" ", upperFirst, "='"},
}
