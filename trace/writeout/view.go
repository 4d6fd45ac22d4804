package writeout

import (
	"net/netip"
	"slices"
	"strings"

	"fetchscope/trace"
)

// A view is a transfer as the variables see it.
type view struct {
	t *Transfer
	d *trace.Document
	// exchanges are those of the transfer.
	exchanges []trace.Exchange
	// last is the last exchange, answered the last with a response, connected the last
	// with a connection: where a redirect leads to nobody, they differ. Each is empty
	// where there is none.
	last, answered, connected *trace.Exchange
}

func newView(t *Transfer) view {
	none := &trace.Exchange{}
	v := view{t: t, d: t.Document, last: none, answered: none, connected: none}
	v.exchanges = v.d.Exchanges[min(t.First, len(v.d.Exchanges)):]
	for i := range v.exchanges {
		x := &v.exchanges[i]
		v.last = x
		if x.Response != nil && x.Response.Status != 0 {
			v.answered = x
		}
		if x.Connection != nil && x.Connection.Local != "" {
			v.connected = x
		}
	}
	return v
}

// response is the last one, empty where there is none.
func (v *view) response() *trace.ResponseInfo {
	if v.answered.Response == nil {
		return &trace.ResponseInfo{}
	}
	return v.answered.Response
}

// request is the last one, empty where there is none.
func (v *view) request() *trace.RequestInfo {
	if v.last.Request == nil {
		return &trace.RequestInfo{}
	}
	return v.last.Request
}

// head is the last response's, as it came.
func (v *view) head() []trace.Field {
	if n := len(v.t.Heads); n > 0 {
		return v.t.Heads[n-1]
	}
	return nil
}

// fieldOf is the last field of that name, which is the one that curl goes by too.
func fieldOf(fields []trace.Field, name string) value {
	for _, f := range slices.Backward(fields) {
		if strings.EqualFold(f[0], name) {
			return text(f[1])
		}
	}
	return null
}

// end is one end of the last connection; without one curl's port is -1.
func (v *view) end(remote bool) (ip string, port int64) {
	c := v.connected.Connection
	if c == nil {
		return "", -1
	}
	s := c.Local
	if remote {
		s = c.Remote
	}
	a, err := netip.ParseAddrPort(s)
	if err != nil {
		return "", -1
	}
	return a.Addr().String(), int64(a.Port())
}

// count counts the exchanges of which something is true.
func (v *view) count(is func(*trace.Exchange) bool) value {
	n := int64(0)
	for i := range v.exchanges {
		if is(&v.exchanges[i]) {
			n++
		}
	}
	return number(n)
}

func redirected(x *trace.Exchange) bool { return x.Why == "redirect" }

func opened(x *trace.Exchange) bool {
	c := x.Connection
	return c != nil && c.Local != "" && !c.Reused
}

// proxy is what stood in between last, nil for nothing.
func (v *view) proxy() *trace.Proxy {
	if c := v.last.Connection; c != nil {
		return c.Proxy
	}
	return nil
}

// tunnel is the status of the last answer to a CONNECT, 0 for none.
func (v *view) tunnel() int {
	for _, x := range slices.Backward(v.exchanges) {
		if c := x.Connection; c != nil && c.Proxy != nil && c.Proxy.TunnelStatus != nil {
			return *c.Proxy.TunnelStatus
		}
	}
	return 0
}

// version is the response's version as curl writes it.
func (v *view) version() string {
	_, version, ok := strings.Cut(v.response().Version, "/")
	if !ok {
		return "0"
	}
	if version == "2.0" || version == "3.0" {
		return version[:1]
	}
	return version
}

// message is the error's. That of -f is in curl's words: scripts know them.
func (v *view) message() value {
	e := v.d.Error
	switch {
	case e == nil:
		return null
	case e.Code == "http_error":
		return text("The requested URL returned error: " + code(v.response().Status).text)
	}
	return text(e.Message)
}
