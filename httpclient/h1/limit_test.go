package h1

import (
	"runtime"
	"slices"
	"strings"
	"testing"

	"fetchscope/httpclient"
	"fetchscope/trace"
)

func TestLimits(t *testing.T) {
	tooBig := func(section string) verdict { return bad(httpclient.CodeHeadTooBig, section) }
	end := "\r\n0\r\n\r\n"
	for _, tt := range []struct {
		name   string
		limit  int
		of     func(n int) string // a response that has n of what is limited
		beyond verdict
	}{
		{"head in one line", maxHead, func(n int) string {
			return ok + "X:" + strings.Repeat("x", n-len(ok)-len("X:\r\n\r\n")) + "\r\n\r\n"
		}, tooBig("")},
		{"head in many lines", maxHead, func(n int) string {
			head := ok + strings.Repeat("X:"+strings.Repeat("x", 200)+"\r\n", (n-len(ok))/204-10)
			return head + "X:" + strings.Repeat("x", n-len(head)-6) + "\r\n\r\n"
		}, tooBig("")},
		{"head without end", maxHead, func(n int) string {
			if n <= maxHead {
				return ok + "\r\n"
			}
			return ok + strings.Repeat("x", n)
		}, tooBig("")},
		{"all heads together", maxHead, func(n int) string {
			one := "HTTP/1.1 100 Continue\r\nX: " + strings.Repeat("x", 9000) + "\r\n\r\n"
			all := strings.Repeat(one, n/len(one)) + ok
			return all + "X:" + strings.Repeat("x", n-len(all)-6) + "\r\n\r\n"
		}, tooBig("")},
		{"fields", maxFields, func(n int) string {
			return ok + strings.Repeat("X:x\r\n", n) + "\r\n"
		}, bad(httpclient.CodeTooManyFields, "")},
		{"interim responses", maxInterim, func(n int) string {
			return strings.Repeat("HTTP/1.1 102 Processing\r\n\r\n", n) + five
		}, tooBig("")},
		{"digits of a length", maxLengthDigits, func(n int) string {
			return ok + "Content-Length: " + strings.Repeat("0", n-1) + "5\r\n\r\nhello"
		}, badLength},
		{"digits of a chunk size", maxSizeLine, func(n int) string {
			return chunked + strings.Repeat("0", n-1) + "5\r\nhello" + end
		}, wrongSize},
		{"white space behind a chunk size", maxSizeLine, func(n int) string {
			return chunked + "5" + strings.Repeat(" ", n-1) + "\r\nhello" + end
		}, wrongSize},
		{"chunk extension", maxExtensions, func(n int) string {
			return chunked + "5;" + strings.Repeat("a", n-1) + "\r\nhello" + end
		}, wrongSize},
		{"all chunk extensions", maxExtensions, func(n int) string {
			return chunked + strings.Repeat("1;\r\nx\r\n", n-1) + "1;\r\nx" + end
		}, wrongSize},
		{"trailers", maxTrailers, func(n int) string {
			return chunked + "0\r\nX:" + strings.Repeat("x", n-6) + "\r\n\r\n"
		}, tooBig("RFC 9112, section 7.1.2")},
		{"trailer fields", maxFields, func(n int) string {
			return chunked + "0\r\n" + strings.Repeat("X:x\r\n", n) + "\r\n"
		}, bad(httpclient.CodeTooManyFields, "")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for n, want := range map[int]verdict{tt.limit: {}, tt.limit + 1: tt.beyond} {
				raw := []byte(tt.of(n))
				for _, size := range []int{61, 4099, len(raw)} {
					conn := newScriptConn(slices.Collect(slices.Chunk(raw, size))...)
					if got := fetch(t, conn, request("GET"), 512); got.Verdict != want {
						t.Errorf("%d, limit %d, in portions of %d: %+v, want %+v", n, tt.limit, size, got.Verdict, want)
					}
				}
			}
		})
	}
}

func TestAnEndlessHeadIsNotReadOn(t *testing.T) {
	endless := slices.Repeat([][]byte{[]byte(strings.Repeat("x", 1000))}, 10_000)
	for name, start := range map[string]string{
		"status line": "HTTP/1.1 200 ", "field": ok, "interim": "HTTP/1.1 100 Continue\r\nX: ", "trailer": chunked + "0\r\n", "extension": chunked + "5;",
	} {
		conn := newScriptConn(append([][]byte{[]byte(start)}, endless...)...)
		got := fetch(t, conn, request("GET"), 512)
		if most := maxHead/1000 + 3; got.Verdict.Code == "" || conn.reads > most {
			t.Errorf("%s: %+v after %d reads, want an error after %d at most", name, got.Verdict, conn.reads, most)
		}
	}
}

// Work is counted in bytes allocated, which copying shows in: with twice the input it
// may double, but not grow by four.
func TestWorkIsLinear(t *testing.T) {
	const half = maxHead / 2 // both fit the limits
	for _, tt := range []struct {
		name string
		of   func(n int) string
		size int // of portions
	}{
		{"long line", func(n int) string { return ok + "X: " + strings.Repeat("x", n-100) + "\r\n\r\n" }, 16},
		{"folds", func(n int) string { return ok + "X: x\r\n" + strings.Repeat(" x\r\n", (n-100)/4) + "\r\n" }, 1 << 20},
		{"notes", func(n int) string { return ok + strings.Repeat("X :\x7f\n \x01\n", n/100) + "\r\n" }, 1 << 20},
		{"interim", func(n int) string {
			return strings.Repeat("HTTP/1.1 100 C\r\nX: "+strings.Repeat("x", 2000)+"\r\n\r\n", n/2200/3) + five
		}, 16},
		{"chunks", func(n int) string { return chunked + strings.Repeat("1\r\nx\r\n", n) + "0\r\n\r\n" }, 1 << 20},
		{"trailer folds", func(n int) string { return chunked + "0\r\nX: x\r\n" + strings.Repeat(" x\r\n", n/20) + "\r\n" }, 1 << 20},
	} {
		once := work(t, tt.of(half), tt.size)
		twice := work(t, tt.of(2*half-200), tt.size)
		if twice > 3*once {
			t.Errorf("%s: %d bytes allocated for half the input, %d for all of it", tt.name, once, twice)
		}
	}
}

// work counts the bytes that the fetch of raw allocates, besides those of the test.
func work(t *testing.T, raw string, size int) uint64 {
	t.Helper()
	conn := newScriptConn(slices.Collect(slices.Chunk([]byte(raw), size))...)
	rec := trace.NewRecorder(nil)
	p := make([]byte, 32<<10)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	resp, err := Exchange(t.Context(), rec.Scope(0), conn, request("GET"), nil)
	for err == nil {
		_, err = resp.Body.Read(p)
	}
	runtime.ReadMemStats(&after)
	if v := verdictOf(t, err); v.Code != "" {
		t.Errorf("%q: %+v", short(raw), v)
	}
	return after.TotalAlloc - before.TotalAlloc
}

func TestChunksTakeNoMemoryOfTheirOwn(t *testing.T) {
	var p chunkParser
	raw := []byte(strings.Repeat("5;x=y\r\nhello\r\n", 1000))
	allocs := testing.AllocsPerRun(10, func() {
		p = chunkParser{}
		for rest := raw; len(rest) > 0; {
			n, err := p.between(rest)
			if err != nil {
				t.Fatal(err)
			}
			if rest = rest[n:]; p.state == inData {
				rest = rest[len(p.data(rest)):]
			}
		}
	})
	if allocs != 0 {
		t.Errorf("%v allocations for %d bytes", allocs, len(raw))
	}
}
