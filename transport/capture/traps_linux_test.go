package capture_test

import (
	"encoding/binary"
	"io"
	"net"
	"testing"

	"fetchscope/transport"
	"fetchscope/transport/capture"
)

// A passed is what tells a packet of a connection on 127.0.0.1 from others.
type passed struct {
	from uint16
	seq  uint32
	bits byte
	size int
}

// Packets on loopback pass twice, leaving and then arriving. Guarded is the choice in
// (*Watch).take: each once, the client's as they left, the server's as they arrived.
func TestTrapLoopbackPassesTwice(t *testing.T) {
	c := open(t, capture.Options{Keep: true})
	addr := serve(t, "127.0.0.1:0", func(c *net.TCPConn) {
		_, _ = io.ReadFull(c, make([]byte, 5))
		_, _ = c.Write([]byte("hello, too"))
		drained(c)
	})
	x := run(t, c, addr, transport.CloseOptions{})
	frames, left := c.Frames()
	if left != 0 || len(frames) != len(x.Connection.Segments) {
		t.Errorf("%d packets kept, %d left out, of %d segments", len(frames), left, len(x.Connection.Segments))
	}
	seen := map[passed]bool{}
	for _, f := range frames {
		header := f.Data[int(f.Data[0]&0xf)*4:]
		p := passed{binary.BigEndian.Uint16(header), binary.BigEndian.Uint32(header[4:]), header[13], f.Length}
		if f.Outgoing != (p.from != addr.Port()) {
			t.Errorf("%+v: outgoing %t", p, f.Outgoing)
		}
		if seen[p] && p.size > 52 {
			t.Errorf("%+v is there twice", p)
		}
		seen[p] = true
	}
	for i, s := range x.Connection.Segments {
		if s.Again {
			t.Errorf("segment %d, %+v, is told to have passed before", i, s)
		}
	}
}
