package writeout

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"fetchscope/trace"

	"github.com/google/go-cmp/cmp"
)

func ptr[T any](v T) *T { return &v }

// phase is one that was done.
func phase(p trace.Phase, start, end trace.Time) trace.PhaseTime {
	return trace.PhaseTime{Name: p, Step: p.Step(), Start: &start, Duration: ptr(end - start), Status: trace.Done}
}

// redirectedDocument is a fetch over TLS that a redirect led to, over the same connection.
func redirectedDocument() *trace.Document {
	const ms = 1_000_000
	first := trace.Exchange{
		URL: "https://a.example/old", Why: "first",
		Phases: []trace.PhaseTime{
			phase(trace.Resolve, 1*ms, 3*ms), phase(trace.Connect, 3*ms, 5*ms), phase(trace.TLS, 5*ms, 9*ms),
			phase(trace.Request, 10*ms, 11*ms), phase(trace.Wait, 11*ms, 20*ms), phase(trace.Receive, 20*ms, 21*ms),
		},
		Resolve:    &trace.Resolution{Queries: make([]trace.Query, 2)},
		Connection: &trace.Connection{ID: 1, Local: "192.0.2.1:4000", Remote: "192.0.2.9:443", Attempts: make([]trace.Attempt, 1)},
		TLS:        &trace.TLSInfo{Version: "TLS 1.3"},
		Request:    &trace.RequestInfo{Method: "GET", Bytes: 100},
		Response:   &trace.ResponseInfo{Version: "HTTP/1.1", Status: 302, BodyBytes: 7, WaitNetwork: ptr(trace.Time(ms)), WaitServer: ptr(trace.Time(8 * ms))},
	}
	second := trace.Exchange{
		URL: "https://a.example/new", Why: "redirect",
		Phases: []trace.PhaseTime{
			{Name: trace.Resolve, Step: 1, Status: trace.Reused},
			phase(trace.Request, 30*ms, 31*ms), phase(trace.Wait, 31*ms, 35*ms), phase(trace.Receive, 35*ms, 40*ms), phase(trace.Close, 50*ms, 52*ms),
		},
		Connection: &trace.Connection{
			ID: 1, Local: "192.0.2.1:4000", Remote: "192.0.2.9:443", Reused: true,
			States: []trace.StateTime{{State: trace.SynSent, Side: trace.Client}, {State: trace.Listen, Side: trace.Server}, {State: trace.Established, Side: trace.Client}},
		},
		TLS:      &trace.TLSInfo{Version: "TLS 1.3", Why: "certificate_expired"},
		Request:  &trace.RequestInfo{Method: "GET", Bytes: 90},
		Response: &trace.ResponseInfo{Version: "HTTP/1.1", Status: 200, BodyBytes: 400, DecodedBytes: ptr(int64(1000)), WaitNetwork: ptr(trace.Time(ms)), WaitServer: ptr(trace.Time(3 * ms))},
		Close:    &trace.CloseInfo{Initiator: trace.Client},
	}
	return &trace.Document{URL: "https://a.example/old", Exchanges: []trace.Exchange{first, second}}
}

func transfer() *Transfer {
	return &Transfer{
		Document: redirectedDocument(),
		Heads: [][]trace.Field{
			{{"Location", "/new"}, {"Set-Cookie", "a=1"}},
			{{"Content-Type", "text/html"}, {"Set-Cookie", "b=2"}, {"X", "é\x1b"}, {"set-cookie", "c=3"}},
		},
		Request:   []trace.Field{{"Referer", "https://b.example/"}},
		HeadBytes: 250, URL: "https://a.example/old", Effective: "https://a.example/new",
		Given:    Parts{Scheme: "https", User: "me", Password: "word", Host: "a.example", Port: "443", Path: "/old"},
		Last:     Parts{Scheme: "https", Host: "a.example", Port: "443", Path: "/new", Query: "q"},
		Filename: "file", Number: 3, URLNumber: 2, Method: "GET", Version: "test/1",
		Now: time.Date(2026, 11, 2, 14, 5, 6, 789012000, time.UTC),
	}
}

// written are the streams as they were written, files with their names.
type written struct {
	Stdout, Stderr string
	Files          map[string]string
}

type file struct {
	bytes.Buffer
	close func(string)
}

func (f *file) Close() error {
	f.close(f.String())
	return nil
}

func write(format string, t *Transfer, terminal bool) written {
	var stdout, stderr bytes.Buffer
	out := written{Files: map[string]string{}}
	Parse(format).Write(t, Streams{
		Stdout: Stream{&stdout, terminal}, Stderr: Stream{&stderr, terminal},
		Open: func(name string, appending bool) (io.WriteCloser, error) {
			if name == "no/such" {
				return nil, errors.New("not there")
			}
			if !appending {
				delete(out.Files, name)
			}
			return &file{close: func(s string) { out.Files[name] += s }}, nil
		},
	})
	out.Stdout, out.Stderr = stdout.String(), stderr.String()
	return out
}

func TestVariables(t *testing.T) {
	for format, want := range map[string]string{
		"%{http_code} %{response_code} %{http_connect}":                  "200 200 000",
		"%{num_redirects} %{num_connects} %{num_headers} %{num_retries}": "1 1 4 0",
		"%{size_download} %{size_delivered} %{size_header}":              "400 1000 250",
		"%{size_request} %{size_upload} %{speed_download}":               "190 0 10000",
		"%{time_namelookup} %{time_connect} %{time_appconnect}":          "0.003000 0.005000 0.009000",
		"%{time_pretransfer} %{time_posttransfer}":                       "0.010000 0.012000",
		"%{time_starttransfer} %{time_redirect} %{time_total}":           "0.025000 0.030000 0.040000",
		"%{local_ip}:%{local_port} %{remote_ip}:%{remote_port}":          "192.0.2.1:4000 192.0.2.9:443",
		"%{method} %{scheme} %{http_version} %{content_type}":            "GET https 1.1 text/html",
		"%{url} %{url_effective} %{redirect_url}.":                       "https://a.example/old https://a.example/new .",
		"%{url.user}:%{url.password}@%{url.host}:%{url.port}%{url.path}": "me:word@a.example:443/old",
		"%{urle.user}%{urle.path}?%{urle.query}#%{urle.fragment}":        "/new?q#",
		"%{conn_id} %{xfer_id} %{urlnum} %{filename_effective}":          "0 3 2 file",
		"%{exitcode}%{errormsg} %{referer} %{ssl_verify_result}":         "0 https://b.example/ 10",
		"%{proxy_used} %{certs}%{num_certs} %{ftp_entry_path}":           "0 0 ",
		"%header{LOCATION}|%header{set-cookie}|%header{none}":            "|b=2|",
		"%header{set-cookie:all:, }":                                     "a=1, b=2, c=3",
		`%header{set-cookie:all:\n\}}|%header{set-cookie:all:}`:          "a=1\n}b=2\n}c=3|a=1b=2c=3",
		"%{fs_resolve} %{fs_wait} %{fs_wait_server} %{fs_close}":         "0.002000 0.013000 0.011000 0.002000",
		"%{fs_render}|%{fs_dns_queries} %{fs_exchanges} %{fs_attempts}":  "|2 2 1",
		"%{fs_states} %{fs_server_states} %{fs_close_by}":                "SYN_SENT,ESTABLISHED LISTEN client",
		"%{fs_tls_version}|%{fs_rtt}|%{fs_error}":                        "TLS 1.3||",
	} {
		t.Run(format, func(t *testing.T) {
			if diff := cmp.Diff(written{want, "", map[string]string{}}, write(format, transfer(), false)); diff != "" {
				t.Errorf("%q (-want +got):\n%s", format, diff)
			}
		})
	}
}

func TestFormat(t *testing.T) {
	tests := []struct {
		name, format string
		want         written
	}{
		{"escapes", `a\nb\rc\td\e\\%%%x%`, written{Stdout: "a\nb\rc\td\\e\\\\%%x%"}},
		{"a backslash at the end", `a\`, written{Stdout: `a\`}},
		{"no end", "%{http_code %header{a %output{b %time{c", written{Stdout: "%{http_code %header{a %output{b %time{c"}},
		{"an unknown name", "a%{nope}b%{}\n", written{Stdout: "ab\n", Stderr: "fetchscope: unknown --write-out variable: 'nope'\nfetchscope: unknown --write-out variable: ''\n"}},
		{"streams", "1%{stderr}2%{stdout}3", written{Stdout: "13", Stderr: "2"}},
		{"files", "1%output{f}2%output{g}3%output{>>f}4%{stdout}5", written{Stdout: "15", Files: map[string]string{"f": "24", "g": "3"}}},
		{"a file that cannot be", "1%output{no/such}2", written{Stdout: "12"}},
		{"no error", "1%{onerror}2", written{Stdout: "1"}},
		{"the time", "%time{%F %T.%f}", written{Stdout: "2026-11-02 14:05:06.789012"}},
		{"fields as an object", "%{header_json}", written{Stdout: "{\"content-type\":[\"text/html\"],\n\"set-cookie\":[\"b=2\",\"c=3\"],\n\"x\":[\"é\\u001b\"]\n}"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.want.Files == nil {
				tt.want.Files = map[string]string{}
			}
			if diff := cmp.Diff(tt.want, write(tt.format, transfer(), false)); diff != "" {
				t.Errorf("%q (-want +got):\n%s", tt.format, diff)
			}
		})
	}
}

// Where nothing is known, curl's variables are what they are with curl, and ours empty.
func TestNothingKnown(t *testing.T) {
	empty := &Transfer{Document: &trace.Document{ExitCode: 6, Error: &trace.Error{Phase: trace.Resolve, Code: "name_not_found", Message: "no such name"}}, Method: "GET", URL: "x", Effective: "x"}
	got := write("%{onerror}%{exitcode} %{errormsg} %{http_code} %{http_version} %{local_ip}%{local_port} %{conn_id} %{time_total} %{fs_connect}%{fs_states} %{fs_error} %{fs_error_phase}", empty, false)
	if want := "6 no such name 000 0 -1 -1 0.000000  name_not_found resolve"; got.Stdout != want {
		t.Errorf("got %q, want %q", got.Stdout, want)
	}
}

// What -f makes an error of is told in the words that scripts know.
func TestMessageOfAStatus(t *testing.T) {
	tr := transfer()
	tr.Document.Error, tr.Document.ExitCode = &trace.Error{Code: "http_error", Message: "the server answered 200 OK"}, 22
	if got, want := write("%{errormsg}", tr, false).Stdout, "The requested URL returned error: 200"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A redirect that leads to nobody leaves what the response before it said.
func TestLastResponseCounts(t *testing.T) {
	tr := transfer()
	tr.Document.Exchanges[1] = trace.Exchange{Why: "redirect", URL: "http://b.example/", Connection: &trace.Connection{}}
	tr.Heads = tr.Heads[:1]
	if got, want := write("%{http_code} %header{location} %{scheme} %{remote_port} %{num_redirects}", tr, false).Stdout, "302 /new https 443 1"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// What --retry had begin again counts from there.
func TestTransferBegunAgain(t *testing.T) {
	tr := transfer()
	tr.Document.Exchanges[1].Why, tr.First, tr.Retries = "retry", 1, 1
	if got, want := write("%{time_total} %{time_pretransfer} %{num_retries} %{num_connects} %{fs_exchanges}", tr, false).Stdout, "0.010000 0.000000 1 0 1"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestJSON(t *testing.T) {
	out := write("%{json}", transfer(), false).Stdout
	var values map[string]any
	if err := json.Unmarshal([]byte(out), &values); err != nil {
		t.Fatalf("%s: %v", out, err)
	}
	for name := range variables() {
		if _, ok := values[name]; !ok {
			t.Errorf("%q is missing", name)
		}
	}
	want := map[string]any{"http_code": 200.0, "errormsg": nil, "time_total": 0.04, "fs_render": nil, "url.user": "me", "urle.user": nil, "local_port": 4000.0}
	for name, w := range want {
		if values[name] != w {
			t.Errorf("%s is %v, want %v", name, values[name], w)
		}
	}
	if !strings.HasPrefix(out, `{"certs":"","conn_id":0,`) || !strings.HasSuffix(out, `"xfer_id":3,"curl_version":"test/1"}`) {
		t.Errorf("the order is not curl's: %s", out)
	}
}

func TestStdout(t *testing.T) {
	for format, want := range map[string]bool{
		"":                             false,
		"x":                            true,
		"%{http_code}":                 true,
		"%{stderr}x":                   false,
		"%{stderr}%{onerror}x":         false,
		"%{stderr}x%{stdout}":          false,
		"%{stderr}x%{stdout}y":         true,
		"%{stderr}%output{file}%{url}": false,
		"%output{file}x":               true, // where the file cannot be opened
		"%{stderr}%time{%T}":           false,
		"%header{x}":                   true,
	} {
		if got := Parse(format).Stdout(); got != want {
			t.Errorf("%q: %t, want %t", format, got, want)
		}
	}
}

// A terminal gets the format as it is, and of a peer's values nothing that it would obey.
func TestTerminal(t *testing.T) {
	if got, want := write("\x1b[1m%header{x}", transfer(), true).Stdout, "\x1b[1mé\uFFFD"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCertificates(t *testing.T) {
	tr := transfer()
	tr.Document.Exchanges[1].TLS = &trace.TLSInfo{Verified: ptr(true), Chain: []trace.Certificate{
		{Role: "leaf", Subject: "CN=a", Issuer: "CN=root", Names: []string{"a.example"}, Signature: "Ed25519", Key: "Ed25519", Raw: []byte("leaf"), NotBefore: tr.Now, NotAfter: tr.Now},
		{Role: "root", Subject: "CN=root", Issuer: "CN=root", Raw: []byte("root")},
	}}
	want := `1 0 Subject:CN=a
Issuer:CN=root
Signature Algorithm:Ed25519
Public Key Algorithm:Ed25519
X509v3 Subject Alternative Name:a.example
Start date:Nov  2 14:05:06 2026 GMT
Expire date:Nov  2 14:05:06 2026 GMT
-----BEGIN CERTIFICATE-----
bGVhZg==
-----END CERTIFICATE-----
`
	if diff := cmp.Diff(want, write("%{num_certs} %{ssl_verify_result} %{certs}", tr, false).Stdout); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestStrftime(t *testing.T) {
	sunday := time.Date(2027, 1, 3, 0, 7, 9, 5000, time.UTC)
	for format, want := range map[string]string{
		"%a %A %b %B %h":          "Sun Sunday Jan January Jan",
		"%c":                      "Sun Jan  3 00:07:09 2027",
		"%C %y %Y %D %F":          "20 27 2027 01/03/27 2027-01-03",
		"%d %e %j %m":             "03  3 003 01",
		"%H %I %k %l %M %S %p %P": "00 12  0 12 07 09 AM am",
		"%r %R %T %X":             "12:07:09 AM 00:07 00:07:09 00:07:09",
		"%f %s":                   "000005 1798934829",
		"%G %g %V %U %W %u %w":    "2026 26 53 01 00 7 0",
		"%z %Z %% %n%t":           "+0000 UTC % \n\t",
		"%Q %\xff %":              "%Q %\xff %",
	} {
		if got := strftime(format, sunday); got != want {
			t.Errorf("%q: got %q, want %q", format, got, want)
		}
	}
}

// Any format is one: text without instructions comes out as it is, and no value brings a
// control character to a terminal.
func FuzzWrite(f *testing.F) {
	for _, seed := range []string{"", "%", `\`, "%{", "%{json}", "%header{x:all:\\}}", "%output{>>a}b", "%time{%", "%{stderr}%{onerror}x", "a\\nb%%"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, format string) {
		got := write(format, transfer(), true)
		if !strings.ContainsAny(format, `%\`) && got.Stdout != format {
			t.Fatalf("%q became %q", format, got.Stdout)
		}
		if !strings.Contains(format, "\x1b") && strings.Contains(got.Stdout+got.Stderr, "\x1b") {
			t.Fatalf("%q brings an escape: %q", format, got)
		}
		if !Parse(format).Stdout() && got.Stdout != "" {
			t.Fatalf("%q writes to stdout: %q", format, got.Stdout)
		}
	})
}
