package dnssec

import (
	"slices"
	"strconv"
	"strings"

	"github.com/miekg/dns"
)

// A name is a domain name in lower case: its labels as octets, the one next to the
// root first, so that the order of the elements is the canonical order of names
// (RFC 4034, section 6.1), and that a zone's name is a prefix of the names in it.
type name []string

const (
	maxName  = 255 // octets of a name on the wire (RFC 1035, section 2.3.4)
	wildcard = "*" // the label of RFC 4592, section 2.1.1
)

// parseName reads the presentation form of an absolute name.
func parseName(s string) (n name, ok bool) {
	if s == "" {
		return nil, false
	}
	var wire [maxName]byte
	end, err := dns.PackDomainName(s, wire[:], 0, nil, false)
	if err != nil {
		return nil, false
	}
	return labels(wire[:end])
}

// labels takes a name on the wire, without compression, apart.
func labels(wire []byte) (n name, ok bool) {
	n = make(name, 0, 8)
	for i := 0; i < len(wire); {
		size := int(wire[i])
		if size == 0 {
			slices.Reverse(n)
			return n, i+1 == len(wire)
		}
		if i+1+size > len(wire) {
			return nil, false
		}
		n = append(n, string(lower(wire[i+1:i+1+size])))
		i += 1 + size
	}
	return nil, false
}

// lower puts the ASCII letters of b into lower case, in place (RFC 4343, section 3).
func lower(b []byte) []byte {
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return b
}

// wire is the canonical form of the name (RFC 4034, section 6.2, items 1 and 2).
func (n name) wire() []byte {
	b := make([]byte, 0, 64)
	for _, label := range slices.Backward(n) {
		b = append(b, byte(len(label)))
		b = append(b, label...)
	}
	return append(b, 0)
}

// String is the presentation form; what is not a letter, a digit or one of -_* is
// escaped, so that it is fit to be read whatever a peer sent.
func (n name) String() string {
	if len(n) == 0 {
		return "."
	}
	var b strings.Builder
	for _, label := range slices.Backward(n) {
		for i := range len(label) {
			writeOctet(&b, label[i])
		}
		b.WriteByte('.')
	}
	return b.String()
}

func writeOctet(b *strings.Builder, c byte) {
	switch {
	case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '-', c == '_', c == '*':
		b.WriteByte(c)
	case c > ' ' && c <= '~':
		b.WriteByte('\\')
		b.WriteByte(c)
	default:
		b.WriteByte('\\')
		b.WriteString(strconv.Itoa(1000 + int(c))[1:])
	}
}

// in reports whether the name is zone or below it.
func (n name) in(zone name) bool {
	return len(n) >= len(zone) && slices.Equal(n[:len(zone)], zone)
}

// below reports whether the name is below above, and not the same.
func (n name) below(above name) bool { return len(n) > len(above) && n.in(above) }

func (n name) is(other name) bool { return slices.Equal(n, other) }

// before reports whether the name comes before other in canonical order.
func (n name) before(other name) bool { return slices.Compare(n, other) < 0 }

// shared is the longest name that both are in.
func (n name) shared(other name) name {
	i := 0
	for i < len(n) && i < len(other) && n[i] == other[i] {
		i++
	}
	return n[:i]
}

// wildcard is the name from which what is missing below n is made.
func (n name) wildcard() name { return append(slices.Clip(n), wildcard) }

// isWildcard reports whether the first label is the asterisk.
func (n name) isWildcard() bool { return len(n) > 0 && n[len(n)-1] == wildcard }

// signedLabels counts as the field of an RRSIG does: without the root and without the
// asterisk of a wildcard (RFC 4034, section 3.1.3).
func (n name) signedLabels() int {
	if n.isWildcard() {
		return len(n) - 1
	}
	return len(n)
}

// same compares the presentation form of a name with a name.
func (n name) same(s string) bool {
	other, ok := parseName(s)
	return ok && n.is(other)
}
