package cli

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// A collector takes spans as the OTLP specification says, and the origin beside it keeps
// what it was told.
type collector struct {
	mu     sync.Mutex
	spans  []map[string]any
	told   []string
	status int
	reply  string
}

func (c *collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case r.URL.Path == "/redirect":
		c.told = append(c.told, r.Header.Get("traceparent"))
		http.Redirect(w, r, "/page", http.StatusFound)
	case r.URL.Path == "/page":
		c.told = append(c.told, r.Header.Get("traceparent"))
		_, _ = io.WriteString(w, "page")
	case r.URL.Path == "/v1/traces" && r.Method == "POST" && r.Header.Get("Content-Type") == "application/json":
		c.take(r.Body)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(c.status)
		_, _ = io.WriteString(w, c.reply)
	default:
		http.NotFound(w, r)
	}
}

func (c *collector) take(r io.Reader) {
	var request struct {
		Resources []struct {
			Scopes []struct {
				Spans []map[string]any `json:"spans"`
			} `json:"scopeSpans"`
		} `json:"resourceSpans"`
	}
	if json.NewDecoder(r).Decode(&request) == nil {
		for _, s := range request.Resources[0].Scopes {
			c.spans = append(c.spans, s.Spans...)
		}
	}
}

func startCollector(t *testing.T, status int, reply string) (*collector, string) {
	t.Helper()
	c := &collector{status: status, reply: reply}
	s := httptest.NewServer(c)
	t.Cleanup(s.Close)
	return c, s.URL
}

// The spans of a run reach the collector, and those of its exchanges have the ids that the
// server was told, each its own.
func TestSpansReachTheCollector(t *testing.T) {
	c, url := startCollector(t, 200, "{}")
	if status, _, text := inProcess("", "-s", "-S", "-L", "--otlp", url, url+"/redirect?key=secret"); status != 0 {
		t.Fatalf("status %d: %s", status, text)
	}
	if len(c.told) != 2 || c.told[0] == c.told[1] || len(c.spans) == 0 {
		t.Fatalf("told %q, %d spans", c.told, len(c.spans))
	}
	for _, told := range c.told {
		parts := strings.Split(told, "-")
		found := false
		for _, s := range c.spans {
			found = found || s["name"] == "GET" && len(parts) == 4 && s["traceId"] == parts[1] && s["spanId"] == parts[2]
		}
		if !found {
			t.Errorf("no exchange is %q", told)
		}
	}
	if b, _ := json.Marshal(c.spans); strings.Contains(string(b), "secret") {
		t.Errorf("the query's value is in the spans: %s", b)
	}
}

// A traceparent of -H is sent as it is, and the fetch is below its span.
func TestSpansJoinATraceThatIsGiven(t *testing.T) {
	c, url := startCollector(t, 200, "")
	const given = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	if status, _, text := inProcess("", "-s", "-H", "traceparent: "+given, "--otlp", url+"/v1/traces", url+"/page"); status != 0 {
		t.Fatalf("status %d: %s", status, text)
	}
	if len(c.told) != 1 || c.told[0] != given {
		t.Errorf("told %q", c.told)
	}
	if len(c.spans) == 0 || c.spans[0]["parentSpanId"] != "00f067aa0ba902b7" || c.spans[0]["traceId"] != "4bf92f3577b34da6a3ce929d0e0e4736" {
		t.Errorf("spans %v", c.spans)
	}
}

// A collector that takes nothing is told of, and changes no status.
func TestACollectorThatRefusesChangesNoStatus(t *testing.T) {
	for _, test := range []struct {
		name    string
		status  int
		reply   string
		warning string
	}{
		{"an error", 503, "", "503"},
		{"rejected spans", 200, `{"partialSuccess":{"rejectedSpans":"3","errorMessage":"no room\u001b[31m"}}`, "3 spans were rejected: no room"},
		{"nothing rejected", 200, `{"partialSuccess":{"rejectedSpans":"0"}}`, ""},
		{"no JSON", 200, "thanks", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, url := startCollector(t, test.status, test.reply)
			status, out, text := inProcess("", "--view", "none", "--otlp", url, url+"/page")
			text = strings.Join(strings.Fields(strings.ReplaceAll(text, "Warning: ", "")), " ")
			if status != 0 || out != "page" || strings.Contains(text, "\x1b") {
				t.Errorf("status %d, %q, %q", status, out, text)
			}
			if (test.warning == "") != (text == "") || !strings.Contains(text, test.warning) {
				t.Errorf("%q, want %q", text, test.warning)
			}
		})
	}
	_, url := startCollector(t, 200, "")
	if status, out, text := inProcess("", "--view", "none", "--otlp", "http://"+refused(t), url+"/page"); status != 0 || out != "page" || !strings.Contains(text, "has not taken") {
		t.Errorf("nobody listens: status %d, %q, %q", status, out, text)
	}
	for _, bad := range []string{"collector", "ftp://a/"} {
		if status, _, _ := inProcess("", "-s", "--otlp", bad, url+"/page"); status != 2 {
			t.Errorf("--otlp %s: status %d", bad, status)
		}
	}
}
