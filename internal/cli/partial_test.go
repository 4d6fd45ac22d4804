package cli

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// changed is when the file of the server was.
var changed = time.Date(2020, 2, 3, 4, 5, 6, 0, time.UTC)

const digits = "0123456789"

// partly is a server with a file of ten digits: with ranges, tags and dates, or without,
// and what it was asked.
func partly(t *testing.T) (url string, asked *[]http.Header) {
	t.Helper()
	asked = &[]http.Header{}
	note := func(h http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			*asked = append(*asked, r.Header)
			h(w, r)
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/file", note(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"ten"`)
		http.ServeContent(w, r, "file.txt", changed, strings.NewReader(digits))
	}))
	mux.HandleFunc("/plain", note(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Last-Modified", changed.Format(http.TimeFormat))
		_, _ = io.WriteString(w, digits)
	}))
	mux.HandleFunc("/elsewhere", note(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Range", "bytes 1-9/10")
		w.WriteHeader(http.StatusPartialContent)
		_, _ = io.WriteString(w, digits[1:])
	}))
	mux.HandleFunc("/moved", note(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/file", http.StatusFound) }))
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.URL, asked
}

// A partCase is a command line in a folder where the file has holds something.
type partCase struct {
	name   string
	args   []string // FILE, DATE and TAG are files, the last one is the path
	has    string   // in FILE, "-" for no file
	status int
	want   string // in FILE after it
	field  string // of the request
	value  string
}

var partCases = []partCase{
	{"a range", []string{"-r", "2-4", "-o", "FILE", "/file"}, "-", 0, "234", "Range", "bytes=2-4"},
	{"a range without its end", []string{"-r", "7", "-o", "FILE", "/file"}, "-", 0, "789", "Range", "bytes=7-"},
	{"a range of the end", []string{"-r", "-3", "-o", "FILE", "/file"}, "-", 0, "789", "Range", "bytes=-3"},
	{"a range that the server does not know", []string{"-r", "2-4", "-o", "FILE", "/plain"}, "-", 0, digits, "Range", "bytes=2-4"},
	{"no range", []string{"-r", "4-2,x", "-o", "FILE", "/plain"}, "-", 0, digits, "Range", "bytes=4-2,x"},
	{"a range behind a redirect", []string{"-L", "-r", "2-4", "-o", "FILE", "/moved"}, "-", 0, "234", "Range", "bytes=2-4"},

	{"the rest of a file", []string{"-C", "-", "-o", "FILE", "/file"}, "0123", 0, digits, "Range", "bytes=4-"},
	{"the rest behind a redirect", []string{"-L", "-C", "-", "-o", "FILE", "/moved"}, "0123", 0, digits, "Range", "bytes=4-"},
	{"no file yet", []string{"-C", "-", "-o", "FILE", "/file"}, "-", 0, digits, "Range", ""},
	{"an empty file", []string{"-C", "-", "-o", "FILE", "/file"}, "", 0, digits, "Range", ""},
	{"from a byte on", []string{"-C", "8", "-o", "FILE", "/file"}, "xy", 0, "xy89", "Range", "bytes=8-"},
	{"from the start", []string{"-C", "0", "-o", "FILE", "/file"}, "xy", 0, digits, "Range", ""},
	{"nothing is missing", []string{"-C", "-", "-o", "FILE", "/file"}, digits, 0, digits, "Range", "bytes=10-"},
	{"nothing is missing, with -f", []string{"-f", "-C", "-", "-o", "FILE", "/file"}, digits, 0, digits, "Range", "bytes=10-"},
	{"a server without ranges", []string{"-C", "-", "-o", "FILE", "/plain"}, "0123", 33, "0123", "Range", "bytes=4-"},
	{"a server without ranges, and all is there", []string{"-C", "-", "-o", "FILE", "/plain"}, digits, 0, digits, "Range", "bytes=10-"},
	{"a range from elsewhere", []string{"-C", "-", "-o", "FILE", "/elsewhere"}, "0123", 33, "0123", "Range", "bytes=4-"},
	{"no number", []string{"-C", "wrong", "-o", "FILE", "/file"}, "xy", 2, "xy", "", ""},
	{"a number below 0", []string{"-C", "-4", "-o", "FILE", "/file"}, "xy", 2, "xy", "", ""},
	{"-C and -r", []string{"-C", "3", "-r", "1-2", "-o", "FILE", "/file"}, "xy", 2, "xy", "", ""},
	{"-C and -d", []string{"-C", "3", "-d", "x", "-o", "FILE", "/file"}, "xy", 2, "xy", "", ""},

	{"changed since", []string{"-z", "3 Feb 2020 04:05:05 GMT", "-o", "FILE", "/file"}, "xy", 0, digits, "If-Modified-Since", "Mon, 03 Feb 2020 04:05:05 GMT"},
	{"not changed since", []string{"-z", "20200204", "-o", "FILE", "/file"}, "xy", 0, "xy", "If-Modified-Since", "Tue, 04 Feb 2020 00:00:00 GMT"},
	{"not changed since, and the server does not look", []string{"-z", "20200204", "-o", "FILE", "/plain"}, "xy", 0, "xy", "If-Modified-Since", "Tue, 04 Feb 2020 00:00:00 GMT"},
	{"changed before", []string{"-z", "-20200204", "-o", "FILE", "/file"}, "xy", 0, digits, "If-Unmodified-Since", "Tue, 04 Feb 2020 00:00:00 GMT"},
	{"not changed before, and the server does not look", []string{"-z", "-20200203", "-o", "FILE", "/plain"}, "xy", 0, "xy", "If-Unmodified-Since", "Mon, 03 Feb 2020 00:00:00 GMT"},
	{"changed just then", []string{"-z", "=20200202", "-o", "FILE", "/plain"}, "xy", 0, digits, "Last-Modified", "Sun, 02 Feb 2020 00:00:00 GMT"},
	{"newer than a file", []string{"-z", "DATE", "-o", "FILE", "/file"}, "xy", 0, "xy", "If-Modified-Since", "Mon, 03 Feb 2020 04:05:06 GMT"},
	{"no date and no file", []string{"-z", "never", "-o", "FILE", "/file"}, "xy", 0, digits, "If-Modified-Since", ""},

	{"another tag", []string{"--etag-compare", "DATE", "-o", "FILE", "/file"}, "xy", 0, digits, "If-None-Match", `"nine"`},
	{"the same tag", []string{"--etag-compare", "TAG", "-o", "FILE", "/file"}, "xy", 0, "xy", "If-None-Match", `"ten"`},
	{"no tag yet", []string{"--etag-compare", "none", "-o", "FILE", "/file"}, "xy", 0, digits, "If-None-Match", `""`},
	{"a tag is kept", []string{"--etag-save", "FILE", "/file"}, "a longer one than that", 0, `"ten"` + "\n", "", ""},
	{"a tag stays where there is none", []string{"--etag-save", "FILE", "/plain"}, "xy", 0, "xy", "", ""},
	{"a tag is kept of what was not modified", []string{"--etag-compare", "TAG", "--etag-save", "FILE", "/file"}, "-", 0, `"ten"` + "\n", "If-None-Match", `"ten"`},
	{"no place for a tag", []string{"--etag-save", "nowhere/file", "-o", "FILE", "/file"}, "xy", 26, "xy", "", ""},
	{"tags of two", []string{"--etag-save", "FILE", "http://other.invalid/", "/file"}, "xy", 2, "xy", "", ""},
}

func TestPartsOfABody(t *testing.T) {
	url, asked := partly(t)
	for _, tt := range partCases {
		t.Run(tt.name, func(t *testing.T) {
			*asked = nil
			file, args := tt.prepare(t, url)
			var out, errs bytes.Buffer
			status := Run(t.Context(), append([]string{"-s", "-S"}, args...), strings.NewReader(""), &out, &errs)
			got, err := os.ReadFile(file)
			if status != tt.status || string(got) != tt.want || err != nil && tt.want != "" {
				t.Errorf("%q: exit %d, %q in the file; want %d, %q (%s)", args, status, got, tt.status, tt.want, errs.String())
			}
			if n := len(*asked); tt.field != "" && (n == 0 || (*asked)[n-1].Get(tt.field) != tt.value) {
				t.Errorf("%q: %d requests, %v; want %s: %q", args, n, *asked, tt.field, tt.value)
			} else if status == 2 && n > 0 {
				t.Errorf("%q: %d requests for what makes no sense", args, n)
			}
		})
	}
}

// prepare makes the files, and the arguments that name them.
func (tt *partCase) prepare(t *testing.T, url string) (file string, args []string) {
	t.Helper()
	dir := t.TempDir()
	content := map[string]string{"FILE": tt.has, "DATE": `"nine"`, "TAG": `"ten"` + "\n"}
	for name, s := range content {
		path := filepath.Join(dir, name)
		if s == "-" {
			continue
		}
		if err := os.WriteFile(path, []byte(s), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chtimes(filepath.Join(dir, "DATE"), changed, changed); err != nil {
		t.Fatal(err)
	}
	for i, a := range tt.args {
		if _, ours := content[a]; ours || strings.Contains(a, "nowhere") || a == "none" {
			a = filepath.Join(dir, a)
		} else if i == len(tt.args)-1 {
			a = url + a
		}
		args = append(args, a)
	}
	return filepath.Join(dir, "FILE"), args
}

func TestATagOnStdout(t *testing.T) {
	url, _ := partly(t)
	var out, errs bytes.Buffer
	file := filepath.Join(t.TempDir(), "file")
	if status := Run(t.Context(), []string{"-s", "-S", "--etag-save", "-", "-o", file, url + "/file"}, nil, &out, &errs); status != 0 || out.String() != `"ten"`+"\n" {
		t.Errorf("exit %d, %q on stdout: %s", status, out.String(), errs.String())
	}
	if status := Run(t.Context(), []string{"-s", "-S", "--format", "json", "--etag-save", "-", url + "/file"}, nil, &out, &errs); status != 2 {
		t.Errorf("with --format: exit %d, want 2", status)
	}
}

func TestWhatIsLeftOutIsWarnedOf(t *testing.T) {
	for _, tt := range []struct{ name, flag, value string }{{"a date", "-z", "never"}, {"a range", "-r", "a-\x1bb"}} {
		t.Run(tt.name, func(t *testing.T) {
			var out, errs bytes.Buffer
			status := Run(t.Context(), []string{"--dry-run", tt.flag, tt.value, "http://example.test/"}, nil, &out, &errs)
			if status != 0 || !strings.HasPrefix(errs.String(), "Warning: "+tt.flag) || strings.Contains(errs.String(), "\x1b") {
				t.Errorf("%s %q: exit %d, %q", tt.flag, tt.value, status, errs.String())
			}
		})
	}
}
