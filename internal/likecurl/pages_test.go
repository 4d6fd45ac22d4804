package likecurl

import (
	"bytes"
	"compress/gzip"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// changed is when the files were changed, and the date that the server tells.
var changed = time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)

const changedText = "Thu, 29 Feb 2024 12:00:00 GMT"

// expiry is sooner than cookies are kept at most (RFC 6265bis, section 5.5).
var expiry = time.Now().UTC().AddDate(0, 0, 100).Truncate(24 * time.Hour)

// text is what /file.txt is.
var text = func() string {
	var b strings.Builder
	for i := range 400 {
		b.WriteString("line " + strconv.Itoa(i) + " of the file\n")
	}
	return b.String()
}()

// noPage is what a page is that is not there.
const noPage = "no such page"

// ServeHTTP answers what is asked, of the server itself and through it as a proxy.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", changedText)
	if r.Method == http.MethodConnect {
		s.tunnel(w, r)
		return
	}
	name, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if raw, ok := brokenPages[name]; ok {
		speak(w, raw)
		return
	}
	if page, ok := pages[name]; ok {
		_, _ = io.Copy(io.Discard, r.Body)
		page(s, w, r, rest)
		return
	}
	http.Error(w, noPage, http.StatusNotFound)
}

// A page answers a request below its name.
type page func(s *server, w http.ResponseWriter, r *http.Request, rest string)

var pages = map[string]page{
	"file.txt":  file,
	"hello":     func(_ *server, w http.ResponseWriter, _ *http.Request, _ string) { say(w, "hello\n") },
	"empty":     func(*server, http.ResponseWriter, *http.Request, string) {},
	"gzip":      zipped,
	"status":    status,
	"to":        redirect,
	"away":      away,
	"elsewhere": func(_ *server, w http.ResponseWriter, _ *http.Request, _ string) { say(w, "elsewhere\n") },
	"reset":     func(_ *server, w http.ResponseWriter, _ *http.Request, _ string) { reset(w) },
	"loop": func(_ *server, w http.ResponseWriter, r *http.Request, _ string) {
		http.Redirect(w, r, "/loop", http.StatusFound)
	},
	"cookies":     cookies,
	"named":       named,
	"basic":       basic,
	"digest":      digest,
	"proxydigest": proxyDigest,
	"chunks":      chunks,
	"flaky":       flaky,
	"slow":        func(_ *server, _ http.ResponseWriter, r *http.Request, _ string) { <-r.Context().Done() },
	"whole":       func(_ *server, w http.ResponseWriter, _ *http.Request, _ string) { say(w, text) },
	"fields":      fields,
	"dir":         func(_ *server, w http.ResponseWriter, r *http.Request, rest string) { say(w, r.Method+" "+rest+"\n") },
	"unavailable": func(_ *server, w http.ResponseWriter, _ *http.Request, _ string) {
		w.WriteHeader(503)
		say(w, "later\n")
	},
}

// brokenPages are answers that are none, or not whole.
var brokenPages = map[string]string{
	"nothing":  "",
	"weird":    "HTTP/1.1 yes\r\n\r\n",
	"short":    "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nnot a hundred",
	"cutchunk": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n12345",
	"badchunk": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n12345",
	"badgzip":  "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nno gz",
	"unending": "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nup to the close\n",
	"longhead": "HTTP/1.1 200 OK\r\n" + strings.Repeat("X-Field: "+strings.Repeat("x", 90)+"\r\n", 4000) + "\r\n",
	"nohttp":   "a page without a head\n",
}

func say(w http.ResponseWriter, text string) {
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "text/plain")
	}
	_, _ = io.WriteString(w, text)
}

// speak writes bytes as they are, and ends the connection.
func speak(w http.ResponseWriter, raw string) {
	c, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer c.Close()
	_, _ = io.WriteString(c, raw)
}

func file(_ *server, w http.ResponseWriter, r *http.Request, _ string) {
	w.Header().Set("ETag", `"v1"`)
	http.ServeContent(w, r, "file.txt", changed, strings.NewReader(text))
}

// zipped is sent compressed to whoever takes that.
func zipped(_ *server, w http.ResponseWriter, r *http.Request, _ string) {
	if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		say(w, text)
		return
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = io.WriteString(z, text)
	_ = z.Close()
	w.Header().Set("Content-Encoding", "gzip")
	say(w, b.String())
}

func status(_ *server, w http.ResponseWriter, _ *http.Request, rest string) {
	code, err := strconv.Atoi(rest)
	if err != nil {
		code = 500
	}
	w.Header().Set("Content-Type", "text/plain")
	w.WriteHeader(code)
	_, _ = io.WriteString(w, "status "+rest+"\n")
}

// redirect leads to what follows the status.
func redirect(_ *server, w http.ResponseWriter, _ *http.Request, rest string) {
	code, target, _ := strings.Cut(rest, "/")
	n, err := strconv.Atoi(code)
	if err != nil {
		n = 500
	}
	w.Header().Set("Location", "/"+target)
	w.WriteHeader(n)
	_, _ = io.WriteString(w, "over there\n")
}

// away leads to another host at the same port.
func away(_ *server, w http.ResponseWriter, r *http.Request, rest string) {
	_, port, _ := net.SplitHostPort(r.Host)
	w.Header().Set("Location", "http://"+net.JoinHostPort(rest, port)+"/basic")
	w.WriteHeader(http.StatusFound)
}

// reset breaks a body off.
func reset(w http.ResponseWriter) {
	w.Header().Set("Content-Length", "100")
	say(w, "some of it")
	w.(http.Flusher).Flush()
	c, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	if inner, ok := c.(*recorded).Conn.(*net.TCPConn); ok {
		_ = inner.SetLinger(0)
	}
	c.Close()
}

func cookies(_ *server, w http.ResponseWriter, _ *http.Request, _ string) {
	h := w.Header()
	h.Add("Set-Cookie", "session=one; path=/")
	h.Add("Set-Cookie", "kept=two; expires="+expiry.Format(http.TimeFormat)+"; path=/; HttpOnly")
	h.Add("Set-Cookie", "elsewhere=three; path=/elsewhere")
	say(w, "cookies\n")
}

func named(_ *server, w http.ResponseWriter, _ *http.Request, _ string) {
	w.Header().Set("Content-Disposition", `attachment; filename="by the server.txt"`)
	say(w, "named\n")
}

func basic(_ *server, w http.ResponseWriter, r *http.Request, _ string) {
	if name, password, ok := r.BasicAuth(); !ok || name != "me" || password != "pass:word" {
		w.Header().Set("WWW-Authenticate", `Basic realm="staff"`)
		w.WriteHeader(http.StatusUnauthorized)
		say(w, "who is there?\n")
		return
	}
	say(w, "welcome\n")
}

// digest asks for Digest by the algorithm that the path names, and takes any answer: what
// is compared is its form.
func digest(_ *server, w http.ResponseWriter, r *http.Request, rest string) {
	if strings.HasPrefix(r.Header.Get("Authorization"), "Digest ") {
		say(w, "welcome\n")
		return
	}
	w.Header().Set("WWW-Authenticate", `Digest realm="the \"staff\"", nonce="once", qop="auth,auth-int", algorithm=`+rest+`, opaque="dark"`)
	w.WriteHeader(http.StatusUnauthorized)
	say(w, "who is there?\n")
}

func proxyDigest(_ *server, w http.ResponseWriter, r *http.Request, _ string) {
	if strings.HasPrefix(r.Header.Get("Proxy-Authorization"), "Digest ") {
		say(w, "welcome\n")
		return
	}
	w.Header().Set("Proxy-Authenticate", `Digest realm="proxy", nonce="once", qop="auth"`)
	w.WriteHeader(http.StatusProxyAuthRequired)
}

// chunks come one by one, with a trailer.
func chunks(_ *server, w http.ResponseWriter, _ *http.Request, _ string) {
	w.Header().Set("Trailer", "X-Sum")
	for i := range 3 {
		say(w, "chunk "+strconv.Itoa(i)+"\n")
		w.(http.Flusher).Flush()
	}
	w.Header().Set("X-Sum", "three")
}

// flaky answers the second time.
func flaky(s *server, w http.ResponseWriter, r *http.Request, _ string) {
	if s.again(r.URL.Path) == 1 {
		w.WriteHeader(http.StatusServiceUnavailable)
		say(w, "not yet\n")
		return
	}
	say(w, "now\n")
}

func fields(_ *server, w http.ResponseWriter, _ *http.Request, _ string) {
	h := w.Header()
	h["X-Two"] = []string{"one", "two"}
	h.Set("X-Empty", "")
	h.Set("Content-Language", "en")
	say(w, "fields\n")
}

// tunnel connects to whatever is asked for, for whoever logs in with the right name.
func (s *server) tunnel(w http.ResponseWriter, r *http.Request) {
	if login := r.Header.Get("Proxy-Authorization"); login == "Basic d3Jvbmc6d29yZA==" { // wrong:word
		w.Header().Set("Proxy-Authenticate", `Basic realm="proxy"`)
		w.WriteHeader(http.StatusProxyAuthRequired)
		return
	}
	up, err := net.Dial("tcp", r.Host)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer up.Close()
	c, buffered, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer c.Close()
	_, _ = io.WriteString(c, "HTTP/1.1 200 Established\r\n\r\n")
	relay(c, buffered, up)
}

// relay passes bytes both ways until both ends have said all.
func relay(client net.Conn, from io.Reader, up net.Conn) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = io.Copy(client, up)
		client.Close()
	}()
	_, _ = io.Copy(up, from)
	up.Close()
	<-done
}
