package zstd

import "sync"

// The codes of a sequence (RFC 8878, section 3.1.1.3.2).
const (
	literalLengths = iota
	offsets
	matchLengths
)

// Modes of their tables (section 3.1.1.3.2.1.1).
const (
	modePredefined = iota
	modeRLE
	modeFSE
	modeRepeat
)

// A coded is what there is to know of the codes of one kind.
type coded struct {
	symbols int
	maxLog  uint8
	code    meaning
	// standard is how often the codes stand in blocks that do not say (section
	// 3.1.1.3.2.2).
	standard *distribution
}

// kinds are those of a sequence's codes, in the order of their tables.
var kinds = [3]coded{
	{len(literalExtra), 9, literalCode, &standardLiterals},
	{maxOffsetCode + 1, 8, offsetCode, &standardOffsets},
	{len(matchExtra), 9, matchCode, &standardMatches},
}

// standards are the tables of the standard distributions, once they have been needed.
var standards [3]struct {
	once  sync.Once
	table table
}

func standardTable(i int) table {
	s := &standards[i]
	s.once.Do(func() { s.table = kinds[i].standard.build(nil, kinds[i].code) })
	return s.table
}

// readSequences reads the sequences, each of which copies literals and then repeats what
// came before, and adds what comes of it to out.
func (r *Reader) readSequences(b []byte) error {
	n, b, err := sequenceCount(b)
	if err != nil {
		return err
	}
	if n == 0 {
		if len(b) > 0 {
			return corrupt("3.1.1.3.2.1", "more follows a block without sequences")
		}
		r.out = append(r.out, r.literal...)
		return nil
	}
	modes := b[0]
	if modes&3 != 0 {
		return corrupt("3.1.1.3.2.1.1", "the reserved bits of the modes are set")
	}
	b = b[1:]
	for i := range kinds {
		if b, err = r.readTable(i, modes>>(6-2*i)&3, b); err != nil {
			return err
		}
	}
	return r.execute(n, b)
}

// sequenceCount reads how many there are (section 3.1.1.3.2.1). Where there are any, more
// follows.
func sequenceCount(b []byte) (n int, rest []byte, err error) {
	size := 1
	switch {
	case len(b) > 0 && b[0] == 255:
		size = 3
	case len(b) > 0 && b[0] >= 128:
		size = 2
	}
	if len(b) < size {
		return 0, nil, corrupt("3.1.1.3.2.1", "a block without sequences")
	}
	switch size {
	case 1:
		n = int(b[0])
	case 2:
		n = int(b[0]-128)<<8 | int(b[1])
	default:
		n = int(b[1]) + int(b[2])<<8 + 0x7f00
	}
	if n > 0 && len(b) == size {
		return 0, nil, corrupt("3.1.1.3.2.1", "sequences that are cut short")
	}
	return n, b[size:], nil
}

// readTable reads the table of one kind of codes (section 3.1.1.3.2.1).
func (r *Reader) readTable(i int, mode byte, b []byte) (rest []byte, err error) {
	kind, t := &kinds[i], &r.tables[i]
	switch mode {
	case modePredefined:
		*t = standardTable(i)
	case modeRLE:
		if len(b) == 0 || int(b[0]) >= kind.symbols {
			return nil, corrupt("3.1.1.3.2.1.1", "no code to repeat")
		}
		base, extra := kind.code(int(b[0]))
		*t = table{entries: []entry{{base: base, extra: extra}}}
		b = b[1:]
	case modeFSE:
		var d distribution
		if d, b, err = readDistribution(b, kind.maxLog, kind.symbols); err != nil {
			return nil, err
		}
		*t = d.build(r.rooms[i], kind.code)
		r.rooms[i] = t.entries
	case modeRepeat:
		if t.entries == nil {
			return nil, corrupt("3.1.1.3.2.1.1", "the last table, where there was none")
		}
	}
	return b, nil
}

// execute decodes n sequences, which must take up all of b (section 3.1.1.4).
func (r *Reader) execute(n int, b []byte) error {
	var in backward
	if !in.begin(b) {
		return corrupt("3.1.1.3.2.1.2", "sequences without their mark")
	}
	literals, offsets, matches := &r.tables[literalLengths], &r.tables[offsets], &r.tables[matchLengths]
	first, second, third := in.take(literals.log), in.take(offsets.log), in.take(matches.log)
	out, rest, end := r.out, r.literal, len(r.out)+r.most()
	for ; n > 0; n-- {
		ll, of, ml := literals.entries[first], offsets.entries[second], matches.entries[third]
		in.fill()
		offset := int(of.base + in.take(of.extra))
		in.fill()
		match := int(ml.base + in.take(ml.extra))
		count := int(ll.base + in.take(ll.extra))
		if in.fill(); n > 1 {
			first = uint32(ll.next) + in.take(ll.bits)
			third = uint32(ml.next) + in.take(ml.bits)
			second = uint32(of.next) + in.take(of.bits)
		}
		offset = r.repeat(offset, count)
		if in.over() || count > len(rest) || len(out)+count+match > end {
			return corrupt("3.1.1.4", "a sequence that goes beyond its block")
		}
		out = append(out, rest[:count]...)
		rest = rest[count:]
		if offset <= 0 || offset > len(out) || offset > r.window {
			return corrupt("3.1.1.4", "an offset of %d with %d bytes before", offset, len(out))
		}
		out = again(out, offset, match)
	}
	if in.fill(); !in.done() || len(out)+len(rest) > end {
		return corrupt("3.1.1.3.2.1.2", "sequences of another size than they say")
	}
	r.out = append(out, rest...)
	return nil
}

// again adds n bytes to p which stand so far before its end, and which they may overlap.
// There is room for them.
func again(p []byte, offset, n int) []byte {
	from, at := len(p)-offset, len(p)
	p = p[:at+n]
	if offset >= n {
		copy(p[at:], p[from:from+n])
		return p
	}
	for at < len(p) {
		at += copy(p[at:], p[from:at])
	}
	return p
}

// repeat finds the offset that a code's value stands for: one of the last three, or one
// of its own (section 3.1.1.5).
func (r *Reader) repeat(value, literals int) int {
	if value > 3 {
		r.repeats = [3]int{value - 3, r.repeats[0], r.repeats[1]}
		return r.repeats[0]
	}
	if literals == 0 {
		value++
	}
	last := &r.repeats
	switch value {
	case 1:
	case 2:
		last[0], last[1] = last[1], last[0]
	case 3:
		last[0], last[1], last[2] = last[2], last[0], last[1]
	default:
		last[0], last[1], last[2] = last[0]-1, last[0], last[1]
	}
	return last[0]
}
