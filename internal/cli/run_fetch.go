package cli

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"fetchscope/internal/fetch"
	"fetchscope/internal/weburl"
	"fetchscope/trace"
)

// fetch goes through the operations. As with curl the status is that of the last URL.
func (p *program) fetch(ctx context.Context) error {
	if err := p.completeAll(ctx); err != nil {
		return err
	}
	if err := p.openCapture(); err != nil {
		return err
	}
	p.openKeys()
	p.openWire()
	defer p.wire.close()
	fetch := p.fetchAll
	if p.parallel && !p.dryRun && p.several() {
		fetch = p.fetchBeside
	}
	last := fetch(ctx)
	// The person has the result, and should have the reason why there is none.
	if ended := (*statusError)(nil); errors.As(last, &ended) {
		p.tell(ended)
	}
	_ = p.fetches.Close()
	p.sendSpans(ctx)
	if err := errors.Join(p.putGathered(), p.keys.close(), p.closeCapture()); last == nil {
		last = err
	}
	return last
}

// fetchAll fetches one URL after the other, and returns the error of the last.
func (p *program) fetchAll(ctx context.Context) error {
	q := &queue{p: p}
	defer q.end()
	l := newLane(q)
	defer l.line.Close()
	var last error
	for {
		t, err := l.take()
		if err != nil {
			return err
		}
		if t == nil {
			return last
		}
		if last != nil {
			p.exit(last)
		}
		if last = t.fetch(ctx, l); ctx.Err() != nil || p.stopped(last) {
			return last
		}
	}
}

// parseURL reads a word as a URL: without a scheme it is http, as with curl, or that of
// --proto-default.
func (p *operation) parseURL(word string) (*weburl.URL, error) {
	parse := weburl.Parse
	if p.s.pathAsIs {
		parse = weburl.ParseAsIs
	}
	if p.s.base != "" {
		base, err := parse(p.s.base)
		if err != nil {
			return nil, err
		}
		return base.Parse(word)
	}
	if scheme, rest, ok := strings.Cut(word, ":"); ok && !strings.HasPrefix(rest, "//") && !knownScheme(scheme) && port(rest) {
		return parse(p.scheme() + word)
	} else if !ok {
		return parse(p.scheme() + word)
	}
	return parse(word)
}

// scheme is what a URL begins with that names none.
func (p *operation) scheme() string { return cmp.Or(p.s.scheme, "http") + "://" }

// knownScheme says whether a word before a colon is a scheme rather than a host.
func knownScheme(s string) bool {
	return slices.Contains([]string{"http", "https", "ftp", "file", "ws", "wss"}, strings.ToLower(strings.TrimSpace(s)))
}

// port says whether what follows a colon is a port, or the rest of a host's name or
// address, rather than what follows a scheme.
func port(rest string) bool {
	digits := strings.TrimLeft(rest, "0123456789")
	return len(digits) < len(rest) && (digits == "" || strings.ContainsRune("/?#", rune(digits[0])))
}

// target is the URL that a word means, with what goes into its query or path, and what is
// sent there. The error is a *weburl.Error, or that of a file.
func (p *operation) target(t *transfer) (*weburl.URL, *fetch.Payload, error) {
	u, err := p.parseURL(t.word)
	if err == nil {
		u, err = p.withQuery(u)
	}
	if err != nil {
		return nil, nil, err
	}
	body, u, err := p.upload(u, t.upload)
	return u, body, err
}

// fetch fetches it and shows what came of it.
func (t *transfer) fetch(ctx context.Context, l *lane) error {
	p := t.operation
	if t.bad != nil {
		return t.refuse(t.word, t.bad)
	}
	u, body, err := p.target(t)
	t.body = body
	var bad *weburl.Error
	switch {
	case errors.As(err, &bad):
		return t.refuse(t.word, &fetch.Failure{Phase: trace.InURL, Code: fetch.CodeBadURL, Err: err})
	case err != nil:
		return err
	}
	t.url = u
	if p.parallel {
		t.queued = time.Since(p.begun)
	}
	if p.dryRun {
		return t.tellOnly()
	}
	if err := fetch.Fetchable(u); err != nil {
		return t.refuse(u.Redacted(), &fetch.Failure{Phase: trace.InURL, Code: fetch.CodeScheme, Err: err})
	}
	d := t.delivery()
	if d.skips() {
		return nil
	}
	if failure := p.check(d); failure != nil {
		_ = d.close()
		return t.refuse(u.Href(), failure)
	}
	if p.byAddress {
		return t.byEachAddress(ctx)
	}
	return t.send(ctx, l, d)
}

// send sends the request and delivers the response.
func (t *transfer) send(ctx context.Context, l *lane, d *delivery) error {
	p := t.operation
	var lines *jsonLines
	if p.format == "jsonl" {
		lines = newJSONLines(p.stdout, p.secrets, t.number)
	}
	rec := l.recorder(p.sink(lines))
	err := p.fetcher.On(&l.line).Send(ctx, rec, t.url, t.body, d)
	if lines != nil {
		err = errors.Join(err, lines.close())
	}
	if !p.parallel {
		p.wire.flush()
	}
	if err = errors.Join(err, d.close()); err != nil {
		err = errors.Join(err, d.abandon())
	} else {
		d.date()
	}
	return t.finish(l, rec, d, err)
}

// sink is who sees what happens as it does, nil for nobody.
func (p *program) sink(lines *jsonLines) trace.Sink {
	switch {
	case lines != nil && p.wire != nil:
		return sinks{lines, p.wire}
	case lines != nil:
		return lines
	case p.wire != nil:
		return p.wire
	}
	return nil
}

// sinks are several that see the same.
type sinks []trace.Sink

// Put hands a record to each.
func (s sinks) Put(r trace.Record) {
	for _, sink := range s {
		sink.Put(r)
	}
}

// check looks for what is bound to fail in the files that a fetch needs, before anything
// goes out for it.
func (p *operation) check(d *delivery) *fetch.Failure {
	if err := d.check(); err != nil {
		return &fetch.Failure{Phase: trace.InOutput, Code: fetch.CodeWrite, Err: err}
	}
	return p.fetcher.Check(d.url)
}

// refuse tells of a URL that is not fetched at all.
func (t *transfer) refuse(url string, f *fetch.Failure) error {
	ended := &statusError{status: status(f.Phase, f.Code), code: f.Code, hint: f.Hint, err: f.Err}
	if t.dryRun {
		return ended
	}
	t.showing.Lock()
	defer t.showing.Unlock()
	rec := trace.NewRecorder(nil)
	doc := trace.Fold(nil, trace.FoldOptions{URL: url, Started: rec.Started(), Secrets: t.secrets})
	doc.Error = &trace.Error{Phase: f.Phase, Code: f.Code, Message: trace.Text(f.Error()), Hint: f.Hint}
	doc.ExitCode = ended.status
	defer t.postscript(doc, nil, nil)
	if err := t.endLines(doc); err != nil {
		return err
	}
	return t.show(doc, nil, ended)
}

// finish makes the document and shows it.
func (t *transfer) finish(l *lane, rec *trace.Recorder, d *delivery, err error) error {
	t.showing.Lock()
	defer t.showing.Unlock()
	if rec == nil {
		if err == nil {
			return d.settle()
		}
		rec = failed(t.url, err)
	}
	doc, ended := t.document(rec, t.url, &l.carried, err)
	t.keepBodies(doc, d)
	t.keepSpans(doc)
	defer t.postscript(doc, rec, d)
	if err := t.endLines(doc); err != nil {
		return err
	}
	return t.show(doc, d, ended)
}

// document makes the document of a fetch; ended is its error with the status.
func (p *program) document(rec *trace.Recorder, u *weburl.URL, carried *trace.Carried, err error) (doc *trace.Document, ended *statusError) {
	doc = trace.Fold(rec.Records(), trace.FoldOptions{
		URL: u.Href(), Started: rec.Started(), Secrets: p.secrets, Carried: carried,
	})
	if p.pcap != "" {
		p.documents = append(p.documents, doc)
	}
	if err != nil {
		ended = p.ended(doc, err)
		doc.ExitCode = ended.status
	}
	return doc, ended
}

// failed is a record of a fetch that nobody watched, with what ended it.
func failed(u *weburl.URL, err error) *trace.Recorder {
	rec := trace.NewRecorder(nil)
	var f *fetch.Failure
	if errors.As(err, &f) {
		sc := rec.Scope(0)
		sc.Emit(trace.ExchangeStarted{URL: u.Href(), Why: "first"})
		sc.Emit(f.Event())
	}
	return rec
}

// ended is the error of a fetch with its status. What failed behind the last exchange
// enters the document here.
func (p *program) ended(doc *trace.Document, err error) *statusError {
	var f *fetch.Failure
	if errors.As(err, &f) && doc.Error != nil {
		e := doc.Error
		return &statusError{status: status(e.Phase, e.Code), code: e.Code, hint: e.Hint, err: errors.New(e.Message)}
	}
	doc.Error = &trace.Error{Phase: trace.InOutput, Code: fetch.CodeWrite, Message: trace.Text(err.Error())}
	return &statusError{status: statusWrite, code: fetch.CodeWrite, err: err}
}
