package weburl

import (
	"errors"
	"strings"
	"testing"
)

func TestErrors(t *testing.T) {
	for _, tt := range []struct {
		name, base, input, reason string
		at                        int
	}{
		{"no scheme", "", "shop.test", reasonNoScheme, 0},
		{"no scheme after spaces", "", "  shop.test", reasonNoScheme, 2},
		{"opaque base", "data:,x", "y", reasonNotBase, 0},
		{"no host", "", "http://", reasonNoHost, 7},
		{"no host after credentials", "", "http://u@/", reasonNoHost, 9},
		{"port", "", "http://h.test:x/", reasonPort, 14},
		{"port range", "", "http://h.test:70000/", reasonPortRange, 14},
		{"offset past spaces, tabs and broken UTF-8", "", " ht\ttp://\xff@h:\n70000/", reasonPortRange, 14},
		{"unclosed", "", "http://[::1/", reasonUnclosed, 7},
		{"host of a file", "", "file://a b/", reasonForbiddenHost, 7},
		{"domain", "", "http://\ufffd/", reasonDomain, 7},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := resolve(tt.base, tt.input)
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("%q: error %v, want an *Error", tt.input, err)
			}
			if want := (Error{tt.input, tt.reason, tt.at}); *e != want {
				t.Errorf("%q: error %#v, want %#v", tt.input, *e, want)
			}
		})
	}
}

func TestErrorText(t *testing.T) {
	for _, tt := range []struct {
		name string
		err  Error
		want string
	}{
		{"offset", Error{"http://h:x", reasonPort, 9}, `URL "http://h:x": port is not a number (at byte 9)`},
		{"no offset", Error{"x", reasonNoScheme, -1}, `URL "x": no scheme and nothing to resolve against`},
		{
			"controls",
			Error{"\x1b[31m\u202e\x00", reasonNoScheme, -1},
			`URL "\x1b[31m\u202e\x00": no scheme and nothing to resolve against`,
		},
		{
			"long",
			Error{strings.Repeat("x", maxErrorInput-1) + "é", reasonNoScheme, -1},
			`URL "` + strings.Repeat("x", maxErrorInput-1) + `"…: no scheme and nothing to resolve against`,
		},
		{
			"long and not UTF-8",
			Error{strings.Repeat("\x80", maxErrorInput+1), reasonNoScheme, -1},
			`URL "` + strings.Repeat(`\x80`, maxErrorInput) + `"…: no scheme and nothing to resolve against`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.err.Error(); got != tt.want {
				t.Errorf("Error of %#v = %s, want %s", tt.err, got, tt.want)
			}
		})
	}
}
