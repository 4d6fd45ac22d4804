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
	// maxFields bounds the fields of a head: each costs more than its bytes.
	maxFields = 5000
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
}

// Notes are the leniencies of a message, each once.
type notes []trace.LenientlyRead

func (n *notes) add(what, section string) {
	note := trace.LenientlyRead{What: what, Section: section}
	for _, have := range *n {
		if have == note {
			return
		}
	}
	*n = append(*n, note)
}

// A headParser reads a head, fed with bytes in any portions. It is linear: every byte
// is looked at a fixed number of times.
type headParser struct {
	spent int // bytes of earlier heads, which count against the limit

	line  []byte // the present line as far as it has come
	size  int
	first bool // the status line has been read
	head  head
}

// take hands over the finished head.
func (p *headParser) take() *head {
	p.head.size = p.size
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

const statusStart = "HTTP/1."

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
	return malformed(httpclient.CodeMalformed, "RFC 9112, section 4", "the answer does not begin with an HTTP/1 status line: %q", excerpt(p.line))
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
	return false, addField(&p.head.fields, line, p.head.notes.add)
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
	if p.head.status < 100 {
		return bad("a status code below 100")
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

// addField reads a field line and appends it, or what continues the last one
// (obs-fold; RFC 9112, sections 5.1 and 5.2).
func addField(fields *httpclient.Fields, line []byte, note func(what, section string)) error {
	if line[0] == ' ' || line[0] == '\t' {
		return fold(*fields, line, note)
	}
	if len(*fields) == maxFields {
		return malformed(httpclient.CodeHeadTooBig, "", "more than %d fields", maxFields)
	}
	name, value, ok := strings.Cut(string(line), ":")
	if !ok {
		return malformed(httpclient.CodeMalformed, "RFC 9112, section 5", "a field line without a colon: %q", excerpt(line))
	}
	if trimmed := strings.TrimRight(name, " \t"); trimmed != name {
		note("white space before the colon of a field", "RFC 9112, section 5.1")
		name = trimmed
	}
	if !token(name) {
		return malformed(httpclient.CodeMalformed, "RFC 9110, section 5.1", "%q is not a field name", excerpt([]byte(name)))
	}
	value = strings.Trim(value, " \t")
	if strings.ContainsFunc(value, control) {
		note("control characters in a field's value", "RFC 9110, section 5.5")
	}
	*fields = append(*fields, httpclient.Field{Name: name, Value: value})
	return nil
}

// fold replaces a line break within a value by a space (RFC 9112, section 5.2).
func fold(fields httpclient.Fields, line []byte, note func(what, section string)) error {
	if len(fields) == 0 {
		return malformed(httpclient.CodeMalformed, "RFC 9112, section 2.2", "white space before the first field")
	}
	note("a field is folded over several lines", "RFC 9112, section 5.2")
	last := &fields[len(fields)-1]
	last.Value = strings.Trim(last.Value+" "+strings.Trim(string(line), " \t"), " \t")
	return nil
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// control says whether r is a control character other than HTAB.
func control(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }

// token says whether s is a token (RFC 9110, section 5.6.2).
func token(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || digit(c) || strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0) {
			return false
		}
	}
	return s != ""
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
