package trace

// SegmentSeen is a TCP segment that a capture saw pass our own network interface. It has
// the numbers of the wire (RFC 9293, section 3.1).
type SegmentSeen struct {
	Local  string `json:"local"`
	Remote string `json:"remote"`
	From   Side   `json:"from"`
	// Flags names the control bits, lowest first: SYN,ACK.
	Flags string `json:"flags"`
	Seq   uint32 `json:"seq"`
	Ack   uint32 `json:"ack"`
	Len   int    `json:"len"`
	// Win is as sent, not scaled.
	Win     int             `json:"win"`
	Options *SegmentOptions `json:"options,omitzero"`
}

// SegmentOptions are the options of a segment that are known (RFC 9293, section 3.1;
// RFC 7323; RFC 2018). A nil one was not there.
type SegmentOptions struct {
	MSS           *int    `json:"mss,omitzero"`
	WindowScale   *int    `json:"window_scale,omitzero"`
	SACKPermitted bool    `json:"sack_permitted,omitzero"`
	Timestamp     *uint32 `json:"timestamp,omitzero"`
	TimestampEcho *uint32 `json:"timestamp_echo,omitzero"`
	// SACK are the blocks that were received out of order: first and behind the last.
	SACK [][2]uint32 `json:"sack,omitzero"`
	// Malformed says that an option did not have the length of its kind; those behind it
	// are not read.
	Malformed bool `json:"malformed,omitzero"`
}

// CaptureEnded says how much a capture of the connection has missed.
type CaptureEnded struct {
	// Dropped counts the packets that the kernel had no room for.
	Dropped int64 `json:"dropped"`
	// Abridged says that for a time, during a long body, only the segments were let in
	// that open, close or reset a connection.
	Abridged bool `json:"abridged,omitzero"`
}

// Kind names the event in the JSONL stream.
func (SegmentSeen) Kind() string  { return "segment_seen" }
func (CaptureEnded) Kind() string { return "capture_ended" }
