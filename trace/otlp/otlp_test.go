package otlp

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"fetchscope/trace"
)

func document(t testing.TB, name string) *trace.Document {
	t.Helper()
	b, err := os.ReadFile("../testdata/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	d, err := trace.ReadDocument(b)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func names(t testing.TB) (out []string) {
	t.Helper()
	paths, err := filepath.Glob("../testdata/*.json")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no documents: %v", err)
	}
	for _, p := range paths {
		out = append(out, strings.TrimSuffix(filepath.Base(p), ".json"))
	}
	return out
}

var begun = Context{TraceID: [16]byte{0x4b, 0xf9, 15: 1}}

// A received span is one as a collector has it, by the protocol's definitions.
type received struct {
	TraceID    string `json:"traceId"`
	SpanID     string `json:"spanId"`
	Parent     string `json:"parentSpanId"`
	Name       string `json:"name"`
	Kind       int    `json:"kind"`
	Start      string `json:"startTimeUnixNano"`
	End        string `json:"endTimeUnixNano"`
	Attributes []struct {
		Key   string                     `json:"key"`
		Value map[string]json.RawMessage `json:"value"`
	} `json:"attributes"`
	Events []struct {
		At         string          `json:"timeUnixNano"`
		Name       string          `json:"name"`
		Attributes json.RawMessage `json:"attributes"`
	} `json:"events"`
	Status struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	} `json:"status"`
}

// attribute is the value of an attribute, "" without one.
func (r *received) attribute(key string) string {
	for _, a := range r.Attributes {
		for _, v := range a.Value {
			if a.Key == key {
				return strings.Trim(string(v), `"`)
			}
		}
	}
	return ""
}

// receive decodes a request as a collector does, which knows every field of it.
func receive(t testing.TB, b []byte) []received {
	t.Helper()
	var r struct {
		Resources []struct {
			Resource json.RawMessage `json:"resource"`
			Scopes   []struct {
				Scope json.RawMessage `json:"scope"`
				Spans []received      `json:"spans"`
			} `json:"scopeSpans"`
		} `json:"resourceSpans"`
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		t.Fatal(err)
	}
	return r.Resources[0].Scopes[0].Spans
}

func spansOf(t testing.TB, d *trace.Document, c Context) []received {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, []Fetch{{d, c}}, Options{Version: "1"}); err != nil {
		t.Fatal(err)
	}
	return receive(t, b.Bytes())
}

var id = regexp.MustCompile(`^[0-9a-f]{16}$`)

// The rules of the protocol: ids in hexadecimal, each once, parents that are there, times
// in order, and nothing of a child before its parent's trace.
func TestSpansAreATree(t *testing.T) {
	for _, name := range names(t) {
		known := map[string]bool{}
		for i, s := range spansOf(t, document(t, name), begun) {
			start, err := strconv.ParseInt(s.Start, 10, 64)
			end, err2 := strconv.ParseInt(s.End, 10, 64)
			switch {
			case err != nil || err2 != nil || end < start:
				t.Errorf("%s: %s is from %s to %s", name, s.Name, s.Start, s.End)
			case !id.MatchString(s.SpanID) || known[s.SpanID] || s.TraceID != "4bf90000000000000000000000000001":
				t.Errorf("%s: ids of %s: %q in %q", name, s.Name, s.SpanID, s.TraceID)
			case i == 0 && s.Parent != "", i > 0 && !known[s.Parent]:
				t.Errorf("%s: %s has no parent: %q", name, s.Name, s.Parent)
			case s.Name == "":
				t.Errorf("%s: a span has no name", name)
			}
			known[s.SpanID] = true
		}
	}
}

func TestExchangesHaveTheConventions(t *testing.T) {
	for _, c := range []struct{ document, span, key, want string }{
		{"secure", "GET", "http.request.method", "GET"},
		{"secure", "GET", "url.full", "https://www.example.com/"},
		{"secure", "GET", "server.address", "www.example.com"},
		{"secure", "GET", "server.port", "443"},
		{"secure", "GET", "http.response.status_code", "200"},
		{"secure", "GET", "network.peer.address", "203.0.113.7"},
		{"secure", "GET", "network.peer.port", "443"},
		{"secure", "GET", "network.protocol.version", "1.1"},
		{"secure", "GET", "tls.protocol.version", "1.3"},
		{"secure", "GET", "tls.resumed", "false"},
		{"secure", "DNS query A", "dns.question.name", "www.example.com."},
		{"secure", "TLS handshake", "fetchscope.phase", "tls"},
		{"expired", "GET", "error.type", "certificate_expired"},
		{"expired", "fetch", "error.type", "certificate_expired"},
		{"unresolved", "fetch", "fetchscope.error.phase", "resolve"},
	} {
		found := false
		for _, s := range spansOf(t, document(t, c.document), begun) {
			found = found || s.Name == c.span && s.attribute(c.key) == c.want
		}
		if !found {
			t.Errorf("%s: no span %q has %s %q", c.document, c.span, c.key, c.want)
		}
	}
}

// The span of an exchange has the id that the server was told; where the fetch was given
// one to tell, it is below that.
func TestSpansJoinThoseOfServers(t *testing.T) {
	d := document(t, "secure")
	sent := begun.Traceparent()
	d.Exchanges[0].Request.Headers = append(d.Exchanges[0].Request.Headers, trace.Field{"traceparent", sent})
	if got := spansOf(t, d, begun)[1].SpanID; got != strings.Split(sent, "-")[2] {
		t.Errorf("the exchange is %s, and told %s", got, sent)
	}
	given, ok := ParseTraceparent(sent)
	if !ok {
		t.Fatal(sent)
	}
	spans := spansOf(t, d, given)
	if told := strings.Split(sent, "-")[2]; spans[0].Parent != told || spans[1].SpanID == told {
		t.Errorf("below %s there are %s and %s", told, spans[0].Parent, spans[1].SpanID)
	}
}

func TestParseTraceparent(t *testing.T) {
	for s, want := range map[string]bool{
		"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01":   true,
		"cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x": true,
		"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x": false,
		"ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01":   false,
		"00-00000000000000000000000000000000-00f067aa0ba902b7-01":   false,
		"00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01":   false,
		"00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01":   false,
		"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7":      false,
		"zz-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01":   false,
		"00-4bf92f3577b34da6a3ce929d0e0e4736ab-00f067aa0ba902b7-01": false,
		"": false,
	} {
		if _, ok := ParseTraceparent(s); ok != want {
			t.Errorf("%q: %v, want %v", s, ok, want)
		}
	}
}

func FuzzParseTraceparent(f *testing.F) {
	f.Add("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
	f.Add("--")
	f.Fuzz(func(t *testing.T, s string) {
		if c, ok := ParseTraceparent(s); ok && (c.TraceID == [16]byte{} || c.Parent == [8]byte{} || s != strings.ToLower(s)) {
			t.Errorf("%q is %v", s, c)
		}
	})
}

func TestURL(t *testing.T) {
	for in, want := range map[string]string{
		"https://me:…@a.test:8443/x?key=1&b&c=#d": "https://a.test:8443/x?key=REDACTED&b&c=REDACTED",
		"http://a.test": "http://a.test", "http://a.test/@x": "http://a.test/@x", "none": "none",
	} {
		if got := (&builder{}).url(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
	if got := (&builder{o: Options{Secrets: true}}).url("http://a/?k=v"); got != "http://a/?k=v" {
		t.Errorf("with secrets: %q", got)
	}
	for in, want := range map[string]string{"http://a.test/": "a.test 80", "https://[::1]:8443/x": "::1 8443", "https://[::1]/": "::1 443", "http://u:p@h:1/": "h 1"} {
		if host, port := server(in); host+" "+strconv.FormatInt(port, 10) != want {
			t.Errorf("%q is %q %d, want %q", in, host, port, want)
		}
	}
}

// Whatever a peer says stays within its own value.
func TestNothingOfAPeersChangesAnythingElse(t *testing.T) {
	const evil = "\x1b]0;x\x07\"}],\n</script>\u202e|`\u009b\xff"
	for _, name := range names(t) {
		d := document(t, name)
		before := len(spansOf(t, d, begun))
		d.URL += evil
		for i := range d.Exchanges {
			x := &d.Exchanges[i]
			x.URL += evil
			if x.Request != nil {
				x.Request.Method += evil
			}
			if x.Response != nil {
				x.Response.Version += evil
			}
			if x.TLS != nil {
				x.TLS.Cipher += evil
			}
		}
		var b bytes.Buffer
		if err := Write(&b, []Fetch{{d, begun}}, Options{}); err != nil {
			t.Fatal(err)
		}
		if bytes.ContainsFunc(b.Bytes(), func(r rune) bool { return r < ' ' && r != '\n' || r >= 0x7f && r < 0xa0 }) {
			t.Errorf("%s: a control character: %q", name, b.Bytes())
		}
		if after := len(receive(t, b.Bytes())); after != before {
			t.Errorf("%s: %d spans have become %d", name, before, after)
		}
	}
}
