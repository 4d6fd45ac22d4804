package transport

import (
	"context"
	"net/netip"
	"os"
	"strconv"
	"syscall"
	"time"

	"fetchscope/internal/kstamp"
	"fetchscope/trace"
	"fetchscope/transport/tcpstate"

	"golang.org/x/sys/unix"
)

// A watchedSocket is a TCP connection made by system call and watched from its first packet to
// the last state. Its fields are for one reader and one writer at a time, as a
// net.Conn's are.
type watchedSocket struct {
	link
	file *os.File
	raw  syscall.RawConn
	fd   int

	client  *tcpstate.Tracker
	watcher *tcpstate.Watcher
	far     *tcpstate.Diag // nil unless the server is in another network namespace
	atFIN   *tcpstate.Info // what the kernel said right before our FIN, or our reset
	aborted bool
	fast    bool // TCP Fast Open was asked for

	reads
	writes
}

// connect opens a connection: one that is watched, where there is somebody to tell.
func (from Local) connect(ctx context.Context, sc *trace.Scope, addr netip.AddrPort) (socket, error) {
	if sc == nil {
		return connectPlain(ctx, nil, addr, from)
	}
	return connectWatched(ctx, sc, addr, from, nil)
}

// connector is connect, for servers in the network namespace that far asks in, where there
// is one.
func connector(from Local, far *tcpstate.Diag) func(context.Context, *trace.Scope, netip.AddrPort) (socket, error) {
	return func(ctx context.Context, sc *trace.Scope, addr netip.AddrPort) (socket, error) {
		if sc == nil || far == nil {
			return from.connect(ctx, sc, addr)
		}
		return connectWatched(ctx, sc, addr, from, far)
	}
}

// connectWatched opens a connection. The kernel's stamps are on before the first packet,
// and the clock is read right before and after the call that sends the SYN.
func connectWatched(ctx context.Context, sc *trace.Scope, addr netip.AddrPort, from Local, far *tcpstate.Diag) (socket, error) {
	s, err := newWatched(sc, addr)
	if err != nil {
		return nil, err
	}
	s.far = far
	if err := from.bind(s.fd, addr); err != nil {
		s.abandon()
		return nil, err
	}
	if from.FastOpen {
		s.askFastOpen()
	}
	if err := s.open(ctx); err != nil {
		s.abandon()
		return nil, err
	}
	return s, nil
}

func newWatched(sc *trace.Scope, addr netip.AddrPort) (*watchedSocket, error) {
	family := unix.AF_INET
	if addr.Addr().Is6() {
		family = unix.AF_INET6
	}
	fd, err := unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, unix.IPPROTO_TCP)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	s := &watchedSocket{link: link{sc: sc, remote: addr}, fd: fd, file: os.NewFile(uintptr(fd), "tcp")}
	s.stopper.conn = s.file
	s.stamped = kstamp.EnableStream(fd) == nil
	// What is written is a whole message: nothing is to be waited for (RFC 9293, 3.7.4).
	_ = unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
	s.raw, err = s.file.SyscallConn()
	if err != nil {
		_ = s.file.Close()
		return nil, err
	}
	s.prepare()
	return s, nil
}

// around runs a system call with the clock read right before and after it.
func (s *watchedSocket) around(call func() error) (before, after trace.Time, err error) {
	before = s.sc.Now().Add(-tcpstate.ClockJoin)
	err = call()
	return before, s.sc.Now().Add(tcpstate.ClockJoin), err
}

func (s *watchedSocket) open(ctx context.Context) error {
	before, after, err := s.around(func() error { return unix.Connect(s.fd, sockaddr(s.remote)) })
	if err != nil && err != unix.EINPROGRESS {
		return os.NewSyscallError("connect", err)
	}
	s.client = tcpstate.NewTracker(s.sc, trace.Client, trace.Closed, before)
	s.client.Enter(trace.SynSent, trace.Between(before, after, trace.Syscall))
	if local, err := unix.Getsockname(s.fd); err == nil {
		s.local = addrPort(local)
	}
	s.watcher = tcpstate.Watch(s.sc, s.fd, s.local, s.remote, s.client, s.noteIdle)
	if s.far != nil {
		s.watcher.FollowServer(s.far, before)
	}
	if s.deferred(err) {
		return nil
	}
	defer s.guard(ctx)()
	connected, err := s.awaitConnected()
	if err != nil {
		return err
	}
	s.place(before, after, connected)
	return nil
}

// awaitConnected waits for the handshake and returns the moment at which it was
// found to be over.
func (s *watchedSocket) awaitConnected() (connected trace.Time, err error) {
	waitErr := s.raw.Write(func(uintptr) bool {
		errno, e := unix.GetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_ERROR)
		if e == nil && errno != 0 {
			err = os.NewSyscallError("connect", unix.Errno(errno))
			now := s.sc.Now()
			s.client.Gone(true, now, now, trace.Syscall)
			return true
		}
		if tcpstate.StateOf(s.fd) == trace.SynSent {
			return false
		}
		connected = s.sc.Now()
		return true
	})
	if waitErr != nil {
		return 0, waitErr
	}
	return connected, err
}

// handshakeLag is how long after the arrival of the SYN,ACK, which ends the round trip,
// the kernel sets ESTABLISHED: some 20 to 50 µs were measured.
const handshakeLag = 40 * time.Microsecond

// place finds the moment of ESTABLISHED. The kernel has measured the handshake's
// round trip: added to the bracket round connect() it tells more than the moment at
// which this program was woken. A SYN that was sent again spoils the measure.
func (s *watchedSocket) place(before, after, found trace.Time) {
	info, err := tcpstate.Read(s.fd)
	lo, hi, from := after, found, trace.Syscall
	if err == nil {
		s.sc.Emit(tcpstate.Report("connected", info))
	}
	if err == nil && info.Total_retrans == 0 && info.Rtt > 0 {
		rtt := time.Duration(info.Rtt) * time.Microsecond
		// Both readings that it is the difference of are cut to whole microseconds.
		lo, hi, from = before.Add(rtt-time.Microsecond), min(after.Add(rtt+handshakeLag), found), trace.TCPInfo
	} else {
		lo = s.client.SinceStill()
	}
	s.established = trace.Between(min(lo, hi), hi, from)
	s.client.Enter(trace.Established, s.established)
	s.empty.Store(int64(s.established.Earliest()))
	if s.stamped && kstamp.NumberBytes(s.fd) != nil {
		s.mark = nil
	}
	if to := s.remote.Addr(); s.far == nil && (to.IsLoopback() || to.WithZone("") == s.local.Addr().WithZone("")) {
		s.watcher.FindServer(before)
	}
}

// abandon gives up a connection that was never opened.
func (s *watchedSocket) abandon() {
	if s.watcher == nil {
		_ = s.file.Close()
		return
	}
	s.watcher.Stop()
	before, after, _ := s.around(s.file.Close)
	s.client.Gone(true, before, after, trace.Syscall)
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
		addr := netip.AddrFrom16(sa.Addr)
		if sa.ZoneId != 0 {
			addr = addr.WithZone(strconv.FormatUint(uint64(sa.ZoneId), 10))
		}
		return netip.AddrPortFrom(addr, uint16(sa.Port))
	}
	return netip.AddrPort{}
}
