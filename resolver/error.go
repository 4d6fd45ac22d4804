package resolver

import (
	"context"
	"errors"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
	"unicode"
	"unicode/utf8"

	"fetchscope/trace"
)

// The codes of this package's errors.
const (
	NameNotFound  trace.Code = "name_not_found"
	NoAddress     trace.Code = "no_address"
	ServerFailure trace.Code = "server_failure"
	Refused       trace.Code = "refused"
	Timeout       trace.Code = "resolve_timeout"
	BadName       trace.Code = "bad_name"
	BadType       trace.Code = "bad_type"
	NoServer      trace.Code = "no_server"
	SpecialName   trace.Code = "special_name"
	BadReply      trace.Code = "bad_reply"
	AliasLoop     trace.Code = "alias_loop"
	Cancelled     trace.Code = "resolve_cancelled"
	Lame          trace.Code = "lame_delegation"
	TooCostly     trace.Code = "resolution_too_costly"
	Bogus         trace.Code = "dnssec_bogus"
	BadHints      trace.Code = "root_hints_unusable"
	BadAnchor     trace.Code = "trust_anchor_unusable"

	ServerTLS       trace.Code = "server_tls_failed"
	ServerUntrusted trace.Code = "server_certificate_not_trusted"
)

// Codes lists every code an [Error] can have, each with a sentence on what it means.
var Codes = [...]struct {
	Code  trace.Code
	Means string
}{
	{NameNotFound, "the name does not exist (NXDOMAIN)"},
	{NoAddress, "the name exists, but has no address of the wanted kind"},
	{ServerFailure, "no server could answer (SERVFAIL and the like)"},
	{Refused, "the servers refused to answer (REFUSED)"},
	{Timeout, "no server answered in time"},
	{BadName, "this cannot be a host name"},
	{BadType, "there is no such record type, or it cannot be asked for"},
	{NoServer, "no name server could be reached"},
	{SpecialName, "names of this kind are not asked of the DNS"},
	{BadReply, "the servers' replies could not be used"},
	{AliasLoop, "the name's aliases lead round in a circle, or too far"},
	{Cancelled, "the resolution was stopped"},
	{Lame, "the servers that the zone is delegated to do not serve it"},
	{TooCostly, "the resolution took too many queries"},
	{Bogus, "the answer does not stand up to DNSSEC validation"},
	{BadHints, "the file of root hints cannot be used"},
	{BadAnchor, "the file of trust anchors cannot be used"},
	{ServerTLS, "no TLS with the name server came about"},
	{ServerUntrusted, "the name server's certificate is not trusted"},
}

// An Error is a resolution that failed.
type Error struct {
	// Name is what was asked for, Type the record type, empty where addresses were.
	Name, Type string
	// Server is the one whose reply decided, as address:port; empty if none did.
	Server string
	Code   trace.Code
	// Rcode is the mnemonic of the reply that decided, such as SERVFAIL.
	Rcode string
	// Err is the cause; where the context ended the resolution, its cause.
	Err error
	// verdict is the rcode of the resolution, where that is our own and no server's.
	verdict string
}

// servFail is what a resolver says that has found no answer (RFC 1035, section 4.1.1).
const servFail = "SERVFAIL"

// Error names what was asked for, what came of it, and the cause.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(shown(e.Name))
	if e.Type != "" {
		b.WriteString(" " + e.Type)
	}
	b.WriteString(": " + e.means())
	switch {
	case e.Server != "" && e.Rcode != "":
		b.WriteString(", says " + e.Server)
	case e.Server != "":
		b.WriteString(", " + e.Server)
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// means is the sentence of the code, with the rcode where the sentence has not got it.
func (e *Error) means() string {
	for _, c := range Codes {
		if c.Code != e.Code {
			continue
		}
		if e.Rcode == "" || strings.Contains(c.Means, e.Rcode) || e.Code == NoAddress {
			return c.Means
		}
		return c.Means + " (" + e.Rcode + ")"
	}
	return string(e.Code)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// shown is a name that may be anything a person typed, fit to be read: it is quoted
// where it holds what is not printable.
func shown(name string) string {
	if name != "" && utf8.ValidString(name) && !strings.ContainsFunc(name, unprintable) {
		return name
	}
	return strconv.QuoteToASCII(name)
}

func unprintable(r rune) bool { return r == ' ' || !unicode.IsPrint(r) }

func isASCIIGraphic(s string) bool {
	for i := range len(s) {
		if s[i] < '!' || s[i] > '~' {
			return false
		}
	}
	return true
}

// Causes of failed queries, told apart by what is done next.
var (
	errTimeout  = errors.New("no reply in time")
	errTotal    = errors.New("the resolution took too long")
	errFlooded  = errors.New("flooded with datagrams that are not the reply")
	errUnneeded = errors.New("no longer needed: the other address family has answered")
	errBudget   = errors.New("too many queries for one question")
	errTC       = errors.New("truncated over TCP too")
	errLame     = errors.New("the server neither knows the answer nor looks it up")
)

// A replyError is a reply that cannot be used, as opposed to none.
type replyError struct{ why string }

func (e *replyError) Error() string { return e.why }

// code tells which code a failed exchange with a server has.
func code(err error) trace.Code {
	var bad *replyError
	var secured *TLSError
	var unnamed *bootstrapError
	switch {
	case errors.As(err, &unnamed):
		return NoServer
	case errors.As(err, &secured) && secured.Untrusted:
		return ServerUntrusted
	case secured != nil:
		return ServerTLS
	case errors.As(err, &bad), errors.Is(err, errTC):
		return BadReply
	case errors.Is(err, errTimeout), errors.Is(err, errFlooded):
		return Timeout
	case errors.Is(err, errBudget):
		return ServerFailure
	}
	return NoServer
}

// ended makes the error of a resolution that its context ended. A limit that passed
// is a time-out, everything else was somebody's wish.
func ended(ctx context.Context, name, qtype string) *Error {
	e := &Error{Name: name, Type: qtype, Code: Cancelled, Err: context.Cause(ctx)}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		e.Code = Timeout
	}
	return e
}

// plain strips the addresses that package net wraps round an error of the system.
func plain(err error) error {
	var errno syscall.Errno
	var op *net.OpError
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return errTimeout
	case errors.As(err, &errno):
		return errno
	case errors.As(err, &op):
		return op.Err
	}
	return err
}
