package transport

import (
	"encoding/binary"
	"io"
	"net"
	"time"

	"fetchscope/trace"
)

// recordHeader is the size of a TLS record's header (RFC 8446, section 5.1).
const recordHeader = 5

// An alert in clear: a record of two bytes (RFC 8446, sections 5.1 and 6).
const (
	alertSize            = recordHeader + 2
	alertProtocolVersion = 70
)

// recordBuffer holds a few records of the largest size.
const recordBuffer = 64 << 10

// A wire is the layer below crypto/tls. It hands over one TLS record at a time, so
// that whatever crypto/tls returns next is of the record handed over last: its arrival
// is then known. It also notes when the handshake's bytes went and came.
type wire struct {
	sock socket
	link *link // the socket's

	buf        []byte
	start, end int
	left       int   // of the present record, still to be handed over
	through    int64 // bytes of the connection that were handed over
	filled     trace.Moment
	begun      trace.Moment // from when the first byte of the present record was there
	arrived    trace.Moment

	handshaking bool
	dialogue    *dialogue // nil where nobody is to be told
	onFirst     func()
	lastOurs    bool
	last        trace.Moment
	alert       byte // the alert that we sent in clear
}

func newWire(s socket, onFirst func()) *wire {
	w := &wire{sock: s, link: s.base(), buf: make([]byte, recordBuffer), handshaking: true, onFirst: onFirst}
	if w.link.sc != nil {
		w.dialogue = &dialogue{}
	}
	return w
}

// Read hands over bytes of one record at the most.
func (w *wire) Read(p []byte) (int, error) {
	if w.left == 0 {
		if err := w.next(); err != nil {
			return 0, err
		}
	}
	if w.start == w.end {
		if err := w.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, w.buf[w.start:min(w.end, w.start+w.left)])
	w.start += n
	w.left -= n
	w.arrived, w.through = w.filled, w.link.came-int64(w.end-w.start)
	if w.handshaking {
		w.last, w.lastOurs = w.arrived, false
	}
	return n, nil
}

// next finds out how long the next record is.
func (w *wire) next() error {
	fresh := w.start == w.end
	w.begun = w.filled
	for w.end-w.start < recordHeader {
		if err := w.fill(); err != nil {
			if err == io.EOF && w.end > w.start {
				err = io.ErrUnexpectedEOF
			}
			return err
		}
		if fresh {
			w.begun, fresh = w.filled, false
		}
	}
	w.left = recordHeader + int(binary.BigEndian.Uint16(w.buf[w.start+3:]))
	return nil
}

// fill reads more; it is called only when what is there is not enough to go on, so
// that the newest bytes decide when a record was complete.
func (w *wire) fill() error {
	w.end = copy(w.buf, w.buf[w.start:w.end])
	w.start = 0
	n, err := w.sock.Read(w.buf[w.end:])
	w.end += n
	if err == nil {
		w.filled = w.link.Arrived()
		w.dialogue.hear(trace.Server, w.buf[w.end-n:w.end], w.filled, w.filled)
	}
	return err
}

// Write passes records on.
func (w *wire) Write(p []byte) (int, error) {
	if w.handshaking && w.onFirst != nil {
		w.onFirst()
		w.onFirst = nil
	}
	if w.handshaking && len(p) == alertSize && p[0] == recordAlert {
		w.alert = p[alertSize-1]
	}
	if !w.handshaking {
		return w.sock.Write(p)
	}
	begun := trace.Moment{At: w.link.sc.Now(), From: trace.Clock}
	n, err := w.sock.Write(p)
	w.last, w.lastOurs = trace.Moment{At: w.link.sc.Now(), From: trace.Clock}, true
	w.dialogue.hear(trace.Client, p[:n], begun, w.last)
	return n, err
}

// The rest makes it a net.Conn. crypto/tls uses these only where asked to, and times
// are kept by contexts here.

func (w *wire) Close() error                     { return nil }
func (w *wire) LocalAddr() net.Addr              { return net.TCPAddrFromAddrPort(w.link.local) }
func (w *wire) RemoteAddr() net.Addr             { return net.TCPAddrFromAddrPort(w.link.remote) }
func (w *wire) SetDeadline(time.Time) error      { return nil }
func (w *wire) SetReadDeadline(time.Time) error  { return nil }
func (w *wire) SetWriteDeadline(time.Time) error { return nil }
