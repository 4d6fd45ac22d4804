package cookie

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// written is a jar as a file, without the lines that begin every one.
func written(t *testing.T, j *Jar) string {
	t.Helper()
	var b strings.Builder
	if err := j.Write(&b, now); err != nil {
		t.Fatal(err)
	}
	text, ok := strings.CutPrefix(b.String(), fileHead)
	if !ok {
		t.Fatalf("the file begins with %.100q", b.String())
	}
	return text
}

func TestWrite(t *testing.T) {
	var j Jar
	fill(t, &j, secure,
		"host=1", "domain=2; Domain=.Example.org; path=/", "secret=3; secure; httponly; path=/x/; max-age=86400",
		"empty=; path=/", "tab=4\t5; path=/", "nameless", "tab\tin name=6", "path=7; path=/a\tb", "two=old; path=/y/", "two=young; path=/y")
	want := strings.Join([]string{
		"www.example.org\tFALSE\t/y\tFALSE\t0\ttwo\tyoung",
		"www.example.org\tFALSE\t/\tFALSE\t0\ttab\t4\t5",
		"www.example.org\tFALSE\t/\tFALSE\t0\tempty\t",
		"#HttpOnly_www.example.org\tFALSE\t/x\tTRUE\t1795413600\tsecret\t3",
		".Example.org\tTRUE\t/\tFALSE\t0\tdomain\t2",
		"www.example.org\tFALSE\t/a/b\tFALSE\t0\thost\t1",
	}, "\n") + "\n"
	got := written(t, &j)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the file (-want +got):\n%s", diff)
	}
	// What is read is written again as it was, and in its order.
	var again Jar
	if err := again.Read(strings.NewReader(fileHead+got), false, now); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(got, written(t, &again)); diff != "" {
		t.Errorf("read and written (-first +again):\n%s", diff)
	}
	o := Origin{Host: "www.example.org", Path: "/y", Secure: true}
	if a, b := j.Header(o, now), again.Header(o, now); a != b || a == "" {
		t.Errorf("sent before %q, after %q", a, b)
	}
}

func TestRead(t *testing.T) {
	tests := []struct {
		name, line string
		want       string // as it is written again, "" for none
	}{
		{"a cookie", "h.test\tFALSE\t/\tFALSE\t0\ta\tb", "h.test\tFALSE\t/\tFALSE\t0\ta\tb"},
		{"lines end as on Windows", "h.test\tFALSE\t/\tFALSE\t0\ta\tb\r", "h.test\tFALSE\t/\tFALSE\t0\ta\tb"},
		{"hidden from scripts", "#HttpOnly_.h.test\tTRUE\t/x\tTRUE\t22139150993\ta\tb", "#HttpOnly_.h.test\tTRUE\t/x\tTRUE\t22139150993\ta\tb"},
		{"no path", "h.test\tTRUE\tFALSE\t0\ta\tb", ".h.test\tTRUE\t/\tFALSE\t0\ta\tb"},
		{"no value", "h.test\tFALSE\t/\tFALSE\t0\ta", "h.test\tFALSE\t/\tFALSE\t0\ta\t"},
		{"a field", "set-cookie: a=b; domain=h.test; path=/x; secure", ".h.test\tTRUE\t/x\tTRUE\t0\ta\tb"},
		{"a field without domain", "Set-Cookie: a=b; path=/", ""},
		{"comment", "# h.test\tFALSE\t/\tFALSE\t0\ta\tb", ""},
		{"too few", "h.test\tFALSE\t/\tFALSE\t0", ""},
		{"no name", "h.test\tFALSE\t/\tFALSE\t0\t\tb", ""},
		{"no domain", "\tFALSE\t/\tFALSE\t0\ta\tb", ""},
		{"path that is none", "h.test\tFALSE\tx\tFALSE\t0\ta\tb", ""},
		{"over", "h.test\tFALSE\t/\tFALSE\t1\ta\tb", ""},
		{"end that is no number", "h.test\tFALSE\t/\tFALSE\tsoon\ta\tb", ""},
		{"end beyond numbers", "h.test\tFALSE\t/\tFALSE\t99999999999999999999\ta\tb", ""},
		{"control character", "h.test\tFALSE\t/\tFALSE\t0\ta\tb\x1b[31m", ""},
		{"public suffix", ".co.uk\tTRUE\t/\tFALSE\t0\ta\tb", ""},
		{"public suffix for itself", "co.uk\tFALSE\t/\tFALSE\t0\ta\tb", "co.uk\tFALSE\t/\tFALSE\t0\ta\tb"},
		{"broken promise", "h.test\tFALSE\t/\tFALSE\t0\t__Secure-a\tb", ""},
		{"broken promise of a host", "h.test\tTRUE\t/\tTRUE\t0\t__Host-a\tb", ""},
		{"promise in other letters", "h.test\tFALSE\t/\tFALSE\t0\t__secure-a\tb", "h.test\tFALSE\t/\tFALSE\t0\t__secure-a\tb"},
		{"too long", "h.test\tFALSE\t/\tFALSE\t0\ta\t" + strings.Repeat("x", maxPair), ""},
		{"a line of a megabyte", strings.Repeat("h.test\tFALSE\t/\tFALSE\t0\ta\tb ", 1<<15), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			// The lines round it are read whatever it is.
			const before, after = "h.test\tFALSE\t/\tFALSE\t0\tbefore\t1\n", "h.test\tFALSE\t/\tFALSE\t0\tafter\t1\n"
			var j Jar
			if err := j.Read(strings.NewReader(before+tt.line+"\n"+after), false, now); err != nil {
				t.Fatal(err)
			}
			want := before + after
			if tt.want != "" {
				want = before + tt.want + "\n" + after
			}
			if diff := cmp.Diff(want, written(t, &j)); diff != "" {
				t.Errorf("%.80q (-want +got):\n%s", tt.line, diff)
			}
		})
	}
}

// Cookies of several files: the later file's value counts, and with junk those that end
// with the session stay out.
func TestReadSeveral(t *testing.T) {
	const first = "h.test\tFALSE\t/\tFALSE\t22139150993\ta\told\nh.test\tFALSE\t/\tFALSE\t0\tb\t1"
	const second = "h.test\tFALSE\t/\tFALSE\t22139150993\ta\tnew\nh.test\tFALSE\t/\tFALSE\t22139150993\tc\t2\n"
	for _, tt := range []struct {
		name string
		junk bool
		want string
	}{
		{"all", false, "c=2; b=1; a=new"},
		{"without the session's", true, "c=2; a=new"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var j Jar
			for _, text := range []string{first, second} {
				if err := j.Read(strings.NewReader(text), tt.junk, now); err != nil {
					t.Fatal(err)
				}
			}
			if got := j.Header(Origin{Host: "h.test", Path: "/"}, now); got != tt.want {
				t.Errorf("Header = %q, want %q", got, tt.want)
			}
		})
	}
}
