package transport

import (
	"crypto/tls"
	"encoding/binary"
	"io"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"fetchscope/trace"

	"github.com/google/go-cmp/cmp"
)

// said is a flight in one line.
func said(f trace.FlightSeen) string {
	return map[trace.Side]string{trace.Client: "> ", trace.Server: "< "}[f.Side] + strings.Join(f.Messages, " ")
}

func lines(flights []trace.FlightSeen) []string {
	var out []string
	for _, f := range flights {
		out = append(out, said(f))
	}
	return out
}

func TestFlights(t *testing.T) {
	ca := newAuthority(t)
	const v12, v13 = tls.VersionTLS12, tls.VersionTLS13
	me := sign(t, clientTemplate("me"), nil)
	id, err := LoadIdentity(IdentityFiles{Cert: file(t, me.block(), me.keyBlock(t))})
	if err != nil {
		t.Fatal(err)
	}
	const finish = "> ClientKeyExchange ChangeCipherSpec encrypted"
	for _, tc := range []struct {
		name    string
		server  *tls.Config
		before  int // handshakes before the one that is looked at
		resumed bool
		want    []string
	}{
		{"TLS 1.3", &tls.Config{MinVersion: v13}, 0, false, []string{
			"> ClientHello", "< ServerHello ChangeCipherSpec encrypted", "> ChangeCipherSpec encrypted",
		}},
		{"TLS 1.3, resumed", &tls.Config{MinVersion: v13}, 1, true, []string{
			"> ClientHello", "< ServerHello ChangeCipherSpec encrypted", "> ChangeCipherSpec encrypted",
		}},
		{"HelloRetryRequest", &tls.Config{MinVersion: v13, CurvePreferences: []tls.CurveID{tls.CurveP521}}, 0, false, []string{
			"> ClientHello", "< HelloRetryRequest ChangeCipherSpec", "> ChangeCipherSpec ClientHello",
			"< ServerHello encrypted", "> encrypted",
		}},
		{"TLS 1.2", &tls.Config{MaxVersion: v12, SessionTicketsDisabled: true}, 0, false, []string{
			"> ClientHello", "< ServerHello Certificate ServerKeyExchange ServerHelloDone", finish, "< ChangeCipherSpec encrypted",
		}},
		{"TLS 1.2 with a ticket", &tls.Config{MaxVersion: v12}, 0, false, []string{
			"> ClientHello", "< ServerHello Certificate ServerKeyExchange ServerHelloDone", finish, "< NewSessionTicket ChangeCipherSpec encrypted",
		}},
		{"TLS 1.2, resumed", &tls.Config{MaxVersion: v12}, 1, true, []string{
			"> ClientHello", "< ServerHello NewSessionTicket ChangeCipherSpec encrypted", "> ChangeCipherSpec encrypted",
		}},
		{"TLS 1.2, certificates of both", &tls.Config{MaxVersion: v12, SessionTicketsDisabled: true, ClientAuth: tls.RequireAnyClientCert}, 0, false, []string{
			"> ClientHello", "< ServerHello Certificate ServerKeyExchange CertificateRequest ServerHelloDone",
			"> Certificate ClientKeyExchange CertificateVerify ChangeCipherSpec encrypted", "< ChangeCipherSpec encrypted",
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.server.Certificates = []tls.Certificate{ca.issue(t, leafTemplate(host))}
			addr := serve(t, tlsServer(t, tc.server, func(c *tls.Conn) {
				_, _ = c.Write([]byte("hello"))
				_ = c.CloseWrite()
			}))
			config := TLSConfig{ServerName: host, Roots: ca.roots(t), Identity: id, Sessions: NewSessions()}
			for i := 0; ; i++ {
				j := newJournal(t)
				conn := j.dial(addr)
				begun := j.now()
				if err := conn.StartTLS(t.Context(), config); err != nil {
					t.Fatal(err)
				}
				over := j.now()
				_, _ = io.ReadAll(conn) // tickets come behind the handshake of TLS 1.3
				conn.Close(t.Context(), CloseOptions{})
				if i < tc.before {
					continue
				}
				flights := of[trace.FlightSeen](j)
				if diff := cmp.Diff(tc.want, lines(flights)); diff != "" {
					t.Errorf("flights (-want +got):\n%s", diff)
				}
				if e := one[trace.TLSEnded](j); e.Resumed != tc.resumed {
					t.Errorf("resumed: %t, want %t", e.Resumed, tc.resumed)
				}
				accountsFor(t, j, conn, begun, over)
				return
			}
		})
	}
}

// accountsFor checks that the flights have all bytes of the handshake, one after the
// other.
func accountsFor(t *testing.T, j *journal, conn *Conn, begun, over trace.Time) {
	t.Helper()
	var sent int64
	last := begun
	for _, r := range j.Records() {
		f, ok := r.Event.(trace.FlightSeen)
		if !ok {
			continue
		}
		if f.Side == trace.Client {
			sent += f.Bytes
		}
		if r.Latest() < last || f.Last < r.At || f.Last > over || f.Records == 0 {
			t.Errorf("flight %+v at %d, behind one that began at %d; all was over at %d", f, r.At, last, over)
		}
		last = r.At
	}
	if want := one[trace.TLSEnded](j).Offset; sent != want {
		t.Errorf("our flights have %d bytes, want %d", sent, want)
	}
}

// A resumed session's certificate is judged like any other.
func TestResumptionJudgesAgain(t *testing.T) {
	ca := newAuthority(t)
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		t.Run(tls.VersionName(version), func(t *testing.T) {
			addr := serve(t, tlsServer(t, &tls.Config{Certificates: []tls.Certificate{ca.issue(t, leafTemplate(host))}, MaxVersion: version}, func(c *tls.Conn) {
				_, _ = c.Write([]byte("hello"))
				_ = c.CloseWrite()
			}))
			sessions := NewSessions()
			strangers := newAuthority(t).roots(t)
			for _, step := range []struct {
				roots *Roots
				code  trace.Code
			}{{ca.roots(t), ""}, {ca.roots(t), ""}, {strangers, CodeUnknownCA}} {
				j := newJournal(t)
				conn := j.dial(addr)
				err := conn.StartTLS(t.Context(), TLSConfig{ServerName: host, Roots: step.roots, Sessions: sessions})
				if step.code != "" {
					wantError(t, err, step.code, nil)
				} else if err != nil {
					t.Error(err)
				} else {
					_, _ = io.ReadAll(conn)
				}
				conn.Close(t.Context(), CloseOptions{})
				if seen := one[trace.CertificatesSeen](j); seen.Why != step.code || len(seen.Chain) == 0 {
					t.Errorf("recorded %+v, want %q and a chain", seen, step.code)
				}
			}
		})
	}
}

func TestNobodyToTellHasNoFlights(t *testing.T) {
	ca := newAuthority(t)
	addr := serve(t, tlsServer(t, &tls.Config{Certificates: []tls.Certificate{ca.issue(t, leafTemplate(host))}}, func(*tls.Conn) {}))
	conn, err := Dial(t.Context(), nil, 0, []netip.AddrPort{addr})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context(), CloseOptions{})
	if err := conn.StartTLS(t.Context(), TLSConfig{ServerName: host, Roots: ca.roots(t)}); err != nil {
		t.Error(err)
	}
}

// record makes one of TLS.
func record(kind byte, payload ...byte) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{kind, 3, 3}, uint16(len(payload))), payload...)
}

// heard is what a dialogue makes of bytes of both sides in portions of one size.
func heard(size int, speeches ...[]byte) *dialogue {
	d := &dialogue{}
	for i, s := range speeches {
		for p := range slices.Chunk(s, max(size, 1)) {
			d.hear([]trace.Side{trace.Client, trace.Server}[i%2], p, trace.Moment{}, trace.Moment{})
		}
	}
	return d
}

// Names do not depend on how the bytes come, and their number does not on the peer.
func FuzzFlights(f *testing.F) {
	retry := append([]byte{messageServerHello, 0, 0, byte(messageStart - messageHeader), 3, 3}, retryRandom...)
	f.Add(record(recordHandshake, 1, 0, 0, 2, 3, 3), record(recordHandshake, retry...), 3)
	f.Add(record(recordHandshake, 1, 0, 0, 0), append(record(recordChangeCipherSpec, 1), record(recordHandshake, 20, 0, 0, 0)...), 1)
	f.Add([]byte("GET / HTTP/1.1\r\n\r\n"), []byte("HTTP/1.1 400 Bad Request\r\n\r\n"), 7)
	f.Add(record(recordApplicationData, make([]byte, 99)...), record(recordAlert, 2, 40), 2)
	f.Add([]byte{}, slices.Repeat(record(recordHandshake, 11, 0, 0, 0), 100), 5)
	f.Fuzz(func(t *testing.T, client, server []byte, size int) {
		if size < 0 {
			size = -size
		}
		got, whole := heard(size, client, server, client, server), heard(1<<20, client, server, client, server)
		if diff := cmp.Diff(whole.flights, got.flights); diff != "" {
			t.Errorf("portions of %d (-whole +portions):\n%s", size, diff)
		}
		var bytes int64
		for _, flight := range got.flights {
			bytes += flight.Bytes
			if len(flight.Messages) > maxMessages+1 {
				t.Errorf("%d messages in a flight", len(flight.Messages))
			}
		}
		if want := int64(2 * (len(client) + len(server))); bytes != want || len(got.flights) > maxFlights {
			t.Errorf("%d flights of %d bytes, want %d bytes", len(got.flights), bytes, want)
		}
	})
}

func TestFlightsAreBounded(t *testing.T) {
	d := &dialogue{}
	for range 100 * maxFlights {
		d.hear(trace.Client, record(recordAlert, 1, 0), trace.Moment{}, trace.Moment{})
		d.hear(trace.Server, record(recordAlert, 1, 0), trace.Moment{}, trace.Moment{})
	}
	if len(d.flights) != maxFlights {
		t.Errorf("%d flights kept, want %d", len(d.flights), maxFlights)
	}
}
