package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"fetchscope/trace"

	"github.com/google/go-cmp/cmp"
)

// A gate opens when enough have come to it.
type gate struct {
	wanted int
	open   chan struct{}

	mu     sync.Mutex
	waits  int
	inside int
	most   int // were inside at the same time
}

func newGate(wanted int) *gate { return &gate{wanted: wanted, open: make(chan struct{})} }

// pass waits for the gate to be open.
func (g *gate) pass(r *http.Request) {
	g.mu.Lock()
	g.waits++
	g.inside++
	g.most = max(g.most, g.inside)
	if g.waits == g.wanted {
		close(g.open)
	}
	g.mu.Unlock()
	select {
	case <-g.open:
	case <-r.Context().Done():
	}
	g.mu.Lock()
	g.inside--
	g.mu.Unlock()
}

func serve(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return s.URL
}

// ranWith runs a command line without any file of options.
func ranWith(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = Run(t.Context(), append([]string{"-q"}, args...), strings.NewReader(""), &out, &errs)
	return status, out.String(), errs.String()
}

// Transfers go on at the same time, as many as are allowed: the server answers none before
// that many have come.
func TestParallelTransfers(t *testing.T) {
	for _, c := range []struct {
		name       string
		args       []string
		gate, most int
	}{
		{"all", nil, 8, 8},
		{"not too many", []string{"--parallel-max", "3"}, 3, 3},
		{"of several operations", []string{"/x", "--next"}, 9, 9},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newGate(c.gate)
			url := serve(t, func(w http.ResponseWriter, r *http.Request) {
				g.pass(r)
				io.WriteString(w, r.URL.Path)
			})
			folder := t.TempDir()
			args := append([]string{"-s", "-Z", "-m", "60"}, c.args...)
			for i, a := range args {
				if strings.HasPrefix(a, "/") {
					args[i] = url + a
				}
			}
			status, _, stderr := ranWith(t, append(args, "-m", "60", "-o", filepath.Join(folder, "#1"), url+"/[1-8]")...)
			if status != 0 || g.most != c.most {
				t.Errorf("status %d, %d at the same time, want %d\n%s", status, g.most, c.most, stderr)
			}
			for i := 1; i <= 8; i++ {
				if got := readFile(t, filepath.Join(folder, fmt.Sprint(i))); got != fmt.Sprintf("/%d", i) {
					t.Errorf("file %d holds %q", i, got)
				}
			}
		})
	}
}

// The status is that of the first that failed, not of the last one of the command line; one
// behind the other it is that of the last one.
func TestParallelStatus(t *testing.T) {
	ended := make(chan struct{})
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/late":
			<-ended
			w.Header().Set("Content-Length", "5") // and none comes: 18
		case "/early":
			w.WriteHeader(http.StatusNotFound) // 22
		case "/behind": // it, when that has ended
			close(ended)
		}
	})
	status, _, stderr := ranWith(t, "-s", "-S", "-Z", "--parallel-max", "2", "-f", "-m", "60", url+"/late", url+"/early", url+"/behind")
	if status != 22 || !strings.Contains(stderr, "(18)") {
		t.Errorf("status %d, want 22\n%s", status, stderr)
	}
	status, _, _ = ranWith(t, "-s", "-f", "-m", "60", url+"/early", url+"/fine")
	if status != 0 {
		t.Errorf("one behind the other: status %d, want that of the last", status)
	}
}

// Under --fail-early the first failure ends all others, which says so.
func TestParallelFailEarly(t *testing.T) {
	waiting := make(chan struct{})
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/waits" {
			close(waiting)
			<-r.Context().Done()
			return
		}
		<-waiting
		w.WriteHeader(http.StatusNotFound)
	})
	status, stdout, _ := ranWith(t, "-s", "-Z", "-f", "--fail-early", "-m", "60", "--parallel-max", "2", "--format", "json", url+"/waits", url+"/fails", url+"/never")
	got := map[string]int{}
	for line := range strings.Lines(stdout) {
		var doc trace.Document
		if err := json.Unmarshal([]byte(line), &doc); err != nil {
			t.Fatal(err)
		}
		got[strings.TrimPrefix(doc.URL, url)] = doc.ExitCode
	}
	if diff := cmp.Diff(map[string]int{"/waits": 42, "/fails": 22}, got); diff != "" || status != 22 {
		t.Errorf("status %d (-want +got)\n%s", status, diff)
	}
}

// What several write to one stream stays in whole pieces, whatever it is.
func TestParallelOutput(t *testing.T) {
	const transfers = 12
	page := "<p>" + strings.Repeat("word ", 400) + "<p>%s</p>"
	for _, c := range []struct {
		name  string
		args  []string
		check func(t *testing.T, stdout, stderr string)
	}{
		{"pages", []string{"-s", "--width", "80"}, func(t *testing.T, stdout, _ string) {
			var pages []string
			for p := range strings.SplitSeq(strings.TrimSuffix(strings.TrimSpace(stdout), "/end"), "/end") {
				pages = append(pages, strings.TrimSpace(p))
			}
			if n := len(pages); n != transfers || len(slices.Compact(pages)) != 1 {
				t.Errorf("%d pages, not all the same", n)
			}
		}},
		{"documents", []string{"-s", "--format", "json"}, func(t *testing.T, stdout, _ string) {
			if n := wholeLines(t, stdout, ""); n != transfers {
				t.Errorf("%d documents", n)
			}
		}},
		{"events", []string{"-s", "--format", "jsonl"}, func(t *testing.T, stdout, _ string) {
			wholeLines(t, stdout, "event")
			if n := strings.Count(stdout, `"event":"exchange_started"`); n != transfers {
				t.Errorf("%d began", n)
			}
			if n := strings.Count(stdout, fmt.Sprintf(`"transfer":%d,`, transfers-1)); n < 3 {
				t.Errorf("%d events of the last transfer", n)
			}
		}},
		{"traces", []string{"--source", "-o", os.DevNull}, func(t *testing.T, _, stderr string) {
			for line := range strings.Lines(stderr) {
				if strings.Count(line, "connect") > 1 {
					t.Errorf("mixed: %q", line)
				}
			}
		}},
		{"-w", []string{"-s", "-o", os.DevNull, "-w", `%{urlnum} %{xfer_id} %{http_code}\n`, "--remote-name-all"}, nil},
		{"heads", []string{"-s", "-D", "heads"}, nil},
		{"--trace", []string{"-s", "--trace-ascii", "wire"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/html")
				fmt.Fprintf(w, page, "/end")
			})
			status, stdout, stderr := ranWith(t, append(c.args, "-Z", "-m", "60", fmt.Sprintf("%s/[1-%d]", url, transfers))...)
			if status != 0 {
				t.Fatalf("status %d\n%s", status, stderr)
			}
			if c.check != nil {
				c.check(t, stdout, stderr)
			}
			if c.name == "heads" {
				if n := strings.Count(readFile(t, "heads"), "HTTP/1.1 200 OK\r\n"); n != transfers {
					t.Errorf("%d heads", n)
				}
			}
		})
	}
}

// wholeLines counts the lines, each of which is to be JSON, and to have a field.
func wholeLines(t *testing.T, text, field string) (n int) {
	t.Helper()
	for line := range strings.Lines(text) {
		var fields map[string]any
		if err := json.Unmarshal([]byte(line), &fields); err != nil || field != "" && fields[field] == nil {
			t.Errorf("%v: %q", err, line)
		}
		n++
	}
	return n
}

// What a transfer is by its numbers: its own, and that of the URL that was typed.
func TestTransferNumbers(t *testing.T) {
	url := serve(t, func(http.ResponseWriter, *http.Request) {})
	_, stdout, _ := ranWith(t, "-s", "-w", `%{xfer_id}/%{urlnum}/%{num_connects}/%{conn_id} `, url+"/[1-2]", url+"/b", "--next", "-w", `%{xfer_id}/%{urlnum}/%{time_queue} `, url+"/c")
	if want := "0/0/1/0 1/0/0/0 2/1/0/0 3/2/0.000000 "; stdout != want {
		t.Errorf("got %q, want %q", stdout, want)
	}
}
