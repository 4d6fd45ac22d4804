package layout

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"

	"fetchscope/render/style"
)

// linkBudget is how many bytes of link targets are shown as absolute addresses. A
// long base would multiply with each short link; what comes after is shown as
// written. A page of 10,000 links at 100 bytes uses an eighth of it.
const linkBudget = 8 << 20

// links collects what is linked to.
type links struct {
	Options
	count int
	spent int
	seen  map[string]int // number of each note
	notes []string
}

// link writes an a element, and its target where it is asked for.
func (b *builder) link(n *html.Node, s *style.Style) {
	href := strings.TrimSpace(attr(n, "href"))
	at := len(b.tree.text)
	picture := firstImage(n)
	b.children(n, s)
	if href == "" {
		return
	}
	b.links.count++
	if b.empty(at) {
		if picture == "" {
			return
		}
		b.word("[" + picture + "]")
	}
	if b.links.Links == LinksNone || !worthShowing(href) {
		return
	}
	target := b.links.resolve(href)
	if b.links.Links == LinksFootnotes {
		b.suffix("[" + strconv.Itoa(b.links.note(target)) + "]")
		return
	}
	if string(b.tree.text[min(at, len(b.tree.text)):]) != target {
		b.suffix(" <" + target + ">")
	}
}

// suffix adds text right after what was written last, even where that was a block
// that has ended.
func (b *builder) suffix(s string) {
	if len(b.tree.text) > b.run.start || b.tree.n == 0 {
		gap := b.run.pending
		b.run.pending = noGap
		b.word(s)
		b.run.pending = gap
		return
	}
	last := b.tree.at(b.tree.n - 1)
	if last.kind != textBox || int(last.end) != len(b.tree.text) {
		b.word(s)
		return
	}
	b.tree.text = append(b.tree.text, s...)
	last.end = int32(len(b.tree.text))
	b.run.start = len(b.tree.text)
}

// worthShowing reports whether a reader could follow a target: not within the page,
// not a script.
func worthShowing(href string) bool {
	if href[0] == '#' {
		return false
	}
	scheme, _, ok := strings.Cut(href, ":")
	return !ok || !strings.EqualFold(scheme, "javascript") && !strings.EqualFold(scheme, "data")
}

// resolve makes a target absolute and fit to stand in a line.
func (l *links) resolve(href string) string {
	if l.Resolve != nil && l.spent < linkBudget {
		href = l.Resolve(href)
		l.spent += len(href)
	}
	if strings.ContainsAny(href, " \t\r\n\f") {
		href = strings.Join(strings.Fields(href), "%20")
	}
	return href
}

// note returns the number of the footnote for a target.
func (l *links) note(target string) int {
	if n, ok := l.seen[target]; ok {
		return n
	}
	if l.seen == nil {
		l.seen = map[string]int{}
	}
	l.notes = append(l.notes, target)
	l.seen[target] = len(l.notes)
	return len(l.notes)
}

// imageDepth is how far below a link its image is looked for: enough for a, figure,
// picture, img.
const imageDepth = 4

// firstImage returns the file name of the image in a link that may have nothing
// else to show, or "".
func firstImage(n *html.Node) string {
	for range imageDepth {
		n = firstElement(n)
		if n == nil {
			return ""
		}
		if n.Data == "img" {
			return fileName(attr(n, "src"))
		}
	}
	return ""
}

// firstElement returns the first child of n that is an element, or nil.
func firstElement(n *html.Node) *html.Node {
	for k := n.FirstChild; k != nil; k = k.NextSibling {
		if k.Type == html.ElementNode {
			return k
		}
	}
	return nil
}

// maxFileName bounds the name of a file that stands for an image. Longer ones are
// numbers that say nothing.
const maxFileName = 40

// fileName returns the last part of an address, or "" where that is no name.
func fileName(src string) string {
	if strings.HasPrefix(src, "data:") {
		return ""
	}
	src, _, _ = strings.Cut(src, "?")
	src = src[strings.LastIndexByte(src, '/')+1:]
	if src == "" || len(src) > maxFileName || strings.ContainsAny(src, " \t\r\n\f") {
		return ""
	}
	return src
}
