package kstamp

import (
	"encoding/binary"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"
)

// reporting makes the kernel hand over software stamps and stamp what comes in.
const reporting = unix.SOF_TIMESTAMPING_SOFTWARE | unix.SOF_TIMESTAMPING_RX_SOFTWARE |
	unix.SOF_TIMESTAMPING_OPT_ID | unix.SOF_TIMESTAMPING_OPT_TSONLY | unix.SOF_TIMESTAMPING_OPT_CMSG

// Warm switches the kernel's stamping on for the machine. The kernel does so only
// when the first socket asks, and late: packets within the next millisecond would
// get the moment at which they were read. A program calls it first of all; the socket
// stays open for as long as it runs, and further calls do nothing.
func Warm() { warmed.Do(warm) }

var warmed sync.Once

func warm() {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err == nil {
		_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1)
	}
}

// EnableDatagrams stamps each datagram of the socket, both ways.
func EnableDatagrams(fd int) error {
	return unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPING_NEW,
		reporting|unix.SOF_TIMESTAMPING_TX_SOFTWARE)
}

// EnableStream stamps what comes in on a TCP socket. It is to be called before the
// connection is opened, so that no packet is missed.
func EnableStream(fd int) error {
	return unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPING_NEW,
		reporting&^unix.SOF_TIMESTAMPING_OPT_ID)
}

// NumberBytes begins the numbering of bytes on a connected TCP socket, so that the
// stamps that [MarkSend] asks for tell which byte they are of. OPT_ID_TCP, which
// makes the count right where data is on its way already, is of Linux 6.2.
func NumberBytes(fd int) error {
	err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPING_NEW, reporting|unix.SOF_TIMESTAMPING_OPT_ID_TCP)
	if err != nil {
		err = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPING_NEW, reporting)
	}
	return err
}

// MarkSend is the control message that asks for stamps of one send: when its last
// byte leaves, and when that byte is acknowledged.
func MarkSend() []byte {
	b := make([]byte, unix.CmsgSpace(4))
	h := (*unix.Cmsghdr)(unsafe.Pointer(&b[0]))
	h.Level, h.Type = unix.SOL_SOCKET, unix.SO_TIMESTAMPING_NEW
	h.SetLen(unix.CmsgLen(4))
	binary.NativeEndian.PutUint32(b[unix.CmsgLen(0):], unix.SOF_TIMESTAMPING_TX_SOFTWARE|unix.SOF_TIMESTAMPING_TX_ACK)
	return b
}

// ControlSize is the room for control messages that a receive needs for its stamp,
// and for what comes beside it on the error queue.
const ControlSize = 256

// Received finds the stamp in the control messages of a receive.
func Received(control []byte) (unixNano int64, ok bool) {
	for len(control) >= unix.CmsgLen(0) {
		h, data, rest, err := unix.ParseOneSocketControlMessage(control)
		if err != nil {
			return 0, false
		}
		if h.Level == unix.SOL_SOCKET && h.Type == unix.SO_TIMESTAMPING_NEW {
			return stamp(data)
		}
		control = rest
	}
	return 0, false
}

// stamp reads the first of the three stamps of a struct scm_timestamping64, the
// software one.
func stamp(data []byte) (int64, bool) {
	if len(data) < 16 {
		return 0, false
	}
	sec := int64(binary.NativeEndian.Uint64(data))
	nsec := int64(binary.NativeEndian.Uint64(data[8:]))
	return sec*1e9 + nsec, sec != 0
}

// Transmitted takes the stamps of what was sent off the socket's error queue. It
// does not wait: a stamp that has not been made yet is found by a later call.
func Transmitted(fd int) []Transmit {
	var out []Transmit
	var data [64]byte
	var control [ControlSize]byte
	for range maxQueued {
		_, n, _, _, err := unix.Recvmsg(fd, data[:], control[:], unix.MSG_ERRQUEUE|unix.MSG_DONTWAIT)
		if err != nil {
			break
		}
		if t, ok := transmit(control[:n]); ok {
			out = append(out, t)
		}
	}
	return out
}

// maxQueued bounds one emptying of an error queue; few sends are marked.
const maxQueued = 64

// transmit joins the two control messages of an entry of the error queue: the stamp
// and what it is of (struct sock_extended_err).
func transmit(control []byte) (Transmit, bool) {
	var t Transmit
	var stamped, told bool
	for len(control) >= unix.CmsgLen(0) {
		h, data, rest, err := unix.ParseOneSocketControlMessage(control)
		if err != nil {
			break
		}
		switch {
		case h.Level == unix.SOL_SOCKET && h.Type == unix.SO_TIMESTAMPING_NEW:
			t.Unix, stamped = stamp(data)
		case h.Level == unix.SOL_IP && h.Type == unix.IP_RECVERR,
			h.Level == unix.SOL_IPV6 && h.Type == unix.IPV6_RECVERR:
			t.What, t.ID, told = extended(data)
		}
		control = rest
	}
	return t, stamped && told
}

// extended reads a struct sock_extended_err: errno, origin, type, code, pad, info,
// data.
func extended(data []byte) (what What, id uint32, ok bool) {
	if len(data) < 16 || data[4] != unix.SO_EE_ORIGIN_TIMESTAMPING {
		return 0, 0, false
	}
	id = binary.NativeEndian.Uint32(data[12:])
	switch binary.NativeEndian.Uint32(data[8:]) {
	case unix.SCM_TSTAMP_SND:
		return Sent, id, true
	case unix.SCM_TSTAMP_ACK:
		return Acked, id, true
	}
	return 0, 0, false
}
