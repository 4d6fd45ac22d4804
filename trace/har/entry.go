package har

import (
	"net/netip"
	"strconv"
	"strings"

	"fetchscope/trace"
)

// An entry is an exchange.
type entry struct {
	Page       string   `json:"pageref"`
	Started    string   `json:"startedDateTime"`
	Time       millis   `json:"time"`
	Request    request  `json:"request"`
	Response   response `json:"response"`
	Cache      struct{} `json:"cache"`
	Timings    timings  `json:"timings"`
	ServerIP   string   `json:"serverIPAddress,omitzero"`
	Connection string   `json:"connection,omitzero"`

	// What Chrome's and Firefox's tools read beyond the specification.
	ConnectionID string `json:"_connectionId,omitzero"`
	ResourceType string `json:"_resourceType"`
	Priority     string `json:"_priority"`

	Why    string            `json:"_why"`
	Phases []trace.PhaseTime `json:"_phases"`
	States []trace.StateTime `json:"_states,omitzero"`
	Render *millis           `json:"_render_ms,omitzero"`
	Close  *millis           `json:"_close_ms,omitzero"`
}

type request struct {
	Method      string    `json:"method"`
	URL         string    `json:"url"`
	Version     string    `json:"httpVersion"`
	Cookies     []cookie  `json:"cookies"`
	Headers     []pair    `json:"headers"`
	Query       []pair    `json:"queryString"`
	PostData    *postData `json:"postData,omitzero"`
	HeadersSize int64     `json:"headersSize"`
	BodySize    int64     `json:"bodySize"`
}

// A postData has a text, or base64 and says so: HAR has no encoding for what is sent.
type postData struct {
	MimeType string `json:"mimeType"`
	Text     string `json:"text"`
	Encoding string `json:"_encoding,omitzero"`
}

type response struct {
	Status       int      `json:"status"`
	StatusText   string   `json:"statusText"`
	Version      string   `json:"httpVersion"`
	Cookies      []cookie `json:"cookies"`
	Headers      []pair   `json:"headers"`
	Content      content  `json:"content"`
	RedirectURL  string   `json:"redirectURL"`
	HeadersSize  int64    `json:"headersSize"`
	BodySize     int64    `json:"bodySize"`
	TransferSize int64    `json:"_transferSize"`
	Error        string   `json:"_error,omitzero"`
}

type content struct {
	Size        int64   `json:"size"`
	Compression *int64  `json:"compression,omitzero"`
	MimeType    string  `json:"mimeType"`
	Text        *string `json:"text,omitzero"`
	Encoding    string  `json:"encoding,omitzero"`
}

// unknown is a size that is not known.
const unknown = -1

func newEntry(d *trace.Document, i int, pageID string) entry {
	x := &d.Exchanges[i]
	from := start(d, i)
	t := newTimings(x, from)
	e := entry{
		Page: pageID, Started: moment(d, from), Time: t.total(), Timings: t,
		Request: newRequest(x), Response: newResponse(x), ResourceType: "document", Priority: "VeryHigh",
		Why: x.Why, Phases: x.Phases, Render: lasted(x, trace.Render), Close: lasted(x, trace.Close),
	}
	if c := x.Connection; c != nil {
		e.ServerIP, e.States = address(c.Remote), c.States
		e.Connection = strconv.Itoa(c.ID)
		e.ConnectionID = e.Connection
	}
	e.Response.Error = failure(d, i)
	return e
}

// address is that of an end without its port, "" for what is none: a Unix socket.
func address(end string) string {
	ap, err := netip.ParseAddrPort(end)
	if err != nil {
		return ""
	}
	return ap.Addr().String()
}

// failure says what ended an exchange, "" for nothing.
func failure(d *trace.Document, i int) string {
	if i == len(d.Exchanges)-1 && d.Error != nil {
		return d.Error.Message
	}
	for _, p := range d.Exchanges[i].Phases {
		if p.Status == trace.FailedHere {
			return "failed in " + string(p.Name)
		}
	}
	return ""
}

func newRequest(x *trace.Exchange) request {
	out := request{
		Method: "GET", URL: withoutFragment(x.URL), Cookies: []cookie{}, Headers: []pair{}, Query: query(x.URL),
		HeadersSize: unknown, BodySize: unknown,
	}
	r := x.Request
	if r == nil {
		return out
	}
	out.Method, out.Version = r.Method, version(r.Version)
	out.Headers, out.Cookies = pairs(r.Headers), sentCookies(r.Headers)
	// Of a request that did not get out whole nobody counted the bytes.
	if r.Bytes > 0 {
		out.BodySize = r.BodyBytes
		// In chunks there is more than head and body.
		if field(r.Headers, "Transfer-Encoding") == "" && r.Bytes >= r.BodyBytes {
			out.HeadersSize = r.Bytes - r.BodyBytes
		}
	}
	if r.Content != nil {
		text, encoding := written(r.Content)
		out.PostData = &postData{MimeType: field(r.Headers, "Content-Type"), Text: text, Encoding: encoding}
	}
	return out
}

// version writes a version as browsers do.
func version(v string) string {
	switch v {
	case "HTTP/2":
		return "HTTP/2.0"
	case "HTTP/3":
		return "h3"
	}
	return v
}

func newResponse(x *trace.Exchange) response {
	r := x.Response
	if r == nil || r.Status == 0 && r.Version == "" {
		return response{
			Cookies: []cookie{}, Headers: []pair{}, Content: content{Size: unknown},
			HeadersSize: unknown, BodySize: unknown, TransferSize: unknown,
		}
	}
	out := response{
		Status: r.Status, StatusText: r.Reason, Version: version(r.Version),
		Cookies: setCookies(r.Headers), Headers: pairs(r.Headers), Content: newContent(r),
		HeadersSize: int64(r.HeaderBytes), BodySize: r.BodyBytes, TransferSize: int64(r.HeaderBytes) + r.BodyBytes,
	}
	if r.Status >= 300 && r.Status < 400 {
		out.RedirectURL = field(r.Headers, "Location")
	}
	return out
}

func newContent(r *trace.ResponseInfo) content {
	c := content{Size: decoded(r), MimeType: field(r.Headers, "Content-Type")}
	if r.Content != nil {
		text, encoding := written(r.Content)
		c.Text, c.Encoding = &text, encoding
		c.Size = r.Content.Size()
	}
	if c.Size >= 0 && len(r.Codings) > 0 {
		saved := c.Size - r.BodyBytes
		c.Compression = &saved
	}
	return c
}

// decoded is the size of what is left when all codings are undone, where that was done or
// there are none.
func decoded(r *trace.ResponseInfo) int64 {
	switch coding := field(r.Headers, "Content-Encoding"); {
	case r.DecodedBytes != nil:
		return *r.DecodedBytes
	case r.BodyBytes == 0 || coding == "" || strings.EqualFold(coding, "identity"):
		return r.BodyBytes
	}
	return unknown
}

// field is the first field of a name, "" without one.
func field(fields []trace.Field, name string) string {
	for _, f := range fields {
		if strings.EqualFold(f[0], name) {
			return f[1]
		}
	}
	return ""
}
