package h1

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"fetchscope/httpclient"
	"fetchscope/trace"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// errReset stands for an error of the transport's.
var errReset = errors.New("connection reset by peer")

// A responseCase is a response as it comes and what is made of it.
type responseCase struct {
	name   string
	method string // "" is GET
	raw    string
	end    error // of the connection, nil is io.EOF

	status     int
	framing    string
	body       string
	notes      []string // their sections
	trailers   []trace.Field
	persistent bool
	excess     bool

	fails verdict
}

const (
	ok      = "HTTP/1.1 200 OK\r\n"
	chunked = ok + "Transfer-Encoding: chunked\r\n\r\n"
	five    = ok + "Content-Length: 5\r\n\r\nhello"
)

func bad(code trace.Code, section string) verdict {
	return verdict{Phase: trace.Receive, Code: code, Section: section}
}

var (
	badHead   = bad(httpclient.CodeMalformed, "RFC 9112, section 2.2; RFC 9110, section 5.5")
	noHead    = bad(httpclient.CodeHTTP09, "RFC 9112, section 4")
	badStatus = bad(httpclient.CodeBadStatus, "RFC 9112, section 4")
	badLength = bad(httpclient.CodeBadLength, "RFC 9112, section 6.3, item 5")
	badCoding = bad(httpclient.CodeBadTransfer, "RFC 9112, sections 6.1 and 7")
	wrongSize = bad(httpclient.CodeBadChunk, "RFC 9112, section 7.1")
	cutShort  = bad(httpclient.CodeTruncated, "RFC 9112, section 8")
	cutHead   = bad(httpclient.CodeMalformed, "RFC 9112, section 8")
)

var responses = []responseCase{
	// Status lines: RFC 9112, section 4.
	{name: "plain", raw: five, status: 200, framing: "length", body: "hello", persistent: true},
	{name: "no reason", raw: "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", status: 200, framing: "length", persistent: true},
	{name: "no space behind the status", raw: "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", status: 200, framing: "length", notes: []string{"RFC 9112, section 4"}, persistent: true},
	{name: "control in the reason", raw: "HTTP/1.1 200 a\x01b\r\nContent-Length: 0\r\n\r\n", status: 200, framing: "length", notes: []string{"RFC 9112, section 4"}, persistent: true},
	{name: "obs-text in the reason", raw: "HTTP/1.1 200 \xe9\r\nContent-Length: 0\r\n\r\n", status: 200, framing: "length", persistent: true},
	{name: "status above 599", raw: "HTTP/1.1 999 ?\r\nContent-Length: 0\r\n\r\n", status: 999, framing: "length", notes: []string{"RFC 9110, section 15"}, persistent: true},
	{name: "status below 100", raw: "HTTP/1.1 099 ?\r\n\r\n", fails: badStatus},
	{name: "status of two digits", raw: "HTTP/1.1 20 OK\r\n\r\n", fails: badStatus},
	{name: "status of four digits", raw: "HTTP/1.1 2000 OK\r\n\r\n", fails: badStatus},
	{name: "signed status", raw: "HTTP/1.1 +20 OK\r\n\r\n", fails: badStatus},
	{name: "two spaces", raw: "HTTP/1.1  200 OK\r\n\r\n", fails: badStatus},
	{name: "tab", raw: "HTTP/1.1\t200 OK\r\n\r\n", fails: badStatus},
	{name: "HTTP/2", raw: "HTTP/2.0 200 OK\r\n\r\n", fails: badStatus},
	{name: "HTTP/1.10", raw: "HTTP/1.10 200 OK\r\n\r\n", fails: badStatus},
	{name: "lower case", raw: "http/1.1 200 OK\r\n\r\n", fails: noHead},
	{name: "another protocol", raw: "SSH-2.0-OpenSSH\r\n", fails: noHead},
	{name: "no status line", raw: "<p>hello", fails: noHead},
	{name: "empty line first", raw: "\r\n" + five, fails: noHead},
	{name: "minor version above 1", raw: "HTTP/1.9 200 OK\r\nContent-Length: 0\r\n\r\n", status: 200, framing: "length", persistent: true},

	// Line ends: section 2.2.
	{name: "LF alone", raw: "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello", status: 200, framing: "length", body: "hello", notes: []string{"RFC 9112, section 2.2"}, persistent: true},
	{name: "bare CR in a value", raw: ok + "X: a\rb\r\n\r\n", fails: badHead},
	{name: "CR CR LF", raw: ok + "X: a\r\r\n\r\n", fails: badHead},
	{name: "bare CR in the status line", raw: "HTTP/1.1 200 O\rK\r\n\r\n", fails: badHead},
	{name: "NUL in a value", raw: ok + "X: a\x00b\r\n\r\n", fails: badHead},
	{name: "NUL in a name", raw: ok + "X\x00: a\r\n\r\n", fails: badHead},

	// Fields: section 5.
	{name: "white space before the colon", raw: ok + "Content-Length : 5\r\n\r\nhello", status: 200, framing: "length", body: "hello", notes: []string{"RFC 9112, section 5.1"}, persistent: true},
	{name: "white space in a name", raw: ok + "Content Length: 5\r\n\r\nhello", fails: bad(httpclient.CodeMalformed, "RFC 9110, section 5.1")},
	{name: "empty name", raw: ok + ": 5\r\n\r\n", fails: bad(httpclient.CodeMalformed, "RFC 9110, section 5.1")},
	{name: "no colon", raw: ok + "junk\r\n\r\n", fails: bad(httpclient.CodeMalformed, "RFC 9112, section 5")},
	{name: "control in a value", raw: ok + "X: \x1b[2J\r\nContent-Length: 0\r\n\r\n", status: 200, framing: "length", notes: []string{"RFC 9110, section 5.5"}, persistent: true},
	{name: "obs-fold", raw: ok + "X: a\r\n b\r\nContent-Length: 0\r\n\r\n", status: 200, framing: "length", notes: []string{"RFC 9112, section 5.2"}, persistent: true},
	{name: "control in a fold", raw: ok + "X: a\r\n\t\x7f\r\nContent-Length: 0\r\n\r\n", status: 200, framing: "length", notes: []string{"RFC 9112, section 5.2", "RFC 9110, section 5.5"}, persistent: true},
	{name: "folded length", raw: ok + "Content-Length:\r\n 5\r\n\r\nhello", status: 200, framing: "length", body: "hello", notes: []string{"RFC 9112, section 5.2"}, persistent: true},
	{name: "length folded in two", raw: ok + "Content-Length: 1\r\n 2\r\n\r\nhello world!", fails: badLength},
	{name: "white space before the first field", raw: ok + " X: a\r\nContent-Length: 0\r\n\r\n", status: 200, framing: "length", notes: []string{"RFC 9112, section 2.2"}},
	{name: "white space before all fields", raw: ok + "\tContent-Length: 9\r\n Content-Length: 8\r\n \r\nContent-Length: 0\r\n\r\n", status: 200, framing: "length", notes: []string{"RFC 9112, section 2.2"}},
	{name: "NUL in a line that is passed over", raw: ok + " X: \x00\r\n\r\n", fails: badHead},
	{name: "white space before the first trailer", raw: chunked + "0\r\n X: a\r\n\r\n", status: 200, framing: "chunked", fails: bad(httpclient.CodeMalformed, "RFC 9112, section 2.2")},

	// The end of the head.
	{name: "nothing", raw: "", fails: verdict{Phase: trace.Wait, Code: httpclient.CodeEmpty}},
	{name: "nothing, without close_notify", raw: "", end: io.ErrUnexpectedEOF, fails: verdict{Phase: trace.Wait, Code: httpclient.CodeEmpty}},
	{name: "reset before the response", raw: "", end: errReset, fails: verdict{Phase: trace.Wait, Cause: errReset.Error()}},
	{name: "reset within the head", raw: "HTTP/1.1 2", end: errReset, fails: verdict{Phase: trace.Receive, Cause: errReset.Error()}},
	{name: "ends within the status line", raw: "HTTP/1.1 2", fails: cutHead},
	{name: "ends within the head", raw: ok + "X: a\r\n", fails: cutHead},
	{name: "ends within the head, without close_notify", raw: ok + "X: a\r\n", end: io.ErrUnexpectedEOF, fails: cutHead},

	// Section 6.3, items 1 and 2: no body whatever the fields say.
	{name: "HEAD", method: "HEAD", raw: ok + "Content-Length: 5\r\n\r\n", status: 200, framing: "none", persistent: true},
	{name: "HEAD, chunked", method: "HEAD", raw: chunked, status: 200, framing: "none", persistent: true},
	{name: "HEAD, bad length", method: "HEAD", raw: ok + "Content-Length: x\r\n\r\n", status: 200, framing: "none", persistent: true},
	{name: "HEAD with a body", method: "HEAD", raw: five, status: 200, framing: "none", excess: true, persistent: true},
	{name: "204", raw: "HTTP/1.1 204 None\r\nContent-Length: 5\r\n\r\n", status: 204, framing: "none", persistent: true},
	{name: "204 with a body", raw: "HTTP/1.1 204 None\r\nContent-Length: 5\r\n\r\nhello", status: 204, framing: "none", excess: true, persistent: true},
	{name: "304", raw: "HTTP/1.1 304 Same\r\nTransfer-Encoding: chunked\r\n\r\n", status: 304, framing: "none", persistent: true},
	{name: "CONNECT, 200", method: "CONNECT", raw: ok + "Content-Length: 5\r\n\r\n", status: 200, framing: "none", persistent: true},
	{name: "CONNECT, 407", method: "CONNECT", raw: "HTTP/1.1 407 No\r\nContent-Length: 5\r\n\r\nhello", status: 407, framing: "length", body: "hello", persistent: true},
	{name: "CONNECT, 407 with two lengths", method: "CONNECT", raw: "HTTP/1.1 407 No\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", fails: bad(httpclient.CodeBadTransfer, "RFC 9112, section 6.3, item 3")},
	{name: "CONNECT, 200 with two lengths", method: "CONNECT", raw: ok + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", status: 200, framing: "none", persistent: true},
	{name: "205 with a length", raw: "HTTP/1.1 205 Reset\r\nContent-Length: 0\r\n\r\n", status: 205, framing: "length", persistent: true},

	// Items 3 and 4: transfer codings.
	{name: "chunked", raw: chunked + "5\r\nhello\r\n0\r\n\r\n", status: 200, framing: "chunked", body: "hello", persistent: true},
	{name: "chunked in capitals", raw: ok + "transfer-encoding: CHUNKED\r\n\r\n0\r\n\r\n", status: 200, framing: "chunked", persistent: true},
	{name: "chunked beside a length", raw: ok + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", status: 200, framing: "chunked", body: "hello", notes: []string{"RFC 9112, section 6.3, item 3"}},
	{name: "chunked in HTTP/1.0", raw: "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", status: 200, framing: "chunked", notes: []string{"RFC 9112, section 6.1"}},
	{name: "gzip, chunked", raw: ok + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", fails: badCoding},
	{name: "chunked, gzip", raw: ok + "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", fails: badCoding},
	{name: "chunked twice", raw: ok + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", fails: badCoding},
	{name: "identity", raw: ok + "Transfer-Encoding: identity\r\n\r\nhello", status: 200, framing: "close", body: "hello", notes: []string{"RFC 7230, appendix A.2"}},
	{name: "identity beside a length", raw: ok + "Transfer-Encoding: identity\r\nContent-Length: 3\r\n\r\nhello", status: 200, framing: "close", body: "hello", notes: []string{"RFC 7230, appendix A.2", "RFC 9112, section 6.3, item 3"}},
	{name: "identity, chunked", raw: ok + "Transfer-Encoding: Identity, chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", status: 200, framing: "chunked", body: "hello", notes: []string{"RFC 7230, appendix A.2"}},
	{name: "identity, gzip", raw: ok + "Transfer-Encoding: identity, gzip\r\n\r\nhello", fails: badCoding},
	{name: "no coding", raw: ok + "Transfer-Encoding:\r\n\r\nhello", fails: badCoding},
	{name: "nearly chunked", raw: ok + "Transfer-Encoding: xchunked\r\n\r\nhello", fails: badCoding},

	// Items 5 and 6: lengths.
	{name: "length 0", raw: ok + "Content-Length: 0\r\n\r\n", status: 200, framing: "length", persistent: true},
	{name: "leading zeros", raw: ok + "Content-Length: 0005\r\n\r\nhello", status: 200, framing: "length", body: "hello", persistent: true},
	{name: "the same length in a list", raw: ok + "Content-Length: 5, 5\r\n\r\nhello", status: 200, framing: "length", body: "hello", notes: []string{"RFC 9112, section 6.3, item 5"}, persistent: true},
	{name: "the same length twice", raw: ok + "Content-Length: 5\r\nContent-Length: 05\r\n\r\nhello", status: 200, framing: "length", body: "hello", notes: []string{"RFC 9112, section 6.3, item 5"}, persistent: true},
	{name: "two lengths", raw: ok + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", fails: badLength},
	{name: "two lengths in a list", raw: ok + "Content-Length: 5, 6\r\n\r\nhello", fails: badLength},
	{name: "empty element", raw: ok + "Content-Length: 5,\r\n\r\nhello", fails: badLength},
	{name: "empty length", raw: ok + "Content-Length:\r\n\r\nhello", fails: badLength},
	{name: "plus", raw: ok + "Content-Length: +5\r\n\r\nhello", fails: badLength},
	{name: "minus", raw: ok + "Content-Length: -5\r\n\r\nhello", fails: badLength},
	{name: "hexadecimal", raw: ok + "Content-Length: 0x5\r\n\r\nhello", fails: badLength},
	{name: "junk behind the length", raw: ok + "Content-Length: 5 x\r\n\r\nhello", fails: badLength},
	{name: "fraction", raw: ok + "Content-Length: 5.0\r\n\r\nhello", fails: badLength},
	{name: "length of 2^63", raw: ok + "Content-Length: 9223372036854775808\r\n\r\nhello", fails: badLength},
	{name: "length of 2^64+5", raw: ok + "Content-Length: 18446744073709551621\r\n\r\nhello", fails: badLength},
	{name: "length of 2^63-1", raw: ok + "Content-Length: 9223372036854775807\r\n\r\nhello", status: 200, framing: "length", body: "hello", fails: cutShort},
	{name: "bytes behind the length", raw: five + "excess", status: 200, framing: "length", body: "hello", excess: true, persistent: true},

	// Item 8: the close.
	{name: "until the close", raw: ok + "\r\nhello", status: 200, framing: "close", body: "hello"},
	{name: "until the close, empty", raw: ok + "\r\n", status: 200, framing: "close"},
	{name: "HTTP/1.0", raw: "HTTP/1.0 200 OK\r\n\r\nhello", status: 200, framing: "close", body: "hello"},

	// Truncation: section 8.
	{name: "cut before the length", raw: ok + "Content-Length: 6\r\n\r\nhello", status: 200, framing: "length", body: "hello", fails: cutShort},
	{name: "cut before the length, without close_notify", raw: ok + "Content-Length: 6\r\n\r\nhello", end: io.ErrUnexpectedEOF, status: 200, framing: "length", body: "hello", fails: cutShort},
	{name: "whole by its length, without close_notify", raw: five, end: io.ErrUnexpectedEOF, status: 200, framing: "length", body: "hello", persistent: true},
	{name: "whole by its chunks, without close_notify", raw: chunked + "0\r\n\r\n", end: io.ErrUnexpectedEOF, status: 200, framing: "chunked", persistent: true},
	{name: "until the close, without close_notify", raw: ok + "\r\nhello", end: io.ErrUnexpectedEOF, status: 200, framing: "close", body: "hello", fails: cutShort},
	{name: "reset within the body", raw: ok + "\r\nhello", end: errReset, status: 200, framing: "close", body: "hello", fails: verdict{Phase: trace.Receive, Cause: errReset.Error()}},
	{name: "cut in a chunk's size", raw: chunked + "5", status: 200, framing: "chunked", fails: cutShort},
	{name: "cut in a chunk", raw: chunked + "6\r\nhello", status: 200, framing: "chunked", body: "hello", fails: cutShort},
	{name: "cut before the last chunk", raw: chunked + "5\r\nhello\r\n", status: 200, framing: "chunked", body: "hello", fails: cutShort},
	{name: "cut in the trailers", raw: chunked + "5\r\nhello\r\n0\r\nX: a\r\n", status: 200, framing: "chunked", body: "hello", trailers: []trace.Field{{"X", "a"}}, fails: cutShort},

	// Chunks: section 7.1.
	{name: "extensions", raw: chunked + "5;a=b;c=\"d\"\r\nhello\r\n0;e\r\n\r\n", status: 200, framing: "chunked", body: "hello", persistent: true},
	{name: "white space before an extension", raw: chunked + "5 \t;a\r\nhello\r\n0\r\n\r\n", status: 200, framing: "chunked", body: "hello", persistent: true},
	{name: "white space behind a size", raw: chunked + "5 \r\nhello\r\n0\r\n\r\n", status: 200, framing: "chunked", body: "hello", notes: []string{"RFC 9112, section 7.1"}, persistent: true},
	{name: "many chunks", raw: chunked + strings.Repeat("1\r\nx\r\n", 50) + "0\r\n\r\n", status: 200, framing: "chunked", body: strings.Repeat("x", 50), persistent: true},
	{name: "trailers", raw: chunked + "0\r\nX: a\r\nY:b\r\n\r\n", status: 200, framing: "chunked", trailers: []trace.Field{{"X", "a"}, {"Y", "b"}}, persistent: true},
	{name: "folded trailer", raw: chunked + "0\r\nX: a\r\n b\r\n\r\n", status: 200, framing: "chunked", trailers: []trace.Field{{"X", "a b"}}, notes: []string{"RFC 9112, section 5.2"}, persistent: true},
	{name: "length among the trailers", raw: chunked + "1\r\nx\r\n0\r\nContent-Length: 9\r\n\r\n", status: 200, framing: "chunked", body: "x", trailers: []trace.Field{{"Content-Length", "9"}}, persistent: true},
	{name: "trailer without a colon", raw: chunked + "0\r\njunk\r\n\r\n", status: 200, framing: "chunked", fails: bad(httpclient.CodeMalformed, "RFC 9112, section 5")},
	{name: "trailer ends in LF", raw: chunked + "0\r\nX: a\n\r\n", status: 200, framing: "chunked", fails: wrongSize},
	{name: "NUL in a trailer", raw: chunked + "0\r\nX: \x00\r\n\r\n", status: 200, framing: "chunked", fails: wrongSize},
	{name: "bytes behind the chunks", raw: chunked + "5\r\nhello\r\n0\r\n\r\nexcess", status: 200, framing: "chunked", body: "hello", excess: true, persistent: true},
	{name: "no size", raw: chunked + "\r\nhello", status: 200, framing: "chunked", fails: wrongSize},
	{name: "0x5", raw: chunked + "0x5\r\nhello\r\n0\r\n\r\n", status: 200, framing: "chunked", fails: wrongSize},
	{name: "size ends in LF", raw: chunked + "5\nhello\r\n0\r\n\r\n", status: 200, framing: "chunked", fails: wrongSize},
	{name: "extension ends in LF", raw: chunked + "5;a\nhello\r\n0\r\n\r\n", status: 200, framing: "chunked", fails: wrongSize},
	{name: "CR in an extension", raw: chunked + "5;a\rb\r\nhello\r\n0\r\n\r\n", status: 200, framing: "chunked", fails: wrongSize},
	{name: "size of 2^63", raw: chunked + "8000000000000000\r\nhello", status: 200, framing: "chunked", fails: wrongSize},
	{name: "size of 2^64+5", raw: chunked + "10000000000000005\r\nhello", status: 200, framing: "chunked", fails: wrongSize},
	{name: "size of 2^63-1", raw: chunked + "7fffffffffffffff\r\nhello", status: 200, framing: "chunked", body: "hello", fails: cutShort},
	{name: "data longer than its size", raw: chunked + "4\r\nhello\r\n0\r\n\r\n", status: 200, framing: "chunked", body: "hell", fails: wrongSize},
	{name: "data ends in LF", raw: chunked + "5\r\nhello\n0\r\n\r\n", status: 200, framing: "chunked", body: "hello", fails: wrongSize},

	// Interim responses: RFC 9110, section 15.2.
	{name: "100 before", raw: "HTTP/1.1 100 Continue\r\n\r\n" + five, status: 200, framing: "length", body: "hello", persistent: true},
	{name: "103 with a lenient field", raw: "HTTP/1.1 103 Early\r\nLink : a\r\n\r\n" + five, status: 200, framing: "length", body: "hello", notes: []string{"RFC 9112, section 5.1"}, persistent: true},
	{name: "101 unasked", raw: "HTTP/1.1 101 Switch\r\nUpgrade: x\r\n\r\n", fails: bad(httpclient.CodeUpgraded, "RFC 9110, section 15.2.2")},
	{name: "interim alone", raw: "HTTP/1.1 102 Processing\r\n\r\n", fails: bad(httpclient.CodeMalformed, "RFC 9110, section 15.2")},
	{name: "length in an interim response", raw: "HTTP/1.1 100 Continue\r\nContent-Length: 5\r\n\r\n" + five, status: 200, framing: "length", body: "hello", persistent: true},

	// Persistence: RFC 9112, section 9.3.
	{name: "close", raw: ok + "Connection: x, Close\r\nContent-Length: 0\r\n\r\n", status: 200, framing: "length"},
	{name: "HTTP/1.0 keeps alive", raw: "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 0\r\n\r\n", status: 200, framing: "length", persistent: true},
	{name: "HTTP/1.0 does not", raw: "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", status: 200, framing: "length"},
	{name: "close outdoes keep-alive", raw: ok + "Connection: keep-alive\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", status: 200, framing: "length"},
}

func TestResponses(t *testing.T) {
	for _, tt := range responses {
		t.Run(tt.name, func(t *testing.T) {
			conn := newScriptConn([]byte(tt.raw))
			conn.end = tt.end
			whole := fetch(t, conn, request(tt.method), 4096)
			clean := func(o outcome) outcome { return o }
			if tt.excess {
				clean = withoutExcess
			}
			tt.check(t, whole)
			sameInAnyPortions(t, tt.method, tt.raw, tt.end, whole, clean)
		})
	}
}

// check compares an outcome with what the case wants.
func (tt *responseCase) check(t *testing.T, got outcome) {
	t.Helper()
	type summary struct {
		Status     int
		Framing    string
		Body       string
		Notes      []string
		Trailers   []trace.Field
		Complete   bool
		Persistent bool
		Excess     bool
		Fails      verdict
	}
	whole := tt.fails == verdict{}
	want := summary{
		tt.status, tt.framing, tt.body, tt.notes, tt.trailers, whole && tt.status > 0,
		tt.persistent && !tt.excess, tt.excess, tt.fails,
	}
	have := summary{Status: got.Status, Body: string(got.Body), Persistent: got.Persistent, Fails: got.Verdict}
	for _, e := range got.Events {
		switch e := e.(type) {
		case trace.HeadReceived:
			have.Framing = e.Framing
		case trace.ResponseEnded:
			have.Trailers, have.Complete = got.Trailers.Trace(), e.Complete
			if !cmp.Equal(e.Trailers, have.Trailers, cmpopts.EquateEmpty()) {
				t.Errorf("%q: trailers %q recorded, %q returned", short(tt.raw), e.Trailers, have.Trailers)
			}
			if e.BodyBytes != int64(len(got.Body)) || e.Persistent != got.Persistent {
				t.Errorf("%q: %+v recorded, but %d bytes came and persistent is %t", short(tt.raw), e, len(got.Body), got.Persistent)
			}
		case trace.LenientlyRead:
			if e == excess {
				have.Excess = true
			} else {
				have.Notes = append(have.Notes, e.Section)
			}
		}
	}
	if diff := cmp.Diff(want, have, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%q (-want +got):\n%s", short(tt.raw), diff)
	}
}

func TestEventsOfAnExchange(t *testing.T) {
	const early = "HTTP/1.1 103 Early\r\nLink: </a>\r\n\r\n"
	const final = "HTTP/1.1 200 Fine\r\nTransfer-Encoding: chunked\r\nX: a\r\n b\r\n\r\n"
	req := request("GET")
	got := fetch(t, newScriptConn([]byte(early+final+"5\r\nhello\r\n0\r\nY: z\r\n\r\n")), req, 4096)
	sent := int64(len(Head(req)))
	want := outcome{
		Version: "HTTP/1.1", Reason: "Fine", Status: 200, HasBody: true, Length: -1, Body: []byte("hello"), Persistent: true,
		Trailers: httpclient.Fields{{Name: "Y", Value: "z"}},
		Header:   httpclient.Fields{{Name: "Transfer-Encoding", Value: "chunked"}, {Name: "X", Value: "a b"}},
		Heads:    []string{early, final},
		Events: []trace.Event{
			trace.RequestStarted{Method: "GET", Target: "/", Version: "HTTP/1.1", Headers: []trace.Field{{"Host", "example.test"}}},
			trace.RequestEnded{Bytes: sent, Offset: sent},
			trace.FirstByte{},
			trace.HeadStarted{},
			trace.InterimReceived{Version: "HTTP/1.1", Status: 103, Reason: "Early", Headers: []trace.Field{{"Link", "</a>"}}, Bytes: len(early)},
			trace.HeadStarted{},
			trace.HeadReceived{Version: "HTTP/1.1", Status: 200, Reason: "Fine", Headers: []trace.Field{{"Transfer-Encoding", "chunked"}, {"X", "a b"}}, Bytes: len(final), Framing: "chunked"},
			trace.LenientlyRead{What: "a field is folded over several lines", Section: "RFC 9112, section 5.2"},
			trace.ResponseEnded{BodyBytes: 5, Trailers: []trace.Field{{"Y", "z"}}, Complete: true, Persistent: true},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestARequestThatSaysCloseIsTheLast(t *testing.T) {
	req := request("GET")
	req.Header = append(req.Header, httpclient.Field{Name: "Connection", Value: "TE, close"})
	if got := fetch(t, newScriptConn([]byte(five)), req, 4096); got.Persistent {
		t.Error("the connection is said to take another request")
	}
}

func TestAHeadThatIsNotWantedEndsTheExchange(t *testing.T) {
	full := errors.New("disk full")
	_, err := Exchange(context.Background(), nil, newScriptConn([]byte(five)), request("GET"), func([]byte) error { return full })
	var head *HeadError
	if !errors.As(err, &head) || !errors.Is(err, full) {
		t.Errorf("error %v, want a HeadError of %v", err, full)
	}
}

func TestAReadThatBringsNothingIsRepeated(t *testing.T) {
	conn := newScriptConn([]byte{}, []byte(ok), []byte{}, []byte("Content-Length: 1\r\n\r\n"), []byte("x"))
	if got := fetch(t, conn, request("GET"), 4096); string(got.Body) != "x" || got.Verdict != (verdict{}) {
		t.Errorf("body %q, %+v", got.Body, got.Verdict)
	}
}

// What came before the line that is wrong may say why it is.
func TestAHeadThatIsRefusedIsShownUpToThere(t *testing.T) {
	const before = ok + "Server: x\r\n"
	for name, tt := range map[string]struct{ raw, shown string }{
		"no colon":         {before + "junk\r\nX: a\r\n\r\n", before},
		"NUL":              {before + "X: \x00\r\nX: a\r\n\r\n", before},
		"length":           {before + "Content-Length: -1\r\nX: a\r\n\r\n", before},
		"second length":    {before + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n", before + "Content-Length: 1\r\n"},
		"transfer coding":  {before + "Transfer-Encoding: chunked, x\r\nX: a\r\n\r\n", before},
		"behind a fold":    {before + "X: a\r\n b\r\nContent-Length: x\r\n\r\n", before + "X: a\r\n b\r\n"},
		"ends":             {before + "X: a\r\nY", before + "X: a\r\n"},
		"too large":        {before + "X: " + strings.Repeat("x", maxHead), before},
		"status line":      {"HTTP/1.1 2 OK\r\nX: a\r\n\r\n", ""},
		"another protocol": {"220 mail\r\n", ""},
	} {
		for how, portions := range portionings([]byte(tt.raw)) {
			got := fetch(t, newScriptConn(portions...), request("GET"), 4096)
			if shown := strings.Join(got.Heads, ""); shown != tt.shown || got.Verdict.Code == "" {
				t.Errorf("%s, %s: %q shown with %+v, want %q", name, how, short(shown), got.Verdict, tt.shown)
			}
		}
	}
}

// A reader that knows how much there is need not ask for the end.
func TestTheEndIsSeenWithTheLastByte(t *testing.T) {
	for _, raw := range []string{five, chunked + "5\r\nhello\r\n0\r\nX: a\r\n\r\n"} {
		resp, err := Exchange(context.Background(), nil, newScriptConn([]byte(raw)), request("GET"), nil)
		if err != nil {
			t.Fatalf("%q: %v", raw, err)
		}
		if _, err := io.ReadFull(resp.Body, make([]byte, 5)); err != nil || !resp.Persistent() {
			t.Errorf("%q: %v, persistent %t", raw, err, resp.Persistent())
		}
	}
}

func TestAGivenUpBodyIsRecordedAsSuch(t *testing.T) {
	rec := trace.NewRecorder(nil)
	resp, err := Exchange(context.Background(), rec.Scope(0), newScriptConn([]byte(five)), request("GET"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(resp.Body, make([]byte, 2)); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := resp.Body.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := resp.Body.Read(make([]byte, 9)); n != 0 || !errors.Is(err, errGivenUp) {
		t.Errorf("%d bytes and %v after Close", n, err)
	}
	records := rec.Records()
	want := trace.ResponseEnded{BodyBytes: 2}
	if diff := cmp.Diff(trace.Event(want), records[len(records)-1].Event, cmpopts.EquateEmpty()); diff != "" || resp.Persistent() {
		t.Errorf("persistent %t (-want +got):\n%s", resp.Persistent(), diff)
	}
}

func TestALargeBodyIsReadInBulkAndInFewReads(t *testing.T) {
	const size = bulkFrom * 4
	data := bytes.Repeat([]byte("fetchscope"), size/10+1)[:size]
	for _, framed := range []string{"Content-Length: 4194304\r\n\r\n", "\r\n"} {
		conn := newScriptConn([]byte(ok+framed), data)
		got := fetch(t, conn, request("GET"), 256<<10)
		if !bytes.Equal(got.Body, data) || got.Verdict != (verdict{}) {
			t.Errorf("%q: %d bytes, %+v", framed, len(got.Body), got.Verdict)
		}
		if diff := cmp.Diff([]bool{true, false}, conn.bulk); diff != "" {
			t.Errorf("%q: bulk (-want +got):\n%s", framed, diff)
		}
		// The head, a read for each buffer of the caller's, the end.
		if most := 1 + size/(256<<10) + 1; conn.reads > most {
			t.Errorf("%q: %d reads, want %d at most", framed, conn.reads, most)
		}
	}
}
