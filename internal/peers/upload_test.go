package peers

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// large is the size of the uploads that are to show that nothing is lost or counted twice
// on the way.
const large = 100 << 20

// TestLargeUploads sends 100 MB to each server, by a length and in chunks.
func TestLargeUploads(t *testing.T) {
	for _, o := range origins {
		t.Run(o.name, func(t *testing.T) {
			s := o.start(t)
			file := filepath.Join(t.TempDir(), "large")
			writeLarge(t, file)
			t.Run("plain", func(t *testing.T) { s.upload(t, s.Plain, file, file, nil) })
			t.Run("TLS 1.3, in chunks", func(t *testing.T) {
				s.upload(t, s.Secure, "-", file, open(t, file))
			})
		})
	}
}

func (s *Server) upload(t *testing.T, base, file, original string, stdin io.Reader) {
	f := s.fetch(t, base, filepath.Join(t.TempDir(), "body"), stdin, "-T", file, Uploads+"large")
	x := f.last()
	if x.Response.Status != 201 {
		t.Errorf("status %d", x.Response.Status)
	}
	if stdin == nil && x.Request.BodyBytes != large {
		t.Errorf("%d bytes of body are told of", x.Request.BodyBytes)
	}
	stored := s.Site.File(Uploads + "large")
	sameFiles(t, stored, original)
	if err := os.Remove(stored); err != nil {
		t.Error(err)
	}
}

// writeLarge writes a file in which no piece is like another at the same distance.
func writeLarge(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	piece := random()
	for i := range large / len(piece) {
		piece[i] ^= 0xff
		if _, err := f.Write(piece); err != nil {
			t.Fatal(err)
		}
	}
}

func sameFiles(t *testing.T, got, want string) {
	t.Helper()
	a, b := open(t, got), open(t, want)
	p, q := make([]byte, 1<<20), make([]byte, 1<<20)
	for at := 0; ; at += len(p) {
		n, _ := io.ReadFull(a, p)
		m, err := io.ReadFull(b, q)
		if !bytes.Equal(p[:n], q[:m]) {
			t.Fatalf("what came differs from what was sent behind byte %d", at)
		}
		if err != nil {
			return
		}
	}
}

func open(t *testing.T, path string) *os.File {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}
