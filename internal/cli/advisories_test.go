package cli

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The tests of advisories_*_test.go are named by the classes of what has been published of
// HTTP clients: what went wrong there is tried here, from outside, over real sockets.

// A witness is a server on loopback that keeps what it gets, and answers by that.
type witness struct {
	port   string
	answer func(request string) string
	mu     sync.Mutex
	got    []string
}

// fineBody is what is answered where nothing else is.
const fineBody = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

// to is a redirect.
func to(url string) string {
	return "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + url + "\r\n\r\n"
}

// newWitness listens until the test is over. An answer without a length ends with its
// connection.
func newWitness(t *testing.T, answer func(request string) string) *witness {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return serveWitness(t, l, answer)
}

func serveWitness(t *testing.T, l net.Listener, answer func(request string) string) *witness {
	t.Helper()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	w := &witness{port: port, answer: answer}
	if answer == nil {
		w.answer = func(string) string { return fineBody }
	}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { w.serve(c) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		serving.Wait()
	})
	return w
}

func (w *witness) serve(c net.Conn) {
	defer c.Close()
	for r := bufio.NewReader(c); ; {
		request, err := readRequest(r)
		if err != nil {
			return
		}
		w.mu.Lock()
		w.got = append(w.got, request)
		w.mu.Unlock()
		answer := w.answer(request)
		if _, err := io.WriteString(c, answer); err != nil || !strings.Contains(answer, "Content-Length:") && !strings.HasPrefix(request, "CONNECT") {
			return
		}
	}
}

// readRequest reads a request as it is on the wire.
func readRequest(r *bufio.Reader) (string, error) {
	var raw strings.Builder
	req, err := http.ReadRequest(bufio.NewReader(io.TeeReader(oneByOne{r}, &raw)))
	if err != nil {
		return "", err
	}
	_, err = io.Copy(io.Discard, req.Body)
	return raw.String(), err
}

// oneByOne keeps a buffer above from reading into the next request.
type oneByOne struct{ r io.Reader }

func (o oneByOne) Read(p []byte) (int, error) { return o.r.Read(p[:min(1, len(p))]) }

// requests are those that have come.
func (w *witness) requests() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.got)
}

// fields are the values of a field in each request.
func (w *witness) fields(name string) []string {
	out := []string{}
	for _, request := range w.requests() {
		out = append(out, fieldOf(request, name))
	}
	return out
}

// fieldOf is the value of a field of a request, "" without it.
func fieldOf(request, name string) string {
	for line := range strings.Lines(request) {
		if n, v, ok := strings.Cut(line, ":"); ok && strings.EqualFold(n, name) {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

// commandLine runs a command line, whose words are parted by spaces, without configuration or
// proxies of the environment.
func commandLine(t *testing.T, line string, more ...string) (status int, stdout, stderr string) {
	t.Helper()
	for _, name := range []string{"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"} {
		t.Setenv(name, "")
	}
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	return inProcess("", append(strings.Fields(line), more...)...)
}

// The table of docs/responses.md and the tests are the same.
func TestAdvisoriesAreDocumented(t *testing.T) {
	find := func(pattern, text string) []string {
		names := []string{}
		for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
			names = append(names, m[1])
		}
		slices.Sort(names)
		return names
	}
	var code strings.Builder
	files, _ := filepath.Glob("advisories_*_test.go")
	for _, file := range files {
		code.WriteString(readFile(t, file))
	}
	named := find("`(TestAdvisory\\w+)`", readFile(t, "../../docs/responses.md"))
	there := find(`(?m)^func (TestAdvisory\w+)\(`, code.String())
	if diff := cmp.Diff(there, named); diff != "" {
		t.Errorf("docs/responses.md (-tests +named):\n%s", diff)
	}
}
