package peers

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// origins are the servers, each with a site of its own.
var origins = []struct {
	name  string
	start func(t testing.TB) *Server
}{
	{"nginx", func(t testing.TB) *Server { return Nginx(t, NewSite(t)) }},
	{"apache", func(t testing.TB) *Server { return Apache(t, NewSite(t)) }},
	{"caddy", func(t testing.TB) *Server { return Caddy(t, Nginx(t, NewSite(t))) }},
	{"haproxy", func(t testing.TB) *Server { return HAProxy(t, Nginx(t, NewSite(t))) }},
}

// ways are how a server is reached.
var ways = []struct {
	name  string
	flags []string
	base  func(s *Server) string
}{
	{"plain", nil, func(s *Server) string { return s.Plain }},
	{"TLS 1.2", []string{"--tls-max", "1.2"}, func(s *Server) string { return s.Secure }},
	{"TLS 1.3", []string{"--tlsv1.3"}, func(s *Server) string { return s.Secure }},
}

// TestServers does with each server, in each way, what people do with servers. What is
// told of it must be what the server's log says.
func TestServers(t *testing.T) {
	for _, o := range origins {
		t.Run(o.name, func(t *testing.T) {
			t.Parallel()
			s := o.start(t)
			for _, w := range ways {
				for _, c := range scenarios {
					if c.digest && !s.Digest {
						continue // of Debian's servers Apache alone knows it
					}
					t.Run(w.name+"/"+c.name, func(t *testing.T) {
						c.run(t, s, w.base(s), w.flags)
					})
				}
			}
		})
	}
}

// A scenario is a command and what is to come of it.
type scenario struct {
	name string
	// digest says that the server must know Digest.
	digest bool
	words  []string
	stdin  string
	// before is how much of Random the file for the body has already.
	before int
	// upload is how long a file to send is; its path is put in for %u.
	upload int
	// statuses are those of the exchanges, in order.
	statuses []int
	check    check
}

var scenarios = []scenario{
	{name: "whole", words: []string{Random}, statuses: []int{200}, check: all(bodyOf(Random), framed("length"))},
	{name: "empty", words: []string{Empty}, statuses: []int{200}, check: bodyOf(Empty)},
	{name: "missing", words: []string{Missing}, statuses: []int{404}},
	{name: "chunked", words: []string{Parts}, statuses: []int{200}, check: all(joined, framed("chunked"))},
	{name: "until the close", words: []string{"-0", Parts}, statuses: []int{200}, check: all(joined, framed("close"))},
	{name: "range", words: []string{"-r", "1000-4999", Random}, statuses: []int{206}, check: part(1000, 5000)},
	{name: "range from the end", words: []string{"-r", "-700", Random}, statuses: []int{206}, check: part(1<<20-700, 1<<20)},
	{name: "several ranges", words: []string{"-r", "0-99,5000-5999", Random}, statuses: []int{206}, check: parts([2]int{0, 100}, [2]int{5000, 6000})},
	{name: "resumed", words: []string{"-C", "-", Random}, before: 300_000, statuses: []int{206}, check: bodyOf(Random)},
	{name: "gzip", words: []string{"--compressed", Text}, statuses: []int{200}, check: all(bodyOf(Text), compressed)},
	{name: "gzip as it is", words: []string{"-H", "Accept-Encoding: gzip", Text}, statuses: []int{200}, check: gzipped},
	{name: "head", words: []string{"-I", Random}, statuses: []int{200}, check: withoutBody},
	{name: "unchanged by date", words: []string{"-z", Changed.Format("2 Jan 2006 15:04:05 MST"), Random}, statuses: []int{304}, check: withoutBody},
	{name: "changed by date", words: []string{"-z", "28 Feb 2024", Random}, statuses: []int{200}, check: bodyOf(Random)},
	{name: "one connection for three", words: []string{Text, Random, "-o", os.DevNull, Missing, "-o", os.DevNull}, statuses: []int{200, 200, 404}, check: together},
	{name: "upload with leave", words: []string{"-T", "%u", Uploads + "leave"}, upload: 2 << 20, statuses: []int{201}, check: continued},
	{name: "small upload", words: []string{"-T", "%u", Uploads + "small"}, upload: 5000, statuses: []int{201}, check: uploaded("small")},
	{name: "upload in chunks", words: []string{"-T", "-", Uploads + "chunks"}, stdin: strings.Repeat("chunked ", 9000), statuses: []int{201}, check: uploaded("chunks")},
	{name: "moved", words: []string{"-L", Moved}, statuses: []int{301, 200}, check: bodyOf(Text)},
	{name: "found", words: []string{"-L", Found}, statuses: []int{302, 200}, check: bodyOf(Text)},
	{name: "upload redirected", words: []string{"-L", "-T", "%u", Kept}, upload: 5000, statuses: []int{307, 201}, check: uploaded("kept")},
	{name: "upload refused", words: []string{"-T", "%u", Locked}, upload: 2 << 20, statuses: []int{401}, check: unsent},
	{name: "locked", words: []string{Locked}, statuses: []int{401}},
	{name: "locked, wrong password", words: []string{"-u", User + ":guess", Locked}, statuses: []int{401}},
	{name: "basic", words: []string{"-u", login, Locked}, statuses: []int{200}, check: bodyOf(Text)},
	{name: "any login, which is basic", words: []string{"--anyauth", "-u", login, Locked}, statuses: []int{401, 200}, check: bodyOf(Text)},
	{name: "digest", digest: true, words: []string{"--digest", "-u", login, Digest}, statuses: []int{401, 200}, check: bodyOf(Text)},
	{name: "digest, wrong password", digest: true, words: []string{"--digest", "-u", User + ":guess", Digest}, statuses: []int{401, 401}},
	{name: "digest for two URLs", digest: true, words: []string{"--digest", "-u", login, Digest, Digest, "-o", os.DevNull}, statuses: []int{401, 200, 401, 200}, check: all(bodyOf(Text), together)},
	{name: "any login, which is digest", digest: true, words: []string{"--anyauth", "-u", login, Digest}, statuses: []int{401, 200}, check: bodyOf(Text)},
}

// run runs a scenario.
func (c scenario) run(t *testing.T, s *Server, base string, flags []string) {
	dir := t.TempDir()
	words := slices.Concat(flags, c.words)
	var stdin io.Reader
	sent := []byte(c.stdin)
	switch {
	case c.upload > 0:
		sent = pattern(c.upload)
		i := slices.Index(words, "%u")
		words[i] = filepath.Join(dir, "upload")
		writeFile(t, words[i], sent)
	case c.stdin != "":
		stdin = strings.NewReader(c.stdin)
	}
	file := filepath.Join(dir, "body")
	if c.before > 0 {
		writeFile(t, file, s.Site.Content(t, Random)[:c.before])
	}
	f := s.fetch(t, base, file, stdin, words...)
	var statuses []int
	for _, x := range f.exchanges {
		statuses = append(statuses, x.Response.Status)
	}
	if !slices.Equal(statuses, c.statuses) {
		t.Errorf("statuses %v, want %v", statuses, c.statuses)
	}
	f.sent = sent
	if c.check != nil {
		c.check(t, s, f)
	}
	os.Remove(s.Site.File(Uploads + filepath.Base(c.words[len(c.words)-1])))
}

func writeFile(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// pattern is n bytes that are no repetition of a short piece.
func pattern(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i) ^ byte(i>>8) ^ byte(i>>16)
	}
	return b
}
