package selector

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"fetchscope/render/css"
)

// state answers the pseudo-classes without arguments for a page that nobody has touched.
func state(name string, n *html.Node) bool {
	switch name {
	case "root":
		return n.Parent != nil && n.Parent.Type == html.DocumentNode
	case "empty":
		return empty(n)
	case "defined":
		return n.Namespace != "" || !strings.Contains(n.Data, "-")
	}
	if n.Namespace != "" {
		return false
	}
	switch name {
	case "link", "any-link", "-webkit-any-link":
		return (n.DataAtom == atom.A || n.DataAtom == atom.Area) && has(n, "href")
	case "open":
		return (n.DataAtom == atom.Details || n.DataAtom == atom.Dialog) && has(n, "open")
	}
	return field(name, n)
}

// empty reports whether there is neither an element nor a text in n.
func empty(n *html.Node) bool {
	for k := n.FirstChild; k != nil; k = k.NextSibling {
		if k.Type == html.ElementNode || k.Type == html.TextNode && k.Data != "" {
			return false
		}
	}
	return true
}

func has(n *html.Node, key string) bool {
	_, ok := attribute(n, key)
	return ok
}

// field answers those that are about forms (HTML, section 4.16.3).
func field(name string, n *html.Node) bool {
	switch name {
	case "checked":
		return n.DataAtom == atom.Option && has(n, "selected") || tickable(n) && has(n, "checked")
	case "default":
		return n.DataAtom == atom.Option && has(n, "selected") || tickable(n) && has(n, "checked")
	case "disabled":
		return canDisable(n) && disabled(n)
	case "enabled":
		return canDisable(n) && !disabled(n)
	case "required":
		return isField(n) && has(n, "required")
	case "optional":
		return isField(n) && !has(n, "required")
	case "read-write", "-moz-read-write":
		return writable(n)
	case "read-only", "-moz-read-only":
		return !writable(n)
	case "placeholder-shown":
		return placeholderShown(n)
	case "valid", "in-range":
		return isField(n) && !missing(n) || name == "valid" && n.DataAtom == atom.Form
	case "invalid":
		return isField(n) && missing(n)
	}
	return false
}

func kindOf(n *html.Node) string {
	v, _ := attribute(n, "type")
	return css.Lower(v)
}

func tickable(n *html.Node) bool {
	k := kindOf(n)
	return n.DataAtom == atom.Input && (k == "checkbox" || k == "radio")
}

func isField(n *html.Node) bool {
	return n.DataAtom == atom.Input || n.DataAtom == atom.Select || n.DataAtom == atom.Textarea
}

func canDisable(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Button, atom.Input, atom.Select, atom.Textarea, atom.Optgroup, atom.Option, atom.Fieldset:
		return true
	}
	return false
}

// disabled is HTML, sections 4.10.18.5 and 4.10.10.
func disabled(n *html.Node) bool {
	if has(n, "disabled") {
		return true
	}
	if n.DataAtom == atom.Option {
		p := parent(n)
		return p != nil && p.DataAtom == atom.Optgroup && has(p, "disabled")
	}
	for k, p := n, parent(n); p != nil && n.DataAtom != atom.Optgroup; k, p = p, parent(p) {
		if p.DataAtom == atom.Fieldset && has(p, "disabled") && (k.DataAtom != atom.Legend || before(k) != nil) {
			return true
		}
	}
	return false
}

func writable(n *html.Node) bool {
	if v, ok := attribute(n, "contenteditable"); ok && !css.EqualFold(v, "false") {
		return true
	}
	return isText(n) && !has(n, "readonly") && !disabled(n)
}

// isText reports fields that text is written in.
func isText(n *html.Node) bool {
	switch kindOf(n) {
	case "hidden", "range", "color", "checkbox", "radio", "file", "submit", "image", "reset", "button":
		return n.DataAtom == atom.Textarea
	}
	return n.DataAtom == atom.Input || n.DataAtom == atom.Textarea
}

func placeholderShown(n *html.Node) bool {
	if !isText(n) || !has(n, "placeholder") {
		return false
	}
	v, _ := attribute(n, "value")
	return v == "" && n.FirstChild == nil
}

// missing reports a field that must have a value and has none.
func missing(n *html.Node) bool {
	v, _ := attribute(n, "value")
	switch {
	case !has(n, "required"):
		return false
	case tickable(n):
		return !has(n, "checked")
	case n.DataAtom == atom.Input:
		return v == ""
	}
	return n.DataAtom == atom.Textarea && n.FirstChild == nil
}

// language reports whether the language of n is in one of the ranges (Selectors 4,
// section 7.2; RFC 4647, section 3.3.2).
func language(ranges string, n *html.Node) bool {
	tag := ""
	for ; n != nil; n = parent(n) {
		if v, ok := attribute(n, "lang"); ok {
			tag = css.Lower(v)
			break
		}
	}
	for _, r := range strings.Fields(ranges) {
		if tag != "" && inRange(strings.Split(tag, "-"), strings.Split(r, "-")) {
			return true
		}
	}
	return false
}

// inRange is extended filtering.
func inRange(tag, rng []string) bool {
	if rng[0] != "*" && rng[0] != tag[0] {
		return false
	}
	i := 1
	for _, r := range rng[1:] {
		if r == "*" {
			continue
		}
		for i < len(tag) && tag[i] != r {
			if len(tag[i]) == 1 {
				return false // a singleton starts another part
			}
			i++
		}
		if i++; i > len(tag) {
			return false
		}
	}
	return true
}

// direction is that of the nearest dir attribute. One that is to be found out from the
// text is taken for left to right.
func direction(n *html.Node) string {
	for ; n != nil; n = parent(n) {
		v, _ := attribute(n, "dir")
		switch css.Lower(v) {
		case "rtl":
			return "rtl"
		case "ltr", "auto":
			return "ltr"
		}
	}
	return "ltr"
}
