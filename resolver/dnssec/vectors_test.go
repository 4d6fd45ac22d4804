package dnssec_test

import (
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"fetchscope/resolver/dnssec"
)

// The examples of the standards: key, DS, record and signature as they are printed
// there, each at a time when it was valid.
func TestExamplesOfStandards(t *testing.T) {
	tests := []struct {
		name, zone, key, ds, record, sig string
		at                               time.Time
	}{
		{
			"RFC 6605, section 6.1", "example.net.",
			"DNSKEY 257 3 13 GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==",
			"DS 55648 13 2 b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61d17",
			"www.example.net. 3600 IN A 192.0.2.1",
			"RRSIG A 13 3 3600 20100909100439 20100812100439 55648 example.net. qx6wLYqmh+l9oCKTN6qIc+bw6ya+KJ8oMz0YP107epXAyGmt+3SNruPFKG7tZoLBLlUzGGus7ZwmwWep666VCw==",
			time.Date(2010, 9, 1, 0, 0, 0, 0, time.UTC),
		},
		{
			"RFC 6605, section 6.2", "example.net.",
			"DNSKEY 257 3 14 xKYaNhWdGOfJ+nPrL8/arkwf2EY3MDJ+SErKivBVSum1w/egsXvSADtNJhyem5RCOpgQ6K8X1DRSEkrbYQ+OB+v8/uX45NBwY8rp65F6Glur8I/mlVNgF6W/qTI37m40",
			"DS 10771 14 4 72d7b62976ce06438e9c0bf319013cf801f09ecc84b8d7e9495f27e305c6a9b0563a9b5f4d288405c3008a946df983d6",
			"www.example.net. 3600 IN A 192.0.2.1",
			"RRSIG A 14 3 3600 20100909102025 20100812102025 10771 example.net. /L5hDKIvGDyI1fcARX3z65qrmPsVz73QD1Mr5CEqOiLP95hxQouuroGCeZOvzFaxsT8Glr74hbavRKayJNuydCuzWTSSPdz7wnqXL5bdcJzusdnI0RSMROxxwGipWcJm",
			time.Date(2010, 9, 1, 0, 0, 0, 0, time.UTC),
		},
		{
			"RFC 8080, section 6.1, first", "example.com.",
			"DNSKEY 257 3 15 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=",
			"DS 3613 15 2 3aa5ab37efce57f737fc1627013fee07bdf241bd10f3b1964ab55c78e79a304b",
			"example.com. 3600 IN MX 10 mail.example.com.",
			"RRSIG MX 15 2 3600 1440021600 1438207200 3613 example.com. oL9krJun7xfBOIWcGHi7mag5/hdZrKWw15jPGrHpjQeRAvTdszaPD+QLs3fx8A4M3e23mRZ9VrbpMngwcrqNAg==",
			time.Date(2015, 8, 1, 0, 0, 0, 0, time.UTC),
		},
		{
			"RFC 8080, section 6.1, second", "example.com.",
			"DNSKEY 257 3 15 zPnZ/QwEe7S8C5SPz2OfS5RR40ATk2/rYnE9xHIEijs=",
			"DS 35217 15 2 401781b934e392de492ec77ae2e15d70f6575a1c0bc59c5275c04ebe80c6614c",
			"example.com. 3600 IN MX 10 mail.example.com.",
			"RRSIG MX 15 2 3600 1440021600 1438207200 35217 example.com. zXQ0bkYgQTEFyfLyi9QoiY6D8ZdYo4wyUhVioYZXFdT410QPRITQSqJSnzQoSm5poJ7gD7AQR0O7KuI5k2pcBg==",
			time.Date(2015, 8, 1, 0, 0, 0, 0, time.UTC),
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rrs := parse(t, tt.record, tt.zone+" "+tt.key, tt.zone+" "+tt.ds)
			owner := rrs[0].Header().Name
			set := dnssec.Sets(append(rrs[:1:1], parse(t, owner+" 3600 IN "+tt.sig)...))[0]
			key := rrs[1].(*dns.DNSKEY)
			proof, reason := dnssec.NewChecker(tt.at).Verify(set, tt.zone, []*dns.DNSKEY{key})
			if reason != nil || proof.KeyTag != rrs[2].(*dns.DS).KeyTag {
				t.Errorf("got %+v, %v", proof, reason)
			}
			if !named(tt.zone, key, rrs[2]) {
				t.Error("the DS does not name the key")
			}
		})
	}
}

// The anchor of the root, as it is published, names the root's key of 2017.
func TestRootAnchor(t *testing.T) {
	rrs := parse(t,
		". IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D",
		". IN DNSKEY 257 3 8 AwEAAaz/tAm8yTn4Mfeh5eyI96WSVexTBAvkMgJzkKTOiW1vkIbzxeF3+/4RgWOq7HrxRixHlFlExOLAJr5emLvN7SWXgnLh4+B5xQlNVz8Og8kvArMtNROxVQuCaSnIDdD5LKyWbRd2n9WGe2R8PzgCmr3EgVLrjyBxWezF0jLHwVN8efS3rCj/EWgvIWgb9tarpVUDK/b58Da+sqqls3eNbuv7pr+eoZG+SrDK6nWeL3c6H5Apxz7LjVc1uTIdsIXxuOLYA4/ilBmSVIzuDWfdRUfhHdY6+cn8HFRm+2hM8AnXGXws9555KrUB5qihylGa8subX2Nn6UwNR1AkUTV74bU=")
	if !named(".", rrs[1].(*dns.DNSKEY), rrs[0]) {
		t.Error("the DS does not name the key")
	}
}

// named reports whether a DS names a key. Where it does, and the keys are not signed,
// the reason is that (10), and not that the key is missing (9).
func named(zone string, key *dns.DNSKEY, ds dns.RR) bool {
	_, _, reason := dnssec.NewChecker(now).Trusted(zone, dnssec.Set{RRs: []dns.RR{key}}, []dns.RR{ds})
	return ede(reason) == 10
}

// The hashes of RFC 5155, appendix A: salt aabbccdd, 12 iterations. A record at the
// hash shows that the name has no MX, and one at another does not.
func TestHashesOfRFC5155(t *testing.T) {
	for qname, hash := range map[string]string{
		"example.":       "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom",
		"a.example.":     "35mthgpgcu1qg68fab165klnsnk3dpvl",
		"ai.example.":    "gjeqe526plbf1g8mklp59enfd789njgi",
		"ns1.example.":   "2t7b4g4vsa5smi47k61mv5bv1a22bojr",
		"ns2.example.":   "q04jkcevqvmu85r014c7dkba38o0ji5r",
		"w.example.":     "k8udemvp1j2f7eg6jebps17vp3n8i58h",
		"*.w.example.":   "r53bq7cc2uvmubfu5ocmm6pers9tk9en",
		"x.w.example.":   "b4um86eghhds6nea196smvmlo4ors995",
		"y.w.example.":   "ji6neoaepv8b5o6k4ev33abha8ht9fgc",
		"x.y.w.example.": "2vptu5timamqttgl4luu9kg21e0aor3s",
		"xx.example.":    "t644ebqk9bibcna874givr6joj62mlhv",
	} {
		record := parse(t, hash+".example. NSEC3 1 0 12 aabbccdd "+strings.Repeat("0", 32)+" A RRSIG")[0]
		d := dnssec.NewChecker(now).Denial("example.", []dnssec.Set{vouched("example.", record)})
		if status, reason := d.NoData(strings.ToUpper(qname), dns.TypeMX); status != dnssec.Secure {
			t.Errorf("%s: %v", qname, reason)
		}
		if status, _ := d.NoData("q."+qname, dns.TypeMX); status != dnssec.Bogus {
			t.Errorf("q.%s is %v by the record of %s", qname, status, qname)
		}
	}
}
