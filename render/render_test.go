package render_test

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"fetchscope/render"
	"fetchscope/trace"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// joined resolves links well enough for tests.
func joined(base, href string) string {
	if strings.Contains(href, "://") {
		return href
	}
	return base[:strings.LastIndexByte(base, '/')+1] + strings.TrimPrefix(href, "/")
}

func text(t *testing.T, page string, o render.Options) string {
	t.Helper()
	var out bytes.Buffer
	if err := render.Render(&out, strings.NewReader(page), nil, o); err != nil {
		t.Fatalf("render %q: %v", page, err)
	}
	return out.String()
}

func TestGolden(t *testing.T) {
	pages, err := filepath.Glob("testdata/*.html")
	if err != nil || len(pages) == 0 {
		t.Fatal("no pages", err)
	}
	modes := []struct {
		suffix string
		o      render.Options
	}{
		{"", render.Options{}},
		{"-narrow", render.Options{Width: 40, Links: render.LinksFootnotes}},
	}
	for _, p := range pages {
		page, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range modes {
			m.o.Base, m.o.ResolveLink = "http://lund.example/", joined
			golden(t, strings.TrimSuffix(p, ".html")+m.suffix+".txt", text(t, string(page), m.o))
		}
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s (-want +got):\n%s", file, d)
	}
}

func TestLinks(t *testing.T) {
	const page = `<p>See <a href="a.html">one</a>, <a href="b c.html">two</a>, <a href="a.html">one again</a>,
<a href="#here">here</a>, <a href="javascript:x()">script</a>, <a name=x>no link</a>.`
	for _, c := range []struct {
		links render.Links
		base  string
		want  string
	}{
		{"", "", "See one, two, one again, here, script, no link.\n"},
		{render.LinksNone, "", "See one, two, one again, here, script, no link.\n"},
		{render.LinksInline, "", "See one <http://x/a.html>, two <http://x/b%20c.html>, one again <http://x/a.html>, here, script, no link.\n"},
		{render.LinksFootnotes, "", "See one[1], two[2], one again[1], here, script, no link.\n\n[1] http://x/a.html\n[2] http://x/b%20c.html\n"},
		{render.LinksInline, `<base href="http://y/">`, "See one <http://y/a.html>, two <http://y/b%20c.html>, one again <http://y/a.html>, here, script, no link.\n"},
	} {
		got := text(t, c.base+page, render.Options{Width: 200, Links: c.links, Base: "http://x/p", ResolveLink: joined})
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("links %q, base %q (-want +got):\n%s", c.links, c.base, d)
		}
	}
}

func TestEvents(t *testing.T) {
	rec := trace.NewRecorder(nil)
	page := "<title> A\x1b[31m  title </title><p>two words <a href=x>link</a><p>三字词"
	err := render.Render(io.Discard, strings.NewReader(page), rec.Scope(0), render.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var got []trace.Event
	for _, r := range rec.Records() {
		e := r.Event
		if s, ok := e.(trace.Styled); ok && s.Rules > 0 {
			s.Rules = 1
			e = s
		}
		got = append(got, e)
	}
	want := []trace.Event{
		trace.RenderStarted{},
		trace.Parsed{Charset: "utf-8", CharsetFrom: "content", Title: "A[31m title", Elements: 7},
		trace.Styled{Rules: 1},
		trace.RenderEnded{Lines: 3, Links: 1, Words: 6},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("events (-want +got):\n%s", d)
	}
}

// The trace says where a page hid all of its text, and where its sheets were cut.
func TestStyled(t *testing.T) {
	for _, c := range []struct {
		name, page, text string
		want             trace.Styled
	}{
		{"a page of its own sheets", "<style>b{display:none}</style><p>a <b>b</b>", "a\n", trace.Styled{}},
		{"one that waits for a script", "<style>body{display:none}</style><p>a", "a\n", trace.Styled{Overridden: true}},
		{"one of too many sheets", "<style>" + strings.Repeat(" ", 16<<20) + "b{display:none}</style><p>a<b>b</b>", "ab\n", trace.Styled{Cut: true}},
	} {
		rec := trace.NewRecorder(nil)
		var out bytes.Buffer
		if err := render.Render(&out, strings.NewReader("<!doctype html>"+c.page), rec.Scope(0), render.Options{}); err != nil {
			t.Fatal(err)
		}
		for _, r := range rec.Records() {
			if got, ok := r.Event.(trace.Styled); ok {
				got.Rules = 0
				if got != c.want || out.String() != c.text {
					t.Errorf("%s: %+v and %q, want %+v and %q", c.name, got, out.String(), c.want, c.text)
				}
			}
		}
	}
}

// Style sheets of other addresses come from the caller, who is asked for absolute ones.
func TestStyleSheet(t *testing.T) {
	const page = "<!doctype html><base href='http://y/d/'><link rel=stylesheet href=s.css><p>a <b>b</b>"
	o := render.Options{Base: "http://x/p", ResolveLink: joined}
	if got := text(t, page, o); got != "a b\n" {
		t.Errorf("without a caller that fetches: %q", got)
	}
	var asked string
	o.StyleSheet = func(url string) ([]byte, error) {
		asked = url
		return []byte("b{display:none}"), nil
	}
	if got := text(t, page, o); got != "a\n" || asked != "http://y/d/s.css" {
		t.Errorf("with one: %q, asked for %q", got, asked)
	}
	o.StyleSheet = func(string) ([]byte, error) { return nil, errFull }
	if got := text(t, page, o); got != "a b\n" {
		t.Errorf("with one that fails: %q", got)
	}
}

type broken struct{}

var errFull = errors.New("disk full")

func (broken) Write([]byte) (int, error) { return 0, errFull }

func TestErrors(t *testing.T) {
	if err := render.Render(broken{}, strings.NewReader("<p>x"), nil, render.Options{}); !errors.Is(err, errFull) {
		t.Errorf("full disk: got %v", err)
	}
	var out bytes.Buffer
	half := io.MultiReader(strings.NewReader("<p>half"), iotest.ErrReader(io.ErrUnexpectedEOF))
	err := render.Render(&out, half, nil, render.Options{})
	if !errors.Is(err, io.ErrUnexpectedEOF) || out.String() != "half\n" {
		t.Errorf("cut page: got %q, %v", out.String(), err)
	}
	if err := render.Text(broken{}, strings.NewReader("x"), ""); !errors.Is(err, errFull) {
		t.Errorf("text to a full disk: got %v", err)
	}
}

func TestIsHTML(t *testing.T) {
	for _, c := range []struct {
		name, contentType, start string
		want                     bool
	}{
		{"type", "text/html; charset=utf-8", "", true},
		{"type in capitals", "Text/HTML", "", true},
		{"xhtml", "application/xhtml+xml", "", true},
		{"plain text wins over its look", "text/plain", "<html>", false},
		{"xml is another thing", "application/xml", "<html>", false},
		{"doctype", "", "\n <!doctype html>", true},
		{"doctype after a mark", "", "\xef\xbb\xbf<!DOCTYPE html>", true},
		{"paragraph", "", "<p>Hello", true},
		{"comment", "", "<!--x-->", true},
		{"another element", "", "<pre>", false},
		{"a tag that has not ended", "", "<p", false},
		{"text", "", "Hello <p>", false},
		{"nothing", "", "", false},
	} {
		if got := render.IsHTML(c.contentType, []byte(c.start)); got != c.want {
			t.Errorf("%s: IsHTML(%q, %q) = %v, want %v", c.name, c.contentType, c.start, got, c.want)
		}
	}
}
