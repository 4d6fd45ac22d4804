package selector

import "golang.org/x/net/html"

// A Presence knows roughly which ids and classes a page has: most rules of a framework
// are for others, and need not even be read.
type Presence struct {
	bits   [presenceSize / 64]uint64
	quirks bool
}

// presenceSize is a power of two. Pages have a few hundred classes.
const presenceSize = 1 << 16

// Present goes over a page, without recursion, and notes its ids and classes.
func Present(root *html.Node, quirks bool) *Presence {
	p := &Presence{quirks: quirks}
	for n := root; n != nil; n = following(n, root) {
		for i := range n.Attr {
			switch a := &n.Attr[i]; {
			case a.Namespace != "":
			case a.Key == "class":
				words(a.Val, func(w string) { p.add('.', w) })
			case a.Key == "id":
				p.add('#', a.Val)
			}
		}
	}
	return p
}

func following(n, root *html.Node) *html.Node {
	if n.FirstChild != nil {
		return n.FirstChild
	}
	for n != root && n.NextSibling == nil {
		n = n.Parent
	}
	if n == root {
		return nil
	}
	return n.NextSibling
}

func (p *Presence) add(sign byte, name string) {
	h := hash(kind(sign), folded(name, p.quirks)) % presenceSize
	p.bits[h/64] |= 1 << (h % 64)
}

func (p *Presence) has(sign byte, name string) bool {
	h := hash(kind(sign), folded(name, p.quirks)) % presenceSize
	return p.bits[h/64]&(1<<(h%64)) != 0
}

// MayMatch reports whether the selectors of a rule could match anything, by the ids and
// classes that they name outside of functions. What has escapes or comments may.
func (p *Presence) MayMatch(prelude string) bool {
	missing := false
	for i := 0; i < len(prelude); i++ {
		switch c := prelude[i]; c {
		case '"', '\'', '\\', '/':
			return true
		case '(', '[':
			n := behindBracket(prelude[i:])
			if n == 0 {
				return true
			}
			i += n - 1
		case ',':
			if !missing {
				return true
			}
			missing = false
		case '.', '#':
			start := i + 1
			for i+1 < len(prelude) && isNameByte(prelude[i+1]) {
				i++
			}
			if i+1 < len(prelude) && prelude[i+1] == '\\' {
				return true
			}
			missing = missing || !p.has(c, prelude[start:i+1])
		}
	}
	return !missing
}

// behindBracket returns how long what an opening bracket starts is with the one that closes
// it, or 0 where that is not plain to see.
func behindBracket(s string) int {
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case '(', '[':
			depth++
		case ')', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		case '\\', '*':
			if s[i] == '\\' || s[i-1] == '/' {
				return 0
			}
		}
	}
	return 0
}

// isNameByte reports the bytes of a name without escapes.
func isNameByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_' || c >= 0x80
}
