package resolver

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"fetchscope/resolver/dnssec"
	"fetchscope/trace"
)

// distinct counts the names asked at a server.
func (in *internet) distinct(addr string) int {
	names := map[string]bool{}
	for _, q := range in.asked(addr) {
		name, _, _ := strings.Cut(q, " ")
		names[name] = true
	}
	return len(names)
}

// manyNS are n NS records of a zone, to servers in another.
func manyNS(zone, other string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%s NS n%d.%s\n", zone, i, other)
	}
	return b.String()
}

// Requirement 23: a delegation to a hundred names of a victim's, none of which exists,
// costs the victim a few queries.
func TestNXNSAttack(t *testing.T) {
	in := startInternet(t, small(
		site{zone: "zoo.test.", at: zooAt, text: manyNS("sub", "foo.test.", 100)},
	)...)
	in.check(t, "www.sub.zoo.test. A", failed("SERVFAIL"))
	if n := in.distinct(fooAt); n > maxFailedNames {
		t.Errorf("the victim was asked for %d names, want at most %d", n, maxFailedNames)
	}
	if n := len(in.asked(fooAt)); n > maxFailedNames {
		t.Errorf("the victim was sent %d queries, want at most %d", n, maxFailedNames)
	}
}

// Requirement 23: names of servers that stand on other names, five at each turn, would
// be 155 to look up.
func TestNamesThatBranch(t *testing.T) {
	var tld strings.Builder
	for i := range maxFailedNames {
		fmt.Fprintf(&tld, "sub NS n.y%d.test.\n", i)
		for k := range maxFailedNames {
			fmt.Fprintf(&tld, "y%d NS n.x%d%d.test.\n", i, i, k)
			tld.WriteString(manyNS(fmt.Sprintf("x%d%d", i, k), fmt.Sprintf("x%d%d.foo.test.", i, k), 20))
		}
	}
	in := startInternet(t, small(site{zone: "test.", at: tldAt, text: tld.String()})...)
	r := in.patient(t)
	j := r.job(trace.NewRecorder(nil).Scope(0))
	if got := j.resolve(patience(t), question{"www.sub.test.", dns.TypeA}); got.rcode != "SERVFAIL" {
		t.Errorf("got %+v", got)
	}
	if n := j.budget.targets.Load(); n < maxTargets {
		t.Errorf("%d names were looked up, the limit of %d was not tried", n, maxTargets)
	}
	if n := in.total(); n > 2*maxTargets {
		t.Errorf("%d queries, want at most %d", n, 2*maxTargets)
	}
}

// Requirement 24: 1,500 servers, whose names lead to one that says nothing.
func TestNRDelegationAttack(t *testing.T) {
	in := startInternet(t, small(site{zone: "zoo.test.", at: zooAt, text: manyNS("sub", "foo.test.", 1500)})...)
	in.hosts[fooAt].does(mute)
	r := in.hasty(t)
	before := allocated()
	got, _, err := outcomeOf(t, r, "www.sub.zoo.test. A")
	if got.Rcode != "SERVFAIL" {
		t.Errorf("got %+v, %v", got, err)
	}
	if n := len(in.asked(fooAt)); n > maxFailedNames*maxRounds {
		t.Errorf("the silent server was sent %d queries, want at most %d", n, maxFailedNames*maxRounds)
	}
	if z := r.iterator().closest(question{"www.sub.zoo.test.", dns.TypeA}); len(z.servers) != maxAuthorities {
		t.Errorf("%d servers were kept of the delegation, want %d", len(z.servers), maxAuthorities)
	}
	// Both ends of the test share the heap.
	if n := allocated() - before; n > 16<<20 {
		t.Errorf("%d bytes were allocated", n)
	}
}

// allocated counts the bytes that were ever taken from the heap.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

// Requirement 25: aliases, minimised names and names of servers together cost no more than
// the one budget of a question.
func TestCAMP(t *testing.T) {
	sites := small()
	deep := strings.Repeat("a.", 20)
	for i := range 12 {
		next := fmt.Sprintf("%sz%d.test.", deep, i+1)
		sites = append(sites, site{zone: fmt.Sprintf("z%d.test.", i), at: deepAt, text: strings.TrimSuffix(deep, ".") + " CNAME " + next + "\n" + manyNS("@", fmt.Sprintf("%ss%d.test.", deep, i), 1)})
		sites = append(sites, site{zone: fmt.Sprintf("s%d.test.", i), at: spareAt, text: "n0." + strings.TrimSuffix(deep, ".") + " A " + deepAt + "\n"})
	}
	for i := range sites {
		if sites[i].zone == "test." {
			for k := range 12 { // without glue
				sites[i].text += manyNS(fmt.Sprintf("z%d", k), fmt.Sprintf("%ss%d.test.", deep, k), 1)
			}
		}
	}
	in := startInternet(t, sites...)
	got, _, err := in.walk(t, deep+"z0.test. A")
	var e *Error
	if !errors.As(err, &e) || e.Code != TooCostly || got.Rcode != "SERVFAIL" {
		t.Errorf("got %+v, %v", got, err)
	}
	if n := in.total(); n > maxWalkSends {
		t.Errorf("%d queries, want at most %d", n, maxWalkSends)
	}
}

// spent asks a question as a run does and returns the checker's figures: signatures
// checked, those that failed, and rounds of SHA-1.
func (in *internet) spent(t *testing.T, asked string, want outcome) (checks, failures, rounds int, reason *dnssec.Reason) {
	t.Helper()
	r := in.patient(t)
	name, qtype, _ := strings.Cut(asked, " ")
	j := r.job(trace.NewRecorder(nil).Scope(0))
	got := j.resolve(patience(t), question{name, dns.StringToType[qtype]})
	if got.rcode != want.Rcode || got.security.String() != want.Security {
		t.Errorf("%s: got %s, %s (%v), want %s, %s", asked, got.rcode, got.security, got.reason, want.Rcode, want.Security)
	}
	figures := reflect.ValueOf(j.check.checker).Elem() // which the package keeps to itself
	figure := func(name string) int { return int(figures.FieldByName(name).Int()) }
	return figure("checks"), figure("failures"), figure("rounds"), got.reason
}

// colliding are keys with one tag: words of the modulus change places, which the sum that
// the tag is does not see.
func colliding(t *testing.T, zone string, n int) []dns.RR {
	t.Helper()
	k := newZoneKey(t, zone, signature{algorithm: dns.RSASHA256, bits: 2048}).DNSKEY
	k.Flags = dns.ZONE
	var out []dns.RR
	for i := range n {
		b := fromBase64(t, k.PublicKey)
		at := 4 + 2*(i+1) // behind length and exponent, on the boundaries of words
		b[4], b[5], b[at], b[at+1] = b[at], b[at+1], b[4], b[5]
		other := dns.Copy(k).(*dns.DNSKEY)
		other.PublicKey = toBase64(b)
		if other.KeyTag() != k.KeyTag() {
			t.Fatalf("tag %d, want %d", other.KeyTag(), k.KeyTag())
		}
		out = append(out, other)
	}
	return out
}

// garbage is n signatures of a set by a key that there are many of.
func garbage(set dns.RR, key *dns.DNSKEY, n int) []dns.RR {
	var out []dns.RR
	for i := range n {
		b := make([]byte, 256)
		b[0], b[1], b[255] = 1, byte(i), byte(i>>8)
		out = append(out, &dns.RRSIG{
			Hdr:         dns.RR_Header{Name: set.Header().Name, Rrtype: dns.TypeRRSIG, Class: dns.ClassINET, Ttl: 3600},
			TypeCovered: set.Header().Rrtype, Algorithm: key.Algorithm, Labels: uint8(labels(set.Header().Name)), OrigTtl: 3600,
			Inception: uint32(clock.Add(-time.Hour).Unix()), Expiration: uint32(clock.Add(time.Hour).Unix()),
			KeyTag: key.KeyTag(), SignerName: key.Hdr.Name, Signature: toBase64(b),
		})
	}
	return out
}

// keyTrap is a zone with keys of one tag, and as many signatures over each of its sets of
// A, TXT and private types.
func keyTrap(t *testing.T, keys, sigs int) *world {
	t.Helper()
	s := site{zone: "zoo.test.", at: zooAt, sign: &signature{}, text: "www A 192.0.2.1\nmany A 192.0.2.1\n"}
	for i := range 20 {
		s.text += fmt.Sprintf("many TYPE%d \\# 1 00\n", 65300+i)
	}
	for _, k := range colliding(t, s.zone, keys) {
		s.text += k.String() + "\n"
	}
	w := build(t, clock, signedSites(s)...)
	trap := w.zones["zoo.test."]
	key := trap[slices.IndexFunc(trap, func(rr dns.RR) bool { return rr.Header().Rrtype == dns.TypeDNSKEY })].(*dns.DNSKEY)
	isData := func(rrtype uint16) bool { return rrtype == dns.TypeA || rrtype >= 65300 }
	trap = slices.DeleteFunc(trap, func(rr dns.RR) bool {
		sig, is := rr.(*dns.RRSIG)
		return is && isData(sig.TypeCovered)
	})
	for k, set := range rrsets(trap) {
		if isData(k.rrtype) {
			trap = append(trap, garbage(set[0], key, sigs)...)
		}
	}
	w.zones["zoo.test."] = trap
	return w
}

// Limits of package dnssec, which it keeps to itself.
const (
	checksPerSet      = 8
	failuresPerAnswer = 32
	roundsPerProof    = 8 * 151
)

// Requirement 26 (CVE-2023-50387): a hundred keys of one tag and a hundred signatures make
// no ten thousand checks.
func TestKeyTrap(t *testing.T) {
	in := keyTrap(t, 100, 100).start(t)
	before := allocated()
	checks, failures, _, reason := in.spent(t, "www.zoo.test. A", outcome{Rcode: "SERVFAIL", Security: "bogus"})
	if failures > checksPerSet || checks > failures+6 { // six links of the chain hold
		t.Errorf("%d checks, of which %d failed; want at most %d failures", checks, failures, checksPerSet)
	}
	if reason == nil || !strings.Contains(reason.Text, "more than 8 signature checks") {
		t.Errorf("got the reason %v", reason)
	}
	if n := allocated() - before; n > 64<<20 {
		t.Errorf("%d bytes were allocated", n)
	}
}

// Requirement 26: nor do many sets in one answer.
func TestKeyTrapOfManySets(t *testing.T) {
	in := keyTrap(t, 20, 4).start(t)
	checks, failures, _, _ := in.spent(t, "many.zoo.test. ANY", outcome{Rcode: "SERVFAIL", Security: "bogus"})
	if failures > failuresPerAnswer || checks > failures+6 {
		t.Errorf("%d checks, of which %d failed; want at most %d failures", checks, failures, failuresPerAnswer)
	}
}

// Requirement 26: keys of one tag that a DS record may mean.
func TestKeyTrapOfDS(t *testing.T) {
	keys := colliding(t, "zoo.test.", 40)
	text := "www A 192.0.2.1\n"
	for _, k := range keys {
		text += k.String() + "\n"
	}
	in := startInternet(t, signedSites(site{
		zone: "zoo.test.", at: zooAt, sign: &signature{}, text: text,
		ds: func(*dns.DNSKEY) []dns.RR { return []dns.RR{keys[39].(*dns.DNSKEY).ToDS(dns.SHA256)} },
	})...)
	checks, failures, _, reason := in.spent(t, "www.zoo.test. A", outcome{Rcode: "SERVFAIL", Security: "bogus"})
	if failures > 0 || checks > 6 {
		t.Errorf("%d checks, of which %d failed", checks, failures)
	}
	if reason == nil || !strings.Contains(reason.Text, "more than 4 keys have the tag of one DS record") {
		t.Errorf("got the reason %v", reason)
	}
}

// Requirement 27.
func TestIterationsOfNSEC3(t *testing.T) {
	tests := []struct {
		iterations uint16
		security   string
	}{{0, "secure"}, {150, "secure"}, {151, "insecure"}, {501, "insecure"}, {65535, "insecure"}}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.iterations), func(t *testing.T) {
			in := startInternet(t, signedSites(site{zone: "zoo.test.", at: zooAt, sign: &signature{nsec3: true, iterations: tt.iterations}})...)
			_, _, rounds, reason := in.spent(t, "none.zoo.test. A", outcome{Rcode: "NXDOMAIN", Security: tt.security})
			if rounds > roundsPerProof || tt.security == "insecure" && rounds > 0 {
				t.Errorf("%d rounds of SHA-1", rounds)
			}
			if tt.security == "insecure" && (reason == nil || reason.EDE != dns.ExtendedErrorCodeUnsupportedNSEC3IterValue) {
				t.Errorf("got the reason %+v", reason)
			}
		})
	}
}

// Requirement 27 (CVE-2023-50868): records with a hundred salts want each name hashed a
// hundred times.
func TestManySaltsOfNSEC3(t *testing.T) {
	w := build(t, clock, signedSites(site{zone: "zoo.test.", at: zooAt, sign: &signature{}})...)
	in := w.start(t)
	var proof []dns.RR
	for i := range 100 {
		s := signature{nsec3: true, iterations: 150, salt: fmt.Sprintf("%04x", i)}
		for _, rr := range s.nsec3Records("zoo.test.", map[string][]uint16{s.hash(fmt.Sprintf("n%d.zoo.test.", i)): {dns.TypeA}}) {
			proof = append(proof, rr, w.keys["zoo.test."].sign(t, []dns.RR{rr}, s, clock))
		}
	}
	in.hosts[zooAt].does(func(_, honest *dns.Msg, _ bool) []*dns.Msg {
		if honest.Rcode == dns.RcodeNameError {
			honest.Ns = append(honest.Ns[:2], proof...)
		}
		return []*dns.Msg{honest}
	})
	_, _, rounds, _ := in.spent(t, strings.Repeat("x.", 50)+"zoo.test. A", outcome{Rcode: "SERVFAIL", Security: "bogus"})
	if rounds > 2*roundsPerProof { // the two things that a denial can prove are tried
		t.Errorf("%d rounds of SHA-1, want at most %d", rounds, 2*roundsPerProof)
	}
}

// Requirement 28: what ends a fetch ends the walk, and what was done until then is told.
func TestTheEndOfTheContextEndsTheWalk(t *testing.T) {
	interrupted := errors.New("interrupted")
	ctx, cancel := context.WithCancelCause(t.Context())
	in := startInternet(t, signedSites(zoo())...)
	in.hosts[zooAt].does(func(_, _ *dns.Msg, _ bool) []*dns.Msg {
		cancel(interrupted)
		return nil
	})
	rec := trace.NewRecorder(nil)
	err := in.patient(t).Query(ctx, rec.Scope(0), "www.zoo.test.", "A")
	if !errors.Is(err, interrupted) {
		t.Errorf("got %v", err)
	}
	if n := len(in.asked(zooAt)); n != 1 {
		t.Errorf("%d queries to the last server, want 1", n)
	}
	sent, answered := of[trace.QuerySent](rec.Records()), of[trace.Answered](rec.Records())
	if len(sent) < 4 || len(answered) != 1 {
		t.Errorf("%d queries and %d answers were told", len(sent), len(answered))
	}
}

// Requirement 28: a limit that passes is a time-out.
func TestDeadlineOfTheWalk(t *testing.T) {
	in := startInternet(t, small()...)
	for _, h := range in.hosts {
		h.does(mute)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	rec := trace.NewRecorder(nil)
	err := in.patient(t).Query(ctx, rec.Scope(0), "www.zoo.test.", "A")
	var e *Error
	if !errors.As(err, &e) || e.Code != Timeout || len(of[trace.Answered](rec.Records())) != 1 {
		t.Errorf("got %v", err)
	}
}
