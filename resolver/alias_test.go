package resolver

import (
	"strconv"
	"strings"
	"testing"

	"github.com/miekg/dns"
)

// links is a zone in which n aliases lead from a1 to an address.
func links(n int) string {
	var b strings.Builder
	for i := 1; i <= n; i++ {
		b.WriteString("a" + strconv.Itoa(i) + " CNAME a" + strconv.Itoa(i+1) + "\n")
	}
	return b.String() + "a" + strconv.Itoa(n+1) + " A 192.0.2.1\n"
}

// Requirement 13.
func TestAliasesOfZones(t *testing.T) {
	zoo := "www CNAME www.foo.test.\none CNAME two\ntwo CNAME one\nself CNAME self\nout CNAME back.foo.test.\n"
	in := startInternet(t, small(
		site{zone: "zoo.test.", at: zooAt, text: zoo},
		site{zone: "foo.test.", at: fooAt, text: "www CNAME end.deep.test.\nback CNAME out.zoo.test.\n"},
		site{zone: "deep.test.", at: deepAt, text: "end A 192.0.2.5\n" + links(11)},
		site{zone: "long.test.", at: spareAt, text: links(12)},
	)...)
	var eleven []string
	for i := 1; i <= 11; i++ {
		eleven = append(eleven, "a"+strconv.Itoa(i)+".deep.test. CNAME a"+strconv.Itoa(i+1)+".deep.test.")
	}
	tests := []struct {
		name, question string
		want           outcome
	}{
		{"over three zones, in order", "www.zoo.test. A", found(
			"www.zoo.test. CNAME www.foo.test.", "www.foo.test. CNAME end.deep.test.", "end.deep.test. A 192.0.2.5")},
		{"eleven", "a1.deep.test. A", found(append(eleven, "a12.deep.test. A 192.0.2.1")...)},
		{"twelve", "a1.long.test. A", failed("SERVFAIL")},
		{"in a circle", "one.zoo.test. A", failed("SERVFAIL")},
		{"in a circle over zones", "out.zoo.test. A", failed("SERVFAIL")},
		{"of itself", "self.zoo.test. A", failed("SERVFAIL")},
		{"the type is CNAME", "www.zoo.test. CNAME", found("www.zoo.test. CNAME www.foo.test.")},
		{"the type is ANY", "www.zoo.test. ANY", found("www.zoo.test. CNAME www.foo.test.")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { in.check(t, tt.question, tt.want) })
	}
}

// Requirement 14.
func TestRedirectedNames(t *testing.T) {
	long := strings.Repeat(strings.Repeat("x", 60)+".", 3)
	in := startInternet(t, small(
		site{zone: "zoo.test.", at: zooAt, text: "old DNAME new.foo.test.\nlie DNAME foo.test.\nround DNAME x.round\ngrow DNAME " + long + "foo.test.\n"},
		site{zone: "foo.test.", at: fooAt, text: "www A 192.0.2.2\nwww.new A 192.0.2.3\na.b.new A 192.0.2.4\n"},
	)...)
	in.hosts[zooAt].does(func(q, honest *dns.Msg, _ bool) []*dns.Msg {
		for _, rr := range honest.Answer {
			if alias, is := rr.(*dns.CNAME); is && strings.Contains(lower(q.Question[0].Name), "lie") {
				alias.Target = "www.evil.test."
			}
		}
		return []*dns.Msg{honest}
	})
	deep := strings.Repeat("y", 63) + "."
	tests := []struct {
		name, question string
		want           outcome
	}{
		{"one label", "www.old.zoo.test. A", found(
			"old.zoo.test. DNAME new.foo.test.", "www.old.zoo.test. CNAME www.new.foo.test.", "www.new.foo.test. A 192.0.2.3")},
		{"two labels", "a.b.old.zoo.test. A", found(
			"old.zoo.test. DNAME new.foo.test.", "a.b.old.zoo.test. CNAME a.b.new.foo.test.", "a.b.new.foo.test. A 192.0.2.4")},
		{"a CNAME that does not agree", "www.lie.zoo.test. A", found(
			"lie.zoo.test. DNAME foo.test.", "www.lie.zoo.test. CNAME www.foo.test.", "www.foo.test. A 192.0.2.2")},
		{"its own name", "old.zoo.test. A", outcome{Rcode: "NOERROR", Security: unchecked}},
		{"too long", deep + "grow.zoo.test. A", outcome{"YXDOMAIN", unchecked, []string{"grow.zoo.test. DNAME " + long + "foo.test."}}},
		{"without end", "www.round.zoo.test. A", failed("SERVFAIL")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { in.check(t, tt.question, tt.want) })
	}
}
