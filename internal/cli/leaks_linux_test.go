package cli

import (
	"context"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"fetchscope/internal/demo"
	"fetchscope/transport/capture"
)

// unreliable serves good and bad responses.
func unreliable(secure bool) *httptest.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("/page", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<title>Page</title>") })
	mux.Handle("/moved", http.RedirectHandler("/page", http.StatusFound))
	mux.Handle("/missing", http.NotFoundHandler())
	mux.HandleFunc("/large", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 2<<20)) })
	mux.HandleFunc("/cut", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		_, _ = io.WriteString(w, "short")
	})
	mux.HandleFunc("/silent", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	mux.HandleFunc("/reset", func(w http.ResponseWriter, _ *http.Request) {
		c, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(err)
		}
		if tcp, ok := c.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
		c.Close()
	})
	server := httptest.NewUnstartedServer(mux)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	if secure {
		server.StartTLS()
	} else {
		server.Start()
	}
	return server
}

// A leakRun is a command line, and the status that it is to end with.
type leakRun struct {
	status int
	args   []string
}

// leakRuns are fetches that end in all the ways that are quick.
func leakRuns(t *testing.T, internet *demo.Internet) (out []leakRun) {
	plain, secure := unreliable(false), unreliable(true)
	t.Cleanup(plain.Close)
	t.Cleanup(secure.Close)
	name := []string{"--server", internet.Resolver.String()}
	for _, watched := range [][]string{{"-s", "-o", "/dev/null"}, {"-s", "--format", "json", "--packets", "off"}} {
		add := func(status int, args ...string) { out = append(out, leakRun{status, slices.Concat(watched, args)}) }
		for _, server := range []*httptest.Server{plain, secure} {
			add(0, "-k", server.URL+"/page")
			add(0, "-k", "-L", server.URL+"/moved")
			add(0, "-k", server.URL+"/large")
			add(22, "-k", "-f", server.URL+"/missing")
			add(18, "-k", server.URL+"/cut")
			add(-1, "-k", server.URL+"/reset") // by the system: reset or closed
			add(28, "-k", "-m", "0.005", server.URL+"/silent")
			add(63, "-k", "--max-filesize", "100", server.URL+"/large")
		}
		add(60, secure.URL+"/page")
		add(35, strings.Replace(plain.URL, "http:", "https:", 1)+"/page")
		add(7, "http://"+refused(t)+"/")
		add(0, append(name, internet.PlainURL("/"))...)
		add(6, append(name, "http://nowhere.fetchscope.test/")...)
		add(2, "--packets", "on", "--pcap", "/dev/null", "--packets", "off", plain.URL)
	}
	return out
}

// TestFetchesLeaveNothingBehind makes a thousand fetches of all kinds in one process.
func TestFetchesLeaveNothingBehind(t *testing.T) {
	fetches, captures := 1000, 20
	if testing.Short() {
		fetches, captures = 100, 4
	}
	internet, err := demo.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { internet.Close() })
	runs := leakRuns(t, internet)
	round := func(n int) {
		for i := range n {
			r := runs[i%len(runs)]
			status := Run(context.Background(), r.args, nil, io.Discard, io.Discard)
			if status != r.status && r.status >= 0 {
				t.Fatalf("%q: exit %d, want %d", r.args, status, r.status)
			}
		}
	}
	round(len(runs)) // what is opened once is open from now on
	before := settled()
	files := descriptors(t)
	round(fetches)
	capturing(t, captures, runs[0].args[len(runs[0].args)-1])
	compareKept(t, before, files)
}

// capturing fetches with packets captured, where that may be done.
func capturing(t *testing.T, n int, url string) {
	c, err := capture.Open(capture.Options{})
	if err != nil {
		t.Log("without captures: ", err)
		return
	}
	c.Close()
	for i := range n {
		args := []string{"-s", "--format", "json", "--packets", "on", url}
		if i%2 == 1 {
			args = append(args, "--pcap", filepath.Join(t.TempDir(), strconv.Itoa(i)))
		}
		if status := Run(context.Background(), args, nil, io.Discard, io.Discard); status != 0 {
			t.Fatalf("%q: exit %d", args, status)
		}
	}
}

// settled is how many goroutines there are when those that are about to end have.
func settled() int {
	n := runtime.NumGoroutine()
	for quiet := 0; quiet < 1000; quiet++ {
		runtime.Gosched()
		if now := runtime.NumGoroutine(); now < n {
			n, quiet = now, 0
		}
	}
	return n
}

// compareKept waits until there is no more than there was: the servers of the test let go
// of their ends when they notice.
func compareKept(t *testing.T, goroutines int, files map[string]int) {
	t.Helper()
	for limit := time.Now().Add(patience); ; runtime.Gosched() {
		now, n := descriptors(t), runtime.NumGoroutine()
		more := maps.Clone(now)
		maps.DeleteFunc(more, func(kind string, count int) bool { return count <= files[kind] })
		if len(more) == 0 && n <= goroutines {
			return
		}
		if time.Now().After(limit) {
			stacks := make([]byte, 1<<16)
			t.Fatalf("%d goroutines, before there were %d; of descriptors there are %v, before %v\n%s",
				n, goroutines, more, files, stacks[:runtime.Stack(stacks, true)])
		}
	}
}
