package peers

import (
	"bytes"
	"compress/gzip"
	"io"
	"mime"
	"mime/multipart"
	"testing"
)

// A check is what is to be true of what was fetched.
type check func(*testing.T, *Server, *fetched)

func all(checks ...check) check {
	return func(t *testing.T, s *Server, f *fetched) {
		t.Helper()
		for _, c := range checks {
			c(t, s, f)
		}
	}
}

// bodyOf wants the file of a path.
func bodyOf(path string) check {
	return func(t *testing.T, s *Server, f *fetched) {
		t.Helper()
		same(t, f.body, s.Site.Content(t, path))
	}
}

// joined wants what Parts is sent as.
func joined(t *testing.T, s *Server, f *fetched) {
	t.Helper()
	same(t, f.body, s.Site.Joined(t))
}

func same(t *testing.T, got, want []byte) {
	t.Helper()
	if !bytes.Equal(got, want) {
		t.Errorf("%d bytes that are not the %d wanted", len(got), len(want))
	}
}

// framed wants the last body to end as said.
func framed(how string) check {
	return func(t *testing.T, _ *Server, f *fetched) {
		t.Helper()
		if got := f.last().Response.Framing; got != how {
			t.Errorf("framing is %q, want %q", got, how)
		}
	}
}

// part wants a part of Random.
func part(from, to int) check {
	return func(t *testing.T, s *Server, f *fetched) {
		t.Helper()
		same(t, f.body, s.Site.Content(t, Random)[from:to])
	}
}

// parts wants several parts of Random (RFC 9110, section 14.6).
func parts(wanted ...[2]int) check {
	return func(t *testing.T, s *Server, f *fetched) {
		t.Helper()
		kind, params, err := mime.ParseMediaType(f.field("Content-Type"))
		if err != nil || kind != "multipart/byteranges" {
			t.Fatalf("the response is %q", f.field("Content-Type"))
		}
		r := multipart.NewReader(bytes.NewReader(f.body), params["boundary"])
		for _, w := range wanted {
			p, err := r.NextPart()
			if err != nil {
				t.Fatal(err)
			}
			b, err := io.ReadAll(p)
			if err != nil {
				t.Fatal(err)
			}
			same(t, b, s.Site.Content(t, Random)[w[0]:w[1]])
		}
	}
}

// compressed wants a coding that was undone, and both its sizes told.
func compressed(t *testing.T, s *Server, f *fetched) {
	t.Helper()
	r := f.last().Response
	size := int64(len(s.Site.Content(t, Text)))
	if len(r.Codings) != 1 || r.Codings[0] != "gzip" || r.BodyBytes >= size || r.DecodedBytes == nil || *r.DecodedBytes != size {
		t.Errorf("codings %v, %d bytes, decoded %v", r.Codings, r.BodyBytes, r.DecodedBytes)
	}
}

// gzipped wants a coding that was left.
func gzipped(t *testing.T, s *Server, f *fetched) {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(f.body))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	same(t, b, s.Site.Content(t, Text))
	if got := f.last().Response.BodyBytes; got != int64(len(f.body)) {
		t.Errorf("%d bytes told of, %d written", got, len(f.body))
	}
}

func withoutBody(t *testing.T, _ *Server, f *fetched) {
	t.Helper()
	if r := f.last().Response; r.BodyBytes != 0 {
		t.Errorf("a body of %d bytes", r.BodyBytes)
	}
}

// together wants all exchanges on the connection of the first.
func together(t *testing.T, _ *Server, f *fetched) {
	t.Helper()
	for i, x := range f.exchanges {
		if c := x.Connection; c.Reused != (i > 0) || c.Local != f.exchanges[0].Connection.Local {
			t.Errorf("exchange %d is on %s, reused: %v", i, c.Local, c.Reused)
		}
	}
}

// uploaded wants a file on the server that is what was sent.
func uploaded(name string) check {
	return func(t *testing.T, s *Server, f *fetched) {
		t.Helper()
		same(t, s.Site.Content(t, Uploads+name), f.sent)
	}
}

// continued wants the server to have given leave to send (RFC 9110, section 10.1.1).
func continued(t *testing.T, _ *Server, f *fetched) {
	t.Helper()
	interim := f.last().Response.Interim
	if len(interim) == 0 || interim[0].Status != 100 {
		t.Errorf("interim responses %v", interim)
	}
}

// unsent wants no body to have been sent where no leave was given.
func unsent(t *testing.T, _ *Server, f *fetched) {
	t.Helper()
	if r := f.last().Request; r.BodyBytes != 0 {
		t.Errorf("%d bytes were sent", r.BodyBytes)
	}
}
