package demo

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
)

var errBadRequest = errors.New("not a request")

// readRequest reads a request with its body. io.EOF means that
// the client has closed.
func readRequest(r *bufio.Reader) (request, error) {
	var q request
	if first, err := r.Peek(1); err == nil && (first[0] < 'A' || first[0] > 'Z') {
		return q, errBadRequest // TLS, say: there may be no line to wait for
	}
	line, err := readLine(r)
	if err != nil {
		return q, err
	}
	parts := strings.Split(line, " ")
	if len(parts) != 3 {
		return q, errBadRequest
	}
	q.method, q.target = parts[0], parts[1]
	q.close = parts[2] != "HTTP/1.1"
	for {
		line, err := readLine(r)
		if err != nil {
			return q, errBadRequest
		}
		if line == "" {
			break
		}
		q.field(line)
	}
	q.body, err = io.ReadAll(io.LimitReader(r, min(q.length, maxBody)))
	if err == nil {
		_, err = io.CopyN(io.Discard, r, q.length-int64(len(q.body)))
	}
	return q, err
}

// maxBody bounds what is kept of a request's body; it is what a DNS message can have.
const maxBody = 64<<10 - 1

// maxLine bounds a line of a request.
const maxLine = 64 << 10

func readLine(r *bufio.Reader) (string, error) {
	var b strings.Builder
	for b.Len() < maxLine {
		c, err := r.ReadByte()
		if err != nil {
			if b.Len() > 0 {
				err = errBadRequest
			}
			return "", err
		}
		if c == '\n' {
			return strings.TrimSuffix(b.String(), "\r"), nil
		}
		b.WriteByte(c)
	}
	return "", errBadRequest
}

func (q *request) field(line string) {
	name, value, _ := strings.Cut(line, ":")
	value = strings.ToLower(strings.TrimSpace(value))
	switch strings.ToLower(name) {
	case "host":
		q.host = value
	case "connection":
		q.close = q.close || value == "close"
	case "accept-encoding":
		q.gzip = strings.Contains(value, "gzip")
	case "content-type":
		q.contentType = value
	case "content-length":
		q.length, _ = strconv.ParseInt(value, 10, 64)
	}
}

// A response is what the origin answers.
type response struct {
	status  string
	fields  []string
	body    []byte
	chunked bool
	close   bool
	end     ending
}

// respond answers a request.
func (o *origin) respond(c net.Conn, q *request) (ending, error) {
	a := o.route(q)
	if a.end == endWell {
		a.end = o.conduct.end
	}
	q.close = q.close || a.close
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %s\r\nServer: fetchscope-demo\r\n", a.status)
	for _, f := range a.fields {
		fmt.Fprintf(&b, "%s\r\n", f)
	}
	if q.close {
		b.WriteString("Connection: close\r\n")
	}
	switch {
	case a.end == endBare:
		b.WriteString("\r\n")
		b.Write(a.body[:len(a.body)/2])
	case a.chunked:
		b.WriteString("Transfer-Encoding: chunked\r\n\r\n")
		writeChunks(&b, a.body)
	default:
		fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n", len(a.body))
		if a.end == endReset {
			a.body = a.body[:len(a.body)/2]
		}
		if q.method != "HEAD" {
			b.Write(a.body)
		}
	}
	_, err := c.Write(b.Bytes())
	return a.end, err
}

// chunkSize is how the chunked page is cut.
const chunkSize = 512

func writeChunks(b *bytes.Buffer, body []byte) {
	for len(body) > 0 {
		n := min(len(body), chunkSize)
		fmt.Fprintf(b, "%x\r\n%s\r\n", n, body[:n])
		body = body[n:]
	}
	b.WriteString("0\r\nX-Checksum: none\r\n\r\n")
}

const htmlType = "Content-Type: text/html; charset=utf-8"

// page finds the answer to a request for one.
func (o *origin) page(q *request) response {
	path, _, _ := strings.Cut(q.target, "?")
	ok := response{status: "200 OK", fields: []string{htmlType}, body: page}
	switch path {
	case "/", "/reset":
	case "/close":
		ok.close = true
	case "/late":
		ok.end = endLate
	case "/crossing":
		ok.end = endCrossing
	case "/chunked":
		ok.chunked = true
	case "/gzip":
		ok.body = zipped(page)
		ok.fields = append(ok.fields, "Content-Encoding: gzip")
	case "/text":
		ok.fields, ok.body = []string{"Content-Type: text/plain; charset=utf-8"}, []byte("plain text, 纯文本\n")
	case "/redirect":
		return response{status: "302 Found", fields: []string{"Location: /"}}
	case "/secure":
		return response{status: "301 Moved Permanently", fields: []string{"Location: " + o.net.URL("/")}}
	case "/steps":
		ok.body = []byte("<!doctype html><title>Steps</title><p>resolve, connect, request, response, render, close\n")
	case "/early":
		ok.status = "103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\nHTTP/1.1 200 OK"
	default:
		ok.status, ok.body = "404 Not Found", []byte("<!doctype html><title>404</title><p>There is no such page on this internet.\n")
	}
	return ok
}

func zipped(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write(b)
	_ = w.Close()
	return out.Bytes()
}

// abort makes the close a reset.
func abort(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = c.Close()
}
