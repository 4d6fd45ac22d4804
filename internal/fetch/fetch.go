// Package fetch is the orchestrator: it takes a URL through the six steps, follows
// redirects, keeps credentials to the origin they are for, and puts every failure in
// its phase.
//
// It alone knows all steps. What one step needs of another it hands over: the
// resolver's addresses to the transport, the transport's connection to the HTTP
// client, the body to the renderer. Facts go to one trace.Recorder; the results of a
// fetch are the body, handed to an [Output], and those records.
package fetch

import (
	"context"
	"fmt"
	"io"
	"time"

	"fetchscope/httpclient"
	"fetchscope/httpclient/altsvc"
	"fetchscope/httpclient/auth"
	"fetchscope/httpclient/cookie"
	"fetchscope/httpclient/hsts"
	"fetchscope/internal/netrc"
	"fetchscope/internal/weburl"
	"fetchscope/resolver"
	"fetchscope/trace"
	"fetchscope/transport"
	"fetchscope/transport/capture"
	"fetchscope/transport/tcpstate"
)

// Options say how URLs are fetched. Their flags are those of the command line.
type Options struct {
	// Method is the one asked for (-X), "" for the one that follows from the rest.
	Method string
	// Head asks for the head alone (-I).
	Head bool
	// Payload is sent (-d, -F), nil for nothing.
	Payload *Payload
	// Target is what the request line names (--request-target), "" for what the URL says.
	Target string
	// HTTP10 asks by HTTP/1.0; HTTP09 takes an answer without a head for a body.
	HTTP10, HTTP09 bool
	// ExpectWait is how long a large body waits for leave, 0 for a second.
	ExpectWait time.Duration
	// Keep says for which statuses a POST stays one when it is redirected.
	Keep KeepPost
	// Traceparent is called for each request, and gives the span that it is of (W3C Trace
	// Context, section 3.2); nil for none. It may be called from several goroutines.
	Traceparent func() string
	// Browser sends the fields that a browser does.
	Browser bool
	// Header are fields to add (-H), or to replace what would be sent. A field
	// without value takes the one of that name away; Empty sends it empty.
	Header []HeaderOption
	// UserAgent is what to say we are (-A), nil for the program's name.
	UserAgent *string
	// Referer is sent (-e); AutoReferer sends the previous URL after a redirect.
	Referer     string
	AutoReferer bool
	// User is name:password (-u), Token a bearer token (--oauth2-bearer); nil without. They
	// are for the first origin.
	User, Token *string
	// Auth are the schemes by which they may be told, ProxyAuth those for proxies; Basic
	// where there is none. Of several the server chooses, before which it is told nothing.
	Auth, ProxyAuth auth.Schemes

	// Cookie goes to the first origin (-b NAME=VALUE). Cookies are those of the run, nil
	// where none are kept.
	Cookie  string
	Cookies *cookie.Jar
	// HSTS are the hosts to be reached by https alone, nil where none are kept.
	HSTS *hsts.Cache
	// AltSvc knows where else https origins can be reached, nil where that is not kept.
	AltSvc *altsvc.Cache
	// Netrc has names and passwords by host. NetrcFirst prefers it to what a URL has.
	Netrc      *netrc.File
	NetrcFirst bool
	// Trusted lets credentials follow to other origins (--location-trusted).
	Trusted bool

	// Protocols may be fetched, and RedirectProtocols where a redirect leads there.
	Protocols, RedirectProtocols Protocols

	Follow bool
	// ByStatus lets a redirect's status change a Method that was asked for (--follow), which
	// stays else.
	ByStatus     bool
	MaxRedirects int // -1 without limit
	Compressed   bool
	// TransferCodings asks for transfer codings beside chunked (--tr-encoding). Raw leaves
	// all codings in the body, chunked among them.
	TransferCodings, Raw bool
	FailOnError          bool
	// Range is the part that is asked for (-r), as behind bytes= in Range; "" for all.
	Range string
	// Condition asks for the body by its time (-z).
	Condition TimeCondition
	// FailWithBody makes an error of the same, once the body has been delivered.
	FailWithBody bool
	// Retry says when a fetch is tried again.
	Retry RetryPolicy
	// LimitRate bounds the bytes a second, each way; 0 without limit.
	LimitRate int64
	// SpeedLimit is how many bytes a second have to move over SpeedTime seconds, 0
	// seconds without limit.
	SpeedLimit int64
	SpeedTime  int
	// MaxFileSize bounds the body as received and as decoded; 0 without limit.
	MaxFileSize int64
	// MaxTime bounds each URL, 0 without limit; ConnectTimeout each exchange up to the
	// request, 0 for five minutes.
	MaxTime, ConnectTimeout time.Duration
	// AttemptDelay is how long one address has before the next is tried beside it; with 0
	// all are tried at once.
	AttemptDelay time.Duration

	// Close says how connections are ended.
	Close transport.CloseOptions

	// Proxy is -x, nil for what the environment says, and PreProxy a SOCKS proxy that it is
	// reached by. NoProxy lists the hosts that they are not for, nil for what the
	// environment says.
	Proxy, PreProxy *Proxy
	NoProxy         *string
	// ProxyTunnel asks for a tunnel where a proxy could be asked for the page.
	ProxyTunnel bool
	// SuppressTunnel keeps the head of a proxy's answer to that from the Output.
	SuppressTunnel bool
	// ProxyUser is name:password for a proxy, both percent-encoded; nil without.
	ProxyUser *string
	// ProxyHeader are fields for proxies alone.
	ProxyHeader []HeaderOption
	// ProxyInsecure and ProxyCAFile are Insecure and CAFile of https proxies.
	ProxyInsecure bool
	ProxyCAFile   string
	// UnixSocket stands for whatever would be connected to, "" for nothing.
	UnixSocket string
	From       Source
	HAProxy    HAProxy
	Getenv     func(string) string
	ConnectTo  []ConnectTo
	Insecure   bool
	CAFile     string
	// CADir holds authorities beside (--capath).
	CADir    string
	TLS      TLSOptions
	Resolver resolver.Config
	// ServiceRecords asks for the HTTPS records of https URLs (RFC 9460).
	ServiceRecords bool
	// Version is the program's, for User-Agent.
	Version string

	// Packets captures the connections' segments; nil for no capture.
	Packets *capture.Capture
	// Far asks for the states of servers in another network namespace of this host; nil
	// where they are in none.
	Far *tcpstate.Diag
	// KeyLog gets the secrets of TLS; nil for nobody.
	KeyLog io.Writer
	// Tap gets what goes over, a Wire for each exchange; nil for nobody.
	Tap func() Wire
}

// A HeaderOption is one -H.
type HeaderOption struct {
	Name, Value string
	// Gap is white space before the colon, which is sent as it was given.
	Gap string
	// Remove takes the field away; a Value of "" with Remove unset is sent empty.
	Remove bool
}

// An Output takes what a fetch brings.
type Output interface {
	// Head is called with each head as it came, of interim responses and redirects too.
	Head(raw []byte) error
	// Body takes the body of the response that is the result. It reads all that it
	// wants of it and says what it did in events.
	Body(ctx context.Context, sc *trace.Scope, b *Body) error
}

// A Body is a response whose content is to be delivered.
type Body struct {
	URL      *weburl.URL
	Response *httpclient.Response
	// Compressed says that content codings were asked for.
	Compressed bool
	// Unwanted says why there is nothing to deliver: what is there already is whole, or new
	// enough. "" for all else.
	Unwanted string
	// Raw says that no coding is to be undone.
	Raw bool
	// MaxSize bounds the body as received and as decoded; 0 without limit.
	MaxSize int64

	ctx context.Context // of the whole fetch
	sc  *trace.Scope
}

// A Fetcher fetches URLs, one after the other.
type Fetcher struct {
	o        Options
	run      *Run
	resolver *resolver.Resolver
	trust    *trust
	line     *Line
	pin      *pin // nil where nothing is held to
}

// New returns a Fetcher that is a run by itself. The error is that of a file of the
// resolver's that cannot be used.
func New(o Options) (*Fetcher, error) { return new(Run).Fetcher(o) }

// Close ends the connections that are kept open, those to name servers too, and waits for
// that. It is for a Fetcher that is a run by itself.
func (f *Fetcher) Close() error {
	f.line.Close()
	return f.run.Close()
}

// A limit is the cause of a context that ended because something took too long.
type limit struct {
	flag string
	d    time.Duration
}

func (l *limit) Error() string {
	return fmt.Sprintf("it took longer than the %v that %s allows", l.d, l.flag)
}

// Fetch takes u through the six steps, and where it is redirected further on. The
// error is a *Failure, which has been recorded too. Without a Recorder nothing is
// watched, which is faster.
func (f *Fetcher) Fetch(ctx context.Context, rec *trace.Recorder, u *weburl.URL, out Output) error {
	return f.Send(ctx, rec, u, f.o.Payload, out)
}

// Send is Fetch with a payload of its own, as each -T has.
func (f *Fetcher) Send(ctx context.Context, rec *trace.Recorder, u *weburl.URL, p *Payload, out Output) error {
	again, logins := newRetries(f.o.Retry), &logins{}
	for n, why := 0, "first"; ; why = "retry" {
		first := f.first(u, p)
		first.why, first.logins = why, logins
		last, err := f.once(ctx, rec, first, &n, out)
		retry, ok := again.next(last, err)
		if !ok || ctx.Err() != nil {
			return err
		}
		if waited := retry.begin(ctx, out); waited != nil {
			return f.record(ctx, rec.Scope(n-1), waited)
		}
	}
}

// once takes a hop, and those that it leads to, through the six steps; n counts them. It
// returns the last.
func (f *Fetcher) once(ctx context.Context, rec *trace.Recorder, hop *hop, n *int, out Output) (*hop, error) {
	outer := ctx
	ctx, cancel := f.limited(ctx)
	defer cancel()
	partings := newPartings(outer)
	hop.partings = partings
	hop.takeLeft(outer)
	for {
		sc := rec.Scope(*n)
		*n++
		hop.begin(sc)
		next, err := hop.run(ctx, outer, sc, out)
		switch {
		case err != nil && hop.stale && ctx.Err() == nil:
			hop = hop.again()
		case err != nil:
			err = f.record(ctx, sc, err)
			partings.end(closeAfterFailure)
			return hop, err
		case next == nil:
			partings.end(0)
			return hop, nil
		default:
			hop = next
		}
	}
}

// first is the hop that a fetch begins with.
func (f *Fetcher) first(u *weburl.URL, p *Payload) *hop {
	u, from := f.strict(u)
	h := &hop{f: f, url: u, from: from, origin: u, why: "first", method: f.o.FirstMethod(p), payload: p, referer: f.o.Referer, logins: &logins{}}
	h.via, _ = h.route() // run finds the error
	return h
}

// limited is a context that ends when -m says.
func (f *Fetcher) limited(ctx context.Context) (context.Context, context.CancelFunc) {
	if f.o.MaxTime <= 0 {
		return ctx, func() {}
	}
	return context.WithTimeoutCause(ctx, f.o.MaxTime, &limit{"-m", f.o.MaxTime})
}

// FirstMethod is the method of the first request, with this payload.
func (o *Options) FirstMethod(p *Payload) string {
	switch {
	case o.Method != "":
		return o.Method
	case o.Head:
		return "HEAD"
	}
	return p.method()
}

// Check finds out whether u may be fetched, whether the authorities that a fetch of u is to trust, and the other
// files that TLS needs, can be read, and whether its proxy makes sense, before anything is
// sent. A redirect may yet lead to where they are needed.
func (f *Fetcher) Check(u *weburl.URL) *Failure {
	u, _ = f.strict(u)
	if err := f.o.Protocols.permits(u, "--proto"); err != nil {
		return &Failure{Phase: trace.InURL, Code: CodeScheme, Err: err}
	}
	if u.Scheme() == "https" {
		err := f.trust.security.check()
		if err == nil && f.o.CAFile != "" {
			err = f.trust.origins().Check()
		}
		if err != nil {
			return f.failure(context.Background(), &Failure{Phase: trace.InUsage, Err: err})
		}
	}
	via, err := (&hop{f: f, url: u, origin: u}).route()
	if err != nil {
		return f.failure(context.Background(), err)
	}
	if via.HTTP.CAFile == "" {
		return nil
	}
	if err := f.trust.proxies().Check(); err != nil {
		return f.failure(context.Background(), &Failure{Phase: trace.InUsage, Err: err})
	}
	return nil
}
