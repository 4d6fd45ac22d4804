package cli

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// lines are the text.
const lines = "line 1\n line 2\n"

// coded is a server whose paths are codings, of a text in two chunks.
func coded(t *testing.T) (url string, bodies map[string][]byte) {
	t.Helper()
	bodies = map[string][]byte{}
	var b bytes.Buffer
	w := brotli.NewWriter(&b)
	_, _ = io.WriteString(w, lines)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	bodies["br"] = b.Bytes()
	z, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	bodies["zstd"] = z.EncodeAll([]byte(lines), nil)
	bodies["identity"] = []byte(lines)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		coding := r.URL.Path[1:]
		w.Header().Set("Content-Type", "text/plain")
		w.Header().Set("Content-Encoding", coding)
		_, _ = w.Write(bodies[coding][:5])
		w.(http.Flusher).Flush()
		_, _ = w.Write(bodies[coding][5:])
	}))
	t.Cleanup(s.Close)
	return s.URL, bodies
}

func TestCodingsOfTheCommand(t *testing.T) {
	url, bodies := coded(t)
	for _, tt := range []struct {
		name string
		args []string
		want string
	}{
		{"br, asked for", []string{"--compressed", "--source", url + "/br"}, lines},
		{"br, not asked for", []string{"--source", url + "/br"}, string(bodies["br"])},
		{"br, for rendering", []string{url + "/br"}, lines},
		{"zstd, asked for", []string{"--compressed", "--source", url + "/zstd"}, lines},
		{"zstd, for rendering", []string{url + "/zstd"}, lines},
		{"raw", []string{"--raw", url + "/identity"}, "5\r\nline \r\na\r\n1\n line 2\n\r\n0\r\n\r\n"},
		{"raw, though asked for", []string{"--raw", "--compressed", url + "/br"}, inTwo(bodies["br"])},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out, errs bytes.Buffer
			if status := Run(t.Context(), append([]string{"-s", "-S"}, tt.args...), nil, &out, &errs); status != 0 || out.String() != tt.want {
				t.Errorf("%q: exit %d, %q, want %q (%s)", tt.args, status, out.String(), tt.want, errs.String())
			}
		})
	}
}

// inTwo is a body as the server puts it in chunks.
func inTwo(b []byte) string {
	return fmt.Sprintf("5\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n", b[:5], len(b)-5, b[5:])
}
