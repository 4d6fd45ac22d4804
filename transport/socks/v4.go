package socks

import (
	"io"
	"net/netip"
)

// The numbers of SOCKS 4. Replies have the version 0.
const (
	version4  = 4
	reply4    = 0
	granted4  = 90
	replySize = 8
)

func open4(conn io.ReadWriter, to Target, login *Login) (bound string, err error) {
	if _, err := conn.Write(request4(to, login)); err != nil {
		return "", err
	}
	var b [replySize]byte
	n, err := receive(conn, b[:])
	switch {
	case n >= 1 && b[0] != reply4:
		return "", fail(CodeVersion, "the proxy answered by version %d: it is no SOCKS 4 proxy", b[0])
	case n >= 2 && b[1] != granted4:
		return "", refused(refusals4, b[1])
	case err != nil:
		return "", err
	}
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte(b[4:])), uint16(b[2])<<8|uint16(b[3])).String(), nil
}

// request4 is a request to connect: the address, then the user, then for 4A the name. The
// address 0.0.0.x with x not 0 says that a name comes.
func request4(to Target, login *Login) []byte {
	b := []byte{version4, connect, byte(to.Port >> 8), byte(to.Port)}
	name := ""
	if addr := to.Addr.Unmap(); addr.Is4() {
		b = append(b, addr.AsSlice()...)
	} else {
		b = append(b, 0, 0, 0, 1)
		if name = to.Name; addr.IsValid() {
			name = addr.String() // there is no other way to hand over an IPv6 address
		}
	}
	if login != nil {
		b = append(b, login.User...)
	}
	b = append(b, 0)
	if name != "" {
		b = append(append(b, name...), 0)
	}
	return b
}
