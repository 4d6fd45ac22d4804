package h1

import (
	"bufio"
	"context"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"fetchscope/httpclient"
	"fetchscope/trace"
)

// A pipeConn is a net.Conn with what an exchange needs beside.
type pipeConn struct {
	net.Conn
	sent int64
}

func (c *pipeConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.sent += int64(n)
	return n, err
}

func (c *pipeConn) Came() int64           { return 0 }
func (c *pipeConn) Arrived() trace.Moment { return trace.Moment{} }
func (c *pipeConn) Began() trace.Moment   { return trace.Moment{} }
func (c *pipeConn) Sent() int64           { return c.sent }
func (c *pipeConn) Bulk(bool)             {}

func (c *pipeConn) StopWriting() func() {
	c.SetWriteDeadline(time.Unix(1, 0))
	return func() { c.SetWriteDeadline(time.Time{}) }
}

// A body that asks leave waits for it, for a second, or for an answer that makes it
// needless (RFC 9110, section 10.1.1). The clock is synctest's.
func TestExpectContinue(t *testing.T) {
	for _, tt := range []struct {
		name   string
		before string // what the server says to the head
		wait   time.Duration
		body   string
		status int
	}{
		{"leave is given", "HTTP/1.1 100 Continue\r\n\r\n", 0, "leave?", 200},
		{"the server says nothing", "", time.Second, "leave?", 200},
		{"another interim response is no leave", "HTTP/1.1 102 Processing\r\n\r\n", time.Second, "leave?", 200},
		{"the server refuses", "HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n", 0, "", 417},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client, server := net.Pipe()
				got := make(chan string, 1)
				start := time.Now()
				var waited time.Duration
				go func() {
					r := bufio.NewReader(server)
					for line := ""; line != "\r\n"; {
						line, _ = r.ReadString('\n')
					}
					io.WriteString(server, tt.before)
					b := make([]byte, len(tt.body))
					io.ReadFull(r, b)
					waited = time.Since(start)
					got <- string(b)
					if tt.status == 200 {
						io.WriteString(server, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
					}
				}()
				req := request("POST")
				req.Header = append(req.Header, httpclient.Field{Name: "Expect", Value: "100-continue"})
				req.Body = []byte("leave?")
				resp, err := Exchange(context.Background(), nil, &pipeConn{Conn: client}, req, nil)
				if err != nil {
					t.Fatal(err)
				}
				resp.Body.Close()
				if body := <-got; body != tt.body || resp.Status != tt.status || waited != tt.wait {
					t.Errorf("status %d with the body %q after %v, want %d with %q after %v",
						resp.Status, body, waited, tt.status, tt.body, tt.wait)
				}
				client.Close()
				server.Close()
			})
		})
	}
}

func TestHeadNamesTheExpectation(t *testing.T) {
	req := request("POST")
	req.Header = append(req.Header, httpclient.Field{Name: "Expect", Value: "100-continue"})
	if head := string(Head(req)); !strings.Contains(head, "\r\nExpect: 100-continue\r\n") {
		t.Errorf("head %q", head)
	}
}
