package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"testing"

	"fetchscope/trace"
)

// What a long body may cost: of a capture some thousand segments, of memory what the
// kernel hands over at a time and the document.
const (
	longBody         = 256 << 20
	longBodySegments = 8192
	longBodyDocument = 4 << 20
	longBodyMemory   = 64 << 20
)

// TestALongBodyIsAbridged fetches more than is told segment by segment: the capture is
// narrowed meanwhile and says so, the close is seen again, and nothing grows with the body.
func TestALongBodyIsAbridged(t *testing.T) {
	needCapture(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", strconv.Itoa(longBody))
		piece := make([]byte, 1<<20)
		for range longBody / len(piece) {
			if _, err := w.Write(piece); err != nil {
				return
			}
		}
	}))
	t.Cleanup(server.Close)
	var out bytes.Buffer
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if status := Run(context.Background(), []string{"-s", "--format", "json", "--packets", "on", server.URL}, nil, &out, io.Discard); status != 0 {
		t.Fatalf("exit %d", status)
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > longBodyMemory {
		t.Errorf("%d bytes were allocated for a body of %d", n, longBody)
	}
	if out.Len() > longBodyDocument {
		t.Errorf("the document has %d bytes", out.Len())
	}
	d := &trace.Document{}
	if err := json.Unmarshal(out.Bytes(), d); err != nil {
		t.Fatal(err)
	}
	checkLongBody(t, d.Last())
}

func checkLongBody(t *testing.T, x *trace.Exchange) {
	t.Helper()
	c, p := x.Connection, x.Response.Progress
	if c.Capture == nil || !c.Capture.Abridged || len(c.Segments) > longBodySegments {
		t.Errorf("%d segments are told of, capture %+v, want it abridged", len(c.Segments), c.Capture)
	}
	if last := c.Segments[len(c.Segments)-1]; last.RelativeSeq == nil || !last.Has("ACK") {
		t.Errorf("the last segment is %+v", last)
	}
	fins := map[trace.Side]bool{}
	for _, s := range c.Segments {
		fins[s.From] = fins[s.From] || s.Has("FIN")
	}
	if !fins[trace.Client] || !fins[trace.Server] {
		t.Errorf("FINs were seen of %v, want both ends'", fins)
	}
	if len(p) < 16 || len(p) > 128 || p[len(p)-1].Bytes != longBody {
		t.Errorf("%d points of progress, want 16 to 128 up to %d bytes", len(p), longBody)
	}
}
