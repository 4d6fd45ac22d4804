package lab

import (
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"os"

	"fetchscope/trace"

	"golang.org/x/sys/unix"
)

// The device at each end of the link.
const (
	tunPath = "/dev/net/tun"
	tunName = "link0"
	// mtu is Ethernet's, which most paths have.
	mtu = 1500
)

// A network is what one end is configured with.
type network struct {
	addrs []netip.Addr
	// here are addresses that can be listened at without being an interface's own.
	here []netip.Prefix
}

var networks = map[trace.Side]network{
	trace.Client: {addrs: []netip.Addr{ClientAddr, ClientAddr6}},
	trace.Server: {addrs: []netip.Addr{ServerAddr, ServerAddr6}, here: []netip.Prefix{ServerNet}},
}

// openNetwork brings up the network of one side in this network namespace: loopback, a TUN
// device, its addresses, and a route to everywhere through it. It returns the device's
// other side, which is the link's.
func openNetwork(side trace.Side) (tun *os.File, err error) {
	tun, err = openTUN()
	if err != nil {
		return nil, err
	}
	if err := configure(networks[side]); err != nil {
		_ = tun.Close()
		return nil, err
	}
	return tun, nil
}

// openTUN makes the device, which carries bare IP packets. It is gone when the descriptor
// is.
func openTUN() (*os.File, error) {
	fd, err := unix.Open(tunPath, unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: tunPath, Err: err}
	}
	r, err := unix.NewIfreq(tunName)
	if err == nil {
		r.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
		err = os.NewSyscallError("TUNSETIFF", unix.IoctlIfreq(fd, unix.TUNSETIFF, r))
	}
	if err != nil {
		_ = unix.Close(fd)
		return nil, err
	}
	return os.NewFile(uintptr(fd), tunName), nil
}

func configure(n network) error {
	k, err := openRoutes()
	if err != nil {
		return err
	}
	defer k.close()
	lo, err := net.InterfaceByName("lo")
	if err != nil {
		return err
	}
	tun, err := net.InterfaceByName(tunName)
	if err != nil {
		return err
	}
	err = errors.Join(k.up(lo.Index), k.up(tun.Index))
	for _, a := range n.addrs {
		err = errors.Join(err, k.address(tun.Index, a))
	}
	for _, p := range n.here {
		err = errors.Join(err, k.route(unix.RTN_LOCAL, lo.Index, p))
	}
	for _, all := range []netip.Addr{netip.IPv4Unspecified(), netip.IPv6Unspecified()} {
		err = errors.Join(err, k.route(unix.RTN_UNICAST, tun.Index, netip.PrefixFrom(all, 0)))
	}
	return err
}

// A routes configures this network namespace (rtnetlink(7)).
type routes struct {
	fd  int
	seq uint32
}

func openRoutes() (*routes, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
	return &routes{fd: fd}, os.NewSyscallError("socket", err)
}

func (k *routes) close() { _ = unix.Close(k.fd) }

// Offsets in the structures of include/uapi/linux/{if_link,if_addr,rtnetlink}.h.
const (
	sizeLink, linkIndex, linkFlags, linkChange          = 16, 4, 8, 12
	sizeAddress, addressLength, addressFlags, addressIf = 8, 1, 2, 4
	sizeRoute, routeLength                              = 12, 1
	routeTable, routeProtocol, routeScope, routeType    = 4, 5, 6, 7
)

// up sets an interface up.
func (k *routes) up(index int) error {
	m := make([]byte, sizeLink)
	put := binary.NativeEndian
	put.PutUint32(m[linkIndex:], uint32(index))
	put.PutUint32(m[linkFlags:], unix.IFF_UP)
	put.PutUint32(m[linkChange:], unix.IFF_UP)
	return os.NewSyscallError("RTM_NEWLINK", k.do(unix.RTM_NEWLINK, 0, m))
}

// address gives an interface an address with nothing beside it on the wire. Nobody needs
// to be asked whether it is taken (RFC 4862, section 5.4).
func (k *routes) address(index int, a netip.Addr) error {
	m := make([]byte, sizeAddress)
	m[0], m[addressLength], m[addressFlags] = family(a), byte(a.BitLen()), unix.IFA_F_NODAD
	binary.NativeEndian.PutUint32(m[addressIf:], uint32(index))
	m = append(m, attribute(unix.IFA_LOCAL, a.AsSlice())...)
	m = append(m, attribute(unix.IFA_ADDRESS, a.AsSlice())...)
	return os.NewSyscallError("RTM_NEWADDR", k.do(unix.RTM_NEWADDR, unix.NLM_F_CREATE|unix.NLM_F_EXCL, m))
}

// route makes a prefix be here (RTN_LOCAL), or lie behind an interface.
func (k *routes) route(kind byte, index int, p netip.Prefix) error {
	m := make([]byte, sizeRoute)
	m[0], m[routeLength] = family(p.Addr()), byte(p.Bits())
	m[routeTable], m[routeProtocol], m[routeScope], m[routeType] = unix.RT_TABLE_MAIN, unix.RTPROT_STATIC, unix.RT_SCOPE_LINK, kind
	if kind == unix.RTN_LOCAL {
		m[routeTable], m[routeScope] = unix.RT_TABLE_LOCAL, unix.RT_SCOPE_HOST
	}
	if p.Bits() > 0 {
		m = append(m, attribute(unix.RTA_DST, p.Addr().AsSlice())...)
	}
	m = append(m, attribute(unix.RTA_OIF, binary.NativeEndian.AppendUint32(nil, uint32(index)))...)
	return os.NewSyscallError("RTM_NEWROUTE", k.do(unix.RTM_NEWROUTE, unix.NLM_F_CREATE, m))
}

func family(a netip.Addr) byte {
	if a.Is4() {
		return unix.AF_INET
	}
	return unix.AF_INET6
}

// attribute is a struct rtattr, filled up to a multiple of four bytes.
func attribute(kind uint16, value []byte) []byte {
	b := binary.NativeEndian.AppendUint16(nil, uint16(unix.SizeofRtAttr+len(value)))
	b = binary.NativeEndian.AppendUint16(b, kind)
	b = append(b, value...)
	return append(b, make([]byte, -len(b)&3)...)
}

// do asks for a change and waits for the kernel's word, which is there when the send
// returns.
func (k *routes) do(kind, flags uint16, message []byte) error {
	k.seq++
	put := binary.NativeEndian
	b := make([]byte, unix.SizeofNlMsghdr, unix.SizeofNlMsghdr+len(message))
	put.PutUint32(b, uint32(cap(b)))
	put.PutUint16(b[4:], kind)
	put.PutUint16(b[6:], unix.NLM_F_REQUEST|unix.NLM_F_ACK|flags)
	put.PutUint32(b[8:], k.seq)
	if err := unix.Send(k.fd, append(b, message...), 0); err != nil {
		return err
	}
	var reply [1024]byte
	n, _, err := unix.Recvfrom(k.fd, reply[:], 0)
	if err != nil {
		return err
	}
	const errorAt = unix.SizeofNlMsghdr
	if n < errorAt+4 || put.Uint16(reply[4:]) != unix.NLMSG_ERROR || put.Uint32(reply[8:]) != k.seq {
		return unix.EBADMSG
	}
	if code := int32(put.Uint32(reply[errorAt:])); code != 0 {
		return unix.Errno(-code)
	}
	return nil
}
