package h1

import (
	"strings"
	"testing"

	"fetchscope/trace"
)

// How a body came is told where it was large, however it is framed.
func TestTheProgressOfALargeBody(t *testing.T) {
	const large = 100_000
	piece := strings.Repeat("x", 1000)
	for name, c := range map[string]struct {
		head  string
		size  int64
		chunk bool
	}{
		"by length":    {"Content-Length: 100000\r\n\r\n", large, false},
		"by close":     {"\r\n", large, false},
		"in chunks":    {"Transfer-Encoding: chunked\r\n\r\n", large, true},
		"a small body": {"Content-Length: 50000\r\n\r\n", large / 2, false},
	} {
		t.Run(name, func(t *testing.T) {
			portions := [][]byte{[]byte("HTTP/1.1 200 OK\r\n" + c.head)}
			for range c.size / 1000 {
				if c.chunk {
					portions = append(portions, []byte("3e8\r\n"+piece+"\r\n"))
				} else {
					portions = append(portions, []byte(piece))
				}
			}
			if c.chunk {
				portions = append(portions, []byte("0\r\n\r\n"))
			}
			conn := newScriptConn(portions...)
			got := fetch(t, conn, request("GET"), 4096)
			var points []trace.ProgressPoint
			for _, e := range got.Events {
				if e, ok := e.(trace.BodyProgress); ok {
					points = e.Points
				}
			}
			if c.size < large {
				if points != nil {
					t.Errorf("points %+v", points)
				}
				return
			}
			if len(points) < 10 || points[len(points)-1].Bytes != large {
				t.Errorf("points %+v, want some up to %d bytes", points, large)
			}
		})
	}
}
