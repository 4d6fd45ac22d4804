package trace

import "time"

// steps1and2 takes what was learned of the name, the connection and TLS.
func (f *exchangeFold) steps1and2(r Record) {
	switch e := r.Event.(type) {
	case ExchangeStarted:
		f.x.URL, f.x.Why = e.URL, e.Why
	case URLUpgraded:
		f.x.UpgradedFrom = e.From
	case PhaseSkipped:
		f.skips[e.Phase] = e.Why
	case Failed:
		f.failure = &Error{Phase: e.Phase, Code: e.Code, Message: e.Message, Hint: e.Hint}
	case ResolveStarted, QueryConnecting, QueryConnected, QuerySent, QueryAnswered, QueryJudged, QueryFailed, DatagramDropped, Resolved, AddressesAdded, ServiceOffered, ZoneJudged, SecurityJudged:
		f.resolve(r)
	case AttemptStarted, AttemptEnded, Connected, ConnectionReused, StateSeen, SegmentSeen, CaptureEnded, NotObservable, SocketRead, FastOpen, ProxyUsed, TunnelStarted, TunnelEnded:
		f.connection(r)
	case TLSStarted, TLSEnded, CertificatesSeen, ClientCertificateAsked, FlightSeen:
		f.tls(r)
	}
}

func (f *exchangeFold) resolve(r Record) {
	d := f.resolution()
	switch e := r.Event.(type) {
	case ResolveStarted:
		d.Name = e.Name
	case ServiceOffered:
		d.Services = append(d.Services, e)
	case Resolved:
		d.Source, d.Canonical, d.Addresses = e.Source, e.Canonical, e.Addresses
		if e.HasTTL {
			ttl := int64(e.TTL / time.Second)
			d.TTL = &ttl
		}
	case AddressesAdded:
		f.added = append(f.added, e.Addresses...)
	default:
		d.Validation.take(r)
		for i := range d.Queries {
			d.Queries[i].take(r)
		}
	}
}

// sent takes the queries that were sent, before anything that came back: the moments
// of both may overlap.
func (f *exchangeFold) sent(r Record) {
	e, ok := r.Event.(QuerySent)
	if !ok {
		return
	}
	d := f.resolution()
	d.Queries = append(d.Queries, newQuery(e, r))
}

func newQuery(e QuerySent, r Record) Query {
	return Query{
		id: e.ID, Server: e.Server, Protocol: e.Protocol, Name: e.Name, Type: e.Type, Sent: e.Bytes,
		Start: r.At, StartFrom: r.From, Uncertainty: Time(r.Within),
		ServerName: e.ServerName, Zone: e.Zone, For: e.For,
	}
}

func (f *exchangeFold) resolution() *Resolution {
	if f.x.Resolve == nil {
		f.x.Resolve = &Resolution{Addresses: []string{}, Queries: []Query{}}
	}
	return f.x.Resolve
}

// take adds what became of the query.
func (q *Query) take(r Record) {
	switch e := r.Event.(type) {
	case QueryConnecting:
		if e.ID == q.id {
			q.connecting = &r.At
		}
	case QueryConnected:
		if e.ID == q.id {
			q.connected(r, e)
		}
	case QueryAnswered:
		if e.ID == q.id {
			q.Rcode, q.Answers, q.Truncated, q.Received = e.Rcode, &e.Answers, e.Truncated, e.Bytes
			q.NSID, q.Extended = e.NSID, e.Extended
			q.end(r)
		}
	case QueryFailed:
		if e.ID == q.id {
			q.Failure = e.Why
			q.end(r)
		}
	case QueryJudged:
		if e.ID == q.id {
			q.Result, q.Cut, q.Why = e.As, e.Cut, e.Why
		}
	case DatagramDropped:
		if e.ID == q.id {
			q.Dropped = append(q.Dropped, e.Why)
		}
	}
}

func (q *Query) connected(r Record, e QueryConnected) {
	q.Reused = &e.Reused
	if q.connecting != nil {
		took := r.At - *q.connecting
		q.Connect = &took
	}
}

func (q *Query) end(r Record) {
	took := max(r.At-q.Start, 0)
	q.ended = r
	q.Duration, q.EndFrom = &took, r.From
	q.Uncertainty += Time(r.Within)
}

func (f *exchangeFold) connection(r Record) {
	if f.x.Connection == nil {
		f.x.Connection = &Connection{ID: f.winner, Attempts: []Attempt{}, States: []StateTime{}}
	}
	c := f.x.Connection
	switch e := r.Event.(type) {
	case AttemptStarted:
		c.Attempts = append(c.Attempts, Attempt{Conn: r.Conn, Address: e.Address, Start: r.At})
	case AttemptEnded:
		c.endAttempt(r, e)
	case StateSeen:
		if e.State == SynSent && e.Side == Client {
			f.syns[r.Conn] = r
		}
	case ProxyUsed:
		c.proxy().Address, c.proxy().Via = e.Proxy, e.Via
	}
	if r.Conn == f.winner || f.ofLast(r) {
		f.connected(c, r)
	}
}

// ofLast says whether a record without a connection's number is of the attempt that was
// the last one, all having failed.
func (f *exchangeFold) ofLast(r Record) bool {
	s, ok := r.Event.(SegmentSeen)
	return ok && r.Conn == 0 && !f.opened && s.Remote == f.tried
}

func (c *Connection) endAttempt(r Record, e AttemptEnded) {
	for i := range c.Attempts {
		if a := &c.Attempts[i]; a.Conn == r.Conn {
			took := r.At - a.Start
			a.Duration, a.Outcome, a.Why = &took, e.Outcome, e.Why
		}
	}
}

// connected takes what was seen of the connection that was used.
func (f *exchangeFold) connected(c *Connection, r Record) {
	switch e := r.Event.(type) {
	case Connected:
		c.Local, c.Remote = e.Local, e.Remote
	case ConnectionReused:
		c.Local, c.Remote, c.Reused, c.OpenedIn = e.Local, e.Remote, true, e.Exchange
	case StateSeen:
		c.States = append(c.States, StateTime{
			State: e.State, Side: e.Side, Start: r.At, Uncertainty: Time(r.Within), Evidence: r.From,
		})
	case SegmentSeen:
		c.Segments = append(c.Segments, newSegment(r.Moment, e))
	case CaptureEnded:
		c.Capture = &CaptureInfo{Dropped: e.Dropped, Abridged: e.Abridged}
	case NotObservable:
		c.NotObservable = append(c.NotObservable, Unseen(e))
	case SocketRead:
		c.socketRead(e)
	case FastOpen:
		c.FastOpen = &FastOpenInfo{Cookie: e.Cookie, Bytes: e.Bytes, Why: e.Why}
	case TunnelStarted:
		c.proxy().TunnelStart, c.proxy().TunnelTarget = &r.At, e.Target
	case TunnelEnded:
		c.proxy().endTunnel(r, e)
	}
}

func (c *Connection) socketRead(e SocketRead) {
	if e.When == "connected" || e.When == "reused" {
		c.Opened = &e
		if c.FastOpen != nil && c.FastOpen.Cookie == CookieSent && e.Options != nil {
			c.FastOpen.Taken = &e.Options.FastOpen
		}
	} else {
		c.Closed = &e
	}
}

func (c *Connection) proxy() *Proxy {
	if c.Proxy == nil {
		c.Proxy = &Proxy{}
	}
	return c.Proxy
}

func (p *Proxy) endTunnel(r Record, e TunnelEnded) {
	if p.TunnelStart != nil {
		took := r.At - *p.TunnelStart
		p.TunnelDuration = &took
	}
	p.TunnelStatus = &e.Status
}

// steps3and4 takes what was sent and what came back.
func (f *exchangeFold) steps3and4(r Record) {
	switch e := r.Event.(type) {
	case RequestStarted:
		f.x.Request = &RequestInfo{Method: e.Method, Target: e.Target, Version: e.Version, Headers: e.Headers}
	case RequestEnded:
		if f.x.Request != nil {
			f.x.Request.Bytes, f.x.Request.BodyBytes = e.Bytes, e.BodyBytes
		}
	case RequestCut:
		if q := f.x.Request; q != nil {
			q.Bytes, q.BodyBytes, q.Cut = e.Bytes, e.BodyBytes, true
		}
	case InterimReceived:
		d := f.response()
		d.Interim = append(d.Interim, Interim{Version: e.Version, Status: e.Status, Reason: e.Reason, Headers: e.Headers, At: r.At})
	case HeadReceived:
		f.head(e)
	case LenientlyRead:
		d := f.response()
		d.Notes = append(d.Notes, Note(e))
	case CookieRefused:
		d := f.response()
		d.RefusedCookies = append(d.RefusedCookies, e)
	case ResponseEnded:
		d := f.response()
		d.BodyBytes, d.Complete = e.BodyBytes, e.Complete
		d.Trailers = append(d.Trailers, e.Trailers...)
	case BodyProgress:
		f.response().Progress = e.Points
	case Decoded:
		d := f.response()
		d.DecodedBytes, d.Codings = &e.Bytes, e.Codings
	}
}

func (f *exchangeFold) response() *ResponseInfo {
	if f.x.Response == nil {
		f.x.Response = &ResponseInfo{Headers: []Field{}, Trailers: []Field{}, Interim: []Interim{}}
	}
	return f.x.Response
}

func (f *exchangeFold) head(e HeadReceived) {
	d := f.response()
	d.Version, d.Status, d.Reason, d.Headers = e.Version, e.Status, e.Reason, e.Headers
	d.HeaderBytes, d.Framing = e.Bytes, e.Framing
	if r, ok := f.last(kindOf[HeadStarted]()); ok {
		d.FinalHeaders = &r.At
	}
}

// steps5and6 takes what became of the page, and how the connection ended.
func (f *exchangeFold) steps5and6(r Record) {
	switch e := r.Event.(type) {
	case Parsed:
		d := f.render()
		d.Charset, d.CharsetFrom, d.Title, d.Elements = e.Charset, e.CharsetFrom, e.Title, e.Elements
	case Styled:
		d := f.render()
		d.Rules, d.Overridden, d.RulesCut = e.Rules, e.Overridden, e.Cut
	case RenderEnded:
		d := f.render()
		d.Lines, d.Links, d.Words = e.Lines, e.Links, e.Words
	case CloseNotified, NotifyMissing, ResetSeen, TimeWaitRead, CloseSegments, CloseEnded:
		if r.Conn == f.winner {
			f.close(r)
		}
	}
}

func (f *exchangeFold) render() *RenderInfo {
	if f.x.Render == nil {
		f.x.Render = &RenderInfo{}
	}
	return f.x.Render
}

// finishRender computes the three times of step 5.
func (f *exchangeFold) finishRender() {
	if f.x.Render == nil {
		return
	}
	started, _ := f.first(kindOf[RenderStarted]())
	parsed, p := f.last(kindOf[Parsed]())
	styled, s := f.last(kindOf[Styled]())
	ended, e := f.last(kindOf[RenderEnded]())
	f.x.Render.Parse = span(started, parsed, p)
	f.x.Render.Style = span(parsed, styled, p && s)
	f.x.Render.Layout = span(styled, ended, s && e)
}

func span(from, to Record, ok bool) *Time {
	if !ok {
		return nil
	}
	d := to.At - from.At
	return &d
}

func (f *exchangeFold) close(r Record) {
	if f.x.Close == nil {
		f.x.Close = &CloseInfo{Initiator: None}
	}
	d := f.x.Close
	switch e := r.Event.(type) {
	case CloseNotified:
		if e.Side == Client {
			d.CloseNotifySent = &r.At
		} else {
			d.CloseNotifyCame = &r.At
		}
	case NotifyMissing:
		d.Truncated = true
	case ResetSeen:
		d.Reset = e.Side
	case TimeWaitRead:
		left := Time(e.Left)
		d.TimeWaitLeft, d.TimeWaitAt = &left, &r.At
	case CloseSegments:
		d.Segments = &e.Count
	case CloseEnded:
		d.End, d.LingeringReceived = e.Why, e.Lingering
	}
}
