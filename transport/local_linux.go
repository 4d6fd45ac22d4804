package transport

import (
	"net"
	"net/netip"
	"syscall"

	"golang.org/x/sys/unix"
)

// bind makes a socket come from where it is to, before it connects.
func (from Local) bind(fd int, to netip.AddrPort) error {
	if !from.NoKeepAlive {
		keepAlive(fd)
	}
	if from.anywhere() {
		return nil
	}
	addr, err := from.address(to.Addr(), bindToDevice(fd, from.Device))
	if err != nil {
		return err
	}
	return from.Ports.each(func(port uint16) error {
		local := netip.AddrPortFrom(addr, port)
		if port == 0 {
			// The port is chosen when the peer is known: another peer may have the same.
			_ = unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_BIND_ADDRESS_NO_PORT, 1)
		}
		if err := unix.Bind(fd, sockaddr(local)); err != nil {
			return notBound(local, err)
		}
		return nil
	})
}

func keepAlive(fd int) {
	_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1)
	_ = unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, int(keepIdle.Seconds()))
	_ = unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, int(keepInterval.Seconds()))
	_ = unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_KEEPCNT, keepCount)
}

// bindToDevice binds a socket to an interface, which a socket that is bound to nothing may
// be without privileges since Linux 5.7. Where it may not, the address has to do.
func bindToDevice(fd int, device string) bool {
	return device != "" && unix.BindToDevice(fd, device) == nil
}

// prepare has the sockets of the net package bound to the device too. It says whether they
// will be.
func (from Local) prepare(d *net.Dialer) (bound bool) {
	if from.Device == "" || !mayBindToDevice(from.Device) {
		return false
	}
	d.Control = func(_, _ string, c syscall.RawConn) error {
		var err error
		if e := c.Control(func(fd uintptr) { err = unix.BindToDevice(int(fd), from.Device) }); e != nil {
			return e
		}
		return err
	}
	return true
}

// mayBindToDevice tries it.
func mayBindToDevice(device string) bool {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return false
	}
	defer unix.Close(fd)
	return bindToDevice(fd, device)
}
