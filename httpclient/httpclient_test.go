package httpclient

import (
	"errors"
	"io"
	"testing"

	"fetchscope/trace"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestFields(t *testing.T) {
	fields := Fields{{"Via", "1.1 a, ,1.1 b"}, {"X", ""}, {"VIA", "1.1 c\t,"}, {"x", "second"}}
	for _, tt := range []struct {
		name     string
		has      bool
		first    string
		values   []string
		elements []string
	}{
		{"via", true, "1.1 a, ,1.1 b", []string{"1.1 a, ,1.1 b", "1.1 c\t,"}, []string{"1.1 a", "1.1 b", "1.1 c"}},
		{"X", true, "", []string{"", "second"}, []string{"second"}},
		{"Y", false, "", nil, nil},
		{"", false, "", nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := fields.Has(tt.name); got != tt.has {
				t.Errorf("Has(%q) = %t, want %t", tt.name, got, tt.has)
			}
			if got := fields.First(tt.name); got != tt.first {
				t.Errorf("First(%q) = %q, want %q", tt.name, got, tt.first)
			}
			if diff := cmp.Diff(tt.values, fields.Values(tt.name)); diff != "" {
				t.Errorf("Values(%q) (-want +got):\n%s", tt.name, diff)
			}
			if diff := cmp.Diff(tt.elements, fields.Elements(tt.name)); diff != "" {
				t.Errorf("Elements(%q) (-want +got):\n%s", tt.name, diff)
			}
		})
	}
	want := []trace.Field{{"Via", "1.1 a, ,1.1 b"}, {"X", ""}, {"VIA", "1.1 c\t,"}, {"x", "second"}}
	if diff := cmp.Diff(want, fields.Trace()); diff != "" {
		t.Errorf("Trace (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]trace.Field(nil), Fields(nil).Trace(), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("Trace of none (-want +got):\n%s", diff)
	}
}

func TestError(t *testing.T) {
	for _, tt := range []struct {
		name, section, want string
	}{
		{"with a section", "RFC 9112, section 8", "unexpected EOF (RFC 9112, section 8)"},
		{"without", "", "unexpected EOF"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := error(&Error{Phase: trace.Receive, Code: CodeTruncated, Section: tt.section, Err: io.ErrUnexpectedEOF})
			if got := err.Error(); got != tt.want || !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("error %q, want %q and its cause", got, tt.want)
			}
		})
	}
}
