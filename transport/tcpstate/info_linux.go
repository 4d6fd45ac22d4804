package tcpstate

import (
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

// Read asks the kernel for all it says of a socket of ours.
func Read(fd int) (*unix.TCPInfo, error) {
	return unix.GetsockoptTCPInfo(fd, unix.IPPROTO_TCP, unix.TCP_INFO)
}

// Report turns what the kernel said into an event.
func Report(when string, i *unix.TCPInfo) trace.SocketRead {
	e := trace.SocketRead{
		When: when, RTT: micros(i.Rtt), RTTVar: micros(i.Rttvar), MinRTT: micros(i.Min_rtt),
		Retransmits: count(i.Total_retrans), SegmentsIn: count(i.Segs_in), SegmentsOut: count(i.Segs_out),
		BytesAcked: count(i.Bytes_acked), BytesReceived: count(i.Bytes_received),
		SendMSS: count(i.Snd_mss), Cwnd: count(i.Snd_cwnd),
	}
	if i.Delivery_rate != 0 {
		e.DeliveryRate = count(i.Delivery_rate)
	}
	if i.Min_rtt == ^uint32(0) {
		e.MinRTT = nil // none measured yet
	}
	return e
}

// micros returns nil for 0, which stands for a time that was not measured.
func micros(us uint32) *time.Duration {
	if us == 0 {
		return nil
	}
	d := time.Duration(us) * time.Microsecond
	return &d
}

func count[N uint32 | uint64](n N) *int64 {
	c := int64(n)
	return &c
}
