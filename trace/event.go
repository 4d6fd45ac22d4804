package trace

import "time"

// An Event is one fact a step observed: a small struct of plain values, immutable
// once recorded, holding no pointer into live state. Kind is its name in the JSONL
// stream.
type Event interface{ Kind() string }

// ExchangeStarted begins an exchange: one request, with all that it takes.
type ExchangeStarted struct {
	URL string `json:"url"`
	// Why is first, redirect or retry.
	Why string `json:"why"`
}

// URLUpgraded says that HSTS made the exchange's URL of one by http (RFC 6797, section 8.3).
type URLUpgraded struct {
	From string `json:"from"`
}

// PhaseSkipped says that an exchange does without a phase, and why.
type PhaseSkipped struct {
	Phase Phase  `json:"phase"`
	Why   string `json:"why"`
}

// Failed ends an exchange early.
type Failed struct {
	Phase   Phase  `json:"phase"`
	Code    Code   `json:"code"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitzero"`
}

// ---- step 1: resolve ----

// ResolveStarted is the moment a name was handed to the resolver.
type ResolveStarted struct {
	Name string `json:"name"`
}

// QueryConnecting is the moment at which a connection to a name server is begun for a
// query, its own name being resolved by then.
type QueryConnecting struct {
	ID     int    `json:"id"`
	Server string `json:"server"`
}

// QueryConnected is the moment at which the connection that a query goes over is ready,
// TLS included. Server is the address that answered.
type QueryConnected struct {
	ID     int    `json:"id"`
	Server string `json:"server"`
	// Reused says that the connection had been opened for another query.
	Reused bool `json:"reused"`
}

// QuerySent is a DNS query that left. ID numbers the queries of a run from 1; it is
// not the message's own ID.
type QuerySent struct {
	ID       int    `json:"id"`
	Server   string `json:"server"`
	Protocol string `json:"protocol"`
	Name     string `json:"name"`
	Type     string `json:"type"`
	Bytes    int    `json:"bytes"`
	// ServerName and Zone are told of the server of a zone, asked as that; ServerName
	// alone of an encrypted server that was named and not given by its address.
	ServerName string `json:"server_name,omitzero"`
	Zone       string `json:"zone,omitzero"`
	// For says what it is for, where not for the question itself: priming, a server's
	// address, a delegation signer, keys; bootstrap, the address of an encrypted server.
	For string `json:"for,omitzero"`
}

// QueryAnswered is the reply that was taken for a query.
type QueryAnswered struct {
	ID        int    `json:"id"`
	Rcode     string `json:"rcode"`
	Answers   int    `json:"answers"`
	Truncated bool   `json:"truncated,omitzero"`
	Bytes     int    `json:"bytes"`
	// NSID is the server's identifier, where it was asked for one (RFC 5001): as text
	// where it is text, else in hexadecimal.
	NSID     string         `json:"nsid,omitzero"`
	Extended *ExtendedError `json:"extended_error,omitzero"`
}

// An ExtendedError is what a server says beside the rcode (RFC 8914).
type ExtendedError struct {
	Code    uint16 `json:"code"`
	Meaning string `json:"meaning,omitzero"`
	Text    string `json:"text,omitzero"`
}

// QueryJudged is what the reply of a zone's server comes to (RFC 1034, section 5.3.3):
// answer, no data, no name, referral, lame, empty.
type QueryJudged struct {
	ID  int    `json:"id"`
	As  string `json:"as"`
	Cut string `json:"cut,omitzero"` // of a referral: the zone that it leads to
	Why string `json:"why,omitzero"` // of a lame server
}

// ZoneJudged is what validation found of a zone's keys (RFC 4035, section 5).
type ZoneJudged struct {
	Zone     string `json:"zone"`
	Security string `json:"security"`
	// KeyTag, Algorithm and Digest are of the key that its parent, or the anchor, vouches
	// for.
	KeyTag    uint16          `json:"key_tag,omitzero"`
	Algorithm string          `json:"algorithm,omitzero"`
	Digest    string          `json:"digest,omitzero"`
	Anchor    bool            `json:"anchor,omitzero"`
	Reason    *SecurityReason `json:"reason,omitzero"`
}

// SecurityJudged is what validation makes of an answer as a whole (RFC 4035, section 4.3).
type SecurityJudged struct {
	Security string          `json:"security"`
	Reason   *SecurityReason `json:"reason,omitzero"`
	SignedBy *Signature      `json:"signed_by,omitzero"`
}

// A Signature names the key that signed the data asked for.
type Signature struct {
	Zone      string `json:"zone"`
	KeyTag    uint16 `json:"key_tag"`
	Algorithm string `json:"algorithm"`
	// Wildcard is the name that the data were made from, where that is not their own.
	Wildcard string `json:"wildcard,omitzero"`
}

// A SecurityReason says why data are not secure.
type SecurityReason struct {
	Zone   string `json:"zone"`
	KeyTag uint16 `json:"key_tag,omitzero"`
	// EDE is the code for it in RFC 8914, with its meaning; 0 for none.
	EDE     uint16 `json:"ede,omitzero"`
	Meaning string `json:"meaning,omitzero"`
	Message string `json:"message"`
}

// ServiceOffered is an HTTPS record (RFC 9460), and why it was not used; empty if it was.
type ServiceOffered struct {
	Name     string   `json:"name"`
	Priority uint16   `json:"priority"`
	Target   string   `json:"target"`
	ALPN     []string `json:"alpn"`
	Data     string   `json:"data"`
	Unused   string   `json:"unused,omitzero"`
}

// QueryFailed is a query that got no reply that could be used.
type QueryFailed struct {
	ID  int    `json:"id"`
	Why string `json:"why"`
}

// DatagramDropped is a datagram that came for a query and was not its reply.
type DatagramDropped struct {
	ID  int    `json:"id"`
	Why string `json:"why"`
}

// Resolved ends a resolution with its addresses.
type Resolved struct {
	// Source is dns, hosts, localhost or flag.
	Source string `json:"source"`
	// Canonical is the name the addresses belong to, where aliases led elsewhere.
	Canonical string        `json:"canonical,omitzero"`
	Addresses []string      `json:"addresses"`
	TTL       time.Duration `json:"ttl_ns,omitzero"`
	HasTTL    bool          `json:"-"`
}

// AddressesAdded brings the addresses of the family whose answer came after Resolved,
// while those of the other were being tried (RFC 8305, section 3).
type AddressesAdded struct {
	Addresses []string `json:"addresses"`
}

// A RR is a resource record in presentation form (RFC 9499); unknown types and data
// are written as RFC 3597 says.
type RR struct {
	Name string `json:"name"`
	Type string `json:"type"`
	TTL  uint32 `json:"ttl"`
	Data string `json:"data"`
}

// Answered is the final answer to one question, whoever it was asked of.
type Answered struct {
	// Name is absolute, Type a mnemonic or TYPEn.
	Name  string `json:"name"`
	Type  string `json:"type"`
	Rcode string `json:"rcode"`
	// Security is secure, insecure, bogus, indeterminate or unchecked.
	Security  string `json:"security"`
	Answers   []RR   `json:"answers"`
	Authority []RR   `json:"authority"`
	// Source is dns, hosts, localhost or special (a name that is never asked for).
	Source string `json:"source"`
}

// ---- step 2: connect and TLS ----

// AttemptStarted is the first call of connect() to an address.
type AttemptStarted struct {
	Address string `json:"address"`
}

// What can become of an attempt.
const (
	AttemptConnected = "connected"
	AttemptFailed    = "failed"
	AttemptAbandoned = "abandoned" // another was first
)

// Why an attempt was abandoned.
const (
	// LostUnanswered is one that had no answer when another was up.
	LostUnanswered Code = "lost_unanswered"
	// LostConnected is one that was up too, but had been outrun; it was closed at once.
	LostConnected Code = "lost_connected"
)

// AttemptEnded is the outcome of one address.
type AttemptEnded struct {
	Address string `json:"address"`
	Outcome string `json:"outcome"`
	Why     Code   `json:"why,omitzero"`
}

// Connected names both ends of the connection that is used.
type Connected struct {
	Local  string `json:"local"`
	Remote string `json:"remote"`
}

// ConnectionReused says that an exchange goes over a connection that was opened for
// another, whose number Exchange is; nil where that was of an earlier fetch of the run.
type ConnectionReused struct {
	Local    string `json:"local"`
	Remote   string `json:"remote"`
	Exchange *int   `json:"opened_in_exchange,omitzero"`
}

// StateSeen is a change of TCP state at one end; its moment is the kernel's change.
type StateSeen struct {
	State State `json:"state"`
	Side  Side  `json:"side"`
}

// NotObservable says what cannot be seen here, and why.
type NotObservable struct {
	What string `json:"what"`
	Why  string `json:"why"`
}

// TunnelStarted is the moment a CONNECT left for a proxy (RFC 9110, section 9.3.6).
type TunnelStarted struct {
	Proxy   string  `json:"proxy"`
	Target  string  `json:"target"`
	Version string  `json:"version,omitzero"`
	Headers []Field `json:"headers,omitzero"`
}

// TunnelEnded is the proxy's answer to a CONNECT.
type TunnelEnded struct {
	Status  int     `json:"status"`
	Version string  `json:"version,omitzero"`
	Reason  string  `json:"reason,omitzero"`
	Headers []Field `json:"headers,omitzero"`
}

// ProxyUsed says that requests go through an HTTP proxy.
type ProxyUsed struct {
	Proxy string `json:"proxy"`
	// Via is the option or variable that named it.
	Via string `json:"via"`
}

// TLSStarted is the moment before the ClientHello was handed to the kernel.
type TLSStarted struct {
	ServerName string `json:"server_name,omitzero"`
	// Offset counts the bytes sent on the connection up to the handshake.
	Offset int64 `json:"offset"`
}

// TLSEnded is the end of a completed handshake: the client's Finished sent, or the
// server's received where that comes last (TLS 1.2).
type TLSEnded struct {
	Version    string `json:"version"`
	Cipher     string `json:"cipher"`
	Group      string `json:"group,omitzero"`
	ALPN       string `json:"alpn,omitzero"`
	Resumed    bool   `json:"resumed,omitzero"`
	HelloRetry bool   `json:"hello_retry,omitzero"`
	// Offset counts the bytes sent on the connection through the handshake; the
	// handshake ends with our own last byte where OursLast is set.
	Offset   int64 `json:"offset"`
	OursLast bool  `json:"ours_last,omitzero"`
}

// CertificatesSeen is the server's chain and what was made of it.
type CertificatesSeen struct {
	Chain    []Certificate `json:"chain"`
	Verified bool          `json:"verified"`
	Ignored  bool          `json:"ignored,omitzero"`
	Why      Code          `json:"why,omitzero"`
	Message  string        `json:"message,omitzero"`
	// Problems are all that is wrong with it, the one that Why names first.
	Problems []Problem `json:"problems,omitzero"`
	// Sent is how many certificates the server sent; in a session that is Resumed they are
	// those of the earlier handshake.
	Sent    int        `json:"sent,omitzero"`
	Resumed bool       `json:"resumed,omitzero"`
	DANE    *DANE      `json:"dane,omitzero"`
	OCSP    *OCSP      `json:"ocsp,omitzero"`
	SCTs    []SCT      `json:"scts,omitzero"`
	Pinned  *PinnedKey `json:"pinned_public_key,omitzero"`
}

// A DANE is what TLSA records that DNSSEC vouches for make of the chain (RFC 6698).
type DANE struct {
	Status  string `json:"status"`
	Records int    `json:"records"`
	// Usage, Selector and Matching are of the record that matches.
	Usage    *uint8 `json:"usage,omitzero"`
	Selector *uint8 `json:"selector,omitzero"`
	Matching *uint8 `json:"matching_type,omitzero"`
}

// What a judgement by TLSA records can be.
const (
	DANEMatch    = "match"
	DANEMismatch = "mismatch"
	DANEUnusable = "unusable" // no record has values that are defined
)

// ---- steps 3 and 4: request and response ----

// RequestStarted is the moment before the first byte was handed to the kernel.
type RequestStarted struct {
	Method  string  `json:"method"`
	Target  string  `json:"target"`
	Version string  `json:"version"`
	Headers []Field `json:"headers"`
}

// RequestEnded is the moment after the last byte was handed to the kernel.
type RequestEnded struct {
	Bytes     int64 `json:"bytes"`
	BodyBytes int64 `json:"body_bytes,omitzero"`
	// Offset counts the bytes sent on the connection through the request, TLS
	// records included: where BytesLeft has the same, its moment is surer.
	Offset int64 `json:"offset"`
}

// RequestCut is the end of a request that was not sent whole: the server had answered
// already, or the connection broke. Bytes count what was handed to the kernel.
type RequestCut struct {
	Bytes     int64 `json:"bytes"`
	BodyBytes int64 `json:"body_bytes,omitzero"`
}

// BytesLeft is the kernel's stamp of the moment the byte before Offset, counted on
// the connection, was given to the network device.
type BytesLeft struct {
	Offset int64 `json:"offset"`
}

// BytesAcked is the kernel's stamp of the moment the peer's acknowledgement of the
// byte before Offset came.
type BytesAcked struct {
	Offset int64 `json:"offset"`
}

// FirstByte is the moment from which the first byte of the first response, interim
// ones included, could be read; under TLS the record that holds it is complete.
type FirstByte struct {
	// Offset counts the bytes that had come on the connection through what was read with
	// it, under TLS through its record; 0 where that is not known.
	Offset int64 `json:"offset,omitzero"`
	// Since is the earliest moment at which the first of those bytes can have come: under
	// TLS its record's first; 0 where that is not known.
	Since Time `json:"since_ns,omitzero"`
}

func (e FirstByte) from(base Time) Event {
	if e.Since != 0 {
		e.Since -= base
	}
	return e
}

// InterimReceived is a 1xx response (RFC 9110, section 15.2).
type InterimReceived struct {
	Version string  `json:"version"`
	Status  int     `json:"status"`
	Reason  string  `json:"reason"`
	Headers []Field `json:"headers"`
	Bytes   int     `json:"bytes"`
}

// HeadStarted is the moment from which the first byte of a response's head could
// be read; the last one is the final response's.
type HeadStarted struct{}

// HeadReceived is the final response's head.
type HeadReceived struct {
	Version string  `json:"version"`
	Status  int     `json:"status"`
	Reason  string  `json:"reason"`
	Headers []Field `json:"headers"`
	Bytes   int     `json:"bytes"`
	// Framing is none, length, chunked or close (RFC 9112, section 6.3).
	Framing string `json:"framing"`
	Length  int64  `json:"length,omitzero"`
}

// LenientlyRead is a deviation from the standard that was read all the same.
type LenientlyRead struct {
	What    string `json:"what"`
	Section string `json:"section"`
}

// CookieRefused is a cookie that a response sets and that is not kept.
type CookieRefused struct {
	// Name is "" for a cookie without one.
	Name string `json:"name"`
	Why  string `json:"why"`
}

// ResponseEnded is the arrival of the last byte of the response.
type ResponseEnded struct {
	// BodyBytes counts the body as framed, without chunk sizes and trailers.
	BodyBytes int64   `json:"body_bytes"`
	Trailers  []Field `json:"trailers,omitzero"`
	// Complete is false when the body ended before its framing says.
	Complete bool `json:"complete"`
	// Persistent says that the connection could carry another request.
	Persistent bool `json:"persistent,omitzero"`
	// Offset counts the bytes that had come on the connection through what was read with
	// the last one; 0 where that is not known.
	Offset int64 `json:"offset,omitzero"`
}

// Decoded counts the body after its content codings were undone.
type Decoded struct {
	Codings []string `json:"codings"`
	Bytes   int64    `json:"bytes"`
}

// ---- step 5: render ----

// RenderStarted is the moment the renderer got the page.
type RenderStarted struct{}

// Parsed is the end of parsing.
type Parsed struct {
	Charset string `json:"charset"`
	// CharsetFrom is bom, transport, meta, content or default.
	CharsetFrom string `json:"charset_from"`
	Title       string `json:"title,omitzero"`
	Elements    int    `json:"elements"`
}

// Styled is the end of finding out how each element is displayed.
type Styled struct {
	// Rules is how many the style sheets had.
	Rules int `json:"rules"`
	// Overridden says that the page would have hidden all of its text, and was shown all
	// the same.
	Overridden bool `json:"overridden,omitzero"`
	// Cut says that the style sheets went beyond a limit, and some rules had no effect.
	Cut bool `json:"cut,omitzero"`
}

// RenderEnded is the end of laying out.
type RenderEnded struct {
	Lines int `json:"lines"`
	Links int `json:"links"`
	Words int `json:"words"`
}

// ---- step 6: close ----

// CloseStarted is the moment the client began to close, after whatever the server
// had done by then.
type CloseStarted struct{}

// CloseNotified is a TLS close_notify (RFC 8446, section 6.1) from one side.
type CloseNotified struct {
	Side Side `json:"side"`
}

// ResetSeen is a reset of the connection by one side.
type ResetSeen struct {
	Side Side `json:"side"`
}

// TimeWaitRead is the kernel's timer of TIME_WAIT.
type TimeWaitRead struct {
	Left time.Duration `json:"left_ns"`
}

// CloseSegments is how many segments the close took, where it can be told.
type CloseSegments struct {
	Count int `json:"count"`
}

// CloseEnded is the end of watching the close.
type CloseEnded struct {
	// Why is complete, timeout, interrupted, flooded (the server went on sending)
	// or unobservable.
	Why string `json:"why"`
	// Lingering counts bytes that came after the response and were dropped.
	Lingering int64 `json:"lingering_bytes,omitzero"`
}

// Kind names the event in the JSONL stream.
func (ExchangeStarted) Kind() string  { return "exchange_started" }
func (URLUpgraded) Kind() string      { return "url_upgraded" }
func (PhaseSkipped) Kind() string     { return "phase_skipped" }
func (Failed) Kind() string           { return "failed" }
func (ResolveStarted) Kind() string   { return "resolve_started" }
func (QueryConnecting) Kind() string  { return "query_connecting" }
func (QueryConnected) Kind() string   { return "query_connected" }
func (QuerySent) Kind() string        { return "query_sent" }
func (QueryAnswered) Kind() string    { return "query_answered" }
func (QueryFailed) Kind() string      { return "query_failed" }
func (QueryJudged) Kind() string      { return "query_judged" }
func (ZoneJudged) Kind() string       { return "zone_judged" }
func (ServiceOffered) Kind() string   { return "service_offered" }
func (SecurityJudged) Kind() string   { return "security_judged" }
func (DatagramDropped) Kind() string  { return "datagram_dropped" }
func (Resolved) Kind() string         { return "resolved" }
func (AddressesAdded) Kind() string   { return "addresses_added" }
func (Answered) Kind() string         { return "answered" }
func (AttemptStarted) Kind() string   { return "attempt_started" }
func (AttemptEnded) Kind() string     { return "attempt_ended" }
func (Connected) Kind() string        { return "connected" }
func (ConnectionReused) Kind() string { return "connection_reused" }
func (StateSeen) Kind() string        { return "state_seen" }
func (NotObservable) Kind() string    { return "not_observable" }
func (TunnelStarted) Kind() string    { return "tunnel_started" }
func (TunnelEnded) Kind() string      { return "tunnel_ended" }
func (ProxyUsed) Kind() string        { return "proxy_used" }
func (TLSStarted) Kind() string       { return "tls_started" }
func (TLSEnded) Kind() string         { return "tls_ended" }
func (CertificatesSeen) Kind() string { return "certificates_seen" }
func (RequestStarted) Kind() string   { return "request_started" }
func (RequestEnded) Kind() string     { return "request_ended" }
func (RequestCut) Kind() string       { return "request_cut" }
func (BytesLeft) Kind() string        { return "bytes_left" }
func (BytesAcked) Kind() string       { return "bytes_acked" }
func (FirstByte) Kind() string        { return "first_byte" }
func (InterimReceived) Kind() string  { return "interim_received" }
func (HeadStarted) Kind() string      { return "head_started" }
func (HeadReceived) Kind() string     { return "head_received" }
func (LenientlyRead) Kind() string    { return "leniently_read" }
func (CookieRefused) Kind() string    { return "cookie_refused" }
func (ResponseEnded) Kind() string    { return "response_ended" }
func (Decoded) Kind() string          { return "decoded" }
func (RenderStarted) Kind() string    { return "render_started" }
func (Parsed) Kind() string           { return "parsed" }
func (Styled) Kind() string           { return "styled" }
func (RenderEnded) Kind() string      { return "render_ended" }
func (CloseStarted) Kind() string     { return "close_started" }
func (CloseNotified) Kind() string    { return "close_notified" }
func (ResetSeen) Kind() string        { return "reset_seen" }
func (TimeWaitRead) Kind() string     { return "time_wait_read" }
func (CloseSegments) Kind() string    { return "close_segments" }
func (CloseEnded) Kind() string       { return "close_ended" }
