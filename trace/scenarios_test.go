package trace

import "time"

// A scenario is what was recorded of a made-up fetch.
type scenario struct {
	name    string
	url     string
	records []Record
}

// A script writes records down in a short form.
type script struct {
	records  []Record
	exchange int
	conn     int
}

const us = Time(time.Microsecond)

func (s *script) at(t Time, e Event) { s.moment(Moment{At: t, From: Clock}, e) }

func (s *script) moment(m Moment, e Event) {
	s.records = append(s.records, Record{Moment: m, Exchange: s.exchange, Conn: s.conn, Event: e})
}

func (s *script) state(side Side, state State, t Time, within time.Duration, from Evidence) {
	s.moment(Moment{At: t, Within: within, From: from}, StateSeen{State: state, Side: side})
}

func (s *script) stamp(t Time, e Event) { s.moment(Moment{At: t, From: Timestamp}, e) }

func duration(d time.Duration) *time.Duration { return &d }

func number(n int64) *int64 { return &n }

// resolveName records a resolution that takes 12.4 ms.
func (s *script) resolveName(name string) {
	s.conn = 0
	s.at(0, ResolveStarted{Name: name})
	s.stamp(100*us, QuerySent{ID: 1, Server: "192.0.2.53:53", Protocol: "udp", Name: name + ".", Type: "A", Bytes: 45})
	s.stamp(130*us, QuerySent{ID: 2, Server: "192.0.2.53:53", Protocol: "udp", Name: name + ".", Type: "AAAA", Bytes: 45})
	s.stamp(11*1000*us, QueryAnswered{ID: 1, Rcode: "NOERROR", Answers: 1, Bytes: 61})
	s.stamp(12400*us, QueryAnswered{ID: 2, Rcode: "NOERROR", Bytes: 90})
	s.at(12450*us, Resolved{Source: "dns", Addresses: []string{"203.0.113.7"}, TTL: 300 * time.Second, HasTTL: true})
}

// open records a handshake of 28 ms that begins at t.
func (s *script) open(t Time, local, remote string) {
	s.conn = 1
	s.at(t-20*us, AttemptStarted{Address: remote})
	s.state(Client, SynSent, t, 60*time.Microsecond, Syscall)
	s.state(Client, Established, t+28000*us, 61*time.Microsecond, TCPInfo)
	s.at(t+28000*us, AttemptEnded{Address: remote, Outcome: "connected"})
	s.at(t+28000*us, Connected{Local: local, Remote: remote})
	s.at(t+28100*us, SocketRead{
		When: "connected", RTT: duration(28 * time.Millisecond), MinRTT: duration(28 * time.Millisecond),
		Retransmits: number(0), SegmentsIn: number(1), SegmentsOut: number(2),
	})
}

func leafAndRoot(end time.Time, blamed bool) []Certificate {
	begin := end.AddDate(0, -3, 0)
	return []Certificate{
		{Role: "leaf", Subject: "CN=www.example.com", Issuer: "CN=Example CA R3", Names: []string{"www.example.com"}, NotBefore: begin, NotAfter: end, Key: "ECDSA P-256", Signature: "ECDSA-SHA256", SHA256: "aa", Blamed: blamed},
		{Role: "intermediate", Subject: "CN=Example CA R3", Issuer: "CN=Example Root X1", NotBefore: begin, NotAfter: time.Date(2028, 3, 1, 0, 0, 0, 0, time.UTC), Key: "RSA 2048", Signature: "SHA256-RSA", SHA256: "bb"},
	}
}

// withRoot adds the root of the trust store.
func withRoot(chain []Certificate) []Certificate {
	for i := range chain {
		chain[i].From = FromServer
	}
	return append(chain, Certificate{
		Role: "root", Subject: "CN=Example Root X1", Issuer: "CN=Example Root X1", From: FromStore, Key: "RSA 4096", Signature: "SHA256-RSA", SHA256: "cc",
		NotBefore: time.Date(2015, 6, 4, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2035, 6, 4, 0, 0, 0, 0, time.UTC),
	})
}

func nth(i int) *int { return &i }

// exchangeHTTP records request and response from t, with 68 ms of the server's.
func (s *script) exchangeHTTP(t Time, status int, reason string, fields ...Field) {
	s.at(t, RequestStarted{Method: "GET", Target: "/", Version: "HTTP/1.1", Headers: []Field{{"Host", "www.example.com"}, {"Authorization", "Basic c2VjcmV0"}}})
	s.at(t+90*us, RequestEnded{Bytes: 105, Offset: 700})
	s.stamp(t+40*us, BytesLeft{Offset: 700})
	s.stamp(t+28100*us, BytesAcked{Offset: 700})
	s.stamp(t+96340*us, FirstByte{})
	s.stamp(t+96340*us, HeadStarted{})
	s.stamp(t+96340*us, HeadReceived{Version: "HTTP/1.1", Status: status, Reason: reason, Headers: fields, Bytes: 220, Framing: "length", Length: 1256})
	s.stamp(t+100240*us, ResponseEnded{BodyBytes: 1256, Complete: true, Persistent: true})
}

// secure is a fetch over TLS with everything in it; the client closes first.
func secure() scenario {
	s := &script{}
	s.at(0, ExchangeStarted{URL: "https://me:hunter2@www.example.com/", Why: "first"})
	s.resolveName("www.example.com")
	s.open(12500*us, "192.0.2.10:51544", "203.0.113.7:443")
	s.at(40600*us, TLSStarted{ServerName: "www.example.com"})
	s.at(60000*us, CertificatesSeen{Chain: leafAndRoot(time.Date(2027, 1, 20, 0, 0, 0, 0, time.UTC), false), Verified: true})
	s.at(71700*us, TLSEnded{Version: "TLS 1.3", Cipher: "TLS_AES_128_GCM_SHA256", Group: "X25519MLKEM768", ALPN: "http/1.1", Offset: 600, OursLast: true})
	s.stamp(71600*us, BytesLeft{Offset: 600})
	s.at(40600*us, FlightSeen{Side: Client, Last: 40610 * us, Bytes: 517, Records: 1, Messages: []string{"ClientHello"}})
	s.stamp(69400*us, FlightSeen{Side: Server, Last: 69500 * us, Bytes: 3180, Records: 3, Messages: []string{"ServerHello", "ChangeCipherSpec", "encrypted"}})
	s.at(71590*us, FlightSeen{Side: Client, Last: 71600 * us, Bytes: 80, Records: 2, Messages: []string{"ChangeCipherSpec", "encrypted"}})
	s.exchangeHTTP(71800*us, 200, "OK", Field{"Content-Type", "text/html"}, Field{"Set-Cookie", "id=secret"}, Field{"X-Odd", "caf\xe9\x1b[31m"})
	s.conn = 0
	s.at(172100*us, RenderStarted{})
	s.at(173000*us, Parsed{Charset: "utf-8", CharsetFrom: "meta", Title: "Example", Elements: 14})
	s.at(173200*us, Styled{Rules: 60})
	s.at(174300*us, RenderEnded{Lines: 14, Links: 1, Words: 80})
	s.conn = 1
	s.at(174310*us, CloseStarted{})
	s.at(174350*us, CloseNotified{Side: Client})
	s.state(Client, FinWait1, 174400*us, 45*time.Microsecond, Syscall)
	s.state(Client, FinWait2, 202400*us, 60*time.Microsecond, TCPInfo)
	s.state(Client, TimeWait, 202900*us, 70*time.Microsecond, SockDiag)
	s.moment(Moment{At: 202950 * us, From: SockDiag}, TimeWaitRead{Left: 59900 * time.Millisecond})
	s.at(203000*us, CloseEnded{Why: "complete"})
	return scenario{"secure", "https://me:hunter2@www.example.com/", s.records}
}

// redirected is two exchanges; in the second the server closes first.
func redirected() scenario {
	s := &script{}
	s.at(0, ExchangeStarted{URL: "http://www.example.com/", Why: "first"})
	s.at(0, PhaseSkipped{Phase: TLS, Why: "http"})
	s.resolveName("www.example.com")
	s.open(12500*us, "192.0.2.10:51544", "203.0.113.7:80")
	s.exchangeHTTP(41000*us, 301, "Moved Permanently", Field{"Location", "http://www.example.com/home"})
	s.at(141300*us, PhaseSkipped{Phase: Render, Why: "redirect"})
	s.state(Client, FinWait1, 141400*us, 45*time.Microsecond, Syscall)
	s.state(Client, FinWait2, 169500*us, 90*time.Microsecond, Inferred)
	s.state(Client, TimeWait, 169500*us, 90*time.Microsecond, SockDiag)
	s.moment(Moment{At: 169600 * us, From: TCPInfo}, CloseSegments{Count: 3})
	s.at(169700*us, CloseEnded{Why: "complete"})
	s.exchange = 1
	s.at(170000*us, ExchangeStarted{URL: "http://www.example.com/home", Why: "redirect"})
	s.at(170000*us, PhaseSkipped{Phase: TLS, Why: "http"})
	s.at(170000*us, PhaseSkipped{Phase: Resolve, Why: "address"})
	s.open(170100*us, "192.0.2.10:51546", "203.0.113.7:80")
	s.exchangeHTTP(198300*us, 200, "OK", Field{"Connection", "close"})
	s.at(298600*us, PhaseSkipped{Phase: Render, Why: "not HTML"})
	s.state(Client, CloseWait, 298550*us, 40*time.Microsecond, TCPInfo)
	s.state(Client, LastAck, 298800*us, 40*time.Microsecond, Syscall)
	s.state(Client, Closed, 326800*us, 100*time.Microsecond, TCPInfo)
	s.at(327000*us, CloseEnded{Why: "complete"})
	return scenario{"redirected", "http://www.example.com/", s.records}
}

// expired fails in the phase tls.
func expired() scenario {
	s := &script{}
	s.at(0, ExchangeStarted{URL: "https://www.example.com/", Why: "first"})
	s.resolveName("www.example.com")
	s.open(12500*us, "192.0.2.10:51544", "203.0.113.7:443")
	s.at(40600*us, TLSStarted{ServerName: "www.example.com"})
	s.at(69000*us, CertificatesSeen{Chain: withRoot(leafAndRoot(time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC), true)), Sent: 2, Why: "certificate_expired", Message: "the certificate has expired", Problems: []Problem{
		{Code: "certificate_expired", Message: "the certificate expired at 2026-11-20 00:00:00 UTC", Certificate: nth(0)},
		{Code: "certificate_name_mismatch", Message: "the certificate is for example.com, mail.example.com, not for www.example.com", Certificate: nth(0)},
	}})
	s.state(Client, FinWait1, 69300*us, 45*time.Microsecond, Syscall)
	s.at(69600*us, Failed{Phase: TLS, Code: "certificate_expired", Message: "verify the certificate of www.example.com: certificate has expired", Hint: "-k fetches regardless of trust; --cacert FILE trusts another authority"})
	s.state(Client, FinWait2, 97400*us, 90*time.Microsecond, TCPInfo)
	s.state(Client, TimeWait, 97600*us, 90*time.Microsecond, SockDiag)
	s.at(97700*us, CloseEnded{Why: "complete"})
	return scenario{"expired", "https://www.example.com/", s.records}
}

// unresolved fails in the phase resolve, after a server that did not answer.
func unresolved() scenario {
	s := &script{}
	s.at(0, ExchangeStarted{URL: "http://nowhere.example/", Why: "first"})
	s.at(0, PhaseSkipped{Phase: TLS, Why: "http"})
	s.at(10*us, ResolveStarted{Name: "nowhere.example"})
	s.stamp(100*us, QuerySent{ID: 1, Server: "192.0.2.53:53", Protocol: "udp", Name: "nowhere.example.", Type: "A", Bytes: 45})
	s.at(100100*us, QueryFailed{ID: 1, Why: "no reply in time"})
	s.stamp(100200*us, QuerySent{ID: 2, Server: "192.0.2.54:53", Protocol: "udp", Name: "nowhere.example.", Type: "A", Bytes: 45})
	s.at(110000*us, DatagramDropped{ID: 2, Why: "another ID"})
	s.stamp(112200*us, QueryAnswered{ID: 2, Rcode: "NXDOMAIN", Bytes: 120})
	s.at(112300*us, Failed{Phase: Resolve, Code: "name_not_found", Message: "nowhere.example: the name does not exist (NXDOMAIN), says 192.0.2.54:53", Hint: "check the spelling"})
	return scenario{"unresolved", "http://nowhere.example/", s.records}
}

// reset is broken off by the server in the middle of the body.
func reset() scenario {
	s := &script{}
	s.at(0, ExchangeStarted{URL: "http://203.0.113.7/", Why: "first"})
	s.at(0, PhaseSkipped{Phase: TLS, Why: "http"})
	s.at(0, PhaseSkipped{Phase: Resolve, Why: "address"})
	s.open(500*us, "192.0.2.10:51544", "203.0.113.7:80")
	s.at(28700*us, RequestStarted{Method: "GET", Target: "/", Version: "HTTP/1.1"})
	s.at(28790*us, RequestEnded{Bytes: 105, Offset: 105})
	s.stamp(60000*us, FirstByte{})
	s.stamp(60000*us, HeadReceived{Version: "HTTP/1.1", Status: 200, Reason: "OK", Bytes: 220, Framing: "length", Length: 9000})
	s.state(Client, Closed, 61000*us, 200*time.Microsecond, TCPInfo)
	s.stamp(60500*us, ResponseEnded{BodyBytes: 1000})
	s.at(61100*us, Failed{Phase: Receive, Code: "connection_reset", Message: "read 203.0.113.7:80: connection reset by peer"})
	s.at(61200*us, ResetSeen{Side: Server})
	s.at(61300*us, CloseEnded{Why: "complete"})
	return scenario{"reset", "http://203.0.113.7/", s.records}
}

// raced is a fetch whose IPv6 address does not answer. Its other family was asked for in
// vain, and one more address came late.
func raced() scenario {
	s := &script{}
	s.at(0, ExchangeStarted{URL: "http://www.example.com/", Why: "first"})
	s.at(0, PhaseSkipped{Phase: TLS, Why: "http"})
	s.at(0, ResolveStarted{Name: "www.example.com"})
	s.stamp(100*us, QuerySent{ID: 1, Server: "192.0.2.53:53", Protocol: "udp", Name: "www.example.com.", Type: "A", Bytes: 45})
	s.stamp(130*us, QuerySent{ID: 2, Server: "192.0.2.53:53", Protocol: "udp", Name: "www.example.com.", Type: "AAAA", Bytes: 45})
	s.stamp(11*1000*us, QueryAnswered{ID: 2, Rcode: "NOERROR", Answers: 1, Bytes: 73})
	s.at(11200*us, Resolved{Source: "dns", Addresses: []string{"2001:db8::7"}, TTL: 300 * time.Second, HasTTL: true})
	s.stamp(19*1000*us, QueryAnswered{ID: 1, Rcode: "NOERROR", Answers: 1, Bytes: 61})
	s.at(19100*us, AddressesAdded{Addresses: []string{"203.0.113.7"}})
	s.conn = 1
	s.at(11300*us, AttemptStarted{Address: "[2001:db8::7]:80"})
	s.state(Client, SynSent, 11320*us, 30*time.Microsecond, Syscall)
	s.at(239600*us, AttemptEnded{Address: "[2001:db8::7]:80", Outcome: AttemptAbandoned, Why: LostUnanswered})
	s.state(Client, Closed, 239620*us, 20*time.Microsecond, Syscall)
	s.open(211400*us, "192.0.2.10:51544", "203.0.113.7:80")
	for i := len(s.records) - 6; i < len(s.records); i++ {
		s.records[i].Conn = 2
	}
	s.conn = 2
	s.exchangeHTTP(239800*us, 200, "OK", Field{"Content-Type", "text/plain"})
	s.at(340100*us, PhaseSkipped{Phase: Render, Why: "not HTML"})
	s.state(Client, FinWait1, 340200*us, 45*time.Microsecond, Syscall)
	s.state(Client, FinWait2, 368200*us, 60*time.Microsecond, TCPInfo)
	s.state(Client, TimeWait, 368700*us, 70*time.Microsecond, SockDiag)
	s.at(368800*us, CloseEnded{Why: "complete"})
	return scenario{"raced", "http://www.example.com/", s.records}
}

// nobody is a race that no address wins.
func nobody() scenario {
	s := &script{}
	s.at(0, ExchangeStarted{URL: "http://www.example.com/", Why: "first"})
	s.at(0, PhaseSkipped{Phase: TLS, Why: "http"})
	s.resolveName("www.example.com")
	s.conn = 1
	s.at(12500*us, AttemptStarted{Address: "[2001:db8::7]:80"})
	s.at(12520*us, AttemptEnded{Address: "[2001:db8::7]:80", Outcome: AttemptFailed, Why: "network_unreachable"})
	s.conn = 2
	s.at(12530*us, AttemptStarted{Address: "203.0.113.7:80"})
	s.state(Client, SynSent, 12550*us, 30*time.Microsecond, Syscall)
	s.state(Client, Closed, 40550*us, 60*time.Microsecond, Syscall)
	s.at(40600*us, AttemptEnded{Address: "203.0.113.7:80", Outcome: AttemptFailed, Why: "connection_refused"})
	s.conn = 0
	s.at(40700*us, Failed{Phase: Connect, Code: "connection_refused", Message: "connect to 203.0.113.7:80: connection refused", Hint: "nothing listens there: check host and port"})
	return scenario{"nobody", "http://www.example.com/", s.records}
}

// segment records a segment of the connection between these ends; numbers count from the
// SYNs, 1,000,000 and 5,000,000.
func (s *script) segment(t Time, from Side, flags string, seq, ack uint32, size int) {
	e := SegmentSeen{
		Local: "192.0.2.10:51544", Remote: "203.0.113.7:80", From: from, Flags: flags,
		Seq: 1_000_000 + seq, Len: size, Win: 502,
	}
	other := uint32(5_000_000)
	if from == Server {
		e.Seq, other = 5_000_000+seq, 1_000_000
	}
	if flags != "SYN" {
		e.Ack = other + ack
	}
	if seq == 0 {
		mss, scale := 1460, 7
		e.Options = &SegmentOptions{MSS: &mss, WindowScale: &scale, SACKPermitted: true}
	}
	s.moment(Moment{At: t, From: Packet}, e)
}

// captured is a fetch whose packets were captured: the request is lost once, the second
// piece of the response comes before the first, and the server is far away.
func captured() scenario {
	s := &script{}
	s.at(0, ExchangeStarted{URL: "http://203.0.113.7/", Why: "first"})
	s.at(0, PhaseSkipped{Phase: TLS, Why: "http"})
	s.at(0, PhaseSkipped{Phase: Resolve, Why: "address"})
	s.open(500*us, "192.0.2.10:51544", "203.0.113.7:80")
	s.segment(503*us, Client, "SYN", 0, 0, 0)
	s.segment(28470*us, Server, "SYN,ACK", 0, 1, 0)
	s.segment(28490*us, Client, "ACK", 1, 1, 0)
	s.at(28700*us, RequestStarted{Method: "GET", Target: "/", Version: "HTTP/1.1"})
	s.segment(28740*us, Client, "PSH,ACK", 1, 1, 105)
	s.at(28790*us, RequestEnded{Bytes: 105, Offset: 105})
	s.stamp(28744*us, BytesLeft{Offset: 105})
	s.segment(240000*us, Client, "PSH,ACK", 1, 1, 105)
	s.segment(268100*us, Server, "ACK", 1, 106, 0)
	s.segment(268300*us, Server, "PSH,ACK", 1449, 106, 28)
	s.segment(268310*us, Client, "ACK", 106, 1, 0)
	s.segment(268900*us, Server, "ACK", 1, 106, 1448)
	s.segment(268910*us, Client, "ACK", 106, 1477, 0)
	s.moment(Moment{At: 268900 * us, Within: 600 * time.Microsecond, From: Timestamp}, FirstByte{Offset: 1476})
	s.stamp(268900*us, HeadReceived{Version: "HTTP/1.1", Status: 200, Reason: "OK", Bytes: 220, Framing: "length", Length: 1256})
	s.stamp(268900*us, ResponseEnded{BodyBytes: 1256, Complete: true, Persistent: true, Offset: 1476})
	s.at(268950*us, PhaseSkipped{Phase: Render, Why: "not HTML"})
	s.at(269000*us, CloseStarted{})
	s.state(Client, FinWait1, 269040*us, 45*time.Microsecond, Syscall)
	s.segment(269030*us, Client, "FIN,ACK", 106, 1477, 0)
	s.state(Client, TimeWait, 297100*us, 200*time.Microsecond, SockDiag)
	s.segment(297020*us, Server, "FIN,ACK", 1477, 107, 0)
	s.segment(297040*us, Client, "ACK", 107, 1478, 0)
	s.moment(Moment{At: 297200 * us, From: SockDiag}, TimeWaitRead{Left: 59900 * time.Millisecond})
	s.at(297300*us, CaptureEnded{})
	s.at(297300*us, CloseEnded{Why: "complete"})
	return scenario{"captured", "http://203.0.113.7/", s.records}
}

// reused is a redirect within one connection, which then is closed and followed to the end
// of TIME_WAIT.
func reused() scenario {
	s := &script{}
	s.at(0, ExchangeStarted{URL: "http://203.0.113.7/", Why: "first"})
	s.at(0, PhaseSkipped{Phase: TLS, Why: "http"})
	s.at(0, PhaseSkipped{Phase: Resolve, Why: "address"})
	s.open(500*us, "192.0.2.10:51544", "203.0.113.7:80")
	s.segment(503*us, Client, "SYN", 0, 0, 0)
	s.segment(28470*us, Server, "SYN,ACK", 0, 1, 0)
	s.segment(28490*us, Client, "ACK", 1, 1, 0)
	s.request(28700*us, 1, 1, 301)
	s.at(61000*us, PhaseSkipped{Phase: Render, Why: "redirect"})
	s.at(61100*us, PhaseSkipped{Phase: Close, Why: "kept for the next exchange"})
	s.at(61110*us, CaptureEnded{})
	s.at(61120*us, SocketRead{When: "kept", RTT: duration(28 * time.Millisecond), MinRTT: duration(28 * time.Millisecond)})
	s.exchange = 1
	s.at(61200*us, ExchangeStarted{URL: "http://203.0.113.7/home", Why: "redirect"})
	s.at(61200*us, PhaseSkipped{Phase: TLS, Why: "http"})
	opened := 0
	s.at(61210*us, ConnectionReused{Local: "192.0.2.10:51544", Remote: "203.0.113.7:80", Exchange: &opened})
	s.at(61220*us, SocketRead{When: "reused", RTT: duration(28 * time.Millisecond), MinRTT: duration(28 * time.Millisecond)})
	s.request(61300*us, 106, 221, 200)
	s.at(93000*us, PhaseSkipped{Phase: Render, Why: "not HTML"})
	s.at(93100*us, CloseStarted{})
	s.state(Client, FinWait1, 93140*us, 45*time.Microsecond, Syscall)
	s.segment(93130*us, Client, "FIN,ACK", 211, 441, 0)
	s.state(Client, TimeWait, 121200*us, 200*time.Microsecond, SockDiag)
	s.segment(121120*us, Server, "FIN,ACK", 441, 212, 0)
	s.segment(121140*us, Client, "ACK", 212, 442, 0)
	s.state(Client, Closed, 61_800_000*us, 2500*time.Microsecond, SockDiag)
	s.moment(Moment{At: 121300 * us, From: SockDiag}, TimeWaitRead{Left: 59900 * time.Millisecond})
	s.at(61_803_000*us, CaptureEnded{})
	s.at(61_803_000*us, CloseEnded{Why: "complete"})
	return scenario{"reused", "http://203.0.113.7/", s.records}
}

// request records a request of 105 bytes at t, when ours and theirs are the next numbers,
// and its answer of 220 after a round trip of 28 ms.
func (s *script) request(t Time, ours, theirs uint32, status int) {
	s.at(t, RequestStarted{Method: "GET", Target: "/", Version: "HTTP/1.1"})
	s.segment(t+40*us, Client, "PSH,ACK", ours, theirs, 105)
	s.at(t+90*us, RequestEnded{Bytes: 105, Offset: int64(ours) + 104})
	s.segment(t+28200*us, Server, "PSH,ACK", theirs, ours+105, 220)
	came := int64(theirs) + 219
	s.stamp(t+28200*us, FirstByte{Offset: came})
	s.stamp(t+28200*us, HeadReceived{Version: "HTTP/1.1", Status: status, Reason: "Words", Bytes: 220, Framing: "length"})
	s.stamp(t+28200*us, ResponseEnded{Complete: true, Persistent: true, Offset: came})
	s.segment(t+28300*us, Client, "ACK", ours+105, theirs+220, 0)
}

func scenarios() []scenario {
	return []scenario{secure(), redirected(), expired(), unresolved(), reset(), raced(), nobody(), captured(), reused(), lost()}
}
