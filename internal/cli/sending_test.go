package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// inProcess runs a command line and returns what it leaves.
func inProcess(stdin string, args ...string) (status int, stdout, stderr string) {
	var out, errs bytes.Buffer
	status = Run(context.Background(), args, strings.NewReader(stdin), &out, &errs)
	return status, out.String(), errs.String()
}

// inFolder makes files in a folder that the test runs in.
func inFolder(t *testing.T, files map[string]string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, text := range files {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// An echo is an origin that keeps what it got.
type echo struct {
	*httptest.Server
	mu  sync.Mutex
	got []string
}

func newEcho(t *testing.T, answer http.HandlerFunc) *echo {
	e := &echo{}
	e.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		framing := fmt.Sprint(r.ContentLength)
		if len(r.TransferEncoding) > 0 {
			framing = r.TransferEncoding[0]
		}
		e.mu.Lock()
		e.got = append(e.got, fmt.Sprintf("%s %s [%s] %s: %s", r.Method, r.RequestURI, r.Header.Get("Content-Type"), framing, body))
		e.mu.Unlock()
		if answer != nil {
			answer(w, r)
		}
	}))
	t.Cleanup(e.Close)
	return e
}

const urlencoded = "[application/x-www-form-urlencoded]"

// What the server gets of a command line. URL stands for the server.
func TestWhatIsSent(t *testing.T) {
	for _, tt := range []struct {
		name  string
		stdin string
		args  string
		want  []string
	}{
		{"data", "", "-d a=1 -d b=2 URL/", []string{"POST / " + urlencoded + " 7: a=1&b=2"}},
		{"a file without its line breaks", "", "-d @lines URL/", []string{"POST / " + urlencoded + " 4: abcd"}},
		{"a file as it is", "", "--data-binary @lines URL/", []string{"POST / " + urlencoded + " 7: ab\r\ncd\n"}},
		{"a file among others", "", "-d x --data-binary @lines --data-raw @y URL/", []string{"POST / " + urlencoded + " 12: x&ab\r\ncd\n&@y"}},
		{"stdin", "a\nb", "--data-binary @- URL/", []string{"POST / " + urlencoded + " 3: a\nb"}},
		{"nothing", "", "--data= URL/", []string{"POST / " + urlencoded + " 0: "}},
		{
			"encoded", "", "--data-urlencode a=ö --data-urlencode =b=c --data-urlencode d~e --data-urlencode f@lines --data-urlencode @lines URL/",
			[]string{"POST / " + urlencoded + " 48: a=%C3%B6&b%3Dc&d~e&f=ab%0D%0Acd%0A&ab%0D%0Acd%0A"},
		},
		{"JSON in pieces", "", "--json [ --json 1] URL/", []string{"POST / [application/json] 3: [1]"}},
		{"another type", "", "--json 1 -H Content-Type:application/x URL/", []string{"POST / [application/x] 1: 1"}},
		{"into the URL", "", "-G -d a=1 --data-urlencode b=/ URL/?x", []string{"GET /?x&a=1&b=%2F [] 0: "}},
		{"into the URL, of a head", "", "-G -I -d a=1 URL/", []string{"HEAD /?a=1 [] 0: "}},
		{"into the query", "", "--url-query a=/ --url-query +b=/ -d c URL/", []string{"POST /?a=%2F&b=/ " + urlencoded + " 1: c"}},
		{"another method", "", "-X PATCH -d a URL/", []string{"PATCH / " + urlencoded + " 1: a"}},
		{"upload", "", "-T lines URL/there", []string{"PUT /there [] 7: ab\r\ncd\n"}},
		{"upload into a folder", "", "-T lines URL/dir/", []string{"PUT /dir/lines [] 7: ab\r\ncd\n"}},
		{"upload of an odd name", "", "-T o%?d URL", []string{"PUT /o%25%3Fd [] 1: x"}},
		{"upload with a query", "", "-T lines URL/dir/?q", []string{"PUT /dir/?q [] 7: ab\r\ncd\n"}},
		{"upload of stdin", "typed", "-T - --expect100-timeout 60 URL/", []string{"PUT / [] chunked: typed"}},
		{"uploads of several", "", "-T lines -T o%?d URL/a URL/b URL/c", []string{"PUT /a [] 7: ab\r\ncd\n", "PUT /b [] 1: x", "GET /c [] 0: "}},
		{"chunks that were asked for", "", "-d abc -H Transfer-Encoding:chunked URL/", []string{"POST / " + urlencoded + " chunked: abc"}},
		{"target", "", "--request-target /other?x URL/path", []string{"GET /other?x [] 0: "}},
		{"path as it is", "", "--path-as-is URL/a/../b/./c", []string{"GET /a/../b/./c [] 0: "}},
		{"path as it is meant", "", "URL/a/../b/./c", []string{"GET /b/c [] 0: "}},
		{"form", "", "-F a=1 -F b=@lines;type=x/y URL/", []string{"POST / [multipart/form-data; boundary=A] 289: --A\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n" +
			"--A\r\nContent-Disposition: form-data; name=\"b\"; filename=\"lines\"\r\nContent-Type: x/y\r\n\r\nab\r\ncd\n\r\n--A--\r\n"}},
		{"form of no known size", "", "-F a=@lines;encoder=quoted-printable --expect100-timeout 60 URL/", []string{"POST / [multipart/form-data; boundary=A] chunked: --A\r\nContent-Disposition: form-data; name=\"a\"; filename=\"lines\"\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nab=0D=0Acd=0A\r\n--A--\r\n"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inFolder(t, map[string]string{"lines": "ab\r\ncd\n", "o%?d": "x"})
			e := newEcho(t, nil)
			args := strings.Fields("-s -S " + strings.ReplaceAll(tt.args, "URL", e.URL))
			if status, _, stderr := inProcess(tt.stdin, args...); status != 0 {
				t.Fatalf("status %d: %s", status, stderr)
			}
			for i := range e.got {
				e.got[i] = boundary.ReplaceAllString(e.got[i], "A")
			}
			if diff := cmp.Diff(tt.want, e.got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.args, diff)
			}
		})
	}
}

var boundary = regexp.MustCompile(`-{24}\w{22}`)

// A dry run shows the body as it would go out.
func TestDryRunOfABody(t *testing.T) {
	inFolder(t, map[string]string{"f": "abc"})
	for _, tt := range []struct{ name, args, want string }{
		{"data", "-d a=1", "Content-Length: 3\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\na=1"},
		{"file", "-T f", "Content-Length: 3\r\n\r\nabc"},
		{"stdin", "-T -", "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n5\r\ntyped\r\n0\r\n\r\n"},
	} {
		status, stdout, stderr := inProcess("typed", strings.Fields("--dry-run http://h.test/x "+tt.args)...)
		if status != 0 || !strings.HasSuffix(stdout, "\r\nAccept: */*\r\n"+tt.want) {
			t.Errorf("%s: status %d, %s%s; want %q at the end", tt.name, status, stdout, stderr, tt.want)
		}
	}
}

// Which part of the whole a body is, goes before it in curl's place.
func TestDryRunOfAPart(t *testing.T) {
	inFolder(t, map[string]string{"f": "0123456789", "empty": ""})
	for _, tt := range []struct{ name, args, part, rest string }{
		{"the rest of a file", "-T f -C 4", "4-9/10", "Content-Length: 6\r\n\r\n456789"},
		{"the end of a file", "-T f -C 9", "9-9/10", "Content-Length: 1\r\n\r\n9"},
		{"from where the server has it to", "-T f -C -", "0-9/10", "Content-Length: 10\r\n\r\n0123456789"},
		{"from the start", "-T f -C 0", "", "Content-Length: 10\r\n\r\n0123456789"},
		{"an empty file", "-T empty -C -", "", "Content-Length: 0\r\n\r\n"},
		{"the rest of stdin", "-T - -C 2", "", "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n3\r\nped\r\n0\r\n\r\n"},
		{"a range of a file", "-T f -r 3-12", "3-12/10", "Content-Length: 10\r\n\r\n0123456789"},
		{"a range of data", "-d ab -r 3-4", "3-4/2", "Content-Length: 2\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\nab"},
		{"a range of stdin", "-T - -r 3-7", "3-7/*", "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n5\r\ntyped\r\n0\r\n\r\n"},
	} {
		status, stdout, stderr := inProcess("typed", strings.Fields("--dry-run http://h.test/x -A a "+tt.args)...)
		want := "Host: h.test\r\nContent-Range: bytes " + tt.part + "\r\nUser-Agent: a\r\nAccept: */*\r\n" + tt.rest
		if tt.part == "" {
			want = strings.Replace(want, "Content-Range: bytes \r\n", "", 1)
		}
		if status != 0 || !strings.HasSuffix(stdout, want) {
			t.Errorf("%s: status %d, %q%s; want %q at the end", tt.name, status, stdout, stderr, want)
		}
	}
	if status, _, stderr := inProcess("", "-sS", "-T", "f", "-C", "10", "http://127.0.0.1:1/"); status != 18 {
		t.Errorf("a file that is there already: status %d, %s", status, stderr)
	}
}

func TestWhatIsNotSent(t *testing.T) {
	inFolder(t, nil)
	for _, tt := range []struct {
		name, args string
		status     int
	}{
		{"two methods", "-d a -F b=c", statusUsage},
		{"a head with a body", "-I -d a", statusUsage},
		{"an upload and data", "-T f -d a", statusUsage},
		{"a form without a name", "-F a", statusUsage},
		{"an encoder that is none", "-F a=b;encoder=c", statusArgument},
		{"a missing file of data", "-d @none", statusRead},
		{"a missing binary file", "--data-binary @none", statusRead},
		{"a missing file to encode", "--data-urlencode a@none", statusRead},
		{"a missing file of a form", "-F a=@none", statusRead},
		{"a missing upload", "-T none", statusRead},
		{"a folder", "-T .. ", statusRead},
		{"chunks in HTTP/1.0", "-0 -T -", 25},
		{"a target that is none", "--request-target=", statusUsage},
		{"a rate that is none", "--limit-rate fast", statusUsage},
	} {
		e := newEcho(t, nil)
		status, _, stderr := inProcess("", strings.Fields("-s -S "+tt.args+" "+e.URL)...)
		if status != tt.status || len(e.got) != 0 || !strings.HasPrefix(stderr, fmt.Sprintf("fetchscope: (%d) ", tt.status)) {
			t.Errorf("%s: status %d, want %d, %q; sent %q", tt.name, status, tt.status, stderr, e.got)
		}
	}
}

// A stream that nobody closes is given up with the fetch.
func TestStdinThatWaits(t *testing.T) {
	never, _, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer never.Close()
	l := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Connection", "close")
		w.WriteHeader(http.StatusForbidden)
	}))
	defer l.Close()
	var out, errs bytes.Buffer
	status := Run(context.Background(), []string{"-s", "-S", "-f", "-T", "-", "--expect100-timeout", "0.001", l.URL}, never, &out, &errs)
	if status != 22 {
		t.Errorf("status %d, %s", status, errs.String())
	}
}
