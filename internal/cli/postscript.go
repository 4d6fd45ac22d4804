package cli

import (
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"fetchscope/internal/weburl"
	"fetchscope/trace"
	"fetchscope/trace/writeout"
)

// readWriteOut reads the format of -w. Of a file the line breaks are left out, as curl
// does, so that it can be laid out in lines.
func (p *operation) readWriteOut() error {
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
func (p *operation) writesBeside() bool {
	return p.s.dumpHeader == "-" || p.wireTo == "-" || slices.Contains(p.s.outputs, output{file: "-"}) ||
		p.writeOut != nil && p.writeOut.Stdout()
}

// postscript writes what -w wants behind a transfer. rec and d are nil where nothing was
// fetched.
func (t *transfer) postscript(doc *trace.Document, rec *trace.Recorder, d *delivery) {
	if t.writeOut == nil {
		return
	}
	out := &writeout.Transfer{
		Document: doc, URL: t.word, Effective: t.word, Number: t.number, URLNumber: t.urlNumber,
		Queued: trace.Time(t.queued), Method: "GET", Version: "fetchscope/" + version(), Now: time.Now(),
	}
	last := t.url
	if rec != nil {
		last = lastOf(out, rec, t.url)
	}
	if d != nil {
		out.HeadBytes, out.Filename, out.Retries = d.headBytes, d.to.file, d.retries
	}
	if t.url != nil {
		out.Method = t.s.fetch.FirstMethod(t.body)
		out.Given, out.Last, out.Effective = parts(t.url), parts(last), asTyped(last, t.url, t.word)
	}
	t.writeOut.Write(out, writeout.Streams{
		Stdout: writeout.Stream{W: t.stdout, Terminal: t.out.Terminal},
		Stderr: writeout.Stream{W: t.stderr, Terminal: t.err.Terminal},
		Open:   openWriteOut,
	})
}

// lastOf takes what was recorded that the document hides or cuts short, and returns the URL
// that was asked for last.
func lastOf(t *writeout.Transfer, rec *trace.Recorder, first *weburl.URL) (last *weburl.URL) {
	last = first
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
