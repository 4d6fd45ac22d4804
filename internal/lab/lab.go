// Package lab puts two ends of a connection into networks of their own, joined by a link
// whose round trip and losses are chosen, so that what a network does to a fetch can be
// seen on one machine without touching it.
//
// Input are the [Options] of the link and the command line of this program. [Run] starts
// the program twice more, each in a network namespace of its own, and carries packets
// between the two: [Join] tells such a process that it is one, and which. The server's
// brings up whatever is to be fetched from, the client's does what it does elsewhere. Output
// is the client's, with its exit status; the link tells what it lost ([End.Losses]).
//
// It is made of what Linux offers to everybody: network namespaces (in a user namespace,
// where it is no privileged user that asks), and a TUN device in each, whose descriptor
// the process hands to the one that is the link. The kernel's TCP is at both ends; only the
// wire is a program's. Addresses are those for documentation (RFC 5737, RFC 3849). It
// leaves out jitter, reordering and limits of bandwidth. Elsewhere than on Linux [Run] says
// that it cannot.
package lab

import (
	"errors"
	"net/netip"
	"time"

	"fetchscope/trace"
)

// The addresses of the two ends.
var (
	ClientAddr  = netip.MustParseAddr("192.0.2.10")
	ClientAddr6 = netip.MustParseAddr("2001:db8:1::10")
	ServerAddr  = netip.MustParseAddr("203.0.113.7")
	ServerAddr6 = netip.MustParseAddr("2001:db8:2::7")
)

// ServerNet holds further addresses of the server's end: any of them can be listened at.
var ServerNet = netip.MustParsePrefix("198.51.100.0/24")

// Options say what the link is like. The zero value is a link that costs no time and loses
// nothing.
type Options struct {
	// RTT is how long a packet and its answer are under way.
	RTT time.Duration
	// Loss is the share of the packets that are lost, from 0 to 1.
	Loss float64
	// Drop is one packet that is lost beside.
	Drop Drop
	// Ports are those of the connections that Drop is about.
	Ports []uint16
}

// Seed is that of what chance decides, so that a run can be repeated.
const Seed = 1

// A Drop names a packet of a connection that the link loses, the first of its kind.
type Drop string

// The packets that can be lost on purpose.
const (
	DropNone    Drop = ""
	DropSYN     Drop = "syn"      // the client's SYN
	DropFIN     Drop = "fin"      // the client's FIN
	DropLastACK Drop = "last-ack" // the client's acknowledgement of the server's FIN
)

// Drops lists them.
var Drops = []string{string(DropLastACK), string(DropSYN), string(DropFIN)}

// A Cause is why the link lost a packet.
type Cause string

// The causes.
const (
	ByChance Cause = "chance"
	ByRule   Cause = "rule"
	NoRoom   Cause = "no_room"
)

// A Loss is a packet that the link lost.
type Loss struct {
	// Unix is when the link got it, in nanoseconds of Unix time.
	Unix   int64      `json:"unix_ns"`
	From   trace.Side `json:"from"`
	Why    Cause      `json:"why"`
	Length int        `json:"length"`
	// Segment is what it was, nil for one that is none of TCP.
	Segment *trace.SegmentSeen `json:"segment,omitzero"`
}

// Losses are what the link has lost so far.
type Losses struct {
	// First are the first of them, in their order, and Count is how many there were.
	First []Loss `json:"first"`
	Count int    `json:"count"`
}

// Since leaves out those that are known.
func (l Losses) Since(known int) Losses {
	return Losses{First: l.First[min(known, len(l.First)):], Count: l.Count - known}
}

// An Error is why there is no lab here.
type Error struct {
	Err error
	// Hint is what would help.
	Hint string
}

func (e *Error) Error() string { return "no lab: " + e.Err.Error() }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// errUnsupported is the word of other systems.
var errUnsupported = errors.New("network namespaces are needed, which Linux alone has")

// Unsupported is the Error of systems that cannot have a lab.
var Unsupported = &Error{Err: errUnsupported, Hint: "run it on Linux, or in a virtual machine with it; the demo without --lab runs everywhere"}
