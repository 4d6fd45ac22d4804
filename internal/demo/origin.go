package demo

import (
	"bufio"
	_ "embed"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"
)

// finDelay is how long the origin waits before its FIN. It is more than the 40 ms for
// which Linux may hold an acknowledgement back, so that this goes by itself and the
// close takes four segments.
const finDelay = 60 * time.Millisecond

// patience is how long the origin waits for a request, and to be rid of a response.
const patience = 30 * time.Second

//go:embed page.html
var page []byte

// An origin serves the demo's pages, or what else is asked for by HTTP.
type origin struct {
	net *Internet
	// route finds the answer to a request.
	route   func(*request) response
	conduct conduct

	mu    sync.Mutex
	conns map[net.Conn]bool
	over  bool
}

func (o *origin) listen(l net.Listener, wrap func(net.Conn) net.Conn) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		holdAcks(c)
		if !o.add(c) {
			c.Close()
			return
		}
		o.net.running.Go(func() {
			defer o.remove(c)
			time.Sleep(o.conduct.after)
			if wrap != nil {
				o.serve(wrap(c), c)
			} else {
				o.serve(c, c)
			}
		})
	}
}

func (o *origin) add(c net.Conn) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.conns == nil {
		o.conns = map[net.Conn]bool{}
	}
	o.conns[c] = true
	return !o.over
}

func (o *origin) remove(c net.Conn) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.conns, c)
}

// stop closes what is open.
func (o *origin) stop() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.over = true
	for c := range o.conns {
		c.Close()
	}
	return nil
}

// A request is what the origin needs of one.
type request struct {
	method, target, host string
	close, gzip          bool
	length               int64
	contentType          string
	body                 []byte // of no more than maxBody
}

// serve answers requests until either side ends the connection. raw is the socket
// below TLS.
func (o *origin) serve(c, raw net.Conn) {
	defer c.Close()
	r := bufio.NewReader(c)
	for host, last := "", endWell; ; {
		_ = raw.SetDeadline(time.Now().Add(patience))
		req, err := readRequest(r)
		if err == io.EOF {
			o.leave(last, host, c)
			return
		}
		if err != nil {
			fmt.Fprint(c, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
			return
		}
		if path, _, _ := strings.Cut(req.target, "?"); path == "/reset" {
			abort(raw)
			return
		}
		host = req.host
		if last, err = o.respond(c, &req); err == nil {
			err = o.finish(last, c, raw)
		}
		if err != nil || req.close {
			return
		}
	}
}

// swift says whether a host is one that does not wait with its FIN.
func swift(host string) bool { return strings.HasPrefix(host, SwiftHost) }

func (o *origin) ending() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.over
}
