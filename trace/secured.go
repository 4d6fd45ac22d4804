package trace

// A Flight is what one side sent in the handshake before the other had its turn.
type Flight struct {
	From  Side `json:"from"`
	Start Time `json:"start_ns"`
	// Duration is from its first byte to its last.
	Duration Time     `json:"duration_ns"`
	Bytes    int64    `json:"bytes"`
	Records  int      `json:"records"`
	Messages []string `json:"messages"`
}

func newFlight(at Time, e FlightSeen) Flight {
	f := Flight{From: e.Side, Start: at, Duration: max(e.Last-at, 0), Bytes: e.Bytes, Records: e.Records, Messages: e.Messages}
	if f.Messages == nil {
		f.Messages = []string{}
	}
	return f
}

// A ClientCertificate is what became of a server's request for one.
type ClientCertificate struct {
	Requested bool `json:"requested"`
	ClientCertificateAsked
}
