// Package httpclient holds what the HTTP versions have in common: requests, responses,
// their fields, their errors. It is steps 3 and 4.
//
// A [Request] goes out and a [Response] comes back through a protocol of its own
// package: h1 for HTTP/1.0 and 1.1 (RFC 9112). The semantics are those of RFC 9110.
// Fields keep the order, case and bytes of the wire; there is no header map. Content
// codings are undone by the package coding, on top of the body as framed.
package httpclient

import (
	"fmt"
	"io"
	"strings"
	"time"

	"fetchscope/trace"
)

// A Field is one header or trailer field line: name and value as on the wire, the
// value without the white space round it (RFC 9110, section 5).
type Field struct{ Name, Value string }

// A Fields is a section of field lines in the order of the wire.
type Fields []Field

// Values returns the values of all fields of that name, which is compared without
// regard to case, in order.
func (f Fields) Values(name string) []string {
	var out []string
	for _, field := range f {
		if strings.EqualFold(field.Name, name) {
			out = append(out, field.Value)
		}
	}
	return out
}

// First returns the value of the first field of that name, "" without one.
func (f Fields) First(name string) string {
	for _, field := range f {
		if strings.EqualFold(field.Name, name) {
			return field.Value
		}
	}
	return ""
}

// Has says whether there is a field of that name.
func (f Fields) Has(name string) bool {
	for _, field := range f {
		if strings.EqualFold(field.Name, name) {
			return true
		}
	}
	return false
}

// Elements returns the elements of a list-based field (RFC 9110, section 5.6.1), empty
// ones left out.
func (f Fields) Elements(name string) []string {
	var out []string
	for _, v := range f.Values(name) {
		for e := range strings.SplitSeq(v, ",") {
			if e = strings.Trim(e, " \t"); e != "" {
				out = append(out, e)
			}
		}
	}
	return out
}

// Trace returns the fields as events hold them.
func (f Fields) Trace() []trace.Field {
	out := make([]trace.Field, len(f))
	for i, field := range f {
		out[i] = trace.Field{field.Name, field.Value}
	}
	return out
}

// A Request is what is sent. Its fields go out as they are; the framing of the body is
// theirs to tell.
type Request struct {
	Method, Target string
	// Version is HTTP/1.1 where it is empty.
	Version string
	Header  Fields
	// Body is content in memory. Stream, where there is one, is sent instead as it is
	// read; Close makes a Read of it that waits return.
	Body   []byte
	Stream io.ReadCloser
	// ExpectWait is how long a body waits for leave that Expect asks for, 0 as usual.
	ExpectWait time.Duration
	// AllowHTTP09 takes an answer without a head for a body (HTTP/0.9). Again says that
	// the connection has carried a response before, which HTTP/0.9 cannot.
	AllowHTTP09, Again bool
	// Raw leaves the chunks' framing in the body that comes back.
	Raw bool
}

// A Content is what a request carries, once or several times.
type Content interface {
	// Open returns the content from its beginning.
	Open() (io.ReadCloser, error)
	// Size counts its bytes, -1 where only its end tells.
	Size() int64
}

// A Response is what came back. Its body is framed but not decoded, and must be read
// to its end or closed before the connection is.
type Response struct {
	// Version is as on the wire, HTTP/1.1.
	Version string
	Status  int
	Reason  string
	Header  Fields
	// Body returns io.EOF at the end that the framing says, and an *Error before. Close
	// gives it up: what is still being sent of the request is stopped and waited for.
	Body io.ReadCloser
	// Persistent says, once the body has ended, whether the connection can carry
	// another request (RFC 9112, section 9.3).
	Persistent func() bool
	// Trailers are the fields behind the body, once it has ended (RFC 9110, section 6.5).
	Trailers func() Fields
	// HasBody is false where the response cannot have content (RFC 9110, section 6.4.1).
	HasBody bool
	// Length is the body's length where it was announced, else -1.
	Length int64
	// TransferCodings are those beside chunked, in the order in which they were applied.
	// They are not undone.
	TransferCodings []string
}

// The codes of the package's errors; their values never change.
const (
	CodeEmpty         trace.Code = "empty_reply"
	CodeMalformed     trace.Code = "malformed_response"
	CodeBadStatus     trace.Code = "malformed_status_line"
	CodeHeadTooBig    trace.Code = "response_head_too_large"
	CodeTooManyFields trace.Code = "too_many_fields"
	CodeBadLength     trace.Code = "bad_content_length"
	CodeBadTransfer   trace.Code = "unsupported_transfer_coding"
	CodeBadChunk      trace.Code = "malformed_chunk"
	CodeTruncated     trace.Code = "body_truncated"
	CodeBadCoding     trace.Code = "bad_content_coding"
	CodeCodingCut     trace.Code = "content_coding_truncated"
	CodeUpgraded      trace.Code = "unexpected_upgrade"
	CodeHTTP09        trace.Code = "http_0_9"
)

// An Error is a failure of an exchange on a connection that stands.
type Error struct {
	Phase trace.Phase
	Code  trace.Code
	// Section is the rule that the peer broke, "" where there is none.
	Section string
	Err     error
}

func (e *Error) Error() string {
	if e.Section == "" {
		return e.Err.Error()
	}
	return fmt.Sprintf("%v (%s)", e.Err, e.Section)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }
