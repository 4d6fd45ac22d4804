package h1

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"fetchscope/httpclient"
	"fetchscope/trace"
)

// oneWrite is the size up to which a request goes out in one write, which the kernel
// takes without waiting for the peer.
const oneWrite = 16 << 10

// pieceSize is how much of a large body is read and written at once.
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

// Raw returns a whole request as it would go out, its body read to the end.
func Raw(req *httpclient.Request) ([]byte, error) {
	out := bytes.NewBuffer(Head(req))
	for pieces := piecesOf(req); ; {
		piece, _, err := pieces.next()
		out.Write(piece)
		if err == io.EOF {
			return out.Bytes(), nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// chunkedOut says whether a request's fields say that its body goes out in chunks.
func chunkedOut(req *httpclient.Request) bool {
	return slices.ContainsFunc(req.Header.Elements("Transfer-Encoding"), func(e string) bool { return strings.EqualFold(e, "chunked") })
}

// expectWait is how long a body that asked leave with Expect: 100-continue waits for
// an answer, which old servers never give (RFC 9110, section 10.1.1).
const expectWait = time.Second

// A sending is a request on its way out.
type sending struct {
	conn   Conn
	stream io.Closer
	over   chan struct{}
	err    error
	// withheld says that the body was not sent, which the fields had promised.
	withheld bool

	// proceed lets a body go that waits for leave, halt keeps it back for good.
	proceed, halt chan struct{}
	wait          time.Duration
	once          sync.Once
	progress      atomic.Int64 // changes with each piece
}

// startSending writes the request. A large body, a stream, or what waits for leave goes
// out beside the reading of the response, which may come before all of it is sent
// (RFC 9112, section 9.5).
func startSending(sc *trace.Scope, conn Conn, req *httpclient.Request) *sending {
	s := &sending{conn: conn, over: make(chan struct{}), halt: make(chan struct{}), wait: req.ExpectWait}
	head := Head(req)
	hasBody := req.Stream != nil || len(req.Body) > 0
	expects := hasBody && strings.EqualFold(req.Header.First("Expect"), "100-continue")
	sc.Emit(trace.RequestStarted{Method: req.Method, Target: req.Target, Version: Version(req), Headers: req.Header.Trace()})
	if req.Stream == nil && len(head)+len(req.Body) <= oneWrite && !expects && !chunkedOut(req) {
		s.write(sc, append(head, req.Body...), int64(len(req.Body)), nil)
		return s
	}
	if req.Stream != nil {
		s.stream = req.Stream
	}
	if expects {
		s.proceed = make(chan struct{})
	}
	go s.write(sc, head, 0, piecesOf(req))
	return s
}

// write sends what comes first, of which the last count bytes are body, and then the
// pieces.
func (s *sending) write(sc *trace.Scope, first []byte, count int64, rest *pieces) {
	defer close(s.over)
	n, err := s.conn.Write(first)
	sent := int64(n)
	count = max(0, count-int64(len(first)-n))
	if err == nil && rest != nil && !s.mayGoOn() {
		s.withheld, rest = true, nil
	}
	for rest != nil && err == nil {
		piece, content, more := rest.next()
		if len(piece) > 0 { // a stream may end without more
			n, err = s.conn.Write(piece)
			sent += int64(n)
			content = rest.contentOf(n, content)
		}
		count += int64(content)
		s.progress.Add(1)
		if more == io.EOF {
			break
		}
		if err == nil {
			err = more
		}
	}
	if err != nil {
		s.err = err
		sc.Emit(trace.RequestCut{Bytes: sent, BodyBytes: count})
		return
	}
	sc.Emit(trace.RequestEnded{Bytes: sent, BodyBytes: count, Offset: s.conn.Sent()})
}

// mayGoOn waits for leave to send the body, where it was asked for.
func (s *sending) mayGoOn() bool {
	if s.proceed == nil {
		return true
	}
	if s.wait <= 0 {
		s.wait = expectWait
	}
	t := time.NewTimer(s.wait)
	defer t.Stop()
	select {
	case <-s.proceed:
		return true
	case <-t.C:
		s.allow()
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
		return s.err == nil && !s.withheld
	default:
		return false
	}
}

// stalled is how long a server that has answered may take no more of the request, before
// it is taken at its answer.
const stalled = 10 * time.Second

// finish lets a request be sent to its end whose server said yes before it had it all, and
// has not said that it will close.
func (s *sending) finish() {
	if s.waits() {
		return
	}
	tick := time.NewTicker(stalled)
	defer tick.Stop()
	for last := s.progress.Load(); ; last = s.progress.Load() {
		select {
		case <-s.over:
			return
		case <-tick.C:
			if s.progress.Load() == last {
				return
			}
		}
	}
}

// waits says that a body still waits for leave, which a final response ends.
func (s *sending) waits() bool {
	if s.proceed == nil {
		return false
	}
	select {
	case <-s.proceed:
		return false
	default:
		return true
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
	if s.stream != nil {
		s.stream.Close()
	}
	<-s.over
	resume()
	return nil
}
