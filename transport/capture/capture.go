// Package capture sees the packets of a connection as they pass the network device.
//
// Input are the addresses that are about to be connected to; output are
// trace.SegmentSeen events, each with the kernel's stamp of the packet, and on request
// the packets themselves, with the DNS datagrams, for a capture file. A [Capture] is the
// socket, opened once for a run; a [Watch] is its use for one connection, several of
// which may go on at once, with the fewest packets let in that they can do with
// (filter_linux.go).
//
// It implements the reading of IPv4 (RFC 791), IPv6 with its extension headers
// (RFC 8200), and the TCP header with its options (RFC 9293, section 3.1; RFC 7323;
// RFC 2018). It leaves out: putting IP fragments together, tunnels, and jumbograms, which
// TCP does not need. What the segments mean is not concluded here but by trace.Fold.
//
// On Linux it is an AF_PACKET socket, for which CAP_NET_RAW is needed. Elsewhere
// packets cannot be had: [Open] says so.
package capture

import (
	"errors"
	"net/netip"
	"sync"

	"fetchscope/trace"
)

// The reasons for which there is no capture.
var (
	// ErrUnsupported says that this system offers no packets here.
	ErrUnsupported = errors.New("packets can be captured on Linux only")
	// ErrNotPermitted says that CAP_NET_RAW is missing.
	ErrNotPermitted = errors.New("capturing packets needs the capability CAP_NET_RAW")
)

// Options say what is wanted.
type Options struct {
	// Keep keeps the packets as they are, for a file.
	Keep bool
	// DNS are the ports of name servers whose datagrams are kept too.
	DNS []uint16
}

// The limits of what is kept.
const (
	// maxSegments is how many segments of a connection are told before its close: those
	// of a few megabytes, which nobody reads to the end. From then on only the ones are
	// let in that open and close it.
	maxSegments = 2048
	// maxPending bounds what is held back while a connection is being opened: SYNs and
	// their answers, to some tens of addresses.
	maxPending = 1024
	// maxKept bounds the bytes that are kept for a file, which are held in memory.
	maxKept = 64 << 20
)

// The parts of a packet that are let in.
const (
	// headersOnly holds the longest headers: 60 bytes each of IPv4 and TCP, or IPv6 with
	// more extension headers than are read.
	headersOnly = 256
	// wholePacket is beyond what one can hold, those that the device will cut included.
	wholePacket = 256 << 10
)

// A Capture is an open capture. A nil one captures nothing.
type Capture struct {
	o    Options
	from source

	mu      sync.Mutex
	over    bool
	watches []*Watch
	frames  []Frame
	kept    int
	// left counts what could not be kept for its size, missed what the socket had no room
	// for.
	left, missed int64
}

// A Frame is a packet as it passed, from its IP header on.
type Frame struct {
	// Unix is the kernel's stamp, in nanoseconds of Unix time.
	Unix int64
	// Outgoing says that it left.
	Outgoing bool
	Data     []byte
	// Length is that of the whole packet.
	Length int
	// Name is the question's of a DNS message, as [Question] has it.
	Name string
	// Server is the name server of a DNS message.
	Server netip.AddrPort
}

// A packet is what the socket hands over.
type packet struct {
	data     []byte
	unix     int64
	outgoing bool
	link     int
	// asked is a moment at which the packet had passed already.
	asked trace.Time
}

// A source is the system's part of a capture.
type source interface {
	// listen begins to call a function whenever there is something to be drained.
	listen(ready func())
	// admit lets these packets in from now on, and no others.
	admit(admission) error
	// drain hands over what has come; now reads the clock before each packet is read.
	drain(now func() trace.Time, take func(packet))
	// lost counts the packets that there was no room for, since the last time.
	lost() int64
	close() error
}

// An admission says which packets are to be let in.
type admission struct {
	dns   []uint16
	conns []admitted
	snap  int
}

// An admitted is what is let in for one Watch.
type admitted struct {
	remotes []netip.Addr
	port    uint16 // of the remotes
	local   uint16 // 0 for all
	// brief lets only the segments in that open, close or reset a connection.
	brief bool
}

// Open opens the socket. Nothing but the name servers' datagrams is let in before
// [Capture.Watch].
func Open(o Options) (*Capture, error) {
	c := &Capture{o: o}
	var err error
	if c.from, err = open(c.admission()); err != nil {
		return nil, err
	}
	c.from.listen(c.read)
	return c, nil
}

func (c *Capture) admission() admission {
	a := admission{snap: headersOnly}
	if c.o.Keep {
		a = admission{dns: c.o.DNS, snap: wholePacket}
	}
	for _, w := range c.watches {
		a.conns = append(a.conns, w.admitted())
	}
	return a
}

// admit lets in what the Watches need; a filter that is refused leaves the one before,
// which lets in enough or nothing.
func (c *Capture) admit() {
	if !c.over {
		_ = c.from.admit(c.admission())
	}
}

// Close gives the socket back, which may take the kernel tens of milliseconds: nobody
// should have to wait for a result behind it.
func (c *Capture) Close() error {
	if c == nil {
		return nil
	}
	c.mu.Lock()
	c.over = true
	c.mu.Unlock()
	return c.from.close()
}

// Frames returns the packets kept, and how many there was no room for.
func (c *Capture) Frames() (frames []Frame, left int64) {
	if c == nil {
		return nil, 0
	}
	c.read()
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.frames, c.left
}

// read takes what has come.
func (c *Capture) read() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drain()
}

func (c *Capture) drain() {
	if !c.over {
		c.from.drain(c.clock, c.take)
	}
}

// clock reads the clock of the run, which all Watches share.
func (c *Capture) clock() trace.Time {
	if len(c.watches) == 0 {
		return 0
	}
	return c.watches[0].sc.Now()
}

// lost counts what the socket had no room for since the Capture was opened.
func (c *Capture) lost() int64 {
	c.missed += c.from.lost()
	return c.missed
}

// take sorts a packet.
func (c *Capture) take(p packet) {
	ip, err := parseIP(p.data)
	switch {
	case err != nil:
	case ip.protocol == protocolUDP:
		c.takeDatagram(p, ip)
	case ip.protocol == protocolTCP:
		for _, w := range c.watches {
			w.take(p, ip)
		}
	}
}

// keep keeps a packet for the file, while there is room.
func (c *Capture) keep(p packet, length int) *Frame {
	if !c.o.Keep {
		return nil
	}
	if c.kept+len(p.data) > maxKept {
		c.left++
		return nil
	}
	c.kept += len(p.data)
	c.frames = append(c.frames, Frame{
		Unix: p.unix, Outgoing: p.outgoing, Data: append([]byte(nil), p.data...),
		Length: max(length, len(p.data)),
	})
	return &c.frames[len(c.frames)-1]
}

// takeDatagram keeps a DNS message. On loopback each packet passes twice: a query counts
// when it leaves, an answer when it arrives.
func (c *Capture) takeDatagram(p packet, ip ipPacket) {
	from, to, message, ok := parseUDP(ip)
	if !ok {
		return
	}
	server := to
	if c.asks(from.Port()) && !(c.asks(to.Port()) && p.outgoing) {
		server = from
	}
	if (server == to) != p.outgoing {
		return
	}
	if f := c.keep(p, ip.length); f != nil {
		f.Name, f.Server = Question(message), server
	}
}

// asks says whether a port is one of the name servers'.
func (c *Capture) asks(port uint16) bool {
	for _, p := range c.o.DNS {
		if p == port {
			return true
		}
	}
	return false
}
