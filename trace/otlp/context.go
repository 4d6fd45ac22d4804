package otlp

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"fetchscope/trace"
)

// A Context is a trace that a fetch belongs to (W3C Trace Context, section 3.2.2).
type Context struct {
	TraceID [16]byte
	// Parent is the span that the fetch is below, zero for none: that of whoever gave the
	// fetch a traceparent to send. Then no exchange has sent its own.
	Parent [8]byte
}

// NewContext begins a trace.
func NewContext() (c Context) {
	_, _ = rand.Read(c.TraceID[:]) // it never fails
	return c
}

// Traceparent is the value for the next exchange to send, whose span has a new id. It says
// that the trace is sampled.
func (c Context) Traceparent() string {
	var id [8]byte
	_, _ = rand.Read(id[:])
	return "00-" + hex.EncodeToString(c.TraceID[:]) + "-" + hex.EncodeToString(id[:]) + "-01"
}

// ParseTraceparent reads the value that a fetch was given to send. A version that is not
// known has what version 00 has, and maybe more (section 3.2.4).
func ParseTraceparent(s string) (c Context, ok bool) {
	parts := strings.Split(s, "-")
	if len(parts) < 4 || len(parts[0]) != 2 || parts[0] == "ff" || parts[0] == "00" && len(parts) > 4 || len(parts[3]) != 2 {
		return Context{}, false
	}
	if s != strings.ToLower(s) || !decode(c.TraceID[:], parts[1]) || !decode(c.Parent[:], parts[2]) {
		return Context{}, false
	}
	_, err := hex.DecodeString(parts[0] + parts[3])
	if err != nil || c.TraceID == [16]byte{} || c.Parent == [8]byte{} {
		return Context{}, false
	}
	return c, true
}

func decode(into []byte, s string) bool {
	if len(s) != 2*len(into) {
		return false
	}
	_, err := hex.Decode(into, []byte(s))
	return err == nil
}

// derived is the id of a span that nobody was told of: it follows from the trace's and the
// span's place, so that a document always gives the same.
func (c Context) derived(doc *trace.Document, place string) string {
	sum := sha256.Sum256([]byte(hex.EncodeToString(c.TraceID[:]) + " " + doc.Started + " " + place))
	return hex.EncodeToString(sum[:8])
}

// sent is the id that an exchange has told the server, "" where it has told none of ours.
func (c Context) sent(x *trace.Exchange) string {
	if x.Request == nil || c.Parent != [8]byte{} {
		return ""
	}
	for _, f := range x.Request.Headers {
		if strings.EqualFold(f[0], "traceparent") {
			if told, ok := ParseTraceparent(f[1]); ok && told.TraceID == c.TraceID {
				return hex.EncodeToString(told.Parent[:])
			}
		}
	}
	return ""
}
