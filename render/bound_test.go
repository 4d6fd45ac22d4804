package render

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// shapes are pages that nest as deep as their size allows.
func shapes(n int) map[string]string {
	s := map[string]string{
		"lists":            strings.Repeat("<ul><li>", n),
		"tables":           strings.Repeat("<table><tr><td>", n),
		"cells only":       strings.Repeat("<table><td>", n),
		"table in a cell":  strings.Repeat("<div><table><tr><td></div>", n),
		"wrong ends":       strings.Repeat("<span><div></span>", n),
		"wrong form ends":  strings.Repeat("<form><div></form>", n),
		"unknown elements": strings.Repeat("<x-a></x-b>", n),
		"long names":       strings.Repeat("<a-name-of-some-length-"+strings.Repeat("x", 9)+">", n),
		"misnested":        strings.Repeat("<b><i></b>", n),
		"links in blocks":  strings.Repeat("<a><div>", n),
		"svg":              strings.Repeat("<svg><g>", n),
		"template":         strings.Repeat("<template>", n),
		"ruby":             strings.Repeat("<ruby><rt>", n),
		"options":          strings.Repeat("<select><optgroup><option>", n),
		"paragraphs":       strings.Repeat("<p>x", n),
		"items":            strings.Repeat("<li>x<dd>y", n),
		"quoted brackets":  strings.Repeat("<div a='>' b=\"<b>\">", n),
		"comments":         strings.Repeat("<div><!-- </div> --><!--></div><div>", n),
	}
	for _, e := range []string{"div", "b", "font", "a", "p", "button", "blockquote", "section", "object", "h1", "math"} {
		s[e] = strings.Repeat("<"+e+">", n)
	}
	return s
}

func TestDepth(t *testing.T) {
	for name, page := range shapes(3000) {
		page = "<p>FIRST</p>" + page + "LAST"
		root := parse([]byte(page))
		first, last, deepest, elements := look(root)
		if !first || !last {
			t.Errorf("%s: text lost: FIRST %v, LAST %v", name, first, last)
		}
		// Elements that end before what is in them leave the stack, not the tree.
		if deepest > 2*512 {
			t.Errorf("%s: %d deep", name, deepest)
		}
		if most := 20*strings.Count(page, "<") + freeReopenings; elements > most {
			t.Errorf("%s: %d elements, want at most %d", name, elements, most)
		}
	}
}

// look finds the two words in a tree, its depth and its size.
func look(root *html.Node) (first, last bool, deepest, elements int) {
	depth := map[*html.Node]int{}
	for n := root; n != nil; n = following(n, root) {
		if n != root {
			depth[n] = depth[n.Parent] + 1
		}
		deepest = max(deepest, depth[n])
		switch n.Type {
		case html.ElementNode:
			elements++
		case html.TextNode:
			first = first || strings.Contains(n.Data, "FIRST")
			last = last || strings.Contains(n.Data, "LAST")
		}
	}
	return
}

// What is cut must be cut again wherever it was closed, so that text after a deep
// part is where it was.
func TestDepthEnds(t *testing.T) {
	page := strings.Repeat("<div>", 900) + "IN" + strings.Repeat("</div>", 900) + "<p>AFTER"
	root := parse([]byte(page))
	for n := root; n != nil; n = following(n, root) {
		if n.Data == "AFTER" && n.Parent.Parent.Data != "body" {
			t.Errorf("AFTER is in %s", n.Parent.Parent.Data)
		}
	}
}

func TestBoundLeavesPages(t *testing.T) {
	page := strings.Repeat("<div><p>text <b>bold <i>both</b></i><ul><li>a<li>b</ul><table><tr><td>c<td>d</table></div>", 2000)
	if got := bound([]byte(page)); string(got) != page {
		t.Errorf("a page that is not deep was changed: %d bytes of %d", len(got), len(page))
	}
}

// Formatting elements that are never closed are opened anew in each paragraph; the
// tree must stay in proportion to the page.
func TestReopening(t *testing.T) {
	var b strings.Builder
	for i := range 30 {
		fmt.Fprintf(&b, "<font color=%d>", i)
	}
	open := b.String()
	size := func(n int) int {
		_, _, _, elements := look(parse([]byte(open + strings.Repeat("<p>x", n))))
		return elements
	}
	const n = 40_000
	if got, most := size(n), freeReopenings+(reopenings+3)*n; got > most {
		t.Errorf("%d elements, want at most %d", got, most)
	}
}

// A page that evades the bound is still shown.
func TestFlat(t *testing.T) {
	page := "<p>FIRST<script>if (a<b) gone()</script><h1>MID</h1>" + strings.Repeat("<x>", 600) + "LAST"
	first, last, _, _ := look(flat([]byte(page)))
	if !first || !last {
		t.Error("text lost")
	}
}

func TestManyTags(t *testing.T) {
	page := strings.Repeat("<br>", maxTags+10) + "<p>LAST<script>raw()</script>"
	got := string(bound([]byte(page)))
	if n := strings.Count(got, "<br>"); n != maxTags || !strings.HasSuffix(got, "<br>LAST<script>raw()</script>") {
		t.Errorf("%d tags are left, the end is %q", n, got[len(got)-40:])
	}
}
