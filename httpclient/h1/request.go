package h1

import (
	"strings"
	"sync"
	"time"

	"fetchscope/httpclient"
	"fetchscope/trace"
)

// oneWrite is the size up to which a request goes out in one write, which the kernel
// takes without waiting for the peer.
const oneWrite = 16 << 10

// pieceSize is how much of a large body is written at once.
const pieceSize = 64 << 10

// Head returns the request line and the fields as they go out (RFC 9112, section 3).
func Head(req *httpclient.Request) []byte {
	b := make([]byte, 0, 512)
	b = append(b, req.Method...)
	b = append(b, ' ')
	b = append(b, req.Target...)
	b = append(b, ' ')
	b = append(b, Version(req)...)
	b = append(b, "\r\n"...)
	for _, f := range req.Header {
		b = append(b, f.Name...)
		b = append(b, ':')
		if f.Value != "" {
			b = append(b, ' ')
			b = append(b, f.Value...)
		}
		b = append(b, "\r\n"...)
	}
	return append(b, "\r\n"...)
}

// Version is the version of a request, as it goes out.
func Version(req *httpclient.Request) string {
	if req.Version == "" {
		return "HTTP/1.1"
	}
	return req.Version
}

// expectWait is how long a body that asked leave with Expect: 100-continue waits for
// an answer, which old servers never give (RFC 9110, section 10.1.1).
const expectWait = time.Second

// A sending is a request on its way out.
type sending struct {
	conn Conn
	over chan struct{}
	err  error

	// proceed lets a body go that waits for leave, halt keeps it back for good.
	proceed, halt chan struct{}
	once          sync.Once
}

// startSending writes the request. A large body, or one that waits for leave, goes out
// beside the reading of the response, which may come before all of it is sent
// (RFC 9112, section 9.5).
func startSending(sc *trace.Scope, conn Conn, req *httpclient.Request) *sending {
	s := &sending{conn: conn, over: make(chan struct{}), halt: make(chan struct{})}
	head := Head(req)
	expects := len(req.Body) > 0 && strings.EqualFold(req.Header.First("Expect"), "100-continue")
	sc.Emit(trace.RequestStarted{Method: req.Method, Target: req.Target, Version: Version(req), Headers: req.Header.Trace()})
	if len(head)+len(req.Body) <= oneWrite && !expects {
		s.write(sc, append(head, req.Body...), nil, len(req.Body))
		return s
	}
	if expects {
		s.proceed = make(chan struct{})
	}
	go s.write(sc, head, req.Body, len(req.Body))
	return s
}

func (s *sending) write(sc *trace.Scope, head, body []byte, bodySize int) {
	defer close(s.over)
	sent := 0
	for piece, rest := head, body; len(piece) > 0; {
		n, err := s.conn.Write(piece)
		sent += n
		if err != nil {
			s.err = err
			return
		}
		if sent == len(head) && !s.mayGoOn() {
			bodySize = 0
			break
		}
		piece = rest[:min(len(rest), pieceSize)]
		rest = rest[len(piece):]
	}
	sc.Emit(trace.RequestEnded{Bytes: int64(sent), BodyBytes: int64(bodySize), Offset: s.conn.Sent()})
}

// mayGoOn waits for leave to send the body, where it was asked for.
func (s *sending) mayGoOn() bool {
	if s.proceed == nil {
		return true
	}
	t := time.NewTimer(expectWait)
	defer t.Stop()
	select {
	case <-s.proceed:
		return true
	case <-t.C:
		return true
	case <-s.halt:
		return false
	}
}

// allow lets a body go that waits for leave.
func (s *sending) allow() {
	if s.proceed != nil {
		s.once.Do(func() { close(s.proceed) })
	}
}

// done says whether all has been sent.
func (s *sending) done() bool {
	select {
	case <-s.over:
		return s.err == nil
	default:
		return false
	}
}

// stop ends the sending and waits for it. It returns what the sending failed of by
// itself.
func (s *sending) stop() error {
	select {
	case <-s.over:
		return s.err
	case <-s.halt:
		<-s.over
		return nil
	default:
	}
	close(s.halt)
	resume := s.conn.StopWriting()
	<-s.over
	resume()
	return nil
}
