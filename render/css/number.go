package css

import "strconv"

// startsNumber is section 4.3.10.
func (s *Scanner) startsNumber() bool {
	n := 0
	if c := s.at(0); c == '+' || c == '-' {
		n = 1
	}
	return isDigit(s.at(n)) || s.at(n) == '.' && isDigit(s.at(n+1))
}

// numeric reads a number with what follows it (sections 4.3.3 and 4.3.12).
func (s *Scanner) numeric(t *Token) {
	start := s.pos
	t.Integer = true
	if c := s.at(0); c == '+' || c == '-' {
		s.pos++
	}
	s.digits()
	if s.at(0) == '.' && isDigit(s.at(1)) {
		t.Integer = false
		s.pos++
		s.digits()
	}
	n := 1
	if c := s.at(1); c == '+' || c == '-' {
		n = 2
	}
	if low(s.at(0)) == 'e' && isDigit(s.at(n)) {
		t.Integer = false
		s.pos += n
		s.digits()
	}
	t.Number, _ = strconv.ParseFloat(s.Source[start:s.pos], 64)
	switch {
	case s.startsName():
		t.Kind, t.Name = Dimension, s.name()
	case s.at(0) == '%':
		t.Kind = Percentage
		s.pos++
	default:
		t.Kind = Number
	}
}

func (s *Scanner) digits() {
	for isDigit(s.at(0)) {
		s.pos++
	}
}
