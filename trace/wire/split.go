package wire

import (
	"bytes"

	"fetchscope/trace"
)

// A Splitter finds out what the bytes of an exchange are. Its zero value is for the
// beginning of one. Emit gets each piece when it is whole; its text is valid until Emit
// returns.
type Splitter struct {
	Emit func(Entry)
	// Secrets shows credentials and cookies.
	Secrets bool

	sent, received message
}

// A message is one direction's.
type message struct {
	data    bool   // the head is over
	begun   bool   // a byte of the head has come
	interim bool   // the head is that of an interim response, behind which comes another
	line    []byte // the beginning of a line that goes on
	size    int    // of the line, more than is kept where it is long
	head    []byte // as it is shown, of what is sent
	total   int    // of the head, as it was
	hide    trace.HeadRedactor
}

// maxLine is how much of a line is shown. A head's limits are for its reader to keep; this
// one is for what is kept of it here meanwhile.
const maxLine = 64 << 10

// Sent takes what was sent: a head, which is one piece, and data behind it.
func (s *Splitter) Sent(p []byte) {
	m := &s.sent
	for len(p) > 0 && !m.data {
		line, rest, whole := m.next(p)
		if p = rest; !whole {
			return
		}
		m.head, m.total = append(m.head, s.shown(m, line)...), m.total+m.size
		m.data = blank(line)
		m.clear()
		if m.data {
			s.Emit(Entry{SentHead, m.total, m.head})
		}
	}
	s.piece(SentData, p)
}

// Received takes what came: lines of heads, each a piece, and data.
func (s *Splitter) Received(p []byte) {
	m := &s.received
	for len(p) > 0 && !m.data {
		line, rest, whole := m.next(p)
		if p = rest; !whole {
			return
		}
		s.Emit(Entry{ReceivedHead, m.size, s.shown(m, line)})
		m.received(line)
		m.clear()
	}
	s.piece(ReceivedData, p)
}

// received finds out whether a head is over with a line, and whether another follows it
// (RFC 9110, section 15.2).
func (m *message) received(line []byte) {
	switch {
	case !m.begun && bytes.HasPrefix(line, []byte("HTTP/")):
		_, status, _ := bytes.Cut(line, []byte(" "))
		m.begun = true
		m.interim = len(status) >= 3 && status[0] == '1' && !bytes.HasPrefix(status, []byte("101"))
	case !m.begun && !blank(line):
		m.data = true // no HTTP that has heads
	case m.begun && blank(line):
		m.data, m.begun = !m.interim, false
	}
}

// Ended gives out the line that has not been ended.
func (s *Splitter) Ended() {
	m := &s.received
	if len(m.line) > 0 {
		s.Emit(Entry{ReceivedHead, m.size, s.shown(m, m.line)})
		m.clear()
	}
}

// next takes a line off p. Where that is not whole, it is kept for later.
func (m *message) next(p []byte) (line, rest []byte, whole bool) {
	n := bytes.IndexByte(p, '\n') + 1
	if whole = n > 0; !whole {
		n = len(p)
	}
	m.size += n
	if whole && len(m.line) == 0 && n <= maxLine {
		return p[:n], p[n:], true
	}
	m.line = append(m.line, p[:min(n, maxLine-len(m.line))]...)
	return m.line, p[n:], whole
}

func (m *message) clear() { m.line, m.size = m.line[:0], 0 }

func blank(line []byte) bool { return len(bytes.TrimRight(line, "\r\n")) == 0 }

// shown is a line of a head without credentials.
func (s *Splitter) shown(m *message, line []byte) []byte {
	if s.Secrets {
		return line
	}
	return []byte(m.hide.Line(string(line)))
}

func (s *Splitter) piece(k Kind, p []byte) {
	if len(p) > 0 {
		s.Emit(Entry{k, len(p), p})
	}
}
