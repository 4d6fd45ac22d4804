package render

import (
	"strings"
	"testing"
)

func TestReadRefresh(t *testing.T) {
	for _, c := range []struct {
		content, url string
		after        int
	}{
		{"0; url=/next", "/next", 0},
		{"5;URL='http://h/a b'", "http://h/a b", 5},
		{" 3.7 , url = \"x\"y", "x", 3},
		{"1 /next", "/next", 1},
		{"1;url", "url", 1},
		{".5; /next", "/next", 0},
		{"30", "", 0},
		{"30;", "", 0},
		{"0; url=", "", 0},
		{"x; url=/next", "", 0},
		{"5url=/next", "", 0},
		{"99999999999999999999; /next", "", 0},
		{"0;" + strings.Repeat("x", longestRefresh+1), "", 0},
		{"", "", 0},
	} {
		got, ok := readRefresh(c.content)
		if ok != (c.url != "") || ok && got != (refresh{c.url, c.after}) {
			t.Errorf("%q: got %+v, %t, want %q after %d", c.content, got, ok, c.url, c.after)
		}
	}
}

// A page that only leads on says where to.
func TestRefreshIsShown(t *testing.T) {
	page := `<title>Moved</title><meta http-equiv=Refresh content="2; url=../new"><p>Wait`
	var out strings.Builder
	if err := Render(&out, strings.NewReader(page), nil, Options{ContentType: "text/html"}); err != nil {
		t.Fatal(err)
	}
	if want := "[goes on to ../new after 2 s]\n\nWait\n"; out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}
