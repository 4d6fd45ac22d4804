package proxies

import (
	"encoding/base64"
	"io"
	"net"
	"strings"
)

// maxHead is enough for the heads of tests.
const maxHead = 64 << 10

// http serves one request: a tunnel, or a page of which the answer is passed on as it is.
func (s *Server) http(c *client, prefix string) {
	head := readHead(c)
	s.saw(prefix + head)
	line, rest, _ := strings.Cut(head, "\r\n")
	words := strings.Fields(line)
	switch {
	case len(words) != 3:
		_, _ = io.WriteString(c, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
	case !s.admits(head):
		_, _ = io.WriteString(c, "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"p\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
	case words[0] == "CONNECT":
		s.connect(c, words[1])
	default:
		s.forward(c, words, rest)
	}
	closeWrite(c)
}

func readHead(c *client) string {
	var b strings.Builder
	for b.Len() < maxHead && !strings.HasSuffix(b.String(), "\r\n\r\n") {
		line, err := c.r.ReadString('\n')
		b.WriteString(line)
		if err != nil {
			break
		}
	}
	return b.String()
}

// admits checks the login (RFC 7617).
func (s *Server) admits(head string) bool {
	want := "Proxy-Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(s.login)) + "\r\n"
	return s.login == "" || strings.Contains(head, want)
}

func (s *Server) connect(c *client, target string) {
	up := s.reach(c, target)
	if up == nil {
		return
	}
	_, _ = io.WriteString(c, "HTTP/1.1 200 Established\r\n\r\n")
	s.relay(c, up)
}

// reach connects to a host and port, or tells the client that it cannot.
func (s *Server) reach(c *client, target string) net.Conn {
	host, port, err := net.SplitHostPort(target)
	if err != nil {
		host, port = target, "80"
	}
	up, err := s.dial(host, port)
	if err != nil {
		_, _ = io.WriteString(c, "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
		return nil
	}
	return up
}

// forward asks the origin for the page, without the fields that are for proxies.
func (s *Server) forward(c *client, words []string, fields string) {
	host, path, _ := strings.Cut(strings.TrimPrefix(words[1], "http://"), "/")
	up := s.reach(c, host)
	if up == nil {
		return
	}
	var b strings.Builder
	b.WriteString(words[0] + " /" + path + " " + words[2] + "\r\n")
	for line := range strings.SplitAfterSeq(fields, "\r\n") {
		if !strings.HasPrefix(line, "Proxy-") {
			b.WriteString(line)
		}
	}
	_, _ = io.WriteString(up, b.String())
	s.relay(c, up)
}
