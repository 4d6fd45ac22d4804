package tcpstate

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"os"
	"strconv"
	"sync"
	"time"

	"fetchscope/trace"

	"golang.org/x/sys/unix"
)

// A Diag asks the kernel for any connection of a network namespace by its addresses
// (sock_diag(7)), without privilege: also for those that have no full socket any more, and
// for the other end of one on this host. The namespace is that in which it was opened,
// whoever has it. It is safe for concurrent use.
type Diag struct {
	fd int

	mu  sync.Mutex
	seq uint32
}

// ErrNoSuchConnection is the kernel's word that it has none with these addresses.
var ErrNoSuchConnection = errors.New("no such connection in this network namespace")

// errBadReply is a netlink message that does not fit its own lengths.
var errBadReply = errors.New("malformed sock_diag reply")

// OpenDiag opens the netlink socket. It fails where the kernel was built without it
// or a sandbox forbids it.
func OpenDiag() (*Diag, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, unix.NETLINK_SOCK_DIAG)
	if err != nil {
		return nil, err
	}
	return &Diag{fd: fd}, nil
}

// DiagOn is a Diag that another process has opened, in its network namespace. The file
// stays the caller's.
func DiagOn(f *os.File) (*Diag, error) {
	fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("fcntl", err)
	}
	return &Diag{fd: fd}, nil
}

// File is the Diag for another process; the caller closes it.
func (d *Diag) File() (*os.File, error) {
	fd, err := unix.FcntlInt(uintptr(d.fd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("fcntl", err)
	}
	return os.NewFile(uintptr(fd), "sock_diag"), nil
}

// Close gives the socket back.
func (d *Diag) Close() error { return unix.Close(d.fd) }

// A Socket is what sock_diag says of a connection.
type Socket struct {
	State trace.State
	// Timer is the time left of TIME_WAIT, 0 in other states.
	Timer time.Duration
}

// Numbers of include/uapi/linux/{netlink,sock_diag,inet_diag}.h.
const (
	sockDiagByFamily = 20
	headerSize       = 16 // struct nlmsghdr
	requestSize      = 56 // struct inet_diag_req_v2
	messageSize      = 72 // struct inet_diag_msg
	idAt             = 8  // of struct inet_diag_sockid in the request, behind the header
	idInReply        = 4
	interfaceAt      = 36 // of struct inet_diag_sockid
	cookieAt         = 40
	timerTimeWait    = 3
	allStates        = 0xffffffff
)

// Find asks for the connection with this local and remote end. It takes some five
// microseconds; the answer is there when the send returns.
func (d *Diag) Find(local, remote netip.AddrPort) (Socket, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.seq++
	if err := unix.Send(d.fd, d.request(local, remote), 0); err != nil {
		return Socket{}, err
	}
	var buf [512]byte
	for {
		n, _, err := unix.Recvfrom(d.fd, buf[:], unix.MSG_DONTWAIT)
		if err != nil {
			return Socket{}, err
		}
		if n >= headerSize && binary.NativeEndian.Uint32(buf[8:]) != d.seq {
			continue // of an earlier query that was given up
		}
		return parseReply(buf[:n], local, remote)
	}
}

func (d *Diag) request(local, remote netip.AddrPort) []byte {
	b := make([]byte, headerSize+requestSize)
	put := binary.NativeEndian
	put.PutUint32(b, uint32(len(b)))
	put.PutUint16(b[4:], sockDiagByFamily)
	put.PutUint16(b[6:], unix.NLM_F_REQUEST)
	put.PutUint32(b[8:], d.seq)
	r := b[headerSize:]
	r[0], r[1] = unix.AF_INET, unix.IPPROTO_TCP
	if local.Addr().Is6() {
		r[0] = unix.AF_INET6
	}
	put.PutUint32(r[4:], allStates)
	id := r[idAt:]
	putEnds(id, local, remote)
	put.PutUint32(id[interfaceAt:], max(zone(local), zone(remote)))
	copy(id[cookieAt:], []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}) // INET_DIAG_NOCOOKIE
	return b
}

// putEnds writes ports and addresses as struct inet_diag_sockid has them: in network
// order.
func putEnds(b []byte, local, remote netip.AddrPort) {
	binary.BigEndian.PutUint16(b, local.Port())
	binary.BigEndian.PutUint16(b[2:], remote.Port())
	copy(b[4:], local.Addr().AsSlice())
	copy(b[20:], remote.Addr().AsSlice())
}

// ends reads them back. A socket of IPv6 that speaks IPv4 has them as mapped addresses
// (RFC 4291, section 2.5.5.2).
func ends(family uint8, b []byte) (local, remote netip.AddrPort) {
	from, to := netip.AddrFrom16([16]byte(b[4:])).Unmap(), netip.AddrFrom16([16]byte(b[20:])).Unmap()
	if family == unix.AF_INET {
		from, to = netip.AddrFrom4([4]byte(b[4:])), netip.AddrFrom4([4]byte(b[20:]))
	}
	return netip.AddrPortFrom(from, binary.BigEndian.Uint16(b)), netip.AddrPortFrom(to, binary.BigEndian.Uint16(b[2:]))
}

// zone is the number of an address's zone: sockets with link-local addresses are found
// by their interface too. Addresses that the kernel told have it as a number.
func zone(a netip.AddrPort) uint32 {
	n, _ := strconv.ParseUint(a.Addr().Zone(), 10, 32)
	return uint32(n)
}

func bare(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().WithZone(""), a.Port())
}

// parseReply reads the answer to a query for the connection with these ends. With no
// exact match the kernel answers with the port's listener: the ends are compared.
func parseReply(b []byte, local, remote netip.AddrPort) (Socket, error) {
	if len(b) < headerSize+4 {
		return Socket{}, errBadReply
	}
	if binary.NativeEndian.Uint16(b[4:]) == unix.NLMSG_ERROR {
		errno := unix.Errno(-int32(binary.NativeEndian.Uint32(b[headerSize:])))
		if errno == unix.ENOENT {
			return Socket{}, ErrNoSuchConnection
		}
		return Socket{}, errno
	}
	m := b[headerSize:]
	if len(m) < messageSize {
		return Socket{}, errBadReply
	}
	if l, r := ends(m[0], m[idInReply:]); l != bare(local) || r != bare(remote) {
		return Socket{}, ErrNoSuchConnection
	}
	s := Socket{State: stateOf(m[1])}
	if m[2] == timerTimeWait && s.State == trace.TimeWait {
		s.Timer = time.Duration(binary.NativeEndian.Uint32(m[52:])) * time.Millisecond
	}
	return s, nil
}
