package dnssec

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"

	"github.com/miekg/dns"
)

// A layout says where the domain names are in the data of a type.
type layout struct {
	skip    int // octets before the first
	strings int // character-strings after those
	names   int
}

// loweredType says where the names are in the data of a type whose names are put into
// lower case in the canonical form: the list of RFC 4034, section 6.2, item 3, which RFC
// 3597, section 7, closes, as corrected by RFC 6840, section 5.1 (HINFO has no names; NSEC
// keeps its case). The names of every other type stay as they are.
func loweredType(rrtype uint16) (layout, bool) {
	switch rrtype {
	case dns.TypeNS, dns.TypeMD, dns.TypeMF, dns.TypeCNAME, dns.TypeMB, dns.TypeMG, dns.TypeMR, dns.TypePTR, dns.TypeNXT, dns.TypeDNAME:
		return layout{names: 1}, true
	case dns.TypeSOA, dns.TypeMINFO, dns.TypeRP:
		return layout{names: 2}, true
	case dns.TypeMX, dns.TypeAFSDB, dns.TypeRT, dns.TypeKX:
		return layout{skip: 2, names: 1}, true
	case dns.TypeSIG, dns.TypeRRSIG:
		return layout{skip: 18, names: 1}, true
	case dns.TypePX:
		return layout{skip: 2, names: 2}, true
	case dns.TypeNAPTR:
		return layout{skip: 4, strings: 3, names: 1}, true
	case dns.TypeSRV:
		return layout{skip: 6, names: 1}, true
	}
	return layout{}, false
}

// typeA6 is RFC 2874's, which the library does not know: its name stands after a
// prefix length and as many octets of the address as that leaves.
const typeA6 = 38

var errForm = errors.New("the record has no form on the wire")

// rootHeader is the length of a record's header whose owner is the root.
const rootHeader = 1 + 10

// canonicalData is a record's data in canonical form (RFC 4034, section 6.2). The
// record is copied first: to pack it writes to its header.
func canonicalData(rr dns.RR) ([]byte, error) {
	rr = dns.Copy(rr)
	h := rr.Header()
	h.Name = "."
	buf := make([]byte, dns.Len(rr)+1)
	end, err := dns.PackRR(rr, buf, 0, nil, false)
	if err != nil || end < rootHeader {
		return nil, errForm
	}
	data := buf[rootHeader:end:end]
	if l, lowered := layoutOf(h.Rrtype, data); lowered {
		l.lower(data)
	}
	return data, nil
}

func layoutOf(rrtype uint16, data []byte) (l layout, lowered bool) {
	if rrtype == typeA6 && len(data) > 0 && data[0] <= 128 {
		return layout{skip: 1 + (128-int(data[0])+7)/8, names: 1}, true
	}
	l, lowered = loweredType(rrtype)
	return l, lowered
}

// lower puts the names into lower case. Data that are shorter than the layout end it.
func (l layout) lower(data []byte) {
	at := l.skip
	for range l.strings {
		if at >= len(data) {
			return
		}
		at += 1 + int(data[at])
	}
	for range l.names {
		for at < len(data) && data[at] != 0 {
			next := at + 1 + int(data[at])
			lower(data[at+1 : min(next, len(data))])
			at = next
		}
		at++ // the root's
		if at > len(data) {
			return
		}
	}
}

// maxSigned bounds what is hashed for one signature. A message of 64 KiB comes to a
// few times that with its owner names written out; a set of names that point to each
// other can come to fifty times that, for nothing but to make work.
const maxSigned = 1 << 20

var errSize = errors.New("the set is too large")

// canonicalSet is the data of a set in canonical order, duplicates out (RFC 4034,
// section 6.3).
func canonicalSet(rrs []dns.RR) ([][]byte, error) {
	out := make([][]byte, 0, len(rrs))
	size := 0
	for _, rr := range rrs {
		data, err := canonicalData(rr)
		if err != nil {
			return nil, err
		}
		if size += len(data); size > maxSigned {
			return nil, errSize
		}
		out = append(out, data)
	}
	slices.SortFunc(out, bytes.Compare)
	return slices.CompactFunc(out, bytes.Equal), nil
}

// signedData is what a signature is made over (RFC 4034, section 3.1.8.1): its own
// data without the signature, and the records under the owner that they were signed
// with.
func signedData(sig *dns.RRSIG, owner, signer name, set [][]byte) ([]byte, error) {
	ownerWire := owner.wire()
	size := 0
	for _, data := range set {
		size += len(ownerWire) + 10 + len(data)
	}
	if size > maxSigned {
		return nil, errSize
	}
	b := make([]byte, 0, size+18+maxName)
	b = appendSignatureHead(b, sig)
	b = append(b, signer.wire()...)
	for _, data := range set {
		b = append(b, ownerWire...)
		b = binary.BigEndian.AppendUint16(b, sig.TypeCovered)
		b = binary.BigEndian.AppendUint16(b, dns.ClassINET)
		b = binary.BigEndian.AppendUint32(b, sig.OrigTtl)
		b = binary.BigEndian.AppendUint16(b, uint16(len(data)))
		b = append(b, data...)
	}
	return b, nil
}

// appendSignatureHead writes the fields of an RRSIG up to the signer's name.
func appendSignatureHead(b []byte, sig *dns.RRSIG) []byte {
	b = binary.BigEndian.AppendUint16(b, sig.TypeCovered)
	b = append(b, sig.Algorithm, sig.Labels)
	b = binary.BigEndian.AppendUint32(b, sig.OrigTtl)
	b = binary.BigEndian.AppendUint32(b, sig.Expiration)
	b = binary.BigEndian.AppendUint32(b, sig.Inception)
	return binary.BigEndian.AppendUint16(b, sig.KeyTag)
}
