package writeout

import (
	"maps"
	"strings"
	"sync"

	"fetchscope/trace"
)

// A table says how each variable gets its value.
type table map[string]func(*view) value

// known is the table, which is made when it is first needed.
var known struct {
	once sync.Once
	all  table
}

func variables() table {
	known.once.Do(func() {
		known.all = aboutTransfer()
		for _, t := range []table{sizes(), times(), addresses(), ours()} {
			maps.Copy(known.all, t)
		}
	})
	return known.all
}

// aboutTransfer are curl's variables that are neither figures nor URLs.
func aboutTransfer() table {
	return table{
		"certs":                   func(v *view) value { return text(v.certificates()) },
		"conn_id":                 func(v *view) value { return number(v.connection()) },
		"content_type":            func(v *view) value { return fieldOf(v.head(), "Content-Type") },
		"errormsg":                (*view).message,
		"exitcode":                func(v *view) value { return number(int64(v.d.ExitCode)) },
		"filename_effective":      func(v *view) value { return optional(v.t.Filename) },
		"ftp_entry_path":          func(*view) value { return null },
		"http_code":               func(v *view) value { return code(v.response().Status) },
		"http_connect":            func(v *view) value { return code(v.tunnel()) },
		"http_version":            func(v *view) value { return text(v.version()) },
		"local_ip":                func(v *view) value { ip, _ := v.end(false); return text(ip) },
		"local_port":              func(v *view) value { _, port := v.end(false); return number(port) },
		"method":                  func(v *view) value { return text(v.method()) },
		"num_certs":               func(v *view) value { return number(int64(len(v.chain()))) },
		"num_connects":            func(v *view) value { return v.count(opened) },
		"num_headers":             func(v *view) value { return number(int64(len(v.head()))) },
		"num_redirects":           func(v *view) value { return v.count(redirected) },
		"num_retries":             func(v *view) value { return number(int64(v.t.Retries)) },
		"proxy_ssl_verify_result": func(*view) value { return number(0) },
		"proxy_used":              func(v *view) value { return flag(v.proxy() != nil) },
		"referer":                 func(v *view) value { return fieldOf(v.t.Request, "Referer") },
		"remote_ip":               func(v *view) value { ip, _ := v.end(true); return text(ip) },
		"remote_port":             func(v *view) value { _, port := v.end(true); return number(port) },
		"response_code":           func(v *view) value { return code(v.response().Status) },
		"scheme":                  func(v *view) value { return optional(v.scheme()) },
		"ssl_verify_result":       func(v *view) value { return number(v.verification()) },
		"tls_earlydata":           func(*view) value { return number(0) },
		"urlnum":                  func(v *view) value { return number(int64(v.t.URLNumber)) },
		"xfer_id":                 func(v *view) value { return number(int64(v.t.Number)) },
	}
}

// sizes are curl's variables of bytes. Those of bodies are of the last exchange, those of
// heads and requests of all, as with curl.
func sizes() table {
	return table{
		"size_delivered": func(v *view) value { return number(v.delivered()) },
		"size_download":  func(v *view) value { return number(v.response().BodyBytes) },
		"size_header":    func(v *view) value { return number(v.t.HeadBytes) },
		"size_request":   func(v *view) value { return number(v.requested()) },
		"size_upload":    func(v *view) value { return number(v.request().BodyBytes) },
		"speed_download": func(v *view) value { return number(v.speed(v.response().BodyBytes)) },
		"speed_upload":   func(v *view) value { return number(v.speed(v.request().BodyBytes)) },
	}
}

// addresses are curl's variables of URLs: what was given, and url*e* what came of it.
func addresses() table {
	t := table{
		"url":           func(v *view) value { return text(v.t.URL) },
		"url_effective": func(v *view) value { return text(v.t.Effective) },
		"redirect_url":  func(v *view) value { return optional(v.t.Redirect) },
	}
	for name, of := range map[string]func(Parts) string{
		"scheme":   func(p Parts) string { return p.Scheme },
		"user":     func(p Parts) string { return p.User },
		"password": func(p Parts) string { return p.Password },
		"options":  func(Parts) string { return "" }, // those of mail protocols
		"host":     func(p Parts) string { return p.Host },
		"port":     func(p Parts) string { return p.Port },
		"path":     func(p Parts) string { return p.Path },
		"query":    func(p Parts) string { return p.Query },
		"fragment": func(p Parts) string { return p.Fragment },
		"zoneid":   func(Parts) string { return "" }, // the URL Standard knows none
	} {
		t["url."+name] = func(v *view) value { return optional(of(v.t.Given)) }
		t["urle."+name] = func(v *view) value { return optional(of(v.t.Last)) }
	}
	return t
}

// connection is the number of the last connection, from 0; -1 without one.
func (v *view) connection() int64 {
	if c := v.connected.Connection; c != nil {
		return int64(c.ID) - 1
	}
	return -1
}

func (v *view) method() string {
	if m := v.request().Method; m != "" {
		return m
	}
	return v.t.Method
}

// scheme is that of the last URL that there was a connection for.
func (v *view) scheme() string {
	if v.connected.Connection == nil {
		return ""
	}
	scheme, _, _ := strings.Cut(v.connected.URL, ":")
	return scheme
}

// delivered counts the last body with its codings undone, where they were.
func (v *view) delivered() int64 {
	r := v.response()
	if r.DecodedBytes != nil {
		return *r.DecodedBytes
	}
	return r.BodyBytes
}

// requested counts all that was sent.
func (v *view) requested() int64 {
	n := int64(0)
	for i := range v.exchanges {
		if r := v.exchanges[i].Request; r != nil {
			n += r.Bytes
		}
	}
	return n
}

// speed is bytes a second over the whole transfer.
func (v *view) speed(bytes int64) int64 {
	took := v.total()
	if took <= 0 {
		return 0
	}
	return int64(float64(bytes) / (float64(took) / 1e9))
}

// chain is the last server's, without the root that was found here.
func (v *view) chain() []trace.Certificate {
	t := v.connected.TLS
	if t == nil {
		return nil
	}
	if n := len(t.Chain); n > 1 && t.Chain[n-1].Role == "root" && t.Verified != nil && *t.Verified {
		return t.Chain[:n-1]
	}
	return t.Chain
}
