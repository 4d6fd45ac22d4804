package trace

import (
	"strings"
	"testing"
)

func TestHeadRedactor(t *testing.T) {
	tests := []struct {
		name, head, want string
	}{
		{"nothing to hide", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\r\n"},
		{"credentials", "Authorization: Basic YQ==\r\nCOOKIE:a\n", "Authorization: …\r\nCOOKIE: …\n"},
		{"white space before the colon", "Cookie : a\r\n", "Cookie : …\r\n"},
		{"folded", "Set-Cookie: a\r\n b\r\n\tc\r\nX: d\r\n e\r\n", "Set-Cookie: …\r\n…\r\n…\r\nX: d\r\n e\r\n"},
		{"a password in a URL", "Location: http://u:p@h/\r\n", "Location: http://u:…@h/\r\n"},
		{"an empty line ends it", "Cookie: a\r\n\r\n", "Cookie: …\r\n\r\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var h HeadRedactor
			got := ""
			for line := range strings.Lines(tt.head) {
				got += h.Line(line)
			}
			if got != tt.want {
				t.Errorf("%q: got %q, want %q", tt.head, got, tt.want)
			}
		})
	}
}
