package h1

import (
	"bytes"
	"fmt"
	"strings"

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
}

// A headParser reads a head, fed with bytes in any portions. It is linear: every byte
// is looked at a fixed number of times.
type headParser struct {
	spent int // bytes of earlier heads, which count against the limit

	line    []byte // the present line as far as it has come
	size    int
	first   bool // the status line has been read
	section fieldSection
	head    head
}

// take hands over the finished head.
func (p *headParser) take() *head {
	p.head.size = p.size
	p.head.fields = p.section.end()
	return &p.head
}

func (p *headParser) started() bool { return p.size > 0 }

// feed takes bytes up to the end of the head at the most and says how many.
func (p *headParser) feed(b []byte) (n int, done bool, err error) {
	for n < len(b) {
		line := b[n:]
		end := bytes.IndexByte(line, '\n')
		if end >= 0 {
			line = line[:end+1]
		}
		if p.spent+p.size+len(line) > maxHead {
			return n, false, malformed(httpclient.CodeHeadTooBig, "", "the response's head is larger than %d kB", maxHead>>10)
		}
		p.line = append(p.line, line...)
		p.size += len(line)
		n += len(line)
		if err := p.plausible(); err != nil {
			return n, false, err
		}
		if end < 0 {
			return n, false, nil
		}
		if done, err := p.endLine(); done || err != nil {
			return n, done, err
		}
	}
	return n, false, nil
}

// What every status line begins with, and what those of HTTP/1 do.
const (
	protocolName = "HTTP/"
	statusStart  = "HTTP/1."
)

// plausible refuses what cannot become a status line as soon as that shows, so that
// another protocol's greeting is not waited out.
func (p *headParser) plausible() error {
	if p.first {
		return nil
	}
	n := min(len(p.line), len(statusStart))
	if string(p.line[:n]) == statusStart[:n] {
		return nil
	}
	code := httpclient.CodeMalformed
	if n = min(n, len(protocolName)); string(p.line[:n]) != statusStart[:n] {
		code = httpclient.CodeHTTP09 // as HTTP/0.9 would, the answer has no head at all
	}
	return malformed(code, "RFC 9112, section 4", "the answer does not begin with an HTTP/1 status line: %q", excerpt(p.line))
}

// endLine takes the line that has just been completed. A bare LF ends a line as CRLF
// does (RFC 9112, section 2.2).
func (p *headParser) endLine() (done bool, err error) {
	line := p.line[:len(p.line)-1]
	p.line = p.line[:0]
	if len(line) > 0 && line[len(line)-1] == '\r' {
		line = line[:len(line)-1]
	} else {
		p.head.notes.add("a line ends in LF alone", "RFC 9112, section 2.2")
	}
	if i := bytes.IndexAny(line, "\r\x00"); i >= 0 {
		return false, malformed(httpclient.CodeMalformed, "RFC 9112, section 2.2; RFC 9110, section 5.5",
			"the response's head holds %s", map[byte]string{'\r': "a bare CR", 0: "a NUL"}[line[i]])
	}
	switch {
	case !p.first:
		p.first = true
		return false, p.statusLine(line)
	case len(line) == 0:
		return true, nil
	}
	return false, p.section.add(line, &p.head.notes)
}

// statusLine reads HTTP-version SP status-code SP [reason-phrase] (RFC 9112, section 4).
func (p *headParser) statusLine(line []byte) error {
	bad := func(why string) error {
		return malformed(httpclient.CodeMalformed, "RFC 9112, section 4", "%s in the status line %q", why, excerpt(line))
	}
	s := string(line)
	rest, ok := strings.CutPrefix(s, statusStart)
	if !ok || rest == "" || !digit(rest[0]) {
		return bad("no HTTP/1 version")
	}
	p.head.version, p.head.minor = s[:len(statusStart)+1], int(rest[0]-'0')
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
	case rest == "":
		p.head.notes.add("no space behind the status code", "RFC 9112, section 4")
	case rest[0] != ' ':
		return bad("a malformed status code")
	default:
		p.head.reason = rest[1:]
	}
	if strings.ContainsFunc(p.head.reason, control) {
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
