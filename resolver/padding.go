package resolver

import (
	"crypto/rand"
	"encoding/binary"
	"slices"

	"github.com/miekg/dns"
)

// paddingBlock is what the length of an encrypted query is a multiple of, so that it
// tells less of the name (RFC 8467, section 4.1).
const paddingBlock = 128

// optionHeader is the size of an EDNS option without its data (RFC 6891, section 6.1.2).
const optionHeader = 4

// veil makes a query fit for an encrypted server. Cookies, which are against forgers off
// the path, are left out where TLS keeps these out and would recognize us instead
// (RFC 7873, section 8). Over HTTPS the ID is 0, since it tells nothing apart there and
// would keep caches from recognizing the query (RFC 8484, section 4.1).
func (q *query) veil(m *dns.Msg) {
	if !q.server.Encrypted() {
		return
	}
	if q.protocol == HTTPS {
		q.id, m.Id = 0, 0
	}
	opt := m.IsEdns0()
	if opt == nil {
		return
	}
	opt.Option = slices.DeleteFunc(opt.Option, func(o dns.EDNS0) bool { return o.Option() == dns.EDNS0COOKIE })
	// RFC 7830, section 3
	short := -(m.Len() + optionHeader) & (paddingBlock - 1)
	opt.Option = append(opt.Option, &dns.EDNS0_PADDING{Padding: make([]byte, short)})
}

// renumber gives a packed query another ID.
func (q *query) renumber() {
	var id [2]byte
	rand.Read(id[:])
	q.id = binary.BigEndian.Uint16(id[:])
	binary.BigEndian.PutUint16(q.wire, q.id)
}
