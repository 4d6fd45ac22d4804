package css

// calculated evaluates calc(), min() and max() behind their opening bracket (CSS Values
// 4, section 10), in pixels.
func calculated(s *Scanner, f Token, depth int) (float64, bool) {
	if depth > maxNesting || !isMath(f.Name) {
		return 0, false
	}
	v, ok := sum(s, depth)
	for ok {
		t := s.Skip()
		switch {
		case t.Is(')'), t.Kind == EOF:
			return v, true
		case !t.Is(','), EqualFold(f.Name, "calc"):
			return 0, false
		}
		var next float64
		next, ok = sum(s, depth)
		if EqualFold(f.Name, "min") {
			v = min(v, next)
		} else {
			v = max(v, next)
		}
	}
	return 0, false
}

// sum reads products with + and - between them.
func sum(s *Scanner, depth int) (float64, bool) {
	v, ok := product(s, depth)
	for ok {
		at := s.pos
		t := s.Skip()
		if !t.Is('+') && !t.Is('-') {
			s.pos = at
			return v, true
		}
		var next float64
		next, ok = product(s, depth)
		if t.Is('-') {
			next = -next
		}
		v += next
	}
	return 0, false
}

// product reads factors with * and / between them.
func product(s *Scanner, depth int) (float64, bool) {
	v, ok := factor(s, depth)
	for ok {
		at := s.pos
		t := s.Skip()
		if !t.Is('*') && !t.Is('/') {
			s.pos = at
			return v, true
		}
		var next float64
		next, ok = factor(s, depth)
		if t.Is('*') {
			v *= next
			continue
		}
		if next == 0 {
			return 0, false
		}
		v /= next
	}
	return 0, false
}

func factor(s *Scanner, depth int) (float64, bool) {
	switch t := s.Skip(); {
	case t.Kind == Number:
		return t.Number, true
	case t.Kind == Dimension:
		return scaled(t.Number, Lower(t.Name))
	case t.Kind == Function:
		return calculated(s, t, depth+1)
	case t.Is('('):
		return calculated(s, Token{Kind: Function, Name: "calc"}, depth+1)
	}
	return 0, false
}
