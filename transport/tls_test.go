package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"testing"

	"fetchscope/trace"
)

// tlsServer serves TLS with the certificates of a chain; script runs after the
// handshake.
func tlsServer(t *testing.T, c *tls.Config, script func(c *tls.Conn)) func(*net.TCPConn) {
	return func(raw *net.TCPConn) {
		conn := tls.Server(raw, c)
		if conn.Handshake() == nil {
			script(conn)
		}
		drained(raw)
	}
}

func TestHandshake(t *testing.T) {
	ca := newAuthority(t)
	chain := ca.issue(t, leafTemplate("example.test"))
	for version, oursLast := range map[uint16]bool{tls.VersionTLS12: false, tls.VersionTLS13: true} {
		t.Run(tls.VersionName(version), func(t *testing.T) {
			j := newJournal(t)
			conn := j.dial(serve(t, tlsServer(t, &tls.Config{
				Certificates: []tls.Certificate{chain}, NextProtos: []string{"http/1.1"}, MaxVersion: version,
			}, func(c *tls.Conn) {
				_, _ = c.Write([]byte("hello"))
				_ = c.CloseWrite()
			})))
			err := conn.StartTLS(t.Context(), TLSConfig{
				ServerName: "example.test.", ALPN: []string{"h2", "http/1.1"}, Roots: ca.roots(t),
			})
			if err != nil {
				t.Fatal(err)
			}
			begun, ended := one[trace.TLSStarted](j), one[trace.TLSEnded](j)
			if begun.Offset != 0 || begun.ServerName != "example.test." {
				t.Errorf("started %+v", begun)
			}
			if ended.Version != tls.VersionName(version) || ended.ALPN != "http/1.1" || ended.OursLast != oursLast ||
				ended.Offset != conn.Sent() || ended.Cipher == "" || ended.Group == "" {
				t.Errorf("ended %+v after %d bytes, want %s, ours last: %t", ended, conn.Sent(), tls.VersionName(version), oursLast)
			}
			if seen := one[trace.CertificatesSeen](j); !seen.Verified || seen.Why != "" || len(seen.Chain) != 2 {
				t.Errorf("certificates %+v, want a trusted chain of two", seen)
			}
			body, err := io.ReadAll(conn)
			if string(body) != "hello" || err != nil {
				t.Errorf("read %q, %v", body, err)
			}
			conn.Close(t.Context(), CloseOptions{})
			j.await(trace.CloseNotified{Side: trace.Server})
			j.await(trace.CloseNotified{Side: trace.Client})
			if why := one[trace.CloseEnded](j).Why; why != conn.sock.observed() {
				t.Errorf("the close ended %q", why)
			}
		})
	}
}

func TestEndWithoutCloseNotifyIsTruncation(t *testing.T) {
	ca := newAuthority(t)
	chain := ca.issue(t, leafTemplate("example.test"))
	j := newJournal(t)
	conn := j.dial(serve(t, func(raw *net.TCPConn) {
		c := tls.Server(raw, &tls.Config{Certificates: []tls.Certificate{chain}})
		_, _ = c.Write([]byte("half"))
		_ = raw.CloseWrite()
		drained(raw)
	}))
	defer conn.Close(t.Context(), CloseOptions{})
	if err := conn.StartTLS(t.Context(), TLSConfig{ServerName: "example.test", Roots: ca.roots(t)}); err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(conn)
	if string(body) != "half" || err != io.ErrUnexpectedEOF {
		t.Errorf("read %q, %v, want all and %v", body, err, io.ErrUnexpectedEOF)
	}
	if n := len(of[trace.CloseNotified](j)); n != 0 {
		t.Errorf("%d close_notify recorded, want none", n)
	}
	_, _ = conn.Read(make([]byte, 1))
	one[trace.NotifyMissing](j)
}

func TestHandshakeFails(t *testing.T) {
	ca := newAuthority(t)
	good := ca.issue(t, leafTemplate("example.test"))
	garbage := tls.Certificate{Certificate: [][]byte{{0x30, 0x03, 1, 2, 3}}, PrivateKey: good.PrivateKey}
	nothing := func(*tls.Conn) {}
	cases := []struct {
		name   string
		server func(*net.TCPConn)
		code   trace.Code
	}{
		{"plain text", func(c *net.TCPConn) {
			_, _ = c.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
			_ = c.CloseWrite()
			drained(c)
		}, CodeNotTLS},
		{"closed at once", func(c *net.TCPConn) {
			_ = c.CloseWrite()
			drained(c)
		}, CodeTLSCut},
		{"closed within a record", func(c *net.TCPConn) {
			_, _ = c.Write([]byte{22, 3, 3, 0, 100, 2, 0})
			_ = c.CloseWrite()
			drained(c)
		}, CodeTLSCut},
		{"alert", func(c *net.TCPConn) {
			_, _ = c.Write([]byte{21, 3, 3, 0, 2, 2, 40})
			drained(c)
		}, CodeTLSAlert},
		{"no version in common", tlsServer(t, &tls.Config{Certificates: []tls.Certificate{good}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, nothing), CodeTLSProtocol},
		{"a version nobody offered", func(c *net.TCPConn) {
			_, _ = c.Write(append([]byte{22, 3, 1, 0, 44, 2, 0, 0, 40, 3, 1}, make([]byte, 38)...))
			drained(c)
		}, CodeTLSProtocol},
		{"garbage for a certificate", tlsServer(t, &tls.Config{Certificates: []tls.Certificate{garbage}}, nothing), CodeCertUnusable},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			j := newJournal(t)
			conn := j.dial(serve(t, tc.server))
			err := conn.StartTLS(t.Context(), TLSConfig{ServerName: "example.test", Roots: ca.roots(t)})
			wantError(t, err, tc.code, nil)
			conn.Close(t.Context(), CloseOptions{})
			if n := len(of[trace.TLSEnded](j)); n != 0 {
				t.Error("a handshake that failed was recorded as ended")
			}
		})
	}
}

func TestHandshakeIsInterrupted(t *testing.T) {
	why := errors.New("enough")
	conn := newJournal(t).dial(serve(t, drained))
	defer conn.Close(t.Context(), CloseOptions{})
	ctx, cancel := context.WithCancelCause(t.Context())
	go cancel(why)
	wantError(t, conn.StartTLS(ctx, TLSConfig{ServerName: "example.test", Roots: newAuthority(t).roots(t)}), CodeInterrupted, why)
}

func TestWireHandsOverOneRecordAtATime(t *testing.T) {
	records := [][]byte{{23, 3, 3, 0, 3, 'a', 'b', 'c'}, {23, 3, 3, 0, 1, 'd'}, {23, 3, 3, 0, 0}, {21, 3, 3, 0, 2, 1, 0}}
	var all []byte
	for _, r := range records {
		all = append(all, r...)
	}
	for size := 1; size <= len(all); size++ {
		j := newJournal(t)
		next := make(chan struct{})
		conn := j.dial(serve(t, func(c *net.TCPConn) {
			for rest := all; len(rest) > 0; {
				n := min(size, len(rest))
				if _, err := c.Write(rest[:n]); err != nil {
					return
				}
				rest = rest[n:]
			}
			close(next)
			drained(c)
		}))
		if size%2 == 0 {
			<-next // all there at once
		}
		w := newWire(conn.sock, nil)
		buf := make([]byte, 64)
		for i, want := range records {
			var got []byte
			for len(got) < len(want) {
				n, err := w.Read(buf)
				if err != nil {
					t.Fatalf("portions of %d: record %d: %v", size, i, err)
				}
				got = append(got, buf[:n]...)
			}
			if string(got) != string(want) {
				t.Errorf("portions of %d: record %d is %q, want %q", size, i, got, want)
			}
			if w.arrived.At > j.now() {
				t.Errorf("portions of %d: record %d arrived in the future", size, i)
			}
		}
		conn.Close(t.Context(), CloseOptions{})
	}
}
