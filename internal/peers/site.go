package peers

import (
	"bytes"
	"crypto/md5" // Digest as servers know it, RFC 7616
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// Who may read what is locked. The password has a colon, which the name may not have.
const (
	User     = "me"
	Password = "pass:word"
	Realm    = "staff"
)

// Paths that every server answers, besides those of the site's files. Uploads are put
// below Uploads.
const (
	Text    = "/text.txt"   // 100 KB, which compress well
	Random  = "/random.bin" // 1 MB, which do not
	Empty   = "/empty.txt"
	Missing = "/missing.txt"
	Moved   = "/moved"      // 301 to Text
	Found   = "/found"      // 302 to Text
	Kept    = "/kept"       // 307 to Uploads + "kept"
	Parts   = "/parts.html" // Text between two tags, put together as it is sent
	Uploads = "/dav/"
	Locked  = "/locked/text.txt" // by Basic
	Digest  = "/digest/text.txt" // by Digest
)

// Changed is when the files of a site were last changed.
var Changed = time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)

// A Site is a folder of files to serve.
type Site struct {
	Folder string
	// Authority and Key are the files with the certificate of all servers of this site, and
	// with its key.
	Authority, Key string

	private string // a folder for what is not served
}

// NewSite makes the files of a site.
func NewSite(t testing.TB) *Site {
	t.Helper()
	private := openFolder(t)
	s := &Site{
		Folder: filepath.Join(private, "site"), private: private,
		Authority: filepath.Join(private, CertFile), Key: filepath.Join(private, KeyFile),
	}
	WriteCertificate(t, private)
	text := lines()
	for path, b := range map[string][]byte{
		Text: text, Parts: []byte(`<p><!--#include virtual="` + Text + `" --></p>`), Random: random(), Empty: nil, Locked: text, Digest: text, Uploads + "here": nil,
	} {
		s.write(t, path, b)
	}
	openToAll(t, s.File(Uploads))
	s.writeUsers(t)
	return s
}

// openFolder makes a folder that others may look into: a server that root starts works as
// somebody else.
func openFolder(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	for _, d := range []string{dir, filepath.Dir(dir)} {
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// openToAll makes a folder, if there is none, in which anybody may write.
func openToAll(t testing.TB, dir string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
}

func (s *Site) write(t testing.TB, path string, b []byte) {
	t.Helper()
	file := s.File(path)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, b, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(file, Changed, Changed); err != nil {
		t.Fatal(err)
	}
}

// File is where the file of a path is.
func (s *Site) File(path string) string { return filepath.Join(s.Folder, filepath.FromSlash(path)) }

// Content is what the file of a path holds.
func (s *Site) Content(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(s.File(path))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Joined is what Parts is sent as.
func (s *Site) Joined(t testing.TB) []byte {
	t.Helper()
	return slices.Concat([]byte("<p>"), s.Content(t, Text), []byte("</p>"))
}

// writeUsers writes the files of names and passwords, in forms that several servers read.
func (s *Site) writeUsers(t testing.TB) {
	t.Helper()
	hashed := sha1.Sum([]byte(Password))
	for name, line := range map[string]string{
		"users":  User + ":{SHA}" + base64.StdEncoding.EncodeToString(hashed[:]),
		"hashes": fmt.Sprintf("%s:%x", User, md5.Sum([]byte(Password))),
		"digest": fmt.Sprintf("%s:%s:%x", User, Realm, md5.Sum([]byte(User+":"+Realm+":"+Password))),
	} {
		if err := os.WriteFile(filepath.Join(s.private, name), []byte(line+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func lines() []byte {
	var b bytes.Buffer
	for i := range 2400 {
		fmt.Fprintf(&b, "line %d of a text that is long enough\n", i)
	}
	return b.Bytes()
}

func random() []byte {
	b := make([]byte, 1<<20)
	_, _ = rand.NewChaCha8([32]byte{}).Read(b)
	return b
}
