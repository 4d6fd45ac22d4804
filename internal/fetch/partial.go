package fetch

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"fetchscope/httpclient"
	"fetchscope/internal/httpdate"
	"fetchscope/trace"
)

// A Resumer is an Output that has the start of the body already: so many bytes of it. What
// is fetched is the rest (-C).
type Resumer interface{ Resume() int64 }

// A TimeCondition asks for a body by when it was last changed (-z).
type TimeCondition struct {
	// Field is If-Modified-Since, If-Unmodified-Since or Last-Modified; "" for none.
	Field string
	At    time.Time
}

// resumed is how much of the body an Output has.
func resumed(out Output) int64 {
	if r, ok := out.(Resumer); ok {
		return r.Resume()
	}
	return 0
}

// part is the Range that is asked for (RFC 9110, section 14.2), "" for all.
func (h *hop) part() string {
	switch {
	case h.payload != nil:
		return ""
	case h.resume > 0:
		return fmt.Sprintf("bytes=%d-", h.resume)
	case h.f.o.Range != "":
		return "bytes=" + h.f.o.Range
	}
	return ""
}

// contentRange is the Content-Range of a payload (RFC 9110, section 14.5): its own, or what -r
// says of it, as with curl; "" for none.
func (h *hop) contentRange() string {
	switch {
	case h.payload == nil:
		return ""
	case h.payload.Part != "":
		return "bytes " + h.payload.Part
	case h.f.o.Range == "":
		return ""
	}
	size := "*"
	if n := h.payload.Size(); n >= 0 {
		size = strconv.FormatInt(n, 10)
	}
	return "bytes " + h.f.o.Range + "/" + size
}

// value is the date as it is sent.
func (c TimeCondition) value() string {
	if c.Field == "" {
		return ""
	}
	return c.At.UTC().Format(httpdate.Format)
}

// met says whether a response of that time is wanted, for servers that do not look at the
// condition themselves.
func (c TimeCondition) met(resp *httpclient.Response) bool {
	changed, known := httpdate.Parse(resp.Header.First("Last-Modified"))
	switch {
	case c.Field == "" || !known:
		return true
	case c.Field == "If-Unmodified-Since":
		return !changed.After(c.At)
	}
	return changed.After(c.At)
}

// unwanted says why there is nothing to deliver of a response, "" where there is; the error
// is that of a server that cannot go on where the output ends.
func (h *hop) unwanted(resp *httpclient.Response) (why string, err error) {
	switch {
	case resp.Status == 304:
		return "not modified", nil
	case h.part() == "" && !h.f.o.Condition.met(resp):
		return "not modified", nil // as the server should have said
	case h.resume == 0 || h.payload != nil:
		return "", nil
	case resp.Status == 416, resp.Length == h.resume && !continues(resp, h.resume):
		return "nothing is missing", nil
	case resp.HasBody && resp.Length != 0 && !continues(resp, h.resume):
		return "", &Failure{
			Phase: trace.Receive, Code: CodeRange,
			Err: fmt.Errorf("the server does not go on at byte %d: it has no ranges for this", h.resume),
		}
	}
	return "", nil
}

// continues says whether a response begins so many bytes into the body (RFC 9110, section
// 14.4).
func continues(resp *httpclient.Response, from int64) bool {
	part, ok := strings.CutPrefix(strings.ToLower(resp.Header.First("Content-Range")), "bytes")
	start, _, ok2 := strings.Cut(strings.TrimLeft(part, " :="), "-")
	n, err := strconv.ParseInt(start, 10, 64)
	return ok && ok2 && err == nil && n == from
}
