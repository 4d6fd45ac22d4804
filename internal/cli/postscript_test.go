package cli

import (
	"testing"

	"fetchscope/internal/weburl"
)

func TestAsTyped(t *testing.T) {
	tests := []struct {
		name, typed, last, want string
	}{
		{"ASCII", "http://a.example/x", "http://a.example/y", "http://a.example/y"},
		{"a name in its own letters", "http://u:p@åäö.example:8080/x?a@b:c", "http://åäö.example:8080/y", "http://åäö.example:8080/y"},
		{"without a scheme", "åäö.example/x", "http://åäö.example/x", "http://åäö.example/x"},
		{"another host", "http://åäö.example/", "http://b.example/", "http://b.example/"},
		{"letters in the path", "http://a.example/å", "http://a.example/å", "http://a.example/%C3%A5"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := one()
			typed, err := p.parseURL(tt.typed)
			if err != nil {
				t.Fatal(err)
			}
			last, err := weburl.Parse(tt.last)
			if err != nil {
				t.Fatal(err)
			}
			if got := asTyped(last, typed, tt.typed); got != tt.want {
				t.Errorf("%q behind %q: got %q, want %q", tt.last, tt.typed, got, tt.want)
			}
		})
	}
}

func TestUnfold(t *testing.T) {
	for head, want := range map[string]string{
		"HTTP/1.1 200 OK\r\nA: b\r\n\r\n":         "HTTP/1.1 200 OK\r\nA: b\r\n\r\n",
		"A: b/\t\r\n\tc\r\n\t d\r\nE: f\r\n\r\n":  "A: b/ c d\r\nE: f\r\n\r\n",
		"A:   \r\n   b\n\n":                       "A: b\n\n",
		"A: b\n \r\nC: d\r\n\r\n":                 "A: b \r\nC: d\r\n\r\n",
		" A: b\r\n\r\n":                           " A: b\r\n\r\n",
		"HTTP/1.1 200 OK\r\nA: b, \r\n c\r\n\r\n": "HTTP/1.1 200 OK\r\nA: b, c\r\n\r\n",
	} {
		if got := string(unfold([]byte(head))); got != want {
			t.Errorf("%q: got %q, want %q", head, got, want)
		}
	}
}
