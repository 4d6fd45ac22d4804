package cli

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"fetchscope/internal/fetch"
	"fetchscope/internal/httpdate"
	"fetchscope/internal/term"
	"fetchscope/internal/weburl"
	"fetchscope/render"
	"fetchscope/trace"
)

// A delivery takes what the fetch of one URL brings to where the options say.
type delivery struct {
	p    *operation
	to   output
	url  *weburl.URL
	file *os.File // of -o or -O, once it is open
	dump *os.File // of -D
	from int64    // how much of the body the file has
	// headBytes counts the heads that came.
	headBytes int64
	retries   int
	changed   time.Time // as the response says, zero where it does not
	// named says that the server chose the file's name, for which heads may wait.
	named bool
	heads []byte
	// held is a page that waits for the trace to be written before it.
	held *bytes.Buffer
	// kept is the body, for a format that has a place for it; nil where nobody wants it.
	kept *kept
	meter
}

func (t *transfer) delivery() *delivery {
	p := t.operation
	d := &delivery{p: p, to: t.to, url: t.url, meter: meter{p: t.program}}
	if d.to.remote {
		d.to.file, d.to.byHeader = remoteFile(t.url), p.s.byHeader
	}
	switch {
	case d.to.file == "-":
		d.to.file = ""
	case d.to.file != "" && p.s.folder != "":
		d.to.file = filepath.Join(p.s.folder, d.to.file)
	}
	d.from = p.resumeFrom(d.to.file)
	return d
}

// remoteFile is the last segment of the URL's path that is not empty, as a name in this
// folder. Where there is none it is the program's own, as with curl since 8.10.
func remoteFile(u *weburl.URL) string {
	name := path.Base(u.Pathname())
	name = strings.Map(func(r rune) rune {
		if r == '\\' || r == ':' || r < ' ' || r == 0x7f {
			return '_'
		}
		return r
	}, name)
	if name == "/" || name == "." || name == ".." {
		return "fetchscope_response"
	}
	return name
}

// check finds out whether the files could be written that are named.
func (d *delivery) check() error {
	if err := d.checkFile(); err != nil {
		return err
	}
	return d.openDump()
}

// Head shows a head where -i, -I or -D want it.
func (d *delivery) Head(raw []byte) error {
	d.headBytes += int64(len(raw))
	include := (d.p.s.include || d.p.s.fetch.Head) && d.p.s.format == ""
	for part := range d.parts(unfold(raw), include) {
		if err := d.dumpHead(part); err != nil {
			return err
		}
		if include {
			if err := d.includeHead(part); err != nil {
				return err
			}
		}
	}
	return nil
}

// includeHead writes a head where the body goes.
func (d *delivery) includeHead(raw []byte) error {
	if d.to.byHeader && d.file == nil {
		d.hold(raw)
		return nil
	}
	w, err := d.writer()
	if err != nil {
		return err
	}
	_, err = w.Write(d.shown(raw, d.to.file == ""))
	return errors.Join(err, flush(w))
}

// shown is a head as it is written: to stdout without control characters.
func (d *delivery) shown(raw []byte, stdout bool) []byte {
	if stdout {
		return term.SafeHead(raw)
	}
	return raw
}

// writer is where the body goes: a file, or stdout.
func (d *delivery) writer() (io.Writer, error) {
	if d.to.file == "" {
		return d.stdout(), nil
	}
	if d.file == nil {
		f, err := d.create()
		if err != nil {
			return nil, err
		}
		d.file = f
	}
	return d.file, nil
}

// stdout keeps control characters of a peer's from a terminal.
func (d *delivery) stdout() io.Writer {
	if d.p.out.Terminal {
		return &term.Writer{W: d.p.stdout}
	}
	return d.p.stdout
}

func flush(w io.Writer) error {
	if f, ok := w.(*term.Writer); ok {
		return f.Flush()
	}
	return nil
}

// close closes the files.
func (d *delivery) close() error {
	var err error
	for _, f := range []*os.File{d.file, d.dump} {
		if f != nil {
			err = errors.Join(err, f.Close())
		}
	}
	return err
}

// settle does what was to wait for the trace: it names the file whose name nobody chose,
// and hands over the page that was held.
func (d *delivery) settle() error {
	if d.to.remote && d.file != nil && !d.p.s.silent {
		fmt.Fprintf(d.p.stderr, "fetchscope: saved as %s\n", term.Safe(d.to.file))
	}
	if d.held == nil {
		return nil
	}
	_, err := d.held.WriteTo(d.p.stdout)
	return err
}

// maxRendered bounds a page that is rendered: it is held in memory, and its tree takes
// several times as much. Longer documents exist, but nobody reads them on a terminal.
const maxRendered = 16 << 20

// sniffed is how much of a body is looked at to find out what it is.
const sniffed = 1024

// Body delivers the body, and the fields behind it where those of the head are.
func (d *delivery) Body(ctx context.Context, sc *trace.Scope, b *fetch.Body) error {
	if err := d.body(ctx, sc, b); err != nil {
		return err
	}
	if trailers := b.Response.Trailers(); len(trailers) > 0 {
		if err := d.Head(fieldLines(trailers)); err != nil {
			return writeFailed(err)
		}
	}
	return nil
}

func (d *delivery) body(ctx context.Context, sc *trace.Scope, b *fetch.Body) error {
	s := &d.p.s
	if s.remoteTime {
		d.changed, _ = httpdate.Parse(b.Response.Header.First("Last-Modified"))
	}
	if err := d.saveETag(b); err != nil {
		return writeFailed(err)
	}
	if b.Unwanted != "" { // a file stays as it is
		sc.Emit(trace.PhaseSkipped{Phase: trace.Render, Why: b.Unwanted})
		return nil
	}
	d.begin(ctx, b.Response.Length)
	defer d.end()
	if err := d.name(b); err != nil {
		return err
	}
	switch {
	case d.to.file != "":
		return d.pass(sc, b, s.fetch.Compressed, "saved to a file")
	case s.fetch.Head:
		return d.pass(sc, b, false, "head alone")
	case s.source || s.fetch.Raw:
		return d.pass(sc, b, s.fetch.Compressed, "source")
	case !b.Response.HasBody:
		return d.pass(sc, b, false, "no content")
	}
	content, err := b.Page()
	if err != nil {
		return err
	}
	start := bufio.NewReaderSize(d.keeping(content), sniffed)
	peek, err := start.Peek(sniffed)
	if err != nil && err != io.EOF && len(peek) == 0 {
		return err
	}
	contentType := b.Response.Header.First("Content-Type")
	if render.IsHTML(contentType, peek) {
		return d.render(sc, b, start, contentType)
	}
	return d.passText(sc, start, contentType, peek)
}

// pass hands the body over unrendered.
func (d *delivery) pass(sc *trace.Scope, b *fetch.Body, decode bool, why string) error {
	sc.Emit(trace.PhaseSkipped{Phase: trace.Render, Why: why})
	content, err := b.Content(decode)
	if err != nil {
		return err
	}
	var r io.Reader = content
	if !b.Raw && (decode || len(b.Response.Header.Elements("Content-Encoding")) == 0) {
		r = d.keeping(content)
	}
	if d.to.file != "" {
		return d.save(r)
	}
	w := io.Discard
	if d.p.s.format == "" {
		w = d.stdout()
	}
	return errors.Join(d.copy(w, r), flush(w))
}

// save writes the body to its file. That is not made, nor is what was there overwritten,
// before there is something to write, or the body has ended without a byte.
func (d *delivery) save(content io.Reader) error {
	if err := d.copy(lateFile{d}, content); err != nil {
		return err
	}
	if _, err := d.writer(); err != nil {
		return writeFailed(err)
	}
	return nil
}

// A lateFile is the file of a delivery, which the first write opens.
type lateFile struct{ d *delivery }

func (l lateFile) Write(p []byte) (int, error) {
	w, err := l.d.writer()
	if err != nil {
		return 0, err
	}
	return w.Write(p)
}

// copyBuffer is the room that copying begins with; it grows to copyMost, where system
// calls do not count any more, for bodies that fill it. A small body pays for a small one.
const (
	copyBuffer = 16 << 10
	copyMost   = 1 << 20
)

// copy copies, telling an error of the writer from one of the reader.
func (d *delivery) copy(w io.Writer, r io.Reader) error {
	buf := make([]byte, copyBuffer)
	for {
		n, err := r.Read(buf)
		if n > 0 {
			d.count(n)
			if _, werr := w.Write(buf[:n]); werr != nil {
				return writeFailed(werr)
			}
		}
		if n == len(buf) && n < copyMost {
			buf = make([]byte, 4*n)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func writeFailed(err error) error {
	return &fetch.Failure{Phase: trace.InOutput, Code: fetch.CodeWrite, Err: err}
}

// render reads all of a page and writes it as text.
func (d *delivery) render(sc *trace.Scope, b *fetch.Body, r io.Reader, contentType string) error {
	var page bytes.Buffer
	err := d.copy(&atMost{w: &page, left: maxRendered}, r)
	var failure *fetch.Failure
	if errors.As(err, &failure) && failure.Code == fetch.CodeWrite {
		return &fetch.Failure{Phase: trace.Receive, Code: fetch.CodePageTooLarge, Err: errPageTooLarge}
	}
	// What came of a page that was cut short is shown all the same.
	w, flushed := d.page()
	o := d.p.renderOptions()
	o.ContentType = contentType
	if o.Base == "" {
		o.Base = b.URL.Href()
	}
	if rerr := render.Render(w, &page, sc, o); rerr != nil {
		return errors.Join(err, writeFailed(rerr))
	}
	return errors.Join(err, flushed())
}

var errPageTooLarge = errors.New("the page is too large to be rendered")

// An atMost refuses to take more than it may.
type atMost struct {
	w    io.Writer
	left int
}

func (a *atMost) Write(p []byte) (int, error) {
	if a.left -= len(p); a.left < 0 {
		return 0, errPageTooLarge
	}
	return a.w.Write(p)
}

// page is where rendered text goes. On a terminal it waits for the trace, so that it
// ends at the prompt, and beside other pages until it is whole; elsewhere it goes out at
// once.
func (d *delivery) page() (w io.Writer, flushed func() error) {
	if d.p.s.format != "" {
		return io.Discard, func() error { return nil }
	}
	if d.p.parallel || d.p.out.Terminal && d.p.err.Terminal && !d.p.s.silent && d.p.s.view != "none" {
		d.held = &bytes.Buffer{}
		return d.held, func() error { return nil }
	}
	buffered := bufio.NewWriterSize(d.p.stdout, copyBuffer)
	return buffered, func() error {
		if err := buffered.Flush(); err != nil {
			return writeFailed(err)
		}
		return nil
	}
}

// passText hands over what is no page: as it is, or to a terminal as text. What is no
// text a terminal does not get.
func (d *delivery) passText(sc *trace.Scope, r io.Reader, contentType string, start []byte) error {
	sc.Emit(trace.PhaseSkipped{Phase: trace.Render, Why: "not HTML"})
	switch {
	case d.p.s.format != "":
		return d.copy(io.Discard, r)
	case !d.p.out.Terminal:
		return d.copy(d.p.stdout, r)
	case binary(contentType, start):
		return &fetch.Failure{Phase: trace.InOutput, Code: fetch.CodeBinary, Err: errors.New("the body is binary, and stdout is a terminal")}
	}
	return render.Text(d.p.stdout, &counting{r: r, meter: &d.meter}, contentType)
}

// binary says whether a body is no text, by its type or, without one that says, by a
// control character at its start that no text has.
func binary(contentType string, start []byte) bool {
	kind, _, _ := strings.Cut(strings.ToLower(contentType), ";")
	kind = strings.TrimSpace(kind)
	for _, mark := range []string{"text/", "json", "xml", "javascript", "ecmascript", "x-www-form-urlencoded", "yaml"} {
		if strings.Contains(kind, mark) {
			return false
		}
	}
	for _, prefix := range []string{"image/", "audio/", "video/", "font/"} {
		if strings.HasPrefix(kind, prefix) {
			return true
		}
	}
	return bytes.ContainsFunc(start, func(r rune) bool {
		return r < ' ' && r != '\t' && r != '\n' && r != '\r' && r != '\f' && r != 0x1b
	})
}

// A counting tells the meter what is read.
type counting struct {
	r     io.Reader
	meter *meter
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.meter.count(n)
	return n, err
}

// slow is from when a body's progress is shown.
const slow = time.Second
