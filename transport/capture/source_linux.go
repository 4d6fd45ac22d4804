package capture

import (
	"encoding/binary"
	"errors"
	"os"
	"sync"
	"syscall"
	"time"

	"fetchscope/trace"

	"golang.org/x/sys/unix"
)

// receiveBuffer is what the kernel may hold back for us: some hundred of the largest
// packets, or the segments of a whole fetch.
const receiveBuffer = 8 << 20

// A packetSocket is an AF_PACKET socket (packet(7)). A goroutine reads it, so that the
// kernel's buffer does not run full.
type packetSocket struct {
	file *os.File
	raw  syscall.RawConn
	fd   int

	buf, control []byte
	filter       []unix.SockFilter
	ended        sync.WaitGroup
}

// open opens the socket with the filter attached before it gets its first packet: until
// it is bound to a protocol it gets none.
func open(a admission) (source, error) {
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) {
		return nil, ErrNotPermitted
	}
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	s := &packetSocket{fd: fd, file: os.NewFile(uintptr(fd), "packets"), buf: make([]byte, a.snap), control: make([]byte, 64)}
	if err := s.prepare(a); err != nil {
		_ = s.file.Close()
		return nil, err
	}
	return s, nil
}

// listen waits for packets from beside.
func (s *packetSocket) listen(ready func()) {
	s.ended.Go(func() {
		_ = s.raw.Read(func(uintptr) bool {
			ready()
			return false // until the deadline of close
		})
	})
}

func (s *packetSocket) prepare(a admission) (err error) {
	if s.raw, err = s.file.SyscallConn(); err != nil {
		return err
	}
	if err := unix.SetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1); err != nil {
		return os.NewSyscallError("setsockopt", err)
	}
	// Without CAP_NET_ADMIN it is as much as the system allows everybody.
	if unix.SetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, receiveBuffer) != nil {
		_ = unix.SetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_RCVBUF, receiveBuffer)
	}
	if err := s.admit(a); err != nil {
		return err
	}
	every := uint16(unix.ETH_P_ALL)<<8 | uint16(unix.ETH_P_ALL)>>8 // in network order
	if binary.NativeEndian.Uint16([]byte{0, 1}) == 1 {
		every = unix.ETH_P_ALL
	}
	return os.NewSyscallError("bind", unix.Bind(s.fd, &unix.SockaddrLinklayer{Protocol: every}))
}

// admit replaces the filter at once: no packet passes between the old and the new one.
func (s *packetSocket) admit(a admission) error {
	s.filter = filter(a)
	program := unix.SockFprog{Len: uint16(len(s.filter)), Filter: &s.filter[0]}
	return os.NewSyscallError("setsockopt", unix.SetsockoptSockFprog(s.fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &program))
}

// drain reads until there is nothing more. The packet is the caller's for the call alone.
func (s *packetSocket) drain(now func() trace.Time, take func(packet)) {
	for {
		asked := now()
		n, oobn, _, from, err := unix.Recvmsg(s.fd, s.buf, s.control, unix.MSG_DONTWAIT)
		if err == unix.EINTR || err == unix.ENETDOWN { // an interface went down, others have not
			continue
		}
		if err != nil {
			return
		}
		link, ok := from.(*unix.SockaddrLinklayer)
		at, stamped := received(s.control[:oobn])
		if !ok || !stamped || link.Pkttype != unix.PACKET_OUTGOING && link.Pkttype != unix.PACKET_HOST {
			continue
		}
		take(packet{data: s.buf[:n], unix: at, outgoing: link.Pkttype == unix.PACKET_OUTGOING, link: link.Ifindex, asked: asked})
	}
}

// received finds the kernel's stamp (struct timespec) in the control messages.
func received(control []byte) (unixNano int64, ok bool) {
	messages, err := unix.ParseSocketControlMessage(control)
	if err != nil {
		return 0, false
	}
	for _, m := range messages {
		if m.Header.Level != unix.SOL_SOCKET || m.Header.Type != unix.SO_TIMESTAMPNS {
			continue
		}
		switch len(m.Data) {
		case 16:
			return int64(binary.NativeEndian.Uint64(m.Data))*1e9 + int64(binary.NativeEndian.Uint64(m.Data[8:])), true
		case 8: // 32-bit systems
			return int64(int32(binary.NativeEndian.Uint32(m.Data)))*1e9 + int64(binary.NativeEndian.Uint32(m.Data[4:])), true
		}
	}
	return 0, false
}

// lost reads the counter of the kernel's, which starts again with each reading.
func (s *packetSocket) lost() int64 {
	stats, err := unix.GetsockoptTpacketStats(s.fd, unix.SOL_PACKET, unix.PACKET_STATISTICS)
	if err != nil {
		return 0
	}
	return int64(stats.Drops)
}

// close ends the reading and gives the socket back.
func (s *packetSocket) close() error {
	_ = s.file.SetReadDeadline(time.Unix(1, 0))
	s.ended.Wait()
	return s.file.Close()
}
