package trace

// The names and versions of the documents. Fields are only ever added within a
// version.
const (
	SchemaTrace   = "fetchscope.trace/1"
	SchemaResolve = "fetchscope.resolve/1"
)

// A Document is the trace as published. Every view is a function of it alone. A figure
// that could not be observed is absent or null. All times are nanoseconds counted from
// the start of the first exchange.
type Document struct {
	Schema string `json:"schema"`
	// Started is the wall clock's time at 0, RFC 3339 in UTC; StartedUnix is the same
	// in nanoseconds of Unix time.
	Started     string     `json:"started"`
	StartedUnix int64      `json:"started_unix_ns"`
	URL         string     `json:"url"`
	ExitCode    int        `json:"exit_code"`
	Error       *Error     `json:"error"`
	Exchanges   []Exchange `json:"exchanges"`
	Findings    []Finding  `json:"findings"`
}

// An Error says which phase failed, why, and what to try.
type Error struct {
	Phase   Phase  `json:"phase"`
	Code    Code   `json:"code"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitzero"`
}

// A Finding is a conclusion with the figures it rests on.
type Finding struct {
	Code    string           `json:"code"`
	Message string           `json:"message"`
	Figures map[string]int64 `json:"figures,omitzero"`
}

// An Exchange is one request with all that it took.
type Exchange struct {
	URL string `json:"url"`
	// UpgradedFrom is the URL by http that HSTS made this one of.
	UpgradedFrom string `json:"upgraded_from,omitzero"`

	Why        string        `json:"why"`
	Phases     []PhaseTime   `json:"phases"`
	Resolve    *Resolution   `json:"resolve"`
	Connection *Connection   `json:"connection"`
	TLS        *TLSInfo      `json:"tls"`
	Request    *RequestInfo  `json:"request"`
	Response   *ResponseInfo `json:"response"`
	Render     *RenderInfo   `json:"render"`
	Close      *CloseInfo    `json:"close"`
}

// A Status says what became of a phase.
type Status string

// What can become of a phase.
const (
	Done       Status = "done"
	Reused     Status = "reused"
	Skipped    Status = "skipped"
	FailedHere Status = "failed"
	NotReached Status = "not_reached"
)

// A PhaseTime is a phase with its times. Start and Duration are nil where the phase did
// not begin or end.
type PhaseTime struct {
	Name     Phase  `json:"name"`
	Step     int    `json:"step"`
	Start    *Time  `json:"start_ns,omitzero"`
	Duration *Time  `json:"duration_ns,omitzero"`
	Status   Status `json:"status"`
	// Why says why a phase was skipped.
	Why string `json:"why,omitzero"`
	// StartFrom and EndFrom are what the two moments rest on; Uncertainty is how far
	// the duration may be off, the bounds of both added.
	StartFrom   Evidence `json:"start_evidence,omitzero"`
	EndFrom     Evidence `json:"end_evidence,omitzero"`
	Uncertainty *Time    `json:"uncertainty_ns,omitzero"`
}

// A Resolution is step 1.
type Resolution struct {
	Name      string   `json:"name"`
	Source    string   `json:"source,omitzero"`
	Canonical string   `json:"canonical,omitzero"`
	Addresses []string `json:"addresses"`
	// TTL is in seconds: for how long the answer may be kept.
	TTL     *int64  `json:"ttl,omitzero"`
	Queries []Query `json:"queries"`
	// Services are the HTTPS records found, where they were asked for.
	Services []ServiceOffered `json:"services,omitzero"`
	Validation
}

// A Validation is what DNSSEC makes of an answer; its zero value, where nothing was
// validated.
type Validation struct {
	Security string          `json:"security,omitzero"`
	Reason   *SecurityReason `json:"reason,omitzero"`
	SignedBy *Signature      `json:"signed_by,omitzero"`
	// Chain lists the zones whose keys were looked at, from the trust anchor down.
	Chain []ZoneJudged `json:"chain,omitzero"`
}

// take adds what validation found.
func (v *Validation) take(r Record) {
	switch e := r.Event.(type) {
	case ZoneJudged:
		v.Chain = append(v.Chain, e)
	case SecurityJudged:
		v.Security, v.Reason, v.SignedBy = e.Security, e.Reason, e.SignedBy
	}
}

// A Query is one DNS query and what came of it.
type Query struct {
	id         int
	connecting *Time
	ended      Record // what ended it

	Server   string `json:"server"`
	Protocol string `json:"protocol"`
	// Connect is how long it took from the first SYN to the end of TLS, before Start;
	// nil where the query needed no connection of its own.
	Connect *Time `json:"connect_ns,omitzero"`
	// Reused says whether the connection had been opened for another query; nil over UDP.
	Reused      *bool          `json:"reused,omitzero"`
	Name        string         `json:"name"`
	Type        string         `json:"type"`
	Rcode       string         `json:"rcode,omitzero"`
	Start       Time           `json:"start_ns"`
	Duration    *Time          `json:"duration_ns,omitzero"`
	Sent        int            `json:"sent_bytes"`
	ServerName  string         `json:"server_name,omitzero"`
	Zone        string         `json:"zone,omitzero"`
	For         string         `json:"for,omitzero"`
	Result      string         `json:"result,omitzero"`
	Cut         string         `json:"cut,omitzero"`
	Why         string         `json:"why,omitzero"`
	Received    int            `json:"received_bytes,omitzero"`
	Answers     *int           `json:"answers,omitzero"`
	Truncated   bool           `json:"truncated,omitzero"`
	NSID        string         `json:"nsid,omitzero"`
	Extended    *ExtendedError `json:"extended_error,omitzero"`
	Failure     string         `json:"failure,omitzero"`
	Dropped     []string       `json:"dropped,omitzero"`
	StartFrom   Evidence       `json:"start_evidence"`
	EndFrom     Evidence       `json:"end_evidence,omitzero"`
	Uncertainty Time           `json:"uncertainty_ns"`
}

// A Connection is the TCP connection of an exchange.
type Connection struct {
	ID     int    `json:"id"`
	Local  string `json:"local,omitzero"`
	Remote string `json:"remote,omitzero"`
	Reused bool   `json:"reused"`
	// OpenedIn is the exchange, counted from 0, that a reused connection was opened for; nil
	// where that was of an earlier fetch.
	OpenedIn *int        `json:"opened_in_exchange,omitzero"`
	Attempts []Attempt   `json:"attempts"`
	States   []StateTime `json:"states"`
	// Segments are those that passed, where packets could be captured.
	Segments []Segment    `json:"segments,omitzero"`
	Capture  *CaptureInfo `json:"capture,omitzero"`
	// NotObservable says what cannot be seen on this system, and why.
	NotObservable []Unseen `json:"not_observable,omitzero"`
	Proxy         *Proxy   `json:"proxy,omitzero"`
	// Layers are those of the connection that is used, from the bottom.
	Layers []Layer `json:"layers,omitzero"`
	// FastOpen is what became of TCP Fast Open, where that was wanted.
	FastOpen *FastOpenInfo `json:"fast_open,omitzero"`
	Opened   *SocketRead   `json:"tcp_info_opened,omitzero"`
	Closed   *SocketRead   `json:"tcp_info_closed,omitzero"`
}

// A FastOpenInfo says what became of TCP Fast Open (RFC 7413).
type FastOpenInfo struct {
	// Cookie is asked, sent or refused.
	Cookie string `json:"cookie"`
	// Bytes went with the SYN; Taken says whether the server acknowledged them with its
	// own, nil where that was not seen.
	Bytes int64  `json:"syn_data_bytes"`
	Taken *bool  `json:"acknowledged,omitzero"`
	Why   string `json:"why,omitzero"`
}

// An Unseen is something that could not be observed.
type Unseen struct {
	What string `json:"what"`
	Why  string `json:"why"`
}

// A Proxy is what stands between the client and the origin.
type Proxy struct {
	Address string `json:"address"`
	Via     string `json:"via"`
	// TunnelStart, TunnelDuration and TunnelStatus are those of a CONNECT.
	TunnelTarget   string `json:"tunnel_target,omitzero"`
	TunnelStart    *Time  `json:"tunnel_start_ns,omitzero"`
	TunnelDuration *Time  `json:"tunnel_duration_ns,omitzero"`
	TunnelStatus   *int   `json:"tunnel_status,omitzero"`
}

// A Segment is a TCP segment as it passed our interface. Seq and Ack are the numbers of
// the wire.
type Segment struct {
	At    Time   `json:"at_ns"`
	From  Side   `json:"from"`
	Flags string `json:"flags"`
	Seq   uint32 `json:"seq"`
	Ack   uint32 `json:"ack"`
	Len   int    `json:"len"`
	Win   int    `json:"win"`
	// RelativeSeq and RelativeAck count from the SYN of their direction, which is 0; nil
	// where that was not seen, or nothing is acknowledged.
	RelativeSeq *int64 `json:"relative_seq,omitzero"`
	RelativeAck *int64 `json:"relative_ack,omitzero"`
	// Again says that what it carries had passed before; Late, that it had not, but what
	// comes behind it had: it was lost before it came here, or overtaken.
	Again bool `json:"retransmission,omitzero"`
	Late  bool `json:"out_of_order,omitzero"`
	// Unanswered says that it, or the answer to it, was lost: concluded from what was sent
	// again.
	Unanswered  bool            `json:"unanswered,omitzero"`
	Options     *SegmentOptions `json:"options,omitzero"`
	Uncertainty Time            `json:"uncertainty_ns,omitzero"`
}

// A CaptureInfo says how much a capture has missed of the connection.
type CaptureInfo struct {
	Dropped  int64 `json:"dropped"`
	Abridged bool  `json:"abridged"`
}

// An Attempt is one address that was tried.
type Attempt struct {
	Conn     int    `json:"connection"`
	Address  string `json:"address"`
	Start    Time   `json:"start_ns"`
	Duration *Time  `json:"duration_ns,omitzero"`
	Outcome  string `json:"outcome,omitzero"`
	Why      Code   `json:"reason,omitzero"`
}

// A StateTime is a TCP state at one end: the kernel's own change of state certainly
// lies within Start ± Uncertainty.
type StateTime struct {
	State       State    `json:"state"`
	Side        Side     `json:"side"`
	Start       Time     `json:"start_ns"`
	Uncertainty Time     `json:"uncertainty_ns"`
	Evidence    Evidence `json:"evidence"`
}

// A TLSInfo is what was agreed, and what the server's certificates are worth.
type TLSInfo struct {
	Version    string `json:"version,omitzero"`
	Cipher     string `json:"cipher,omitzero"`
	Group      string `json:"group,omitzero"`
	ALPN       string `json:"alpn,omitzero"`
	ServerName string `json:"server_name,omitzero"`
	Resumed    bool   `json:"resumed"`
	HelloRetry bool   `json:"hello_retry"`
	// RoundTrips is how often the server was waited for; nil where the handshake was not
	// seen to its end.
	RoundTrips *int     `json:"round_trips,omitzero"`
	Flights    []Flight `json:"flights,omitzero"`
	// Verified is nil where it did not come to that.
	Verified *bool  `json:"verified,omitzero"`
	Ignored  bool   `json:"distrust_ignored,omitzero"`
	Why      Code   `json:"distrust,omitzero"`
	Message  string `json:"distrust_message,omitzero"`
	// Problems are all that is wrong with the chain, the reason for distrust first.
	Problems []Problem `json:"problems,omitzero"`
	DANE     *DANE     `json:"dane,omitzero"`
	// OCSP is the stapled response, nil where there was none; SCTs are the timestamps of
	// logs.
	OCSP   *OCSP      `json:"ocsp,omitzero"`
	SCTs   []SCT      `json:"scts,omitzero"`
	Pinned *PinnedKey `json:"pinned_public_key,omitzero"`
	// ClientCertificate is nil where the server asked for none.
	ClientCertificate *ClientCertificate `json:"client_certificate,omitzero"`
	// ChainFrom is session where the chain was shown in an earlier handshake; ChainSent is
	// how many certificates the server sent.
	ChainFrom string        `json:"chain_from,omitzero"`
	ChainSent int           `json:"chain_sent,omitzero"`
	Chain     []Certificate `json:"chain"`
}

// A RequestInfo is the request as it went out.
type RequestInfo struct {
	Method    string  `json:"method"`
	Target    string  `json:"target"`
	Version   string  `json:"version"`
	Headers   []Field `json:"headers"`
	Bytes     int64   `json:"bytes"`
	BodyBytes int64   `json:"body_bytes"`
	// Cut says that it was not sent whole; the counts are those of what was.
	Cut bool `json:"cut,omitzero"`
	// Acked is the moment at which the peer's acknowledgement of the last byte came.
	Acked *Time `json:"acked_ns,omitzero"`
	// Content is the body, where it was kept.
	Content *Content `json:"content,omitzero"`
}

// A ResponseInfo is the response as it came.
type ResponseInfo struct {
	Version      string    `json:"version"`
	Status       int       `json:"status"`
	Reason       string    `json:"reason"`
	Headers      []Field   `json:"headers"`
	Trailers     []Field   `json:"trailers"`
	Interim      []Interim `json:"interim"`
	HeaderBytes  int       `json:"header_bytes"`
	BodyBytes    int64     `json:"body_bytes"`
	DecodedBytes *int64    `json:"decoded_bytes,omitzero"`
	Codings      []string  `json:"codings,omitzero"`
	Framing      string    `json:"framing"`
	Complete     bool      `json:"complete"`
	// Progress is how the body came, where it was large.
	Progress []ProgressPoint `json:"progress,omitzero"`
	// FinalHeaders is the moment from which the first byte of the final response could
	// be read.
	FinalHeaders *Time  `json:"final_headers_ns,omitzero"`
	Notes        []Note `json:"notes,omitzero"`
	// RefusedCookies are those that the response sets and that are not kept.
	RefusedCookies []CookieRefused `json:"refused_cookies,omitzero"`
	// WaitNetwork and WaitServer cut the phase wait in two: a round trip, and what is
	// left. Both are inferred; WaitFrom says by what.
	WaitNetwork *Time  `json:"wait_network_ns,omitzero"`
	WaitServer  *Time  `json:"wait_server_ns,omitzero"`
	WaitFrom    string `json:"wait_evidence,omitzero"`
	// WaitLow and WaitHigh are what the network's part lies between: the smallest round
	// trip that was measured, and the time until the request had been acknowledged, or the
	// response was there.
	WaitLow  *Time `json:"wait_network_low_ns,omitzero"`
	WaitHigh *Time `json:"wait_network_high_ns,omitzero"`
	// Content is the body with its codings undone, where it was kept.
	Content *Content `json:"content,omitzero"`
}

// An Interim is a 1xx response.
type Interim struct {
	Version string  `json:"version"`
	Status  int     `json:"status"`
	Reason  string  `json:"reason"`
	Headers []Field `json:"headers"`
	At      Time    `json:"at_ns"`
}

// A Note is a deviation from a standard that was read all the same.
type Note struct {
	What    string `json:"what"`
	Section string `json:"section"`
}

// A RenderInfo is step 5.
type RenderInfo struct {
	Charset     string `json:"charset"`
	CharsetFrom string `json:"charset_from"`
	Title       string `json:"title"`
	Elements    int    `json:"elements"`
	Rules       int    `json:"rules"`
	// Overridden says that the page hides all of its text, as one does that waits for a
	// script, and that it was shown all the same.
	Overridden bool `json:"overridden,omitzero"`
	// RulesCut says that the style sheets went beyond a limit, and some of their rules
	// had no effect.
	RulesCut bool  `json:"rules_cut,omitzero"`
	Lines    int   `json:"lines"`
	Links    int   `json:"links"`
	Words    int   `json:"words"`
	Parse    *Time `json:"parse_ns,omitzero"`
	Style    *Time `json:"style_ns,omitzero"`
	Layout   *Time `json:"layout_ns,omitzero"`
}

// A CloseInfo is step 6.
type CloseInfo struct {
	// Initiator is who began it: client, server, both or none.
	Initiator Side `json:"initiator"`
	// Graceful is true where both sides ended in good order, nil where that was not
	// seen.
	Graceful *bool `json:"graceful,omitzero"`
	Reset    Side  `json:"reset_by,omitzero"`
	// Segments is how many the close took, where that can be told.
	Segments *int   `json:"segments,omitzero"`
	End      string `json:"end,omitzero"`
	// TimeWaitLeft is what the kernel's timer of TIME_WAIT had left at TimeWaitAt.
	TimeWaitLeft *Time `json:"time_wait_left_ns,omitzero"`
	TimeWaitAt   *Time `json:"time_wait_read_at_ns,omitzero"`
	// TimeWait is how long TIME_WAIT took, where it was followed to its end.
	TimeWait        *Time `json:"time_wait_ns,omitzero"`
	CloseNotifySent *Time `json:"close_notify_sent_ns,omitzero"`
	CloseNotifyCame *Time `json:"close_notify_received_ns,omitzero"`
	// Truncated says that the server's FIN came without a close_notify before it.
	Truncated         bool  `json:"truncated,omitzero"`
	LingeringReceived int64 `json:"lingering_bytes,omitzero"`
}

// Phase returns a phase of the exchange by its name.
func (x *Exchange) Phase(p Phase) *PhaseTime {
	for i := range x.Phases {
		if x.Phases[i].Name == p {
			return &x.Phases[i]
		}
	}
	return &PhaseTime{Name: p, Step: p.Step(), Status: NotReached}
}

// End returns the moment at which a phase was over; false where it was not.
func (p *PhaseTime) End() (Time, bool) {
	if p.Start == nil || p.Duration == nil {
		return 0, false
	}
	return *p.Start + *p.Duration, true
}

// Last returns the last exchange, nil where there is none.
func (d *Document) Last() *Exchange {
	if len(d.Exchanges) == 0 {
		return nil
	}
	return &d.Exchanges[len(d.Exchanges)-1]
}
