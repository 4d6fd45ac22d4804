package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/netip"
	"testing"

	"fetchscope/trace"
)

// TestUnwatched fetches where nobody is to be told: what the server gets is the same.
func TestUnwatched(t *testing.T) {
	ca := newAuthority(t)
	chain := ca.issue(t, leafTemplate("example.test"))
	got := make(chan string, 1)
	addr := serve(t, func(raw *net.TCPConn) {
		c := tls.Server(raw, &tls.Config{Certificates: []tls.Certificate{chain}})
		_, _ = c.Write([]byte("hello"))
		b, err := io.ReadAll(c) // without a close_notify this is an error
		rest, rerr := io.ReadAll(raw)
		got <- string(b)
		if err != nil || rerr != nil || len(rest) > 0 {
			t.Errorf("the server read to %v, then %q, %v", err, rest, rerr)
		}
	})
	conn, err := Dial(t.Context(), nil, 0, []netip.AddrPort{addr})
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.StartTLS(t.Context(), TLSConfig{ServerName: "example.test", Roots: ca.roots(t)}); err != nil {
		t.Fatal(err)
	}
	page := make([]byte, 5)
	if _, err := io.ReadFull(conn, page); string(page) != "hello" || err != nil {
		t.Errorf("read %q, %v", page, err)
	}
	if _, err := conn.Write([]byte("bye")); err != nil {
		t.Error(err)
	}
	conn.Close(t.Context(), CloseOptions{})
	if s := <-got; s != "bye" {
		t.Errorf("the server got %q", s)
	}
	if conn.Remote() != addr || !conn.Local().IsValid() || conn.Sent() < 3 {
		t.Errorf("from %v to %v, %d bytes sent", conn.Local(), conn.Remote(), conn.Sent())
	}
}

// TestPlainSocketTells has a plain socket's failures told as a watched one's are, and
// what cannot be seen as that.
func TestPlainSocketTells(t *testing.T) {
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := ln.Addr().(*net.TCPAddr).AddrPort()
	ln.Close()
	var failed *Error
	if _, err := Dial(t.Context(), nil, 0, []netip.AddrPort{nobody}); !errors.As(err, &failed) || failed.Code != CodeRefused {
		t.Errorf("a closed port: %v, want %s", err, CodeRefused)
	}

	over, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := connectPlain(over, nil, nobody, Local{}); !cut(err) {
		t.Errorf("with a context that is over: %v", err)
	}

	j := newJournal(t)
	sock, err := connectPlain(t.Context(), j.Scope(0), serve(t, func(c *net.TCPConn) {
		_, _ = c.Read(make([]byte, 1))
		_ = c.SetLinger(0)
	}), Local{})
	if err != nil {
		t.Fatal(err)
	}
	conn := newConn(sock, j.Scope(0))
	if _, err := conn.Write([]byte("x")); err != nil {
		t.Error(err)
	}
	if _, err := conn.Read(make([]byte, 1)); !errors.As(err, &failed) || failed.Code != CodeReset {
		t.Errorf("a reset: %v, want %s", err, CodeReset)
	}
	conn.Close(t.Context(), CloseOptions{})
	if side := one[trace.ResetSeen](j).Side; side != trace.Server {
		t.Errorf("reset by the %s", side)
	}
	if what := one[trace.NotObservable](j).What; what != "states" {
		t.Errorf("%s are not observable", what)
	}
	if why := one[trace.CloseEnded](j).Why; why != endUnobservable {
		t.Errorf("the close ended %q", why)
	}
}
