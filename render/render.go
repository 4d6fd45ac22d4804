// Package render turns what a server sent into text for people: step 5 of a fetch.
//
// Bytes become characters (charset.go), a tree (parse.go, bound.go), styles (package
// style) and at last lines (package layout), which leave through one filter
// (filter.go). The stages are separate, and the trace has the moment each one ended.
// A page never fails: whatever bytes come, text comes out; only the writer and the
// reader can.
//
// It implements the Encoding Standard by way of golang.org/x/text, the HTML Standard
// by way of golang.org/x/net/html, and what the package layout says of CSS. It runs
// no scripts and fetches nothing.
package render

import (
	"bytes"
	"fmt"
	"io"

	"fetchscope/render/layout"
	"fetchscope/render/mathml"
	"fetchscope/render/reader"
	"fetchscope/render/style"
	"fetchscope/trace"

	"golang.org/x/net/html"
)

// Links chooses how the targets of links are shown.
type Links string

// The ways to show the targets of links.
const (
	LinksNone      Links = "none"
	LinksInline    Links = "inline"    // text <url>
	LinksFootnotes Links = "footnotes" // text[1], and a list at the end
)

// Options are what the reader and the transport say of a page.
type Options struct {
	// Width is the number of columns; 0 means 80. What is less than MinWidth counts as
	// MinWidth.
	Width int
	// ContentType is the value of the transport's Content-Type field, or "".
	ContentType string
	// Base is the URL that relative links resolve against.
	Base string
	// Links chooses how the targets of links are shown; "" means none.
	Links Links
	// ASCII draws bullets, lines and the like with ASCII alone. The page's own letters
	// stay as they are.
	ASCII bool
	// Reader shows the main content of the page alone, where there is such.
	Reader bool
	// Title shows the page's title above it.
	Title bool
	// ResolveLink makes a link absolute. Nil: links are shown as written.
	ResolveLink func(base, href string) string
	// StyleSheet returns the style sheet at an address that a link element names, made
	// absolute where ResolveLink can. Nil: those sheets are left out. A page names at
	// most 64, whose bytes count with those in the page.
	StyleSheet func(url string) ([]byte, error)
}

const defaultWidth = 80

// MinWidth is the least width that a page is laid out for.
const MinWidth = layout.MinWidth

// Limits of a page as a whole.
const (
	// maxPage bounds the bytes that are read. A page of a tenth of it is rare, and
	// takes some six times its size of memory; maxTags bounds those that take more.
	maxPage = 64 << 20
	// maxBase bounds the URL in a base element, since it can be shown with every
	// link.
	maxBase = 2048
)

// Render reads a page and writes it as text.
func Render(w io.Writer, r io.Reader, sc *trace.Scope, o Options) error {
	sc.Emit(trace.RenderStarted{})
	page, readErr := io.ReadAll(io.LimitReader(r, maxPage+1))
	cut := len(page) > maxPage
	page = page[:min(len(page), maxPage)]

	cs := detect(page, o.ContentType)
	root := parse(decode(page, cs.name))
	f := survey(root)
	if o.Reader {
		reader.Keep(root)
	}
	sc.Emit(trace.Parsed{Charset: cs.name, CharsetFrom: cs.from, Title: f.title, Elements: f.elements})

	if f.refresh.url != "" {
		f.refresh.note(root)
	}
	mathml.Flatten(root)
	styles := style.Compute(root, o.style(f.base))
	sc.Emit(trace.Styled{Rules: styles.Rules(), Overridden: styles.Overridden(), Cut: styles.Cut()})

	out := newFilter(w)
	l := o.layout(f.base)
	if o.Title && f.title != "" {
		above(out, f.title, l)
	}
	n := layout.Layout(out, root, styles, l)
	if cut {
		out.Line(fmt.Appendf(nil, "[the page goes on after %d MiB]", maxPage>>20))
	}
	err := out.close()
	sc.Emit(trace.RenderEnded{Lines: n.Lines, Links: n.Links, Words: n.Words})
	if err == nil && readErr != nil {
		err = fmt.Errorf("read page: %w", readErr)
	}
	return err
}

// above writes the page's title, with an empty line behind it.
func above(to layout.Sink, title string, l layout.Options) {
	root := &html.Node{Type: html.DocumentNode}
	paragraph(root).AppendChild(&html.Node{Type: html.TextNode, Data: title})
	layout.Layout(to, root, style.Compute(root, style.Options{Width: l.Width}), l)
	to.Line(nil)
}

// columns returns the width that a page is laid out for.
func (o Options) columns() int {
	if o.Width <= 0 {
		return defaultWidth
	}
	return o.Width
}

// resolver returns what makes links absolute on a page with this base element, or nil.
func (o Options) resolver(base string) func(href string) string {
	if o.ResolveLink == nil {
		return nil
	}
	url := o.Base
	if base != "" && len(base) <= maxBase {
		url = o.ResolveLink(o.Base, base)
	}
	return func(href string) string { return o.ResolveLink(url, href) }
}

// style returns the options of styling.
func (o Options) style(base string) style.Options {
	s := style.Options{Width: o.columns(), Fetch: o.StyleSheet}
	if resolve := o.resolver(base); resolve != nil && o.StyleSheet != nil {
		s.Fetch = func(href string) ([]byte, error) { return o.StyleSheet(resolve(href)) }
	}
	return s
}

// layout returns the options of the last stage, for a page with this base element.
func (o Options) layout(base string) layout.Options {
	l := layout.Options{Width: o.columns(), ASCII: o.ASCII, Resolve: o.resolver(base)}
	switch o.Links {
	case LinksInline:
		l.Links = layout.LinksInline
	case LinksFootnotes:
		l.Links = layout.LinksFootnotes
	}
	return l
}

// htmlStarts are what HTML begins with after white space (MIME Sniffing Standard,
// section 7.1). A blank or ">" follows.
var htmlStarts = [...]string{
	"<!DOCTYPE HTML", "<HTML", "<HEAD", "<SCRIPT", "<IFRAME", "<H1",
	"<DIV", "<FONT", "<TABLE", "<A", "<STYLE", "<TITLE", "<B", "<BODY", "<BR", "<P", "<!--",
}

// IsHTML reports whether content is HTML: by its Content-Type, or where there is none
// by how it starts.
func IsHTML(contentType string, start []byte) bool {
	t, _, _ := bytes.Cut([]byte(contentType), []byte{';'})
	if t = bytes.TrimSpace(t); len(t) > 0 {
		return bytes.EqualFold(t, []byte("text/html")) || bytes.EqualFold(t, []byte("application/xhtml+xml"))
	}
	if _, n := bom(start); n == 3 {
		start = start[n:]
	}
	start = start[skipBlank(start, 0):]
	for _, h := range htmlStarts {
		if len(start) <= len(h) || !bytes.EqualFold(start[:len(h)], []byte(h)) {
			continue
		}
		if c := start[len(h)]; isBlank(c) || c == '>' || h == "<!--" {
			return true
		}
	}
	return false
}
