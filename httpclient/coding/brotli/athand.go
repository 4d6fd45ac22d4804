package brotli

// wordsAtHand are the words that are loaded for a command without its literals: for its
// symbol and the number of those, for how much is repeated, for the distance.
const wordsAtHand = 3

// readAtHand reads whole commands, as long as nothing stands in the way: all of them is at
// hand, in blocks that go on. It does what readPart does without asking at each turn.
func (r *Reader) readAtHand(full int) (err error) {
	s := r.in.cursor
	for err == nil && r.phase == inCommand && r.left > 0 && len(r.out) < full && r.ready(s) {
		if s, err = r.commandAtHand(s); err != nil {
			break
		}
		if r.insert > 0 {
			s = r.literalsAtHand(s, full)
		}
		if r.phase != inDistance || r.left == 0 || !r.ready(s) {
			break
		}
		if s, err = r.distanceAtHand(s); r.phase == inCopy && err == nil {
			r.repeat(full)
		}
	}
	r.in.cursor = s
	return err
}

// ready says whether a command can be read.
func (r *Reader) ready(s cursor) bool {
	b := &r.blocks
	return s.pos+wordsAtHand*word <= len(r.in.b) && b[ofCommands].left > 0 && b[ofLiterals].left > 0 && b[ofDistances].left > 0
}

// symbol reads a symbol that there is.
func (s cursor) symbol(c []entry) (int, cursor) {
	e := find(c, s.acc)
	return e.symbol(), s.behind(e.size())
}

func (r *Reader) commandAtHand(s cursor) (cursor, error) {
	s = s.full(r.in.b)
	symbol, s := s.symbol(r.codes[ofCommands].at(r.blocks[ofCommands].current))
	c := r.begun(symbol)
	insert, s := s.take(c.insertExtra)
	s = s.full(r.in.b)
	again, s := s.take(c.copyExtra)
	return s, r.sized(insert, again)
}

func (r *Reader) distanceAtHand(s cursor) (cursor, error) {
	if r.implicit {
		return s, r.reached(0, r.last[0])
	}
	s = s.full(r.in.b)
	symbol, s := s.symbol(r.distanceCode())
	base, extra := r.distanceOf(symbol)
	more, s := s.take(extra)
	return s, r.reached(symbol, base+more<<r.postfix)
}
