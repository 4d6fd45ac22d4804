package cli

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// setting answers the first request with these fields.
func setting(fields ...string) func(string) string {
	return func(request string) string {
		if !strings.HasPrefix(request, "GET /set") {
			return fineBody
		}
		return "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n" + strings.Join(fields, "\r\n") + "\r\n\r\nok"
	}
}

// jarNames are the names of the cookies in a jar file.
func jarNames(t *testing.T, file string) []string {
	t.Helper()
	names := []string{}
	for line := range strings.Lines(readFile(t, file)) {
		if f := strings.Split(strings.TrimSuffix(line, "\n"), "\t"); len(f) == 7 {
			names = append(names, f[5])
		}
	}
	return names
}

// No server sets a cookie for others than its own domain: not for a suffix that is everybody's,
// not for a piece of an address, not for a name that only ends alike.
func TestAdvisoryCookieScope(t *testing.T) {
	for _, tt := range []struct {
		host, domain string
		kept         bool
		goesTo       string // and not there
	}{
		{"a.co.uk", "co.uk", false, "b.co.uk"},
		{"a.co.uk", "CO.UK", false, "b.co.uk"},
		{"a.co.uk", "co.uk.", false, "b.co.uk"},
		{"a.co.uk", ".co.uk", false, "b.co.uk"},
		{"a.me", "me.", false, "b.me"},
		{"a.me", "me", false, "b.me"},
		{"co.uk", "co.uk", true, "b.co.uk"},
		{"127.0.0.1", "7.0.0.1", false, "7.0.0.1"},
		{"127.0.0.1", "0.0.1", false, "1.0.0.1"},
		{"example.com", "xample.com", false, "xample.com"},
		{"xample.com", "example.com", false, "example.com"},
		{"a.example.com", "b.example.com", false, "b.example.com"},
		{"a.example.com", "", true, "b.a.example.com"},
		{"a.example.com", "a.example.com", true, "ba.example.com"},
	} {
		t.Run(tt.host+" for "+tt.domain, func(t *testing.T) {
			field := "Set-Cookie: c=1"
			if tt.domain != "" {
				field += "; Domain=" + tt.domain
			}
			w := newWitness(t, setting(field))
			jar := filepath.Join(t.TempDir(), "jar")
			line := fmt.Sprintf("-sS -c %[1]s --connect-to ::127.0.0.1: http://%[2]s:%[4]s/set http://%[3]s:%[4]s/ http://%[2]s:%[4]s/", jar, tt.host, tt.goesTo, w.port)
			if status, _, stderr := commandLine(t, line); status != 0 {
				t.Fatalf("exit %d: %s", status, stderr)
			}
			own := ""
			if tt.kept {
				own = "c=1"
			}
			if diff := cmp.Diff([]string{"", "", own}, w.fields("Cookie")); diff != "" {
				t.Errorf("sent (-want +got):\n%s", diff)
			}
			if got := len(jarNames(t, jar)) > 0; got != tt.kept {
				t.Errorf("kept %t, want %t: %s", got, tt.kept, readFile(t, jar))
			}
		})
	}
}

// Cookies of one name for the server are not sent by another, nor those of a file that is not
// there.
func TestAdvisoryCookieOwner(t *testing.T) {
	w := newWitness(t, setting("Set-Cookie: c=1"))
	t.Chdir(t.TempDir())
	line := fmt.Sprintf("-sS -b none -c jar -H Host:a.test http://127.0.0.1:%[1]s/set http://127.0.0.1:%[1]s/ --next -sS -b jar -H Host:b.test http://127.0.0.1:%[1]s/", w.port)
	if status, _, stderr := commandLine(t, line); status != 0 {
		t.Fatalf("exit %d: %s", status, stderr)
	}
	if diff := cmp.Diff([]string{"", "c=1", ""}, w.fields("Cookie")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Control characters are in no cookie, and what came without TLS takes no place of what is
// Secure.
func TestAdvisoryCookieContent(t *testing.T) {
	var fields []string
	for c := range 0x80 {
		if (c < ' ' || c == 0x7f) && c != '\t' && c != '\r' && c != '\n' && c != 0 {
			fields = append(fields, fmt.Sprintf("Set-Cookie: n%d=a%cb", c, c), fmt.Sprintf("Set-Cookie: m%c%d=ab", c, c), fmt.Sprintf("Set-Cookie: p%d=ab; Path=/%c", c, c))
		}
	}
	fields = append(fields, `Set-Cookie: q=1; Path="`, `Set-Cookie: r=1; Path="/"`, "Set-Cookie: held=plain; Path=/", "Set-Cookie: held=plain; Path=/set/x", "Set-Cookie: good=1")
	w := newWitness(t, setting(fields...))
	t.Chdir(t.TempDir())
	held := "h.test\tFALSE\t/\tTRUE\t0\theld\tsecret\n"
	if err := os.WriteFile("jar", []byte(held), 0o600); err != nil {
		t.Fatal(err)
	}
	line := fmt.Sprintf("-sS -b jar -c jar --connect-to ::127.0.0.1: http://h.test:%[1]s/set http://h.test:%[1]s/", w.port)
	if status, _, stderr := commandLine(t, line); status != 0 {
		t.Fatalf("exit %d: %s", status, stderr)
	}
	for _, sent := range w.fields("Cookie") {
		for pair := range strings.SplitSeq(sent, "; ") {
			if name, _, _ := strings.Cut(pair, "="); sent != "" && name != "q" && name != "r" && name != "good" {
				t.Errorf("%q is sent", pair)
			}
		}
	}
	if got := readFile(t, "jar"); !strings.Contains(got, held) || strings.Contains(got, "plain") || strings.ContainsFunc(got, func(r rune) bool { return r < ' ' && r != '\t' && r != '\n' || r == 0x7f }) {
		t.Errorf("the jar holds %q", got)
	}
}

// Fields without end take neither memory nor time; many cookies do not make a request that
// no server takes.
func TestAdvisoryHeaderFlood(t *testing.T) {
	line := "X: " + strings.Repeat("x", 100<<10) + "\r\n"
	flood := newWitness(t, func(string) string { return "HTTP/1.1 200 OK\r\n" + strings.Repeat(line, 100) })
	before := allocated()
	if status, _, stderr := commandLine(t, "-sS http://127.0.0.1:"+flood.port+"/"); status != 56 {
		t.Errorf("exit %d, %s", status, stderr)
	}
	if used := allocated() - before; used > 64<<20 { // of which the answer itself takes 20
		t.Errorf("%d MB were allocated", used>>20)
	}
	small := newWitness(t, func(string) string { return "HTTP/1.1 200 OK\r\n" + strings.Repeat("X:y\r\n", 10000) })
	if status, _, stderr := commandLine(t, "-sS http://127.0.0.1:"+small.port+"/"); status != 100 {
		t.Errorf("exit %d, %s", status, stderr)
	}
	var fields []string
	for i := range 70 { // as many as fit into a head
		fields = append(fields, fmt.Sprintf("Set-Cookie: n%d=%s", i, strings.Repeat("x", 4000)))
	}
	cookies := newWitness(t, setting(fields...))
	if status, _, stderr := commandLine(t, fmt.Sprintf("-sS -b none -L http://127.0.0.1:%[1]s/set http://127.0.0.1:%[1]s/ ", cookies.port)); status != 0 {
		t.Errorf("exit %d, %s", status, stderr)
	}
	for _, request := range cookies.requests() {
		if len(request) > 8<<10+200 {
			t.Errorf("a request of %d bytes", len(request))
		}
	}
}

// allocated is how much memory has been asked for.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

// Codings without end are refused at once, and what they unpack to is bounded.
func TestAdvisoryDecompression(t *testing.T) {
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	if _, err := z.Write(make([]byte, 10<<20)); err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	one := strings.TrimSuffix(strings.Repeat("gzip,", 1000), ",")
	many := strings.TrimSuffix(strings.Repeat("Content-Encoding: gzip\r\n", 1000), "\r\n")
	for _, tt := range []struct {
		name, head, body, flags string
		status                  int
	}{
		{"in one field", "Content-Encoding: " + one, "x", "--compressed", 61},
		{"in many fields", many, "x", "--compressed", 61},
		{"of transfer", "Transfer-Encoding: " + one + ",chunked", "0\r\n\r\n", "--tr-encoding", 61},
		{"a bomb, and a limit", "Content-Encoding: gzip", bomb.String(), "--compressed --max-filesize 100000", 63},
		{"a bomb to render", "Content-Type: text/html\r\nContent-Encoding: gzip", bomb.String(), "", 61},
		{"cut", "Content-Encoding: gzip", bomb.String()[:100], "--compressed -o /dev/null", 61},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWitness(t, func(string) string { return "HTTP/1.1 200 OK\r\n" + tt.head + "\r\n\r\n" + tt.body })
			before, begun := allocated(), time.Now()
			if status, _, stderr := commandLine(t, "-sS "+tt.flags+" http://127.0.0.1:"+w.port+"/"); status != tt.status {
				t.Errorf("exit %d, want %d: %s", status, tt.status, stderr)
			}
			if used := allocated() - before; used > 64<<20 {
				t.Errorf("%d MB were allocated in %v", used>>20, time.Since(begun))
			}
		})
	}
}

// A host that is known to want https is reached by nothing else, however it is written, and
// what one host says is not said for another.
func TestAdvisoryHSTS(t *testing.T) {
	inFolder(t, map[string]string{"hsts": ".x.example \"99991231 23:59:59\"\nexact.example \"99991231 23:59:59\"\n"})
	w := newWitness(t, nil)
	for _, tt := range []struct {
		url    string
		secure bool
	}{
		{"http://x.example", true},
		{"http://X.EXAMPLE", true},
		{"http://x.example.", true},
		{"http://a.x.example", true},
		{"http://x\u3002example", true},
		{"http://x%e3%80%82example", true},
		{"http://x%2eexample", true},
		{"http://exact.example", true},
		{"http://a.exact.example", false},
		{"http://ax.example", false},
		{"http://example", false},
	} {
		// Whatever goes by https fails here: the witness knows no TLS.
		status, _, stderr := commandLine(t, "-sS --hsts hsts --connect-to ::127.0.0.1:", tt.url+":"+w.port+"/")
		if want := map[bool]int{false: 0, true: 35}[tt.secure]; status != want {
			t.Errorf("%s: exit %d, want %d: %s", tt.url, status, want, stderr)
		}
	}
	if got := len(w.requests()); got != 3 {
		t.Errorf("%d requests came in the clear", got)
	}
	// The second URL of a command, and of another operation, knows no less.
	line := fmt.Sprintf("-sS --hsts hsts --connect-to ::127.0.0.1: http://other.test:%[1]s/ http://x.example:%[1]s/ --next -sS --hsts hsts --connect-to ::127.0.0.1: http://x.example:%[1]s/", w.port)
	if status, _, stderr := commandLine(t, line); status != 35 || len(w.requests()) != 4 {
		t.Errorf("exit %d with %d requests: %s", status, len(w.requests())-3, stderr)
	}
	long := strings.Repeat("h", 255)
	if err := os.WriteFile(long, []byte(readFile(t, "hsts")), 0o600); err != nil {
		t.Skip("no names of 255 bytes here:", err)
	}
	if status, _, stderr := commandLine(t, "-sS --hsts "+long+" http://127.0.0.1:"+w.port+"/"); status != 0 || !strings.Contains(readFile(t, long), ".x.example") {
		t.Errorf("exit %d, %s; the file of a long name holds %q", status, stderr, readFile(t, long))
	}
}
