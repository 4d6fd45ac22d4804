package wire

import (
	"errors"
	"strings"
	"testing"
	"time"

	"fetchscope/trace"

	"github.com/google/go-cmp/cmp"
)

func TestAppend(t *testing.T) {
	long := strings.Repeat("x", textWidth)
	tests := []struct {
		name  string
		entry Entry
		hex   bool
		want  string
	}{
		{"info", Entry{Kind: Info, Text: []byte("a\x1b\nb")}, false, "12:00 == Info: a\\x1b\\x0ab\n"},
		{"hexadecimal", Entry{SentHead, 18, []byte("GET / HTTP/1.1\r\n\r\n")}, true, "12:00 => Send header, 18 bytes (0x12)\n" +
			"0000: 47 45 54 20 2f 20 48 54 54 50 2f 31 2e 31 0d 0a GET / HTTP/1.1..\n" +
			"0010: 0d 0a                                           ..\n"},
		{"lines", Entry{SentHead, 27, []byte("GET / HTTP/1.1\r\nHost: a\r\n\r\n")}, false, "12:00 => Send header, 27 bytes (0x1b)\n" +
			"0000: GET / HTTP/1.1\n0010: Host: a\n0019: \n"},
		{"no ASCII", Entry{ReceivedData, 5, []byte("é\t\x7f\x9b")}, false, "12:00 <= Recv data, 5 bytes (0x5)\n0000: .....\n"},
		{"a row that is just full", Entry{SentData, 68, []byte(long + "\r\nab")}, false, "12:00 => Send data, 68 bytes (0x44)\n0000: " + long + "\n0042: ab\n"},
		{"a long line", Entry{ReceivedHead, 67, []byte(long + "b\r\n")}, false, "12:00 <= Recv header, 67 bytes (0x43)\n0000: " + long + "\n0040: b\n"},
		{"what is hidden counts", Entry{ReceivedHead, 30, []byte("Set-Cookie: …\r\n")}, false, "12:00 <= Recv header, 30 bytes (0x1e)\n0000: Set-Cookie: ...\n"},
		{"nothing", Entry{ReceivedData, 0, nil}, true, "12:00 <= Recv data, 0 bytes (0x0)\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, string(tt.entry.Append(nil, "12:00 ", tt.hex))); diff != "" {
				t.Errorf("%+v (-want +got):\n%s", tt.entry, diff)
			}
		})
	}
}

// A piece is what is emitted, in words.
type piece struct {
	Kind Kind
	Size int
	Text string
}

// split hands over in portions of a size what is sent and what comes.
func split(sent, received string, portion int, secrets bool) []piece {
	var out []piece
	s := Splitter{Secrets: secrets, Emit: func(e Entry) { out = append(out, piece{e.Kind, e.Size, string(e.Text)}) }}
	for ; len(sent) > 0; sent = sent[min(portion, len(sent)):] {
		s.Sent([]byte(sent[:min(portion, len(sent))]))
	}
	for ; len(received) > 0; received = received[min(portion, len(received)):] {
		s.Received([]byte(received[:min(portion, len(received))]))
	}
	s.Ended()
	return out
}

// joined puts the data together that came in portions.
func joined(in []piece) []piece {
	var out []piece
	for _, p := range in {
		if n := len(out); n > 0 && out[n-1].Kind == p.Kind && (p.Kind == SentData || p.Kind == ReceivedData) {
			out[n-1].Size, out[n-1].Text = out[n-1].Size+p.Size, out[n-1].Text+p.Text
			continue
		}
		out = append(out, p)
	}
	return out
}

var splits = []struct {
	name, sent, received string
	secrets              bool
	want                 []piece
}{
	{
		name: "a head and its body", sent: "POST / HTTP/1.1\r\nHost: a\r\n\r\nbody\n", received: "HTTP/1.1 200 OK\r\nA: b\r\n\r\nhi\r\n",
		want: []piece{
			{SentHead, 28, "POST / HTTP/1.1\r\nHost: a\r\n\r\n"},
			{SentData, 5, "body\n"},
			{ReceivedHead, 17, "HTTP/1.1 200 OK\r\n"},
			{ReceivedHead, 6, "A: b\r\n"},
			{ReceivedHead, 2, "\r\n"},
			{ReceivedData, 4, "hi\r\n"},
		},
	},
	{
		name: "interim responses", received: "HTTP/1.1 100 C\r\n\r\nHTTP/1.1 103 E\r\nA: b\r\n\r\nHTTP/1.1 204 N\n\n",
		want: []piece{
			{ReceivedHead, 16, "HTTP/1.1 100 C\r\n"},
			{ReceivedHead, 2, "\r\n"},
			{ReceivedHead, 16, "HTTP/1.1 103 E\r\n"},
			{ReceivedHead, 6, "A: b\r\n"},
			{ReceivedHead, 2, "\r\n"},
			{ReceivedHead, 15, "HTTP/1.1 204 N\n"},
			{ReceivedHead, 1, "\n"},
		},
	},
	{
		name: "another protocol behind 101", received: "HTTP/1.1 101 S\r\n\r\nx\r\n\r\ny",
		want: []piece{{ReceivedHead, 16, "HTTP/1.1 101 S\r\n"}, {ReceivedHead, 2, "\r\n"}, {ReceivedData, 6, "x\r\n\r\ny"}},
	},
	{
		name: "credentials", sent: "GET / HTTP/1.1\r\nauthorization : Basic YQ==\r\nCookie: a\r\n\tb\r\nX: c\r\n\r\n",
		received: "HTTP/1.1 302 F\r\nSet-Cookie: a=b\r\nLocation: http://u:word@h/\r\n\r\n",
		want: []piece{
			{SentHead, 67, "GET / HTTP/1.1\r\nauthorization : …\r\nCookie: …\r\n…\r\nX: c\r\n\r\n"},
			{ReceivedHead, 16, "HTTP/1.1 302 F\r\n"},
			{ReceivedHead, 17, "Set-Cookie: …\r\n"},
			{ReceivedHead, 28, "Location: http://u:…@h/\r\n"},
			{ReceivedHead, 2, "\r\n"},
		},
	},
	{
		name: "credentials that are asked for", secrets: true, received: "HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\n\r\n",
		want: []piece{{ReceivedHead, 17, "HTTP/1.1 200 OK\r\n"}, {ReceivedHead, 17, "Set-Cookie: a=b\r\n"}, {ReceivedHead, 2, "\r\n"}},
	},
	{name: "cut short", received: "HTTP/1.1 20", want: []piece{{ReceivedHead, 11, "HTTP/1.1 20"}}},
	{
		name: "a line without end", received: "HTTP/1.1 200 OK\r\nA: " + strings.Repeat("x", 3*maxLine) + "\r\n\r\n",
		want: []piece{
			{ReceivedHead, 17, "HTTP/1.1 200 OK\r\n"},
			{ReceivedHead, 3*maxLine + 5, "A: " + strings.Repeat("x", maxLine-3)},
			{ReceivedHead, 2, "\r\n"},
		},
	},
}

func TestSplitter(t *testing.T) {
	for _, tt := range splits {
		t.Run(tt.name, func(t *testing.T) {
			for _, portion := range []int{1 << 20, 1, 2, 7} {
				if diff := cmp.Diff(tt.want, joined(split(tt.sent, tt.received, portion, tt.secrets))); diff != "" {
					t.Errorf("in portions of %d (-want +got):\n%s", portion, diff)
				}
			}
		})
	}
}

// However bytes are cut into portions, the same comes out, every byte is counted, and what
// is hidden stays so.
func FuzzSplitter(f *testing.F) {
	for _, tt := range splits[:len(splits)-1] {
		f.Add(tt.sent, tt.received, 3)
	}
	f.Add("GET / HTTP/1.1\n\n", "no head\r\n\r\n", 1)
	f.Fuzz(func(t *testing.T, sent, received string, portion int) {
		if portion < 1 || len(received) > maxLine {
			return
		}
		whole := joined(split(sent, received, 1<<20, false))
		if diff := cmp.Diff(whole, joined(split(sent, received, portion, false))); diff != "" {
			t.Fatalf("%q and %q (-whole +in portions of %d):\n%s", sent, received, portion, diff)
		}
		got := 0
		for _, p := range whole {
			if p.Kind == ReceivedHead || p.Kind == ReceivedData {
				got += p.Size
			}
			if strings.ContainsAny(string(Entry{p.Kind, p.Size, []byte(p.Text)}.Append(nil, "", portion%2 == 0)), "\x1b\r\x7f") {
				t.Fatalf("%q is drawn with a control character", p.Text)
			}
		}
		if got != len(received) {
			t.Fatalf("%q: %d bytes are told of, not %d", received, got, len(received))
		}
	})
}

func TestDescribe(t *testing.T) {
	day := time.Date(2027, 3, 4, 0, 0, 0, 0, time.UTC)
	leaf := []trace.Certificate{{Subject: "CN=a", Issuer: "CN=b", NotAfter: day}}
	for want, e := range map[string]trace.Event{
		"Asking 192.0.2.53:53 by udp for a. A":                                            trace.QuerySent{Server: "192.0.2.53:53", Protocol: "udp", Name: "a.", Type: "A"},
		"Answer to query 1: NOERROR, 40 bytes":                                            trace.QueryAnswered{ID: 1, Rcode: "NOERROR", Bytes: 40},
		"No answer to query 2: timeout":                                                   trace.QueryFailed{ID: 2, Why: "timeout"},
		"Resolved by dns to 192.0.2.1, 2001:db8::1":                                       trace.Resolved{Source: "dns", Addresses: []string{"192.0.2.1", "2001:db8::1"}},
		"Resolved also to 192.0.2.1":                                                      trace.AddressesAdded{Addresses: []string{"192.0.2.1"}},
		"  Trying 192.0.2.1:80...":                                                        trace.AttemptStarted{Address: "192.0.2.1:80"},
		"Connection to 192.0.2.1:80 failed: refused":                                      trace.AttemptEnded{Address: "192.0.2.1:80", Outcome: trace.AttemptFailed, Why: "refused"},
		"Connected to 192.0.2.1:80 from 10.0.0.1:9":                                       trace.Connected{Local: "10.0.0.1:9", Remote: "192.0.2.1:80"},
		"Reusing the connection to 192.0.2.1:80":                                          trace.ConnectionReused{Remote: "192.0.2.1:80"},
		"Uses proxy p:1080, named by -x":                                                  trace.ProxyUsed{Proxy: "p:1080", Via: "-x"},
		"Asking the proxy for a tunnel to a:443":                                          trace.TunnelStarted{Target: "a:443"},
		"The proxy answered 200":                                                          trace.TunnelEnded{Status: 200},
		"TLS 1.3 connection using C / G, ALPN h":                                          trace.TLSEnded{Version: "TLS 1.3", Cipher: "C", Group: "G", ALPN: "h"},
		"Certificate of CN=a by CN=b, until 2027-03-04: trusted":                          trace.CertificatesSeen{Chain: leaf, Verified: true},
		"Certificate of CN=a by CN=b, until 2027-03-04: it has expired":                   trace.CertificatesSeen{Chain: leaf, Message: "it has expired"},
		"Certificate of CN=a by CN=b, until 2027-03-04: it has expired, which is ignored": trace.CertificatesSeen{Chain: leaf, Message: "it has expired", Ignored: true},
		"TLS ended by the server (close_notify)":                                          trace.CloseNotified{Side: trace.Server},
		"Connection reset by the server":                                                  trace.ResetSeen{Side: trace.Server},
		"Closing connection":                                                              trace.CloseStarted{},
		"Connection closed, complete":                                                     trace.CloseEnded{Why: "complete"},
		"Read all the same: bare LF (RFC 9112, section 2.2)":                              trace.LenientlyRead{What: "bare LF", Section: "RFC 9112, section 2.2"},
		"no such host": trace.Failed{Message: errors.New("no such host").Error()},
	} {
		if got := Describe(e); got != want {
			t.Errorf("%T: got %q, want %q", e, got, want)
		}
	}
	for _, e := range []trace.Event{trace.HeadStarted{}, trace.AttemptEnded{Outcome: trace.AttemptConnected}, trace.CertificatesSeen{}, trace.StateSeen{}} {
		if got := Describe(e); got != "" {
			t.Errorf("%T: got %q, want nothing", e, got)
		}
	}
}
