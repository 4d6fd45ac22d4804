// Package socks speaks with SOCKS proxies as a client: a part of step 2.
//
// Input is a connection to the proxy, as an io.ReadWriter, and whom it is to connect to;
// [Open] says what has to be said, and returns the address that the proxy tells, or why it
// did not do it. After that the connection is the target's: not a byte beyond the proxy's
// replies has been read. Nothing is recorded here, and nothing waits for a clock: whoever
// has the connection bounds the time.
//
// It implements RFC 1928 with the methods "none" and "username and password" (RFC 1929),
// and SOCKS 4 and 4A by their protocol notes, of each the command CONNECT. GSSAPI and the
// other commands are left out.
package socks

import (
	"fmt"
	"io"
	"net/netip"
	"strings"

	"fetchscope/trace"
)

// A Version is a dialect of the protocol.
type Version int

// The dialects. V4 and V5 are given addresses here; V4a and V5Host may be given names,
// which the proxy resolves.
const (
	V4 Version = iota + 1
	V4a
	V5
	V5Host
)

// Resolves says whether the proxy is handed names.
func (v Version) Resolves() bool { return v == V4a || v == V5Host }

// A Target is whom the proxy is to connect to: an address or, where that is not valid, a
// name.
type Target struct {
	Addr netip.Addr
	Name string
	Port uint16
}

// A Login is a user name with its password, which SOCKS 4 does without.
type Login struct{ User, Password string }

// maxName, maxUser and maxPassword are what one byte of length can tell (RFC 1928, section
// 4; RFC 1929, section 2). SOCKS 4 ends both by a NUL instead; its servers have no more
// room than that either.
const (
	maxName     = 255
	maxUser     = 255
	maxPassword = 255
)

// Open asks the proxy at the other end of conn for a connection to the target. It returns
// the address that the proxy says it uses for that, which many leave at zero. login is nil
// where there is none. The error is an *Error where it is of the protocol, else conn's.
func Open(conn io.ReadWriter, v Version, to Target, login *Login) (bound string, err error) {
	if err := check(v, to, login); err != nil {
		return "", err
	}
	if v == V4 || v == V4a {
		return open4(conn, to, login)
	}
	return open5(conn, to, login)
}

// check refuses what the protocol has no room for, before anything is said.
func check(v Version, to Target, login *Login) error {
	switch {
	case !to.Addr.IsValid() && !v.Resolves():
		return fail(CodeUnresolved, "%s has no address that could be handed to the proxy", to.Name)
	case !to.Addr.IsValid() && (to.Name == "" || len(to.Name) > maxName):
		return fail(CodeLongName, "a name of %d bytes: SOCKS has room for 1 to %d", len(to.Name), maxName)
	case v == V4 && !to.Addr.Unmap().Is4():
		return fail(CodeNeedsIPv4, "SOCKS 4 knows IPv4 addresses alone, not %s", to.Addr)
	case strings.ContainsRune(to.Name, 0):
		return fail(CodeLongName, "a name with a NUL in it")
	case login == nil:
		return nil
	case len(login.User) > maxUser || len(login.Password) > maxPassword:
		return fail(CodeLongLogin, "a user name or password of more than %d bytes", maxUser)
	case (v == V4 || v == V4a) && strings.ContainsRune(login.User, 0):
		return fail(CodeLongLogin, "a user name with a NUL in it")
	}
	return nil
}

// receive reads exactly as much as p holds: what comes behind is the target's.
func receive(conn io.Reader, p []byte) (n int, err error) {
	n, err = io.ReadFull(conn, p)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		err = fail(CodeClosed, "the proxy closed the connection instead of answering")
	}
	return n, err
}

// An Error is a refusal of the proxy's, or an answer that is none.
type Error struct {
	Code    trace.Code
	Message string
}

func (e *Error) Error() string { return e.Message }

func fail(code trace.Code, format string, args ...any) error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}
