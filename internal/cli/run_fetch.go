package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"fetchscope/internal/fetch"
	"fetchscope/internal/weburl"
	"fetchscope/trace"
	"fetchscope/trace/ladder"
	"fetchscope/trace/timeline"
)

// fetch takes each word as a URL. As with curl the status is that of the last one.
func (p *program) fetch(ctx context.Context, words []string) error {
	if err := p.complete(ctx); err != nil {
		return err
	}
	if err := p.checkPartial(len(words)); err != nil {
		return err
	}
	if err := p.openCapture(); err != nil {
		return err
	}
	p.openKeys()
	p.openWire()
	defer p.wire.close()
	if p.s.outwait {
		p.s.fetch.Close.TimeWait = p.timeWait
	}
	f, err := fetch.New(p.s.fetch)
	if err != nil {
		return errors.Join(unusable(err), p.s.fetch.Packets.Close())
	}
	last := p.fetchAll(ctx, f, words)
	p.keep()
	// The person has the result, and should have the reason why there is none.
	if ended := (*statusError)(nil); errors.As(last, &ended) {
		p.tell(ended)
	}
	_ = f.Close()
	if err := errors.Join(p.keys.close(), p.closeCapture()); last == nil {
		last = err
	}
	return last
}

// fetchAll fetches each of the words, and returns the error of the last.

func (p *program) fetchAll(ctx context.Context, f *fetch.Fetcher, words []string) error {
	var last error
	for i, word := range words {
		f.Then(p.following(words[i+1:]))
		last = p.fetchOne(ctx, f, word, i, len(words) > 1)
		if ctx.Err() != nil || last != nil && p.s.failEarly {
			break
		}
		if i < len(words)-1 && last != nil {
			p.exit(last)
		}
	}
	return last
}

// following is the URL behind this one, nil where there is none.
func (p *program) following(words []string) *weburl.URL {
	if len(words) == 0 || p.s.byAddress {
		return nil
	}
	u, err := p.parseURL(words[0])
	if err != nil || fetch.Fetchable(u) != nil {
		return nil
	}
	return u
}

// complete checks the options against one another and reads what they name.
func (p *program) complete(ctx context.Context) error {
	o := &p.s.fetch
	o.Getenv = p.getenv
	if err := p.readWriteOut(); err != nil {
		return err
	}
	if p.s.format != "" && p.writesBeside() {
		return usage("--format puts its document on stdout, where -o -, -D -, -w or --trace - would write too", "name a file; for -w begin with %{stderr}")
	}
	if err := p.checkByAddress(); err != nil {
		return err
	}
	if err := p.s.checkMemory(); err != nil {
		return err
	}
	for _, h := range p.s.headers {
		if err := p.addHeader("-H", &o.Header, h); err != nil {
			return err
		}
	}
	for _, h := range p.s.proxyHeaders {
		if err := p.addHeader("--proxy-header", &o.ProxyHeader, h); err != nil {
			return err
		}
	}
	if err := p.completeLogin(ctx); err != nil {
		return err
	}
	if err := p.recall(); err != nil {
		return err
	}
	return p.makePayload()
}

// parseURL reads a word as a URL: without a scheme it is http, as with curl.
func (p *program) parseURL(word string) (*weburl.URL, error) {
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
		return parse("http://" + word)
	} else if !ok {
		return parse("http://" + word)
	}
	return parse(word)
}

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
func (p *program) target(word string, i int) (*weburl.URL, *fetch.Payload, error) {
	u, err := p.parseURL(word)
	if err == nil {
		u, err = p.withQuery(u)
	}
	if err != nil {
		return nil, nil, err
	}
	body, u, err := p.upload(u, i)
	return u, body, err
}

func (p *program) fetchOne(ctx context.Context, f *fetch.Fetcher, word string, i int, several bool) error {
	u, body, err := p.target(word, i)
	ps := p.postscript(word, i, body)
	var bad *weburl.Error
	switch {
	case errors.As(err, &bad):
		return p.refuse(ps, word, &fetch.Failure{Phase: trace.InURL, Code: fetch.CodeBadURL, Err: err}, several)
	case err != nil:
		return err
	}
	if p.s.dryRun {
		return p.dryRunOne(u, i, body)
	}
	if err := fetch.Fetchable(u); err != nil {
		return p.refuse(ps.of(u), u.Redacted(), &fetch.Failure{Phase: trace.InURL, Code: fetch.CodeScheme, Err: err}, several)
	}
	d := p.delivery(u, i)
	if d.skips() {
		return nil
	}
	if failure := p.check(f, u, d); failure != nil {
		_ = d.close()
		return p.refuse(ps.of(u), u.Href(), failure, several)
	}
	if p.s.byAddress {
		return p.byAddress(ctx, f, u)
	}
	var lines *jsonLines
	if p.s.format == "jsonl" {
		lines = newJSONLines(p.stdout, p.s.secrets)
	}
	rec := p.recorder(lines)
	err = f.Send(ctx, rec, u, body, d)
	if lines != nil {
		err = errors.Join(err, lines.close())
	}
	p.wire.flush()
	if err = errors.Join(err, d.close()); err != nil {
		err = errors.Join(err, d.abandon())
	}
	return p.finish(ps.of(u), rec, u, d, err, several)
}

// recorder is what a fetch is recorded by, nil where nobody wants to know.
func (p *program) recorder(lines *jsonLines) *trace.Recorder {
	if !p.watched() && !p.s.outwait {
		return nil
	}
	p.clock = p.clock.Next(p.sink(lines))
	return p.clock
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
func (p *program) check(f *fetch.Fetcher, u *weburl.URL, d *delivery) *fetch.Failure {
	if err := d.check(); err != nil {
		return &fetch.Failure{Phase: trace.InOutput, Code: fetch.CodeWrite, Err: err}
	}
	return f.Check(u)
}

// refuse tells of a URL that is not fetched at all.
func (p *program) refuse(ps *postscript, url string, f *fetch.Failure, several bool) error {
	ended := &statusError{status: status(f.Phase, f.Code), code: f.Code, hint: f.Hint, err: f.Err}
	if p.s.dryRun {
		return ended
	}
	rec := trace.NewRecorder(nil)
	doc := trace.Fold(nil, trace.FoldOptions{URL: url, Started: rec.Started(), Secrets: p.s.secrets})
	doc.Error = &trace.Error{Phase: f.Phase, Code: f.Code, Message: trace.Text(f.Error()), Hint: f.Hint}
	doc.ExitCode = ended.status
	defer ps.write(doc, nil, nil)
	return p.show(doc, nil, ended, several)
}

// finish makes the document and shows it.
func (p *program) finish(ps *postscript, rec *trace.Recorder, u *weburl.URL, d *delivery, err error, several bool) error {
	if rec == nil {
		if err == nil {
			return nil
		}
		rec = failed(u, err)
	}
	doc, ended := p.document(rec, u, err)
	defer ps.write(doc, rec, d)
	return p.show(doc, d, ended, several)
}

// document makes the document of a fetch; ended is its error with the status.
func (p *program) document(rec *trace.Recorder, u *weburl.URL, err error) (doc *trace.Document, ended *statusError) {
	doc = trace.Fold(rec.Records(), trace.FoldOptions{
		URL: u.Href(), Started: rec.Started(), Secrets: p.s.secrets, Carried: &p.carried,
	})
	if p.s.pcap != "" {
		p.documents = append(p.documents, doc)
	}
	if err != nil {
		ended = p.ended(doc, err)
		doc.ExitCode = ended.status
	}
	return doc, ended
}

// watched says whether anybody gets to see what happens.
func (p *program) watched() bool {
	return !p.s.silent || p.s.format != "" || p.s.pcap != "" || p.s.writeOut != "" || p.s.wire != ""
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

// show writes the document, the trace for people, and a page that was held back for
// it.
func (p *program) show(doc *trace.Document, d *delivery, ended *statusError, several bool) error {
	if p.s.format == "json" {
		if err := trace.WriteJSON(p.stdout, doc, !several); err != nil {
			return err
		}
	}
	if !p.s.silent && p.s.view != "none" {
		if err := p.draw(doc); err != nil {
			return err
		}
		if ended != nil {
			ended.shown = true
		}
	}
	if d != nil {
		if err := d.settle(); err != nil {
			return err
		}
	}
	if ended == nil {
		return nil
	}
	return ended
}

// draw writes the trace for people.
func (p *program) draw(doc *trace.Document) error {
	var b bytes.Buffer
	columns := p.err.Columns
	o := timeline.Options{Columns: columns, Color: p.err.Color, UTF8: p.err.UTF8}
	l := ladder.Options(o)
	var err error
	switch p.s.view {
	case "ladder":
		err = ladder.Write(&b, doc, l)
	case viewLab:
		err = errors.Join(timeline.Write(&b, doc, o), ladder.Write(&b, doc, l))
	case "full":
		err = errors.Join(timeline.Write(&b, doc, o), timeline.Details(&b, doc, o), ladder.Write(&b, doc, l))
	default:
		err = timeline.Write(&b, doc, o)
	}
	if err != nil {
		return err
	}
	if p.end != nil {
		b.WriteString(p.tellLab(doc))
	}
	if p.err.Terminal {
		b.WriteByte('\n') // a page may follow
	}
	_, err = p.stderr.Write(b.Bytes())
	return err
}

// addHeader reads one -H or --proxy-header: a field, or @file with one on each line.
func (p *program) addHeader(flag string, to *[]fetch.HeaderOption, h string) error {
	if name, ok := strings.CutPrefix(h, "@"); ok {
		b, err := p.readFile(name)
		if err != nil {
			return &statusError{status: statusRead, code: codeUsage, err: err}
		}
		for line := range strings.Lines(string(b)) {
			if line = strings.TrimRight(line, "\r\n"); line != "" {
				if err := p.addHeader(flag, to, line); err != nil {
					return err
				}
			}
		}
		return nil
	}
	if err := oneLine(h); err != nil {
		return usage(fmt.Sprintf("%s %q: %v", flag, h, err), "")
	}
	field := fetch.HeaderOption{}
	var ok bool
	if field.Name, field.Value, ok = strings.Cut(h, ":"); ok {
		field.Value = strings.Trim(field.Value, " \t")
		field.Remove = field.Value == ""
	} else if field.Name, ok = strings.CutSuffix(h, ";"); !ok {
		return usage(fmt.Sprintf("%s %q: wanted 'Name: value', 'Name:' or 'Name;'", flag, h), "")
	}
	name := strings.TrimRight(field.Name, " \t")
	field.Name, field.Gap = name, field.Name[len(name):]
	if field.Name == "" || strings.ContainsAny(field.Name, " \t\"(),/;<=>?@[\\]{}") {
		return usage(fmt.Sprintf("%s %q: this cannot be a field's name", flag, h), "")
	}
	*to = append(*to, field)
	return nil
}

// readFile reads a file, or stdin for "-".
func (p *program) readFile(name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(p.stdin)
	}
	return os.ReadFile(name)
}
