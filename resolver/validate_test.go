package resolver

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"

	"fetchscope/trace"
)

// signedSites is small with the root and test. signed; zones without a signature of their
// own stay insecure.
func signedSites(others ...site) []site {
	return small(append([]site{
		{zone: ".", at: rootAt, sign: &signature{}},
		{zone: "test.", at: tldAt, sign: &signature{}},
	}, others...)...)
}

// zoo is zoo.test. signed, with a record of each kind.
func zoo(changes ...func(*site)) site {
	s := site{zone: "zoo.test.", at: zooAt, sign: &signature{}, text: `www A 192.0.2.1
www A 192.0.2.2
mail MX 10 WWW
a.ent A 192.0.2.3
alias CNAME www.foo.test.
*.w A 192.0.2.4
x.y.w A 192.0.2.5
old DNAME foo.test.
grow DNAME ` + strings.Repeat(strings.Repeat("x", 60)+".", 3) + `foo.test.
`}
	for _, change := range changes {
		change(&s)
	}
	return s
}

func by(sig signature) func(*site) { return func(s *site) { s.sign = &sig } }

func spoil(f func([]dns.RR) []dns.RR) func(*site) { return func(s *site) { s.spoil = f } }

func vouched(f func(*dns.DNSKEY) []dns.RR) func(*site) { return func(s *site) { s.ds = f } }

// judged is what was said of the answer as a whole.
func judgedOf(t *testing.T, records []trace.Record) trace.SecurityJudged {
	t.Helper()
	all := of[trace.SecurityJudged](records)
	if len(all) != 1 {
		t.Fatalf("SecurityJudged was recorded %d times, want once", len(all))
	}
	return all[0]
}

// secured asks and compares rcode and security alone; it returns the reason.
func (in *internet) secured(t *testing.T, question, rcode, security string) trace.SecurityReason {
	t.Helper()
	got, records, err := in.walk(t, question)
	if got.Rcode != rcode || got.Security != security {
		t.Errorf("%s: got %s, %s (%v), want %s, %s", question, got.Rcode, got.Security, err, rcode, security)
	}
	if (security == "bogus") && len(got.Answers) > 0 { // requirement 38
		t.Errorf("%s: bogus answers were given: %q", question, got.Answers)
	}
	if reason := judgedOf(t, records).Reason; reason != nil {
		return *reason
	}
	return trace.SecurityReason{}
}

// Requirement 29.
func TestSignaturesAreAskedFor(t *testing.T) {
	in := startInternet(t, signedSites(zoo())...)
	in.secured(t, "www.zoo.test. A", "NOERROR", "secure")
	for addr, h := range in.hosts {
		for _, q := range h.queries() {
			if opt := q.IsEdns0(); opt == nil || !opt.Do() || q.RecursionDesired || q.CheckingDisabled {
				t.Errorf("%s was asked %v", addr, q)
			}
		}
	}
}

// Requirement 29: a resolver is asked for signatures, and not to keep bogus data from us.
func TestSignaturesAreAskedOfResolvers(t *testing.T) {
	s := serve(t, always(dns.RcodeNameError), nil)
	c := Config{HostsFile: file(t, ""), Servers: asking(t, s).conf().servers, DNSSEC: true}
	runQuery(t, fresh(c), "zoo.test.", "A")
	for _, q := range s.queries() {
		if opt := q.IsEdns0(); opt == nil || !opt.Do() || !q.RecursionDesired || !q.CheckingDisabled {
			t.Errorf("asked %v", q)
		}
	}
}

// Requirement 29: what one server has lost, another may have.
func TestOtherServersAreAskedBeforeAnAnswerIsBogus(t *testing.T) {
	strip := func(records []dns.RR, rrtype uint16) []dns.RR {
		return slices.DeleteFunc(records, func(rr dns.RR) bool { return covers(rr, rrtype) })
	}
	for _, rrtype := range []uint16{dns.TypeA, dns.TypeDNSKEY, dns.TypeNSEC} {
		t.Run(dns.TypeToString[rrtype], func(t *testing.T) {
			in := startInternet(t, signedSites(zoo(func(s *site) { s.at += " " + spareAt }))...)
			in.hosts[zooAt].does(func(_, honest *dns.Msg, _ bool) []*dns.Msg {
				honest.Answer, honest.Ns = strip(honest.Answer, rrtype), strip(honest.Ns, rrtype)
				return []*dns.Msg{honest}
			})
			in.secured(t, "www.zoo.test. A", "NOERROR", "secure")
			in.secured(t, "none.zoo.test. A", "NXDOMAIN", "secure")
			in.secured(t, "www.zoo.test. TXT", "NOERROR", "secure")
		})
	}
}

// Requirement 30: letter case, order, repetitions and lower TTL on the way change nothing.
func TestWhatMayChangeOnTheWay(t *testing.T) {
	in := startInternet(t, signedSites(zoo())...)
	in.hosts[zooAt].does(func(_, honest *dns.Msg, _ bool) []*dns.Msg {
		honest.Answer = append(honest.Answer, honest.Answer...)
		slices.Reverse(honest.Answer)
		for i, rr := range honest.Answer {
			honest.Answer[i] = dns.Copy(rr)
			honest.Answer[i].Header().Name = strings.ToUpper(rr.Header().Name)
			honest.Answer[i].Header().Ttl = 17
			if mx, is := honest.Answer[i].(*dns.MX); is {
				mx.Mx = strings.ToLower(mx.Mx)
			}
		}
		return []*dns.Msg{honest}
	})
	for _, question := range []string{"www.zoo.test. A", "mail.zoo.test. MX", "b.w.zoo.test. A", "zoo.test. SOA"} {
		in.secured(t, question, "NOERROR", "secure")
	}
}

// Requirement 30.
func TestCountOfLabels(t *testing.T) {
	ofA := func(rr dns.RR) bool { return covers(rr, dns.TypeA) }
	for name, change := range map[string]func(dns.RR){
		"more than the name has":  func(rr dns.RR) { rr.(*dns.RRSIG).Labels++ },
		"fewer than the name has": func(rr dns.RR) { rr.(*dns.RRSIG).Labels-- },
		"above the zone":          func(rr dns.RR) { rr.(*dns.RRSIG).Labels = 1 },
	} {
		t.Run(name, func(t *testing.T) {
			in := startInternet(t, signedSites(zoo(spoil(spoilt(ofA, change))))...)
			in.secured(t, "www.zoo.test. A", "SERVFAIL", "bogus")
		})
	}
}

// Requirement 31.
func TestTimesOfSignatures(t *testing.T) {
	in := startInternet(t, signedSites(zoo(by(signature{begin: -time.Hour, end: time.Hour})))...)
	tests := []struct {
		at       time.Duration
		security string
		ede      uint16
	}{
		{-time.Hour - time.Second, "bogus", dns.ExtendedErrorCodeSignatureNotYetValid},
		{-time.Hour, "secure", 0},
		{time.Hour, "secure", 0},
		{time.Hour + time.Second, "bogus", dns.ExtendedErrorCodeSignatureExpired},
	}
	for _, tt := range tests {
		t.Run(tt.at.String(), func(t *testing.T) {
			in.clock = clock.Add(tt.at)
			// The zones above hold for an hour before as well, so the one asked for decides.
			got, records, err := in.walk(t, "www.zoo.test. A")
			reason := judgedOf(t, records).Reason
			if got.Security != tt.security || reason != nil && reason.EDE != tt.ede || (reason == nil) != (tt.ede == 0) {
				t.Errorf("got %+v, %+v (%v)", got, reason, err)
			}
		})
	}
}

// Requirement 32 (and 33): which DS records make a zone secure.
func TestWhichKeysAreTrusted(t *testing.T) {
	changed := func(change func(*dns.DS)) func(k *dns.DNSKEY) []dns.RR {
		return func(k *dns.DNSKEY) []dns.RR {
			ds := k.ToDS(dns.SHA256)
			change(ds)
			return []dns.RR{ds}
		}
	}
	both := func(k *dns.DNSKEY) []dns.RR {
		return append(unknownAlgorithm(k), k.ToDS(dns.SHA256), newZoneKey(t, "zoo.test.", signature{}).ToDS(dns.SHA256))
	}
	sha1Beside := func(k *dns.DNSKEY) []dns.RR { // RFC 4509, section 3
		wrong := k.ToDS(dns.SHA256)
		wrong.Digest = strings.Repeat("00", 32)
		return []dns.RR{k.ToDS(dns.SHA1), wrong}
	}
	tests := []struct {
		name     string
		ds       func(k *dns.DNSKEY) []dns.RR
		security string
	}{
		{"one of three fits", both, "secure"},
		{"SHA-384", digestOf(dns.SHA384), "secure"},
		{"SHA-1 alone", digestOf(dns.SHA1), "secure"},
		{"SHA-1 beside a wrong SHA-256", sha1Beside, "bogus"},
		{"unknown algorithm", unknownAlgorithm, "insecure"},
		{"RSAMD5", changed(func(ds *dns.DS) { ds.Algorithm = dns.RSAMD5 }), "insecure"},
		{"DSA", changed(func(ds *dns.DS) { ds.Algorithm = dns.DSA }), "insecure"},
		{"GOST", changed(func(ds *dns.DS) { ds.Algorithm = dns.ECCGOST }), "insecure"},
		{"unknown digest", changed(func(ds *dns.DS) { ds.DigestType = 200 }), "insecure"},
		{"GOST digest", changed(func(ds *dns.DS) { ds.DigestType = dns.GOST94 }), "insecure"},
		{"another tag", changed(func(ds *dns.DS) { ds.KeyTag++ }), "bogus"},
		{"another digest", changed(func(ds *dns.DS) { ds.Digest = strings.Repeat("00", 32) }), "bogus"},
		{"none", func(*dns.DNSKEY) []dns.RR { return nil }, "insecure"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := startInternet(t, signedSites(zoo(vouched(tt.ds)))...)
			if got, _, err := in.walk(t, "www.zoo.test. A"); got.Security != tt.security {
				t.Errorf("got %+v (%v), want %s", got, err, tt.security)
			}
		})
	}
}

// Requirement 32: flags and protocol of the key that the DS record names.
func TestKeysThatMayNotSign(t *testing.T) {
	isKey := func(rr dns.RR) bool { return rr.Header().Rrtype == dns.TypeDNSKEY }
	for name, change := range map[string]func(*dns.DNSKEY){
		"no zone key":      func(k *dns.DNSKEY) { k.Flags = dns.SEP },
		"revoked":          func(k *dns.DNSKEY) { k.Flags |= dns.REVOKE },
		"another protocol": func(k *dns.DNSKEY) { k.Protocol = 4 },
	} {
		t.Run(name, func(t *testing.T) {
			s := zoo(vouched(func(k *dns.DNSKEY) []dns.RR {
				other := dns.Copy(k).(*dns.DNSKEY)
				change(other)
				return []dns.RR{other.ToDS(dns.SHA256)}
			}), spoil(spoilt(isKey, func(rr dns.RR) { change(rr.(*dns.DNSKEY)) })))
			startInternet(t, signedSites(s)...).secured(t, "www.zoo.test. A", "SERVFAIL", "bogus")
		})
	}
}

// Requirement 33: the algorithms that are verified, RSASHA1 among them.
func TestAlgorithmsOfZones(t *testing.T) {
	for _, sig := range []signature{
		{algorithm: dns.RSASHA1, bits: 1024},
		{algorithm: dns.RSASHA1NSEC3SHA1, bits: 1024, nsec3: true},
		{algorithm: dns.RSASHA256, bits: 1280},
		{algorithm: dns.RSASHA512, bits: 2048},
		{algorithm: dns.ECDSAP256SHA256},
		{algorithm: dns.ECDSAP384SHA384, bits: 384},
		{algorithm: dns.ED25519},
	} {
		t.Run(dns.AlgorithmToString[sig.algorithm], func(t *testing.T) {
			in := startInternet(t, signedSites(zoo(by(sig)))...)
			in.secured(t, "www.zoo.test. A", "NOERROR", "secure")
			in.secured(t, "none.zoo.test. A", "NXDOMAIN", "secure")
		})
	}
}

// Requirement 36.
func TestSignersOutsideTheZone(t *testing.T) {
	for _, signer := range []string{"test.", ".", "foo.test.", "www.zoo.test.", "a.www.zoo.test."} {
		t.Run(signer, func(t *testing.T) {
			w := build(t, clock, signedSites(zoo())...)
			foreign := w.keys["test."]
			foreign.DNSKEY = dns.Copy(foreign.DNSKEY).(*dns.DNSKEY)
			foreign.Hdr.Name = signer
			var out []dns.RR
			for _, rr := range w.zones["zoo.test."] {
				if !covers(rr, dns.TypeA) {
					out = append(out, rr)
				}
			}
			for k, set := range rrsets(out) {
				if k.rrtype == dns.TypeA {
					out = append(out, foreign.sign(t, set, signature{}, clock))
				}
			}
			w.zones["zoo.test."] = out
			w.start(t).secured(t, "www.zoo.test. A", "SERVFAIL", "bogus")
		})
	}
}

// Requirement 36: signatures of signatures are data like others and verify nothing.
func TestSignaturesOfSignatures(t *testing.T) {
	w := build(t, clock, signedSites(zoo())...)
	var sigs []dns.RR
	for _, rr := range w.zones["zoo.test."] {
		if covers(rr, dns.TypeA) && sameName(rr.Header().Name, "www.zoo.test.") {
			sigs = append(sigs, rr)
		}
	}
	in := w.start(t)
	in.hosts[zooAt].does(func(_, honest *dns.Msg, _ bool) []*dns.Msg {
		if len(honest.Answer) > 1 {
			honest.Answer = append(honest.Answer, w.keys["zoo.test."].sign(t, sigs, signature{}, clock))
		}
		return []*dns.Msg{honest}
	})
	in.secured(t, "www.zoo.test. A", "NOERROR", "secure")
}

// Requirement 37.
func TestChainsAreAsSecureAsTheirLinks(t *testing.T) {
	target := func(sig *signature, spoil func([]dns.RR) []dns.RR) site {
		return site{zone: "foo.test.", at: fooAt, sign: sig, spoil: spoil, text: "www A 192.0.2.2\nback CNAME www.zoo.test.\n"}
	}
	corrupt := corrupted(func(rr dns.RR) bool { return covers(rr, dns.TypeA) })
	tests := []struct {
		name, question string
		foo            site
		security       string
	}{
		{"secure to secure", "alias.zoo.test. A", target(&signature{}, nil), "secure"},
		{"secure to insecure", "alias.zoo.test. A", target(nil, nil), "insecure"},
		{"secure to bogus", "alias.zoo.test. A", target(&signature{}, corrupt), "bogus"},
		{"insecure to secure", "back.foo.test. A", target(nil, nil), "insecure"},
		{"redirected, to secure", "www.old.zoo.test. A", target(&signature{}, nil), "secure"},
		{"redirected, to insecure", "www.old.zoo.test. A", target(nil, nil), "insecure"},
		{"redirected, to bogus", "www.old.zoo.test. A", target(&signature{}, corrupt), "bogus"},
		{"to no data, secure", "alias.zoo.test. TXT", target(&signature{}, nil), "secure"},
		{"to no data, insecure", "alias.zoo.test. TXT", target(nil, nil), "insecure"},
		{"to no name, secure", "none.old.zoo.test. A", target(&signature{}, nil), "secure"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := startInternet(t, signedSites(zoo(), tt.foo)...)
			got, _, err := in.walk(t, tt.question)
			if got.Security != tt.security || (tt.security == "bogus") != (got.Rcode == "SERVFAIL" && got.Answers == nil) {
				t.Errorf("got %+v (%v), want %s", got, err, tt.security)
			}
		})
	}
}

// Requirement 37 (and 14): the name is too long by a record that is signed.
func TestTooLongNameBySignedRecord(t *testing.T) {
	question := strings.Repeat("y", 63) + ".grow.zoo.test. A"
	startInternet(t, signedSites(zoo())...).secured(t, question, "YXDOMAIN", "secure")
	in := startInternet(t, signedSites(zoo(spoil(corrupted(func(rr dns.RR) bool { return covers(rr, dns.TypeDNAME) }))))...)
	in.secured(t, question, "SERVFAIL", "bogus")
}

// Requirement 37 (and 13): that aliases lead round in a circle is our own verdict.
func TestSignedAliasesInACircle(t *testing.T) {
	in := startInternet(t, signedSites(zoo(func(s *site) { s.text += "one CNAME two\ntwo CNAME one\n" }))...)
	in.secured(t, "one.zoo.test. A", "SERVFAIL", "indeterminate")
}

// Some servers deny the target of an alias without proof, and prove it to those who ask
// for the target.
func TestTargetOfAliasIsAskedForWithoutProof(t *testing.T) {
	s := zoo(func(s *site) { s.text += "gone CNAME none\nshort DNAME ent\n" })
	in := startInternet(t, signedSites(s)...)
	in.hosts[zooAt].does(func(_, honest *dns.Msg, _ bool) []*dns.Msg {
		if len(honest.Answer) > 0 {
			honest.Ns = nil
		}
		return []*dns.Msg{honest}
	})
	in.secured(t, "gone.zoo.test. A", "NXDOMAIN", "secure")
	in.secured(t, "b.short.zoo.test. A", "NXDOMAIN", "secure")
	in.hosts[zooAt].does(func(_, honest *dns.Msg, _ bool) []*dns.Msg {
		honest.Ns = nil
		return []*dns.Msg{honest}
	})
	in.secured(t, "gone.zoo.test. A", "SERVFAIL", "bogus")
}

// Requirement 38.
func TestBogusIsNeverInsecure(t *testing.T) {
	in := startInternet(t, signedSites(zoo(spoil(corrupted(func(rr dns.RR) bool { return covers(rr, dns.TypeA) }))))...)
	reason := in.secured(t, "www.zoo.test. A", "SERVFAIL", "bogus")
	if reason.Zone != "zoo.test." || reason.KeyTag != in.keys["zoo.test."].KeyTag() || reason.EDE != dns.ExtendedErrorCodeDNSBogus {
		t.Errorf("got the reason %+v", reason)
	}
	_, _, err := in.walk(t, "www.zoo.test. A")
	if e, is := err.(*Error); !is || e.Code != Bogus {
		t.Errorf("got the error %v, want %s", err, Bogus)
	}
}

// Requirement 38: anchors.
func TestAnchors(t *testing.T) {
	in := startInternet(t, signedSites(zoo(), site{zone: "foo.test.", at: fooAt, sign: &signature{}, text: "www A 192.0.2.2\n"})...)
	key := func(zone string) string { return in.keys[zone].DNSKEY.String() + "\n" }
	ds := func(zone string) string { return in.keys[zone].ToDS(dns.SHA256).String() + "\n" }
	other := func(zone string) string { return newZoneKey(t, zone, signature{}).ToDS(dns.SHA256).String() + "\n" }
	tests := []struct {
		name, anchors, question, security string
	}{
		{"a key", key("."), "www.zoo.test. A", "secure"},
		{"another's key", other("."), "www.zoo.test. A", "bogus"},
		{"one of two", other(".") + ds("."), "www.zoo.test. A", "secure"},
		{"below the root", ds("test."), "www.zoo.test. A", "secure"},
		{"below the root, for a name beside", ds("zoo.test."), "www.foo.test. A", "indeterminate"},
		{"nested: the closest counts", ds(".") + other("zoo.test."), "www.zoo.test. A", "bogus"},
		{"nested: the others do not", other(".") + ds("zoo.test."), "www.zoo.test. A", "secure"},
		{"nested: beside it the root's", ds(".") + other("zoo.test."), "www.foo.test. A", "secure"},
		{"unknown algorithm", ". DS 1 200 2 " + strings.Repeat("00", 32), "www.zoo.test. A", "insecure"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := in.config(t)
			c.TrustAnchor = file(t, tt.anchors)
			if got, _, err := outcomeOf(t, fresh(c), tt.question); got.Security != tt.security {
				t.Errorf("got %+v (%v), want %s", got, err, tt.security)
			}
		})
	}
}

// What validation found of each zone is told from the anchor down.
func TestZonesAreTold(t *testing.T) {
	in := startInternet(t, signedSites(zoo())...)
	_, records, _ := in.walk(t, "www.zoo.test. A")
	var got []string
	for _, z := range of[trace.ZoneJudged](records) {
		got = append(got, fmt.Sprintf("%s %s %s %s %t", z.Zone, z.Security, z.Algorithm, z.Digest, z.Anchor))
	}
	want := []string{
		". secure ECDSAP256SHA256 SHA256 true",
		"test. secure ECDSAP256SHA256 SHA256 false",
		"zoo.test. secure ECDSAP256SHA256 SHA256 false",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if by := judgedOf(t, records).SignedBy; by == nil || by.Zone != "zoo.test." || by.KeyTag != in.keys["zoo.test."].KeyTag() {
		t.Errorf("signed by %+v", by)
	}
}
