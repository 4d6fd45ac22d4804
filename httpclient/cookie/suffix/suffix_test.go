package suffix

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/publicsuffix"
)

func TestIsPublic(t *testing.T) {
	for _, tt := range []struct {
		name, domain string
		want         bool
	}{
		{"a top-level domain", "com", true},
		{"one that nobody knows", "nowhere", true},
		{"nothing", "", true},
		{"a registry's", "co.uk", true},
		{"right below that", "example.co.uk", false},
		{"right below a top-level domain", "example.com", false},
		{"of the private section", "github.io", true},
		{"right below that", "someone.github.io", false},
		{"any label", "anything.ck", true},
		{"an exception of that", "www.ck", false},
		{"below the exception", "a.www.ck", false},
		{"below any label", "a.anything.ck", false},
		{"of three labels", "city.kobe.jp", false},
		{"any label of three", "ward.kobe.jp", true},
		{"an international one", "xn--55qx5d.cn", true},
		{"below a name that nobody knows", "a.nowhere", false},
		{"the marks of the table", "!www.ck", true},
		{"a label that begins another", "c.uk", false},
		{"a label that goes on", "com,co.uk", false},
		{"a line's end", "co\n.uk", false},
		{"an empty label", "a..com", false},
		{"nothing above", "com.", false},
		{"nothing below", ".ck", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := IsPublic(tt.domain); got != tt.want {
				t.Errorf("%q: %t, want %t", tt.domain, got, tt.want)
			}
		})
	}
}

// byLibrary is what the copy says that the table is made of.
func byLibrary(domain string) bool {
	suffix, _ := publicsuffix.PublicSuffix(domain)
	return suffix == domain
}

// Each rule of the table, what lies beside it and what lies below is judged as by the
// library.
func TestEveryRuleAgainstTheLibrary(t *testing.T) {
	rules := 0
	for line := range strings.Lines(list) {
		parent, labels, _ := strings.Cut(strings.TrimSuffix(line, ",\n"), " ")
		for label := range strings.SplitSeq(labels, ",") {
			rules++
			name := strings.TrimPrefix(label, exception) + "." + parent
			for _, domain := range []string{name, "a." + name, "a.b." + name, "x" + name, "a." + parent, parent} {
				if got, want := IsPublic(domain), byLibrary(domain); got != want {
					t.Errorf("%q: %t, by the library %t", domain, got, want)
				}
			}
		}
	}
	if rules < 8000 {
		t.Errorf("%d rules in all", rules)
	}
}

// The search relies on the order.
func TestTheTableIsInOrder(t *testing.T) {
	var parents []string
	for line := range strings.Lines(list) {
		parent, labels, _ := strings.Cut(strings.TrimSuffix(line, ",\n"), " ")
		parents = append(parents, parent)
		if !slices.IsSorted(strings.Split(labels, ",")) {
			t.Errorf("the labels below %s are out of order", parent)
		}
	}
	if !slices.IsSorted(parents) {
		t.Error("the lines are out of order")
	}
}

func FuzzAgainstTheLibrary(f *testing.F) {
	for _, s := range []string{"", "com", "co.uk", "www.ck", "a.ck", "!www.ck", "*.ck", "a..b", "city.kobe.jp", "com,co.uk", "a.", "uk ac.uk"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, domain string) {
		if _, err := netip.ParseAddr(domain); err == nil {
			t.Skip("the library takes addresses for names")
		}
		if got, want := IsPublic(domain), byLibrary(domain); got != want {
			t.Errorf("%q: %t, by the library %t", domain, got, want)
		}
	})
}

func BenchmarkIsPublic(b *testing.B) {
	for name, is := range map[string]func(string) bool{"ours": IsPublic, "library": byLibrary} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				is("co.uk")
				is("www.example.com")
				is("ward.kobe.jp")
			}
		})
	}
}
