package resolver

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fetchscope/trace"
)

// Requirement 39.
func TestSearchSteps(t *testing.T) {
	list := []string{"a.test.", "b.test."}
	for _, tt := range []struct {
		name  string
		conf  conf
		host  string
		final bool
		want  string
	}{
		{"one label", conf{ndots: 1, search: list}, "www.", false, "www.a.test. www.b.test. www."},
		{"enough dots", conf{ndots: 1, search: list}, "www.x.", false, "www.x. www.x.a.test. www.x.b.test."},
		{"too few dots", conf{ndots: 3, search: list}, "www.x.", false, "www.x.a.test. www.x.b.test. www.x."},
		{"none needed", conf{ndots: 0, search: list}, "www.", false, "www. www.a.test. www.b.test."},
		{"final dot", conf{ndots: 15, search: list}, "www.", true, "www."},
		{"no list", conf{ndots: 1}, "www.", false, "www."},
		{"root in the list", conf{ndots: 1, search: []string{"a.test.", ".", "b.test."}}, "www.", false, "www.a.test. www. www.b.test."},
		{"root alone", conf{ndots: 1, search: []string{"."}}, "www.", false, "www."},
		{"no-tld-query", conf{ndots: 1, search: list, noTLD: true}, "www.", false, "www.a.test. www.b.test."},
		{"no-tld-query without list", conf{ndots: 1, noTLD: true}, "www.", false, "www."},
		{
			"too long with the domain",
			conf{ndots: 9, search: list},
			strings.Repeat(strings.Repeat("a", 49)+".", 5), false,
			strings.Repeat(strings.Repeat("a", 49)+".", 5),
		},
		{"the root", conf{ndots: 1, search: list}, ".", false, "."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, s := range tt.conf.steps(tt.host, tt.final) {
				got = append(got, s.name)
			}
			if diff := cmp.Diff(tt.want, strings.Join(got, " ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Requirement 39.
func TestSearchVerdicts(t *testing.T) {
	const (
		found   = trace.Code("")
		missing = NameNotFound
		empty   = NoAddress
		failing = ServerFailure
	)
	for _, tt := range []struct {
		name  string
		host  string
		codes map[string]trace.Code // of each name tried; absent ones do not exist
		tried string
		want  string // the name whose result stands for all
	}{
		{"found in the list", "w.", map[string]trace.Code{"w.b.test.": found}, "w.a.test. w.b.test.", "w.b.test."},
		{"found as it is", "w.", map[string]trace.Code{"w.": found}, "w.a.test. w.b.test. w.", "w."},
		{"nowhere", "w.", nil, "w.a.test. w.b.test. w.", "w."},
		{"no data somewhere", "w.", map[string]trace.Code{"w.a.test.": empty}, "w.a.test. w.b.test. w.", "w.a.test."},
		{"SERVFAIL is no NXDOMAIN", "w.", map[string]trace.Code{"w.a.test.": failing}, "w.a.test. w.b.test. w.", "w.a.test."},
		{"no data before SERVFAIL", "w.", map[string]trace.Code{"w.a.test.": failing, "w.b.test.": empty}, "w.a.test. w.b.test. w.", "w.b.test."},
		{"found after SERVFAIL", "w.", map[string]trace.Code{"w.a.test.": failing, "w.b.test.": found}, "w.a.test. w.b.test.", "w.b.test."},
		{"time-out ends the list", "w.", map[string]trace.Code{"w.a.test.": Timeout}, "w.a.test. w.", "w."},
		{"no server ends all", "w.", map[string]trace.Code{"w.a.test.": NoServer}, "w.a.test.", "w.a.test."},
		{"as it is first counts", "w.x.", map[string]trace.Code{"w.x.": empty}, "w.x. w.x.a.test. w.x.b.test.", "w.x."},
		{"as it is failed, then found", "w.x.", map[string]trace.Code{"w.x.": failing, "w.x.b.test.": found}, "w.x. w.x.a.test. w.x.b.test.", "w.x.b.test."},
		{"cancelled", "w.", map[string]trace.Code{"w.a.test.": Cancelled}, "w.a.test.", "w.a.test."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var tried []string
			c := conf{ndots: 1, search: []string{"a.test.", "b.test."}}
			got := search(c.steps(tt.host, false), func(name string) *result {
				tried = append(tried, name)
				code, told := tt.codes[name]
				if !told {
					code = missing
				}
				r := newResult(name)
				if code == failing {
					r.rcode = "SERVFAIL"
				}
				if code != found {
					r.err = &Error{Code: code}
				}
				return r
			})
			if diff := cmp.Diff(tt.tried, strings.Join(tried, " ")); diff != "" || got.name != tt.want {
				t.Errorf("%s verdict of %s, want %s", diff, got.name, tt.want)
			}
		})
	}
}

func TestSpecialNamesAreNotSearchedFor(t *testing.T) {
	got := search(conf{ndots: 1, search: []string{"corp.local."}}.steps("w.", false), func(name string) *result {
		if name != "w." {
			t.Errorf("%s was asked for", name)
		}
		r := newResult(name)
		r.err = &Error{Code: NameNotFound}
		return r
	})
	if got.name != "w." {
		t.Errorf("the verdict is that of %s", got.name)
	}
}
