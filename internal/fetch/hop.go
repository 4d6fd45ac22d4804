package fetch

import (
	"context"
	"errors"
	"io"
	"net/netip"
	"sync"
	"time"

	"fetchscope/httpclient"
	"fetchscope/httpclient/h1"
	"fetchscope/internal/weburl"
	"fetchscope/resolver"
	"fetchscope/trace"
	"fetchscope/transport"
	"fetchscope/transport/capture"
	"fetchscope/transport/socks"
)

// A hop is one exchange of a fetch: the first, or one that a redirect led to.
type hop struct {
	f        *Fetcher
	partings *partings
	// why is what led to it: first, redirect or retry.
	why       string
	redirects int // up to here
	url       *weburl.URL
	origin    *weburl.URL // of the first hop: credentials are for it
	method    string
	payload   *Payload // nil for none
	body      []byte   // of it, where it is in memory
	stream    io.ReadCloser
	referer   string
	// crossed says that a redirect led to another origin: from then on credentials
	// stay behind.
	crossed bool
	// from is the URL that HSTS made https of, nil for none.
	from *weburl.URL
	// login is the name and password that the netrc file has, nil for none.
	login   *string
	logins  *logins
	telling telling
	via     Route
	target  socks.Target   // of a SOCKS proxy
	packets *capture.Watch // of the connection
	kept    *kept          // from the exchange before, nil for none
	resume  int64          // how much of the body is there
	// stale says that the server had given the kept connection up.
	stale bool
	// unexpecting leaves Expect out, which the server refuses; outdated says that it
	// speaks HTTP/1.0.
	unexpecting, outdated bool
	// challenged says that the response asks who is there, which can be answered.
	challenged bool
	answered   *httpclient.Response // nil before there is one
	// heads takes those of proxies that were asked for a tunnel, nil where nobody wants them.
	heads func(raw []byte) error
}

// closeAfterFailure is how long the close of an exchange that failed is watched: the
// person waits for the reason.
const closeAfterFailure = 500 * time.Millisecond

// run does the exchange. It returns the next hop where the response redirects. outer
// is the context without -m, which does not cut the close short.
func (h *hop) run(ctx, outer context.Context, sc *trace.Scope, out Output) (next *hop, err error) {
	if !h.f.o.SuppressTunnel {
		h.heads = out.Head
	}
	if err := h.findLogin(); err != nil {
		return nil, err
	}
	if h.via, err = h.route(); err != nil {
		return nil, err
	}
	if err := h.prepare(); err != nil {
		if h.kept != nil {
			h.packets = h.kept.packets
			h.close(outer, h.kept.conn, h.closing(true, false))
		}
		return nil, err
	}
	defer h.unload()
	conn, err := h.connection(ctx, sc)
	if err != nil {
		return h.reconnect(sc, err)
	}
	ctx, watch := h.watched(ctx)
	defer watch.end()
	release := conn.Bind(ctx)
	came, persistent := conn.Came(), false
	defer func() {
		release()
		if err != nil {
			err = h.f.record(ctx, sc, err)
			h.stale = h.abandoned(err, came, conn)
			h.close(context.WithoutCancel(outer), conn, h.closing(true, false))
			return
		}
		h.leave(outer, sc, conn, next, persistent)
	}()
	h.resume = resumed(out)
	resp, err := h.exchange(ctx, conn, watch, out)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close() // before the connection's
	next, err = h.onward(resp)
	switch {
	case err != nil || next != nil:
		sc.Emit(trace.PhaseSkipped{Phase: trace.Render, Why: onwardWhy(next)})
		pass(resp)
	default:
		var unwanted string
		if unwanted, err = h.unwanted(resp); err != nil {
			return nil, err
		}
		err = out.Body(ctx, sc, &Body{
			URL: h.url, Response: resp, Unwanted: unwanted, Compressed: h.f.o.Compressed, Raw: h.f.o.Raw, MaxSize: h.f.o.MaxFileSize,
			ctx: ctx, sc: conn.Scope(),
		})
		if err == nil && h.f.o.FailWithBody {
			err = failing(resp)
		}
	}
	persistent = err == nil && h.staysOpen(resp)
	return next, err
}

// leave ends the connection, or leaves it to the next exchange. With more to come it is
// closed beside that.
func (h *hop) leave(outer context.Context, sc *trace.Scope, conn *transport.Conn, next *hop, persistent bool) {
	o := h.closing(false, persistent)
	switch {
	case persistent && h.keep(sc, conn, next):
	case next == nil:
		h.close(outer, conn, o)
	default:
		o.TimeWait = nil
		h.partings.begin(func(ctx context.Context) { h.close(ctx, conn, o) })
	}
}

// closing is how the connection is to be ended.
func (h *hop) closing(failed, persistent bool) transport.CloseOptions {
	if failed {
		return transport.CloseOptions{Timeout: closeAfterFailure}
	}
	o := h.f.o.Close
	o.ServerFirst = !persistent
	return o
}

// connectTimeout is how long a connection may take to be up where nobody says, as with
// curl: peers that say nothing, a proxy say, are not to be waited for without end.
const connectTimeout = 5 * time.Minute

// open makes the connection: steps 1 and 2.
func (h *hop) open(ctx context.Context, sc *trace.Scope) (*transport.Conn, error) {
	t := h.f.o.ConnectTimeout
	if t <= 0 {
		t = connectTimeout
	}
	ctx, cancel := context.WithTimeoutCause(ctx, t, &limit{"--connect-timeout", t})
	defer cancel()
	secure := h.url.Scheme() == "https"
	if secure {
		h.f.trust.origins() // begins to be read meanwhile
	} else {
		sc.Emit(trace.PhaseSkipped{Phase: trace.TLS, Why: "http"})
	}
	way, err := h.way(ctx, sc)
	if err != nil {
		return nil, err
	}
	tlsa := h.tlsa(ctx, sc, secure)
	defer tlsa() // whoever starts it waits for it
	conn, err := h.dial(ctx, sc, way)
	if err != nil {
		return nil, err
	}
	if err := h.secure(ctx, conn, secure, tlsa); err != nil {
		if !errors.Is(err, errAsked) {
			err = h.f.record(ctx, sc, err)
		}
		h.close(context.WithoutCancel(ctx), conn, transport.CloseOptions{Timeout: closeAfterFailure})
		return nil, err
	}
	return conn, nil
}

// close ends the connection: step 6.
func (h *hop) close(ctx context.Context, conn *transport.Conn, o transport.CloseOptions) {
	h.packets.Closing()
	conn.Close(ctx, o)
	h.packets.End()
}

// secure lays over a connection what proxies need, and TLS where the URL asks for it.
func (h *hop) secure(ctx context.Context, conn *transport.Conn, secure bool, tlsa func() []transport.TLSA) error {
	if err := h.layer(ctx, conn); err != nil || !secure {
		return err
	}
	return h.startTLS(ctx, conn, tlsa)
}

// A way is where to connect to: addresses that are known, and maybe some that are late.
type way struct {
	addrs []netip.Addr
	port  uint16
	late  *resolver.Late
}

// race is how the addresses compete.
func (w way) race(delay time.Duration) transport.Race {
	race := transport.Race{Addrs: w.at(w.addrs), Delay: delay}
	if w.late != nil {
		race.More = func(ctx context.Context) []netip.AddrPort { return w.at(w.late.Wait(ctx)) }
	}
	return race
}

// at are addresses with the port.
func (w way) at(addrs []netip.Addr) []netip.AddrPort {
	out := make([]netip.AddrPort, len(addrs))
	for i, a := range addrs {
		out[i] = netip.AddrPortFrom(a, w.port)
	}
	return out
}

// destination is where requests lead: the origin, or what stands for it.
func (h *hop) destination() (host string, port uint16) {
	own, ownPort := bare(h.url.Hostname()), h.url.EffectivePort()
	host, port = connectTo(h.f.o.ConnectTo, own, ownPort)
	if host != own || port != ownPort {
		return host, port
	}
	if other, otherPort, ok := h.alternative(); ok {
		return other, otherPort
	}
	return host, port
}

// peer is whom to connect to: the first proxy, or the origin or what stands for it.
func (h *hop) peer() (host string, port uint16) {
	if h.via.proxied() {
		return h.via.first().Host, h.via.first().Port
	}
	return h.destination()
}

// way finds out where to connect to, and where a SOCKS proxy is to connect to.
func (h *hop) way(ctx context.Context, sc *trace.Scope) (way, error) {
	if h.via.proxied() {
		sc.Emit(trace.ProxyUsed{Proxy: h.via.last().Address(), Via: h.via.last().Via})
	}
	if err := h.namable(); err != nil {
		return way{}, err
	}
	looked, err := h.aim(ctx, sc)
	if err != nil {
		return way{}, err
	}
	skip := func(why string) {
		if !looked {
			sc.Emit(trace.PhaseSkipped{Phase: trace.Resolve, Why: why})
		}
	}
	if h.via.path() != "" {
		skip("unix socket")
		return way{}, nil
	}
	host, port := h.peer()
	if to, held := h.f.pinned(sc, host, port); held {
		return to, nil
	}
	if addr, err := netip.ParseAddr(host); err == nil {
		skip("address")
		return way{addrs: []netip.Addr{addr}, port: port}, nil
	}
	answer, err := h.lookup(ctx, sc, host, port)
	if err != nil {
		return way{}, &Failure{Phase: trace.Resolve, Err: err, proxy: h.via.proxied()}
	}
	if answer.Service != nil {
		port = answer.Service.Port
	}
	return way{answer.Addrs, port, answer.Late}, nil
}

// tlsa begins to look up what the DNS says of the server's certificate (RFC 6698), while
// the connection is made; the function that it returns waits for that.
func (h *hop) tlsa(ctx context.Context, sc *trace.Scope, secure bool) func() []transport.TLSA {
	host := bare(h.url.Hostname())
	if _, err := netip.ParseAddr(host); !secure || err == nil || !h.f.o.Resolver.DNSSEC {
		return func() []transport.TLSA { return nil }
	}
	var out []transport.TLSA
	var looking sync.WaitGroup
	looking.Go(func() {
		for _, r := range h.f.resolver.TLSA(ctx, sc, host, h.url.EffectivePort()) {
			out = append(out, transport.TLSA(r))
		}
	})
	return func() []transport.TLSA {
		looking.Wait()
		return out
	}
}

// lookup asks for the origin's HTTPS record too where that is wanted.
func (h *hop) lookup(ctx context.Context, sc *trace.Scope, host string, port uint16) (*resolver.Answer, error) {
	own := host == bare(h.url.Hostname()) && port == h.url.EffectivePort()
	if h.f.o.ServiceRecords && own && h.url.Scheme() == "https" {
		return h.f.resolver.LookupService(ctx, sc, host, port, offered)
	}
	return h.f.resolver.Lookup(ctx, sc, host, port)
}

// offered are the protocols that we speak, by their names in ALPN (RFC 7301).
var offered = []string{"http/1.1"}

// exchange sends the request and reads the head of the response: steps 3 and 4.
func (h *hop) exchange(ctx context.Context, conn *transport.Conn, w *watch, out Output) (*httpclient.Response, error) {
	req := h.request()
	if req.Stream != nil {
		req.Stream = &upload{ReadCloser: req.Stream, watch: w, pace: newPace(h.f.o.LimitRate), ctx: ctx}
	}
	resp, err := h1.Exchange(ctx, conn.Scope(), h.f.tapped(conn), req, out.Head)
	var written *h1.HeadError
	switch {
	case errors.As(err, &written):
		return nil, &Failure{Phase: trace.InOutput, Code: CodeWrite, Err: written.Err}
	case err != nil:
		return nil, err
	}
	h.remember(conn.Scope(), resp)
	h.answered = resp
	h.challenged = h.asked(resp)
	resp.Body = h.paced(ctx, w, resp.Body)
	if h.f.o.FailOnError && resp.Status >= 400 && (resp.Status != 416 || h.resume == 0) && !h.declined(resp) && !h.challenged {
		pass(resp)
		resp.Body.Close()
		return nil, failing(resp)
	}
	return resp, nil
}

// failing is the failure that a status is under -f, nil for one that is none.
func failing(resp *httpclient.Response) error {
	if resp.Status < 400 {
		return nil
	}
	return &Failure{Phase: trace.Receive, Code: CodeHTTPError, Err: &statusError{resp.Status, resp.Reason}}
}

// bare takes the brackets off an IPv6 address.
func bare(host string) string {
	if len(host) > 2 && host[0] == '[' {
		return host[1 : len(host)-1]
	}
	return host
}
