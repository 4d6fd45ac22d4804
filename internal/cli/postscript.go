package cli

import (
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"fetchscope/internal/fetch"
	"fetchscope/internal/weburl"
	"fetchscope/trace"
	"fetchscope/trace/writeout"
)

// readWriteOut reads the format of -w. Of a file the line breaks are left out, as curl
// does, so that it can be laid out in lines.
func (p *program) readWriteOut() error {
	format := p.s.writeOut
	if name, ok := strings.CutPrefix(format, "@"); ok {
		b, err := p.readFile(name)
		if err != nil {
			return &statusError{status: statusRead, code: codeUsage, err: err}
		}
		format = string(slices.DeleteFunc(b, func(c byte) bool { return c == '\r' || c == '\n' || c == 0 }))
	}
	if format != "" {
		p.writeOut = writeout.Parse(format)
	}
	return nil
}

// writesBeside says whether anything but the result is to go to stdout.
func (p *program) writesBeside() bool {
	return p.s.dumpHeader == "-" || p.s.wire == "-" || slices.Contains(p.s.outputs, output{file: "-"}) ||
		p.writeOut != nil && p.writeOut.Stdout()
}

// A postscript is what -w writes behind the transfer of one URL. A nil one writes nothing.
type postscript struct {
	p      *program
	word   string
	number int
	url    *weburl.URL // nil where the word is none
	body   *fetch.Payload
}

func (p *program) postscript(word string, number int, body *fetch.Payload) *postscript {
	if p.writeOut == nil {
		return nil
	}
	return &postscript{p: p, word: word, number: number, body: body}
}

// of adds the URL.
func (s *postscript) of(u *weburl.URL) *postscript {
	if s != nil {
		s.url = u
	}
	return s
}

// write writes it. rec and d are nil where nothing was fetched.
func (s *postscript) write(doc *trace.Document, rec *trace.Recorder, d *delivery) {
	if s == nil {
		return
	}
	t := &writeout.Transfer{
		Document: doc, URL: s.word, Effective: s.word, Number: s.number, URLNumber: s.number,
		Method: "GET", Version: "fetchscope/" + version(), Now: time.Now(),
	}
	last := s.url
	if rec != nil {
		last = s.take(t, rec)
	}
	if d != nil {
		t.HeadBytes, t.Filename = d.headBytes, d.to.file
	}
	if s.url != nil {
		t.Method = s.p.s.fetch.FirstMethod(s.body)
		t.Given, t.Last, t.Effective = parts(s.url), parts(last), asTyped(last, s.url, s.word)
	}
	s.p.writeOut.Write(t, writeout.Streams{
		Stdout: writeout.Stream{W: s.p.stdout, Terminal: s.p.out.Terminal},
		Stderr: writeout.Stream{W: s.p.stderr, Terminal: s.p.err.Terminal},
		Open:   openWriteOut,
	})
}

// take takes what was recorded that the document hides or cuts short, and returns the URL
// that was asked for last.
func (s *postscript) take(t *writeout.Transfer, rec *trace.Recorder) (last *weburl.URL) {
	last = s.url
	answered := false
	for _, r := range rec.Records() {
		switch e := r.Event.(type) {
		case trace.ExchangeStarted:
			if u, err := weburl.Parse(e.URL); err == nil {
				last, answered = u, false
			}
		case trace.RequestStarted:
			t.Request = e.Headers
		case trace.HeadReceived:
			t.Heads, answered = append(t.Heads, e.Headers), true
		}
	}
	if answered {
		t.Redirect = redirect(last, t)
	}
	return last
}

// redirect is where the last response leads, "" where nowhere.
func redirect(from *weburl.URL, t *writeout.Transfer) string {
	r := t.Document.Last().Response
	if r == nil || r.Status < 300 || r.Status > 399 {
		return ""
	}
	for _, f := range t.Heads[len(t.Heads)-1] {
		if strings.EqualFold(f[0], "Location") {
			if u, err := from.Parse(f[1]); err == nil {
				return u.Href()
			}
		}
	}
	return ""
}

// parts takes a URL to pieces.
func parts(u *weburl.URL) writeout.Parts {
	out := writeout.Parts{
		Scheme: u.Scheme(), User: u.Username(), Password: u.Password(), Host: u.Hostname(), Port: u.Port(),
		Path: u.Pathname(), Query: strings.TrimPrefix(u.Search(), "?"), Fragment: strings.TrimPrefix(u.Hash(), "#"),
	}
	if port := u.EffectivePort(); out.Port == "" && port != 0 {
		out.Port = strconv.Itoa(int(port))
	}
	return out
}

// asTyped is a URL with its host as the person wrote it, where that is the same host and
// was not written in ASCII.
func asTyped(u, typed *weburl.URL, word string) string {
	_, rest, ok := strings.Cut(word, "://")
	if !ok {
		rest = word
	}
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		rest = rest[:end]
	}
	host := rest[strings.LastIndexByte(rest, '@')+1:]
	if i := strings.LastIndexByte(host, ':'); i >= 0 {
		host = host[:i]
	}
	ascii := !strings.ContainsFunc(host, func(r rune) bool { return r >= 0x80 })
	if ascii || u.Hostname() != typed.Hostname() {
		return u.Href()
	}
	return strings.Replace(u.Href(), u.Hostname(), host, 1)
}

// openWriteOut opens a file that %output names.
func openWriteOut(name string, appending bool) (io.WriteCloser, error) {
	how := os.O_TRUNC
	if appending {
		how = os.O_APPEND
	}
	return os.OpenFile(name, os.O_CREATE|os.O_WRONLY|how, 0o666)
}
