package h1

import (
	"bytes"
	"fmt"

	"fetchscope/httpclient"
	"fetchscope/trace"
)

// Limits of what a peer can make us keep.
const (
	// maxHead bounds all heads of a response together, interim ones included. The
	// largest in real use are cookies of some tens of kilobytes; curl's limit is the same.
	maxHead = 300 << 10
	// maxInterim bounds interim responses: real servers send a few 102 or 103.
	maxInterim = 64
)

// A head is the start of a response: status line and fields (RFC 9112, section 4).
type head struct {
	version string
	minor   int
	status  int
	reason  string
	fields  httpclient.Fields
	size    int // bytes on the wire, through the empty line
	notes   notes
	// faulty says that another reader may find another end: the connection is then
	// not used again (RFC 9112, section 6.1).
	faulty bool
	// refused is the field that the framing cannot be told for.
	refused int
}

// A headParser reads a head, fed with bytes in any portions. It is linear: every byte
// is looked at a fixed number of times. A head that comes in one portion is read where it
// is, and what is kept of any is copied once, as one string.
type headParser struct {
	spent int // bytes of earlier heads, which count against the limit

	kept    []byte // what came in earlier portions
	begin   int    // of the present line
	seen    int    // up to here that line has no end
	first   bool   // the status line has been read
	reason  piece
	section fieldSection
	head    head
	// text are the lines that were read, the empty one included: the head, or what came
	// before the line that is wrong.
	text []byte
}

// A ResponseHead is the head of a response that is parsed by itself. Each Parse uses the
// memory of the last again, but for the strings.
type ResponseHead struct {
	Version string
	Status  int
	Reason  string
	Fields  httpclient.Fields

	p headParser
}

// Parse reads the head at the beginning of raw, as an exchange reads it off its connection,
// and says how many bytes it takes. One that is not whole is malformed.
func (h *ResponseHead) Parse(raw []byte) (int, error) {
	h.p.reset(0)
	n, done, err := h.p.feed(raw)
	if err == nil && !done {
		err = incomplete()
	}
	if err != nil {
		return 0, err
	}
	h.p.head.fields = h.Fields
	head := h.p.take()
	h.Version, h.Status, h.Reason, h.Fields = head.version, head.status, head.reason, head.fields
	return n, nil
}

// reset makes the parser ready for a head behind others that took so many bytes. The memory
// is used again, but what it handed over is not.
func (p *headParser) reset(spent int) {
	*p = headParser{spent: spent, kept: p.kept[:0], section: fieldSection{spans: p.section.spans[:0], folded: p.section.folded[:0]}}
}

// incomplete is the error of a head that ends before its end.
func incomplete() error {
	return malformed(httpclient.CodeMalformed, "RFC 9112, section 8", "the response ended within its head")
}

// take hands over the finished head.
func (p *headParser) take() *head {
	text := string(p.text)
	p.head.size = len(text)
	p.head.version = text[:len(statusStart)+1]
	p.head.reason = p.reason.of(text)
	p.head.fields = p.section.fields(text, p.head.fields)
	return &p.head
}

func (p *headParser) started() bool { return p.begin > 0 || p.seen > 0 }

// feed takes bytes up to the end of the head at the most and says how many; none where
// there is an error.
func (p *headParser) feed(b []byte) (n int, done bool, err error) {
	in, before := b, len(p.kept)
	if before > 0 {
		p.kept = append(p.kept, b[:min(len(b), maxHead+1-before)]...)
		in = p.kept
	}
	done, err = p.lines(in)
	p.text = in[:p.begin]
	switch {
	case err != nil:
		p.kept = p.kept[:before]
		return 0, false, err
	case done:
		return p.begin - before, true, nil
	case before == 0:
		p.kept = append(p.kept, b...)
		p.text = p.kept[:p.begin]
	}
	return len(b), false, nil
}

// lines reads the lines that are complete. begin is then behind the last that was read.
func (p *headParser) lines(in []byte) (done bool, err error) {
	if !p.first {
		if err := plausible(in); err != nil {
			return false, err
		}
	}
	for !done {
		if p.first && p.seen == p.begin {
			if next := p.section.plain(in, p.begin); next > 0 && p.spent+next <= maxHead {
				p.begin, p.seen = next, next
				continue
			}
		}
		n := bytes.IndexByte(in[p.seen:], '\n')
		if n < 0 {
			p.seen = len(in)
			break
		}
		end := p.seen + n
		if p.spent+end >= maxHead {
			break
		}
		if done, err = p.endLine(in[:end]); err != nil {
			return false, err
		}
		p.begin, p.seen = end+1, end+1
	}
	if !done && p.spent+len(in) > maxHead {
		return false, malformed(httpclient.CodeHeadTooBig, "", "the response's head is larger than %d kB", maxHead>>10)
	}
	return done, nil
}

// What every status line begins with, and what those of HTTP/1 do.
const (
	protocolName = "HTTP/"
	statusStart  = "HTTP/1."
)

// plausible refuses what cannot become a status line as soon as that shows, so that
// another protocol's greeting is not waited out.
func plausible(line []byte) error {
	n := min(len(line), len(statusStart))
	if string(line[:n]) == statusStart[:n] {
		return nil
	}
	code := httpclient.CodeBadStatus
	if n = min(n, len(protocolName)); string(line[:n]) != statusStart[:n] {
		code = httpclient.CodeHTTP09 // as HTTP/0.9 would, the answer has no head at all
	}
	return malformed(code, "RFC 9112, section 4", "the answer does not begin with an HTTP/1 status line: %q", excerpt(line))
}

// endLine takes the present line, which has just been completed and ends before the LF. A
// bare LF ends a line as CRLF does (RFC 9112, section 2.2).
func (p *headParser) endLine(in []byte) (done bool, err error) {
	if end := len(in) - 1; end >= p.begin && in[end] == '\r' {
		in = in[:end]
	} else {
		p.head.notes.add("a line ends in LF alone", "RFC 9112, section 2.2")
	}
	line := in[p.begin:]
	if len(line) == 0 && p.first {
		return true, nil
	}
	if err := forbidden(line); err != nil {
		return false, err
	}
	switch {
	case !p.first:
		p.first = true
		return false, p.statusLine(line)
	case len(p.section.spans) == 0 && blank(line[0]):
		// It belongs to no field, and readers that take it for one would see other fields.
		p.head.faulty = true
		p.head.notes.add("a line with white space before the first field, passed over", "RFC 9112, section 2.2")
		return false, nil
	}
	return false, p.section.add(in, p.begin, &p.head.notes)
}

// forbidden is the error of a line that holds what readers disagree on.
func forbidden(line []byte) error {
	i := bytes.IndexAny(line, "\r\x00")
	if i < 0 {
		return nil
	}
	what := "a NUL"
	if line[i] == '\r' {
		what = "a bare CR"
	}
	return malformed(httpclient.CodeMalformed, "RFC 9112, section 2.2; RFC 9110, section 5.5", "the response's head holds %s", what)
}

// statusLine reads HTTP-version SP status-code SP [reason-phrase] (RFC 9112, section 4).
func (p *headParser) statusLine(line []byte) error {
	bad := func(why string) error {
		return malformed(httpclient.CodeBadStatus, "RFC 9112, section 4", "%s in the status line %q", why, excerpt(line))
	}
	rest := line[min(len(line), len(statusStart)):]
	if len(rest) == 0 || !digit(rest[0]) {
		return bad("no HTTP/1 version")
	}
	p.head.minor = int(rest[0] - '0')
	rest = rest[1:]
	if len(rest) < 4 || rest[0] != ' ' || !digit(rest[1]) || !digit(rest[2]) || !digit(rest[3]) {
		return bad("no status code")
	}
	p.head.status = int(rest[1]-'0')*100 + int(rest[2]-'0')*10 + int(rest[3]-'0')
	switch {
	case p.head.status < 100:
		return bad("a status code below 100")
	case p.head.status > 599: // read as a server error would be
		p.head.notes.add("a status code above 599", "RFC 9110, section 15")
	}
	rest = rest[4:]
	switch {
	case len(rest) == 0:
		p.head.notes.add("no space behind the status code", "RFC 9112, section 4")
	case rest[0] != ' ':
		return bad("a malformed status code")
	default:
		p.reason = piece{int32(len(line) - len(rest) + 1), int32(len(line))}
	}
	if bytes.ContainsFunc(rest, control) {
		p.head.notes.add("control characters in the reason phrase", "RFC 9112, section 4")
	}
	return nil
}

// excerptSize is how much of a bad line an error quotes.
const excerptSize = 40

func excerpt(line []byte) string {
	if len(line) > excerptSize {
		return string(line[:excerptSize]) + "…"
	}
	return string(line)
}

// malformed is an error about what the peer sent.
func malformed(code trace.Code, section, format string, args ...any) error {
	return &httpclient.Error{Phase: trace.Receive, Code: code, Section: section, Err: fmt.Errorf(format, args...)}
}
