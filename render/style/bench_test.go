package style

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// typical returns a page of 100 kB and 1,500 elements, with a sheet of 2,000 rules of
// which a third matter to text, as frameworks have them.
func typical() string {
	var b strings.Builder
	b.WriteString("<!doctype html><html><head><style>")
	for i := range 400 {
		fmt.Fprintf(&b, ".card-%d .title>a:hover,.card-%d .title>a:focus{color:#%06x;text-decoration:underline}\n", i, i, i*977)
		fmt.Fprintf(&b, ".col-md-%d{position:relative;min-height:1px;padding:0 15px;float:left;width:%d%%}\n", i, i%100)
		fmt.Fprintf(&b, ".btn-%d:not(.disabled):active,.nav .btn-%d{background:url(data:image/png;base64,iVBORw0KGgo=) no-repeat}\n", i, i)
		fmt.Fprintf(&b, "@media (min-width:%dpx){.visible-%d{display:none!important}.g-%d{margin:0;padding:1px}}\n", 300+i, i, i)
		fmt.Fprintf(&b, ".menu-%d>li ul.sub-%d li:nth-child(odd) a[href^='/x%d']{display:block;font:12px/1.5 sans-serif}\n", i%40, i, i)
	}
	b.WriteString("</style></head><body>")
	for i := range 150 {
		fmt.Fprintf(&b, `<div class="row card-%d col-md-%d"><h2 class="title"><a href="/a/%d" class="btn btn-%d">Heading %d</a></h2>`, i, i%12, i, i, i)
		fmt.Fprintf(&b, `<ul class="menu-%d nav"><li class="first"><a href="/x%d">one</a></li><li class="last active"><a href="#">two</a></li></ul>`, i%40, i)
		fmt.Fprintf(&b, `<p class="lead visible-%d">%s <b>bold</b></p></div>`, i, strings.Repeat("some words of text that go on ", 11))
	}
	return b.String() + "</body></html>"
}

func parsed(b *testing.B, page string) *html.Node {
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		b.Fatal(err)
	}
	return root
}

func BenchmarkCompute(b *testing.B) {
	page := typical()
	bare := page[:strings.Index(page, "<style>")] + page[strings.Index(page, "</style>"):]
	b.Run("parse", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			parsed(b, page)
		}
	})
	for _, c := range []struct{ name, page string }{{"sheets", page}, {"none", bare}} {
		root := parsed(b, c.page)
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Compute(root, Options{Width: 80})
			}
		})
	}
}

// BenchmarkAgent is what the first page of a run pays for the user agent's sheet.
func BenchmarkAgent(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		r := newReader(Options{}, false)
		r.own = true
		r.read(agentSheet)
	}
}
