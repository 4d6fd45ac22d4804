package zstd

// The codes for lengths and offsets (RFC 8878, section 3.1.1.3.2.1.1): each is a number to
// which further bits are added.

// maxOffsetCode is that of offsets from 1 GB on, far beyond any window here.
const maxOffsetCode = 30

func offsetCode(symbol int) (base uint32, extra uint8) { return 1 << symbol, uint8(symbol) }

// literalExtra are how many bits are added to each code of a literals' length, whose
// numbers follow one another.
var literalExtra = [36]uint8{
	16: 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
}

func literalCode(symbol int) (base uint32, extra uint8) {
	for _, e := range literalExtra[:symbol] {
		base += 1 << e
	}
	return base, literalExtra[symbol]
}

// matchExtra are the same for the length of a match, which is 3 at least.
var matchExtra = [53]uint8{
	32: 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
}

func matchCode(symbol int) (base uint32, extra uint8) {
	base = 3
	for _, e := range matchExtra[:symbol] {
		base += 1 << e
	}
	return base, matchExtra[symbol]
}

// The distributions of blocks that bring none (section 3.1.1.3.2.2).
var (
	standardLiterals = distribution{log: 6, size: 36, counts: [maxSymbols]int16{
		4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1,
	}}
	standardOffsets = distribution{log: 5, size: 29, counts: [maxSymbols]int16{
		1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1,
	}}
	standardMatches = distribution{log: 6, size: 53, counts: [maxSymbols]int16{
		1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
		-1, -1, -1, -1, -1, -1, -1,
	}}
)
