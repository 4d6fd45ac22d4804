package transport

import (
	"context"
	"io"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"fetchscope/internal/kstamp"
	"fetchscope/trace"
	"fetchscope/transport/tcpstate"

	"golang.org/x/sys/unix"
)

// A socket is a TCP connection made by system call. Its fields are for one reader and
// one writer at a time, as a net.Conn's are.
type socket struct {
	sc            *trace.Scope
	file          *os.File
	raw           syscall.RawConn
	fd            int
	local, remote netip.AddrPort

	established trace.Moment
	client      *tcpstate.Tracker
	watcher     *tcpstate.Watcher

	reads
	writes
}

// connect opens a connection. The kernel's stamps are on before the first packet, and
// the clock is read right before and after the call that sends the SYN.
func connect(ctx context.Context, sc *trace.Scope, addr netip.AddrPort) (*socket, error) {
	s, err := newSocket(sc, addr)
	if err != nil {
		return nil, err
	}
	if err := s.open(ctx); err != nil {
		s.abandon()
		return nil, err
	}
	return s, nil
}

func newSocket(sc *trace.Scope, addr netip.AddrPort) (*socket, error) {
	family := unix.AF_INET
	if addr.Addr().Is6() {
		family = unix.AF_INET6
	}
	fd, err := unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, unix.IPPROTO_TCP)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	s := &socket{sc: sc, fd: fd, remote: addr, file: os.NewFile(uintptr(fd), "tcp")}
	s.stamped = kstamp.EnableStream(fd) == nil
	// What is written is a whole message: nothing is to be waited for (RFC 9293, 3.7.4).
	_ = unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
	s.raw, err = s.file.SyscallConn()
	if err != nil {
		s.file.Close()
		return nil, err
	}
	s.prepare()
	return s, nil
}

func (s *socket) open(ctx context.Context) error {
	before := s.sc.Now()
	err := unix.Connect(s.fd, sockaddr(s.remote))
	after := s.sc.Now()
	if err != nil && err != unix.EINPROGRESS {
		return os.NewSyscallError("connect", err)
	}
	s.client = tcpstate.NewTracker(s.sc, trace.Client, trace.Closed, before)
	s.client.Enter(trace.SynSent, trace.Between(before, after, trace.Syscall))
	if local, err := unix.Getsockname(s.fd); err == nil {
		s.local = addrPort(local)
	}
	s.watcher = tcpstate.Watch(s.sc, s.fd, s.local, s.remote, s.client)
	defer s.guard(ctx)()
	seen, err := s.awaitConnected()
	if err != nil {
		return err
	}
	s.place(before, after, seen)
	return nil
}

// awaitConnected waits for the handshake and returns the moment at which it was
// seen to be over.
func (s *socket) awaitConnected() (seen trace.Time, err error) {
	waitErr := s.raw.Write(func(uintptr) bool {
		errno, e := unix.GetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_ERROR)
		if e == nil && errno != 0 {
			err = os.NewSyscallError("connect", unix.Errno(errno))
			return true
		}
		if tcpstate.StateOf(s.fd) == trace.SynSent {
			return false
		}
		seen = s.sc.Now()
		return true
	})
	if waitErr != nil {
		return 0, waitErr
	}
	return seen, err
}

// place finds the moment of ESTABLISHED. The kernel has measured the handshake's
// round trip: added to the bracket round connect() it tells more than the moment at
// which this program was woken. A SYN that was sent again spoils the measure.
func (s *socket) place(before, after, seen trace.Time) {
	info, err := tcpstate.Read(s.fd)
	lo, hi, from := after, seen, trace.Syscall
	if err == nil {
		s.sc.Emit(tcpstate.Report("connected", info))
	}
	if err == nil && info.Total_retrans == 0 && info.Rtt > 0 {
		rtt := time.Duration(info.Rtt) * time.Microsecond
		// The measure is cut to whole microseconds.
		lo, hi, from = before.Add(rtt), min(after.Add(rtt+time.Microsecond), seen), trace.TCPInfo
	} else {
		lo = s.client.SinceStill()
	}
	s.established = trace.Between(min(lo, hi), hi, from)
	s.client.Enter(trace.Established, s.established)
	if s.stamped && kstamp.NumberBytes(s.fd) != nil {
		s.mark = nil
	}
	if s.remote.Addr().IsLoopback() || s.remote.Addr() == s.local.Addr() {
		s.watcher.FindServer(before)
	}
}

// guard makes the end of ctx end any waiting on the socket. The returned function
// takes it off again.
func (s *socket) guard(ctx context.Context) (release func()) {
	stop := context.AfterFunc(ctx, func() { _ = s.file.SetDeadline(time.Unix(1, 0)) })
	return func() {
		if !stop() {
			_ = s.file.SetDeadline(time.Time{})
		}
	}
}

// abandon gives up a connection that was never opened.
func (s *socket) abandon() {
	if s.watcher != nil {
		s.watcher.Stop()
	}
	_ = s.file.Close()
}

func sockaddr(a netip.AddrPort) unix.Sockaddr {
	if a.Addr().Is4() {
		return &unix.SockaddrInet4{Port: int(a.Port()), Addr: a.Addr().As4()}
	}
	sa := &unix.SockaddrInet6{Port: int(a.Port()), Addr: a.Addr().As16()}
	sa.ZoneId = zoneID(a.Addr().Zone())
	return sa
}

func addrPort(sa unix.Sockaddr) netip.AddrPort {
	switch sa := sa.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(sa.Addr), uint16(sa.Port))
	case *unix.SockaddrInet6:
		return netip.AddrPortFrom(netip.AddrFrom16(sa.Addr), uint16(sa.Port))
	}
	return netip.AddrPort{}
}

// reads is what the reading side keeps.
type reads struct {
	stamped bool
	control []byte
	receive func(fd uintptr) bool // made once: a closure for each read would be garbage

	buf  []byte
	n    int
	oobn int
	err  error

	empty    trace.Time  // when the receive queue was last known to be empty
	fresh    atomic.Bool // nothing has been read since something was written
	dataSegs uint32      // how many segments with data had come by then
	arrived  trace.Moment
	received int64
	eof      bool
	reset    bool
}

// writes is what the writing side keeps.
type writes struct {
	mark  []byte // asks for stamps of a send; nil where there are none
	count atomic.Int64

	collecting sync.Mutex
	pending    int // marked sends whose last stamp is still to come
}

func (s *socket) prepare() {
	s.control = make([]byte, kstamp.ControlSize)
	s.receive = s.receiveOnce
	if s.stamped {
		s.mark = kstamp.MarkSend()
	}
}

// read reads what is there, waiting for something. The moment from which the bytes
// could be read is kept in arrived.
func (s *socket) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	s.buf = p
	if err := s.raw.Read(s.receive); err != nil {
		return 0, err
	}
	s.buf = nil
	if s.err != nil {
		return 0, s.readError(s.err)
	}
	if s.n == 0 {
		s.ended()
		return 0, io.EOF
	}
	s.date()
	s.received += int64(s.n)
	return s.n, nil
}

func (s *socket) receiveOnce(uintptr) bool {
	before := s.sc.Now()
	s.n, s.oobn, _, _, s.err = unix.Recvmsg(s.fd, s.buf, s.control, 0)
	if s.err == unix.EAGAIN {
		s.empty = before
		if s.fresh.Load() {
			s.countSegments()
		}
		s.collect()
		return false
	}
	return s.err != unix.EINTR
}

// date places the bytes just read on the clock. The kernel's stamp is that of the
// newest of them, also where segments were joined in the receive queue: for the first
// byte it is exact when one segment came, else the queue was empty at some moment
// before.
func (s *socket) date() {
	stamp, ok := kstamp.Received(s.control[:s.oobn])
	if !ok {
		s.arrived = trace.Between(s.empty, s.sc.Now(), trace.Syscall)
		return
	}
	s.arrived = s.sc.Wall(stamp)
	s.client.Still(s.arrived.Earliest())
	if s.fresh.Swap(false) && s.countSegments() > 1 && s.empty > 0 && s.empty < s.arrived.At {
		s.arrived = trace.Between(s.empty, s.arrived.Latest(), trace.Timestamp)
	}
	s.collect()
}

// countSegments returns how many segments with data have come since the last call.
func (s *socket) countSegments() uint32 {
	info, err := tcpstate.Read(s.fd)
	if err != nil {
		return 0
	}
	segs := info.Data_segs_in - s.dataSegs
	s.dataSegs = info.Data_segs_in
	return segs
}

// ended notes that the peer has sent its FIN.
func (s *socket) ended() {
	s.eof = true
	s.watcher.Look()
}

func (s *socket) readError(err error) error {
	if err == unix.ECONNRESET || err == unix.EPIPE {
		s.reset = true
		s.watcher.Look()
	}
	return os.NewSyscallError("read", err)
}

// Write writes all of p; each send is marked, so that the kernel tells when its last
// byte left and when it was acknowledged.
func (s *socket) Write(p []byte) (int, error) {
	sent := 0
	s.fresh.Store(true)
	for sent < len(p) {
		n, err := s.send(p[sent:])
		sent += n
		if err != nil {
			return sent, err
		}
	}
	return sent, nil
}

func (s *socket) send(p []byte) (n int, err error) {
	s.collect()
	werr := s.raw.Write(func(uintptr) bool {
		n, err = unix.SendmsgN(s.fd, p, s.mark, nil, unix.MSG_NOSIGNAL)
		return err != unix.EAGAIN && err != unix.EINTR
	})
	if werr != nil {
		return 0, werr
	}
	if err != nil {
		return 0, s.writeError(err)
	}
	s.count.Add(int64(n))
	if s.mark != nil {
		s.collecting.Lock()
		s.pending++
		s.collecting.Unlock()
	}
	return n, nil
}

func (s *socket) writeError(err error) error {
	if err == unix.ECONNRESET || err == unix.EPIPE {
		s.reset = true
		s.watcher.Look()
	}
	return os.NewSyscallError("write", err)
}

// collect takes the stamps that have been made off the error queue and records them.
func (s *socket) collect() {
	s.collecting.Lock()
	defer s.collecting.Unlock()
	if s.pending == 0 {
		return
	}
	for _, t := range kstamp.Transmitted(s.fd) {
		offset, m := s.offset(t.ID), s.sc.Wall(t.Unix)
		switch t.What {
		case kstamp.Sent:
			s.sc.EmitAt(m, trace.BytesLeft{Offset: offset})
		case kstamp.Acked:
			s.pending--
			s.sc.EmitAt(m, trace.BytesAcked{Offset: offset})
		}
	}
}

// offset restores a position in the stream from its low 32 bits: the greatest that is
// not beyond what was sent. The kernel numbers the last byte of a send, offsets count
// through it.
func (s *socket) offset(id uint32) int64 {
	sent := s.count.Load()
	back := uint32(sent-1) - id
	return sent - int64(back)
}

// Sent counts the bytes written so far.
func (s *socket) Sent() int64 { return s.count.Load() }

// Arrived is the moment from which what the last Read returned could be read.
func (s *socket) Arrived() trace.Moment { return s.arrived }

func (s *socket) stopWriting() (resume func()) {
	_ = s.file.SetWriteDeadline(time.Unix(1, 0))
	return func() { _ = s.file.SetWriteDeadline(time.Time{}) }
}
