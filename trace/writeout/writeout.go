// Package writeout writes what --write-out asks for behind a transfer: text with
// variables, which are curl's, and ours under fs_.
//
// [Parse] reads a format, once for all transfers; [Format.Write] fills it in. The values
// are a function of the trace document and of what the command knows beside it, all of it
// in a [Transfer]. Times are curl's: seconds with microseconds, counted from the start of
// the transfer and added up over its redirects. What curl's own variables cannot tell is 0
// there, as with curl; ours are empty then, and null in JSON.
//
// Nothing is hidden here: a value is shown to whoever names it. To a terminal values go
// without what could be taken for a command to it.
package writeout

import (
	"bytes"
	"fmt"
	"io"
	"time"

	"fetchscope/internal/term"
	"fetchscope/trace"
)

// A Transfer is what is known of one when it is over.
type Transfer struct {
	// Document is its trace. What that hides or cuts short is here beside it.
	Document *trace.Document
	// First is the exchange, counted from 0, that the transfer began with: not the first of
	// the document where --retry had it begin again.
	First int
	// Request are the fields of the last request, as they were sent.
	Request []trace.Field
	// Heads are the fields of each final response's head, as they came.
	Heads [][]trace.Field
	// HeadBytes counts the bytes of all heads, those of interim responses too.
	HeadBytes int64
	// URL is what was given, Effective the last that was asked for, Redirect where the
	// last response leads that was not followed; "" for none.
	URL, Effective, Redirect string
	// Given and Last are the parts of the URL that was given and of the last one.
	Given, Last Parts
	// Method is the one asked for, which a transfer that got no further would have used.
	Method string
	// Filename is the file that the body went to, "" for none.
	Filename string
	// Number counts the transfers of the run, URLNumber the URLs of the command line, from 0.
	Number, URLNumber int
	// Retries counts those of --retry; Queued is how long it waited for its turn.
	Retries int
	Queued  trace.Time
	// Version names the program, Now is the wall clock's time.
	Version string
	Now     time.Time
}

// Parts are the parts of a URL; "" where it has none.
type Parts struct{ Scheme, User, Password, Host, Port, Path, Query, Fragment string }

// A Stream is one that text is written to.
type Stream struct {
	W        io.Writer
	Terminal bool
}

// Streams are where text can go. Open opens the file that %output names.
type Streams struct {
	Stdout, Stderr Stream
	Open           func(name string, appending bool) (io.WriteCloser, error)
}

// A filling is a format on its way out.
type filling struct {
	view
	s    Streams
	to   Stream
	file io.Closer // nil unless to is one
	text bytes.Buffer
}

// Write fills the format in. What cannot be written changes nothing of how the transfer
// ends, as with curl.
func (f *Format) Write(t *Transfer, s Streams) {
	w := &filling{view: newView(t), s: s, to: s.Stdout}
	for _, i := range f.items {
		if i.kind == onError && t.Document.ExitCode == 0 {
			break
		}
		w.item(i)
	}
	w.turn(Stream{}, nil)
}

func (w *filling) item(i item) {
	switch i.kind {
	case literal:
		w.text.WriteString(i.text)
	case variable:
		w.variable(i.text)
	case header:
		w.value(w.header(i))
	case clock:
		w.text.WriteString(strftime(i.text, w.t.Now.UTC()))
	case toStdout:
		w.turn(w.s.Stdout, nil)
	case toStderr:
		w.turn(w.s.Stderr, nil)
	case toFile, toFileEnd:
		if file, err := w.s.Open(i.text, i.kind == toFileEnd); err == nil {
			w.turn(Stream{W: file}, file)
		}
	}
}

// variable writes one. A name that there is not stands for nothing, and is told of, as
// with curl.
func (w *filling) variable(name string) {
	switch name {
	case "json":
		w.value(w.json())
		return
	case "header_json":
		w.value(w.headerJSON())
		return
	}
	if of, known := variables()[name]; known {
		w.value(of(&w.view).text)
		return
	}
	fmt.Fprintf(w.s.Stderr.W, "fetchscope: unknown --write-out variable: '%s'\n", term.Safe(name))
}

// value adds what may come from a peer.
func (w *filling) value(s string) {
	if w.to.Terminal {
		safe := term.Writer{W: &w.text}
		_, _ = safe.Write([]byte(s))
		_ = safe.Flush()
		return
	}
	w.text.WriteString(s)
}

// turn writes what there is for one stream, and goes on with another.
func (w *filling) turn(to Stream, file io.Closer) {
	if w.text.Len() > 0 {
		_, _ = w.to.W.Write(w.text.Bytes())
		w.text.Reset()
	}
	if w.file != nil {
		_ = w.file.Close()
	}
	w.to, w.file = to, file
}
