package proxies

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"syscall"
)

// The numbers of SOCKS (RFC 1928, RFC 1929, and the protocol notes of SOCKS 4 and 4A).
const (
	version4 = 4
	version5 = 5

	methodNone  = 0
	methodLogin = 2
	methodNo    = 0xff

	typeIPv4 = 1
	typeName = 3
	typeIPv6 = 4

	replyFailure = 1
	replyRefused = 5

	granted4  = 90
	rejected4 = 91
)

func (s *Server) socks4(c *client) {
	var head [8]byte
	if _, err := io.ReadFull(c, head[:]); err != nil {
		return
	}
	user, err := c.r.ReadString(0)
	addr := netip.AddrFrom4([4]byte(head[4:]))
	host, kind := addr.String(), "socks4"
	if head[4]|head[5]|head[6] == 0 && head[7] != 0 && err == nil {
		kind = "socks4a"
		host, err = c.r.ReadString(0)
		host = strings.TrimSuffix(host, "\x00")
	}
	if err != nil {
		return
	}
	user, port := strings.TrimSuffix(user, "\x00"), port(head[2:4])
	s.saw(kind + " " + user + " " + net.JoinHostPort(host, port))
	known, _, _ := strings.Cut(s.login, ":")
	up, err := s.dial(host, port)
	if err != nil || known != "" && user != known {
		_, _ = c.Write([]byte{0, rejected4, 0, 0, 0, 0, 0, 0})
		return
	}
	reply := []byte{0, granted4}
	_, _ = c.Write(append(reply, bound(up)...))
	s.relay(c, up)
}

// bound is our end of a connection as SOCKS 4 has it: port and address.
func bound(up net.Conn) []byte {
	local := up.LocalAddr().(*net.TCPAddr).AddrPort()
	addr := local.Addr().Unmap().As4()
	return append(binary.BigEndian.AppendUint16(nil, local.Port()), addr[:]...)
}

func port(b []byte) string { return strconv.Itoa(int(binary.BigEndian.Uint16(b))) }

func (s *Server) socks5(c *client) {
	login, ok := s.greet(c)
	if !ok {
		return
	}
	host, port, err := request5(c)
	if err != nil {
		return
	}
	s.saw("socks5 " + login + " " + net.JoinHostPort(host, port))
	up, err := s.dial(host, port)
	if err != nil {
		reply := byte(replyFailure)
		if errors.Is(err, syscall.ECONNREFUSED) {
			reply = replyRefused
		}
		_, _ = c.Write([]byte{version5, reply, 0, typeIPv4, 0, 0, 0, 0, 0, 0})
		return
	}
	at := bound(up)
	_, _ = c.Write(append(append([]byte{version5, 0, 0, typeIPv4}, at[2:]...), at[:2]...))
	s.relay(c, up)
}

// greet agrees on a method (RFC 1928, section 3) and returns the login.
func (s *Server) greet(c *client) (login string, ok bool) {
	methods, err := lengthed(c, 1)
	if err != nil {
		return "", false
	}
	want := byte(methodNone)
	if s.login != "" {
		want = methodLogin
	}
	if !strings.ContainsRune(methods, rune(want)) {
		_, _ = c.Write([]byte{version5, methodNo})
		return "", false
	}
	_, _ = c.Write([]byte{version5, want})
	if want == methodNone {
		return "", true
	}
	user, err := lengthed(c, 1)
	password, err2 := lengthed(c, 0)
	if err != nil || err2 != nil {
		return "", false
	}
	login = user + ":" + password
	if login != s.login {
		s.saw("socks5 refused " + login)
		_, _ = c.Write([]byte{1, 1})
		return "", false
	}
	_, _ = c.Write([]byte{1, 0})
	return login, true
}

// lengthed reads what a byte before it tells the length of, after skip bytes.
func lengthed(c *client, skip int) (string, error) {
	head := make([]byte, skip+1)
	if _, err := io.ReadFull(c, head); err != nil {
		return "", err
	}
	b := make([]byte, head[skip])
	_, err := io.ReadFull(c, b)
	return string(b), err
}

// request5 reads a request (RFC 1928, section 4).
func request5(c *client) (host, number string, err error) {
	var head [4]byte
	if _, err = io.ReadFull(c, head[:]); err != nil {
		return "", "", err
	}
	size := map[byte]int{typeIPv4: 4, typeIPv6: 16}[head[3]]
	if head[3] == typeName {
		host, err = lengthed(c, 0)
	} else {
		b := make([]byte, size)
		_, err = io.ReadFull(c, b)
		addr, _ := netip.AddrFromSlice(b)
		host = addr.String()
	}
	var p [2]byte
	if err == nil {
		_, err = io.ReadFull(c, p[:])
	}
	return host, port(p[:]), err
}
