package peers

import (
	"bufio"
	"encoding/json"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// An Entry is what a server notes of a request, or of a connection. A count that it does
// not keep is nil.
type Entry struct {
	Method string `json:"method"`
	Target string `json:"target"`
	Status int    `json:"status"`
	// Port is the client's.
	Port int `json:"port"`
	// TLS is the version as OpenSSL writes it, TLSv1.3, and empty or a dash without.
	TLS string `json:"tls"`
	// Request counts the request's bytes, head and body, and Answer those of all that
	// answered it: interim heads, head, and body with its chunks' framing. Final is the same
	// without interim heads.
	Request *int64 `json:"request"`
	Answer  *int64 `json:"answer"`
	Final   *int64 `json:"final"`
	// Body counts the bytes of the response's body, without framing.
	Body *int64 `json:"body"`
	// In and Out count what came and went on the connection for this request, under TLS its
	// records; of a connection, all that did.
	In  *int64 `json:"in"`
	Out *int64 `json:"out"`
	// Whole says that the entry is of a connection that is over.
	Whole bool `json:"whole"`
}

// An accessLog is read while it is written.
type accessLog struct {
	read func(line []byte) (Entry, bool)

	mu       sync.Mutex
	requests []Entry
	wholes   []Entry
	came     chan struct{} // holds one when an entry has come
}

func newAccessLog(read func([]byte) (Entry, bool)) *accessLog {
	return &accessLog{read: read, came: make(chan struct{}, 1)}
}

// drain reads lines to their end.
func (l *accessLog) drain(r io.Reader) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if e, ok := l.read(lines.Bytes()); ok {
			l.add(e)
		}
	}
	_, _ = io.Copy(io.Discard, r) // whoever writes is not to wait
}

// maxDatagram is the most that one over IPv4 can hold.
const maxDatagram = 1 << 16

// listen reads a line from each datagram until the test is over.
func (l *accessLog) listen(t testing.TB, c *net.UDPConn) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		b := make([]byte, maxDatagram)
		for {
			n, err := c.Read(b)
			if err != nil {
				return
			}
			if e, ok := l.read(b[:n]); ok {
				l.add(e)
			}
		}
	}()
	t.Cleanup(func() { c.Close(); <-done })
}

func (l *accessLog) add(e Entry) {
	l.mu.Lock()
	if e.Whole {
		l.wholes = append(l.wholes, e)
	} else {
		l.requests = append(l.requests, e)
	}
	l.mu.Unlock()
	select {
	case l.came <- struct{}{}:
	default:
	}
}

// take takes n entries away from the beginning of a list, if there are so many.
func (l *accessLog) take(list *[]Entry, n int) []Entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(*list) < n {
		return nil
	}
	out := (*list)[:n:n]
	*list = (*list)[n:]
	return out
}

func (l *accessLog) await(t testing.TB, name string, list *[]Entry, n int) []Entry {
	t.Helper()
	over := time.After(patience)
	for n > 0 {
		if out := l.take(list, n); out != nil {
			return out
		}
		select {
		case <-l.came:
		case <-over:
			t.Fatalf("the log of %s has fewer than %d entries: %+v", name, n, *list)
		}
	}
	return nil
}

// Logged waits for the next n requests in the log, for a server writes of one when it is
// done with it, which may be after the client is.
func (s *Server) Logged(t testing.TB, n int) []Entry {
	t.Helper()
	return s.log.await(t, s.Name, &s.log.requests, n)
}

// Carried waits for the next n connections in the log of a server that notes them.
func (s *Server) Carried(t testing.TB, n int) []Entry {
	t.Helper()
	return s.log.await(t, s.Name, &s.log.wholes, n)
}

// readEntry reads a line that was configured to be an entry as JSON.
func readEntry(line []byte) (e Entry, ok bool) {
	return e, strings.HasPrefix(string(line), `{"method"`) && json.Unmarshal(line, &e) == nil
}
