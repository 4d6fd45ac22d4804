package tcpstate

import (
	"encoding/binary"
	"os"
	"time"
	"unsafe"

	"fetchscope/trace"

	"golang.org/x/sys/unix"
)

// kernelStates are the names of include/net/tcp_states.h's numbers.
var kernelStates = [...]trace.State{
	1: trace.Established, 2: trace.SynSent, 3: trace.SynReceived, 4: trace.FinWait1, 5: trace.FinWait2,
	6: trace.TimeWait, 7: trace.Closed, 8: trace.CloseWait, 9: trace.LastAck, 10: trace.Listen,
	11: trace.Closing, 12: trace.SynReceived,
}

func stateOf(number uint8) trace.State {
	if int(number) >= len(kernelStates) {
		return ""
	}
	return kernelStates[number]
}

// StateOf asks the kernel for the state of a socket of ours. CLOSED may hide
// TIME_WAIT, for which the kernel keeps no full socket; only [Diag] tells them apart.
// It returns "" where the kernel does not say. It takes about a microsecond and never
// waits.
func StateOf(fd int) trace.State {
	var info [8]byte // tcpi_state is the first byte
	size := uint32(len(info))
	_, _, errno := unix.RawSyscall6(unix.SYS_GETSOCKOPT, uintptr(fd), unix.IPPROTO_TCP, unix.TCP_INFO,
		uintptr(unsafe.Pointer(&info[0])), uintptr(unsafe.Pointer(&size)), 0)
	if errno != 0 {
		return ""
	}
	return stateOf(info[0])
}

// An Info is all that the kernel says of a socket.
type Info struct {
	unix.TCPInfo
	told uint32 // of which so many bytes: an older kernel knows less
}

// Read asks the kernel for all it says of a socket of ours.
func Read(fd int) (*Info, error) {
	i := &Info{told: uint32(unsafe.Sizeof(unix.TCPInfo{}))}
	_, _, errno := unix.RawSyscall6(unix.SYS_GETSOCKOPT, uintptr(fd), unix.IPPROTO_TCP, unix.TCP_INFO,
		uintptr(unsafe.Pointer(&i.TCPInfo)), uintptr(unsafe.Pointer(&i.told)), 0)
	if errno != 0 {
		return nil, os.NewSyscallError("getsockopt", errno)
	}
	return i, nil
}

// Bits of tcpi_options (include/uapi/linux/tcp.h).
const (
	optTimestamps = 1
	optSACK       = 2
	optScale      = 4
	optECN        = 8
	optSYNData    = 32
)

// scalesAt is where the two shifts of windows are, four bits each, the peer's first: the
// lower ones where bytes are in little-endian order.
const scalesAt = 6

func (i *Info) options() *trace.SocketOptions {
	o := &trace.SocketOptions{
		Timestamps: i.Options&optTimestamps != 0, SACK: i.Options&optSACK != 0,
		ECN: i.Options&optECN != 0, FastOpen: i.Options&optSYNData != 0,
	}
	if i.Options&optScale == 0 {
		return o
	}
	both := (*[scalesAt + 1]byte)(unsafe.Pointer(&i.TCPInfo))[scalesAt]
	peers, ours := int(both&0xf), int(both>>4)
	if binary.NativeEndian.Uint16([]byte{0, 1}) == 1 {
		peers, ours = ours, peers
	}
	o.SendScale, o.ReceiveScale = &peers, &ours
	return o
}

// Report turns what the kernel said into an event.
func Report(when string, i *Info) trace.SocketRead {
	e := trace.SocketRead{
		When: when, Options: i.options(),
		RTT: micros(i.Rtt), RTTVar: micros(i.Rttvar), MinRTT: micros(i.Min_rtt),
		Retransmits: count(i.Total_retrans), SegmentsIn: count(i.Segs_in), SegmentsOut: count(i.Segs_out),
		BytesAcked: count(i.Bytes_acked), BytesReceived: count(i.Bytes_received),
		SendMSS: count(i.Snd_mss), ReceiveMSS: count(i.Rcv_mss), AdvertisedMSS: count(i.Advmss), PathMTU: count(i.Pmtu),
		Cwnd: count(i.Snd_cwnd), Lost: count(i.Lost),
	}
	if i.Delivery_rate != 0 {
		e.DeliveryRate = count(i.Delivery_rate)
	}
	if i.Min_rtt == ^uint32(0) {
		e.MinRTT = nil // none measured yet
	}
	i.reportNewer(&e)
	return e
}

// reportNewer adds what came to the kernel's struct after its beginnings (Linux 4.10 to
// 6.2).
func (i *Info) reportNewer(e *trace.SocketRead) {
	if i.tells(unsafe.Offsetof(i.Delivered)) {
		e.Busy, e.WindowLimited, e.BufferLimited = spent(i.Busy_time), spent(i.Rwnd_limited), spent(i.Sndbuf_limited)
	}
	if i.tells(unsafe.Offsetof(i.Bytes_sent)) {
		e.Delivered, e.DeliveredCE = count(i.Delivered), count(i.Delivered_ce)
	}
	if i.tells(unsafe.Offsetof(i.Rcv_ooopack)) {
		e.Reordered = count(i.Reord_seen)
	}
	if i.tells(unsafe.Offsetof(i.Rcv_wnd)) {
		e.OutOfOrder, e.SendWindow = count(i.Rcv_ooopack), count(i.Snd_wnd)
	}
	if i.tells(unsafe.Offsetof(i.Rehash)) {
		e.ReceiveWindow = count(i.Rcv_wnd)
	}
}

// tells says whether the kernel told what lies before the field at an offset.
func (i *Info) tells(next uintptr) bool { return uintptr(i.told) >= next }

// micros returns nil for 0, which stands for a time that was not measured.
func micros(us uint32) *time.Duration {
	if us == 0 {
		return nil
	}
	d := time.Duration(us) * time.Microsecond
	return &d
}

// spent is a time that was measured, and may be none.
func spent(us uint64) *time.Duration {
	d := time.Duration(us) * time.Microsecond
	return &d
}

func count[N uint32 | uint64](n N) *int64 {
	c := int64(n)
	return &c
}
