package socks

import (
	"io"
	"net/netip"
	"strconv"
)

// The numbers of SOCKS 5 (RFC 1928, sections 3 to 6; RFC 1929, section 2).
const (
	version5      = 5
	methodNone    = 0
	methodLogin   = 2
	methodRefused = 0xff
	loginVersion  = 1
	connect       = 1
	typeIPv4      = 1
	typeName      = 3
	typeIPv6      = 4
	succeeded     = 0
)

func open5(conn io.ReadWriter, to Target, login *Login) (bound string, err error) {
	if err := greet(conn, login); err != nil {
		return "", err
	}
	if _, err := conn.Write(request5(to)); err != nil {
		return "", err
	}
	return reply5(conn)
}

// greet agrees on how we say who we are (RFC 1928, section 3). To be nobody is offered
// beside a login, as there are proxies that want none.
func greet(conn io.ReadWriter, login *Login) error {
	hello := []byte{version5, 1, methodNone}
	if login != nil {
		hello = []byte{version5, 2, methodNone, methodLogin}
	}
	if _, err := conn.Write(hello); err != nil {
		return err
	}
	var choice [2]byte
	if _, err := receive(conn, choice[:]); err != nil {
		return err
	}
	switch method := choice[1]; {
	case choice[0] != version5:
		return fail(CodeVersion, "the proxy answered by version %d: it is no SOCKS 5 proxy", choice[0])
	case method == methodNone:
		return nil
	case method == methodLogin && login != nil:
		return logIn(conn, login)
	case method == methodRefused && login == nil:
		return fail(CodeNoMethod, "the SOCKS proxy wants a user name and password, or another proof of who we are")
	case method == methodRefused:
		return fail(CodeNoMethod, "the SOCKS proxy takes no user name and password")
	default:
		return fail(CodeMalformed, "the SOCKS proxy chose method %d, which was not offered", method)
	}
}

// logIn says who we are (RFC 1929, section 2).
func logIn(conn io.ReadWriter, login *Login) error {
	b := []byte{loginVersion, byte(len(login.User))}
	b = append(b, login.User...)
	b = append(b, byte(len(login.Password)))
	b = append(b, login.Password...)
	if _, err := conn.Write(b); err != nil {
		return err
	}
	var verdict [2]byte
	if _, err := receive(conn, verdict[:]); err != nil {
		return err
	}
	// The version is not looked at: proxies are about that send 5, which takes nothing
	// from what they mean.
	if verdict[1] != succeeded {
		return fail(CodeLogin, "the SOCKS proxy refused the user name and password (status %d)", verdict[1])
	}
	return nil
}

// request5 is a request to connect (RFC 1928, section 4).
func request5(to Target) []byte {
	b := []byte{version5, connect, 0}
	switch addr := to.Addr.Unmap(); {
	case addr.Is4():
		b = append(append(b, typeIPv4), addr.AsSlice()...)
	case addr.Is6():
		b = append(append(b, typeIPv6), addr.AsSlice()...)
	default:
		b = append(append(b, typeName, byte(len(to.Name))), to.Name...)
	}
	return append(b, byte(to.Port>>8), byte(to.Port))
}

// reply5 reads a reply (RFC 1928, section 6). Of one that says no the address is not waited
// for: there are proxies that leave it out.
func reply5(conn io.Reader) (bound string, err error) {
	var head [4]byte
	n, err := receive(conn, head[:])
	if n >= 1 && head[0] != version5 {
		return "", fail(CodeVersion, "the proxy answered by version %d: it is no SOCKS 5 proxy", head[0])
	}
	if n >= 2 && head[1] != succeeded {
		return "", refused(refusals5, head[1])
	}
	if err != nil {
		return "", err
	}
	return bound5(conn, head[3])
}

// bound5 reads the address of a reply, whose type says how long it is.
func bound5(conn io.Reader, kind byte) (string, error) {
	var size [1]byte
	switch kind {
	case typeIPv4:
		size[0] = 4
	case typeIPv6:
		size[0] = 16
	case typeName:
		if _, err := receive(conn, size[:]); err != nil {
			return "", err
		}
	default:
		return "", fail(CodeMalformed, "the SOCKS proxy told an address of type %d, which there is not", kind)
	}
	b := make([]byte, int(size[0])+2)
	if _, err := receive(conn, b); err != nil {
		return "", err
	}
	host, port := b[:size[0]], uint16(b[size[0]])<<8|uint16(b[size[0]+1])
	if addr, ok := netip.AddrFromSlice(host); ok && kind != typeName {
		return netip.AddrPortFrom(addr, port).String(), nil
	}
	return string(host) + ":" + strconv.Itoa(int(port)), nil
}
