package weburl

import (
	"net/netip"
	"strings"
	"testing"
)

// hostCase gives the host of a special URL; an empty want means it is refused
// for the reason.
type hostCase struct{ name, input, want, reason string }

func runHostCases(t *testing.T, cases []hostCase) {
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			got, reason := parseHost(tt.input, true)
			if got.text != tt.want || reason != tt.reason {
				t.Errorf("host %q = %q, %q, want %q, %q", tt.input, got.text, reason, tt.want, tt.reason)
			}
		})
	}
}

func TestIPv4(t *testing.T) {
	runHostCases(t, []hostCase{
		{"four numbers", "10.20.30.40", "10.20.30.40", ""},
		{"one number", "4294967295", "255.255.255.255", ""},
		{"one number too great", "4294967296", "", reasonIPv4},
		{"two numbers", "10.65536", "10.1.0.0", ""},
		{"three numbers", "10.1.65535", "10.1.255.255", ""},
		{"three numbers, last too great", "10.1.65536", "", reasonIPv4},
		{"first too great", "256.0.0.1", "", reasonIPv4},
		{"last of four too great", "1.2.3.256", "", reasonIPv4},
		{"octal", "010.0100.0", "8.64.0.0", ""},
		{"not octal", "1.2.3.08", "", reasonIPv4},
		{"hexadecimal", "0xC0.0Xa8.1", "192.168.0.1", ""},
		{"hexadecimal without digits", "0x", "0.0.0.0", ""},
		{"greater than 64 bits", "0xffffffffffffffffffff1", "", reasonIPv4},
		{"trailing dot", "1.2.3.4.", "1.2.3.4", ""},
		{"two trailing dots", "1.2.3.4..", "1.2.3.4..", ""},
		{"empty part", "1..2", "", reasonIPv4},
		{"five numbers", "1.2.3.4.5", "", reasonIPv4},
		{"ends in a number", "www.example.7", "", reasonIPv4},
		{"ends in a hexadecimal number", "www.0xf", "", reasonIPv4},
		{"does not end in a number", "1.2.3.4a", "1.2.3.4a", ""},
		{"full-width digits", "１２７．１", "127.0.0.1", ""},
		{"encoded digits", "%31%32", "0.0.0.12", ""},
	})
}

func TestIPv6(t *testing.T) {
	runHostCases(t, []hostCase{
		{"all pieces", "[1:2:3:4:5:6:7:8]", "[1:2:3:4:5:6:7:8]", ""},
		{"upper case, leading zeros", "[00AB:0::FFFF]", "[ab::ffff]", ""},
		{"first longest run", "[1:0:0:2:0:0:3:4]", "[1::2:0:0:3:4]", ""},
		{"longer second run", "[1:0:0:2:0:0:0:4]", "[1:0:0:2::4]", ""},
		{"single zero is kept", "[1:0:2:3:4:5:6:7]", "[1:0:2:3:4:5:6:7]", ""},
		{"compression of one piece", "[1:2:3:4:5:6:7::]", "[1:2:3:4:5:6:7:0]", ""},
		{"embedded IPv4", "[64:ff9b::192.0.2.1]", "[64:ff9b::c000:201]", ""},
		{"IPv4-mapped", "[::ffff:192.0.2.1]", "[::ffff:c000:201]", ""},
		{"IPv4-mapped zero", "[::ffff:0.0.0.0]", "[::ffff:0:0]", ""},
		{"IPv4 alone", "[192.0.2.1]", "", reasonIPv6},
		{"IPv4 with leading zero", "[::192.0.02.1]", "", reasonIPv6},
		{"IPv4 too early", "[::192.0.2.1:1]", "", reasonIPv6},
		{"IPv4 too late", "[1:2:3:4:5:6:7:1.2.3.4]", "", reasonIPv6},
		{"zone", "[fe80::1%eth0]", "", reasonIPv6},
		{"encoded zone", "[fe80::1%25eth0]", "", reasonIPv6},
		{"two compressions", "[1::2::3]", "", reasonIPv6},
		{"three colons", "[1:::2]", "", reasonIPv6},
		{"colon first", "[:1:2:3:4:5:6:7]", "", reasonIPv6},
		{"colon last", "[1:2:3:4:5:6:7:]", "", reasonIPv6},
		{"too few pieces", "[1:2:3]", "", reasonIPv6},
		{"too many pieces", "[1:2:3:4:5:6:7:8:9]", "", reasonIPv6},
		{"long piece", "[::12345]", "", reasonIPv6},
		{"empty", "[]", "", reasonIPv6},
		{"unclosed", "[::1", "", reasonUnclosed},
		{"text after it", "[::1]x", "", reasonUnclosed},
	})
}

func TestDomain(t *testing.T) {
	runHostCases(t, []hostCase{
		{"lower case", "Shop.TEST", "shop.test", ""},
		{"encoded", "sh%6Fp%2etest", "shop.test", ""},
		{"encoded twice", "a%2541", "", reasonForbiddenHost},
		{"empty labels", "a..b.", "a..b.", ""},
		{"hyphens", "-a-.r3---x", "-a-.r3---x", ""},
		{"underscore and others", "_a!$&'()*+,;=~.test", "_a!$&'()*+,;=~.test", ""},
		{"control", "a%01b", "", reasonForbiddenHost},
		{"delete", "a\x7fb", "", reasonForbiddenHost},
		{"space", "a b", "", reasonForbiddenHost},
		{"encoded slash", "a%2fb", "", reasonForbiddenHost},
		{"broken encoding", "a%2", "", reasonForbiddenHost},
		{"bracket later", "a[b]", "", reasonForbiddenHost},
		{"not UTF-8", "a%ff", "", reasonDomainEncoding},
		{"U+FFFD", "a\ufffd", "", reasonDomain},
		{"longer than DNS allows", strings.Repeat("a", 300), strings.Repeat("a", 300), ""},
		{"ASCII is not decoded", "xn--zz--.XN--", "xn--zz--.xn--", ""},
	})
}

func TestDomainUnicode(t *testing.T) {
	runHostCases(t, []hostCase{
		{"umlaut", "Käse.test", "xn--kse-qla.test", ""},
		{"umlaut in two", "Ka\u0308se.test", "xn--kse-qla.test", ""},
		{"encoded umlaut", "k%C3%A4se.test", "xn--kse-qla.test", ""},
		{"sharp s stays", "straße.test", "xn--strae-oqa.test", ""},
		{"capital sharp s", "STRAẞE.test", "xn--strae-oqa.test", ""},
		{"ideographic stops", "ä。b．c｡d", "xn--4ca.b.c.d", ""},
		{"full width", "ＡＢ.test", "ab.test", ""},
		{"soft hyphen", "a\u00adb.test", "ab.test", ""},
		{"nothing left", "\u00ad", "", reasonDomain},
		{"symbols", "♥.test", "xn--g6h.test", ""},
		{"not equal, composed", "a≠b", "xn--ab-miv", ""},
		{"not equal, decomposed", "a=\u0338b", "xn--ab-miv", ""},
		{"maps to a forbidden character", "a／b", "", reasonForbiddenHost},
		{"hyphens as in an A-label", "äb--c", "xn--b--c-koa", ""},
		{"leading combining mark", "\u0308a.test", "", reasonDomain},
		{"unassigned", "a\u0378", "", reasonDomain},
		{"private use", "\ue000.test", "", reasonDomain},
		{"joiner after virama", "क्\u200dष.test", "xn--11b2ezcw70k.test", ""},
		{"joiner after a letter", "a\u200db.test", "", reasonDomain},
		{"right to left", "אב.test", "xn--4dbc.test", ""},
		{"mixed direction", "אa.ä", "", reasonDomain},
		{"digit first beside right to left", "1ä.אב", "", reasonDomain},
		{"long ASCII label beside it", strings.Repeat("a", 2000) + ".ä", strings.Repeat("a", 2000) + ".xn--4ca", ""},
		{"label too long for Punycode", strings.Repeat("ä", maxEncodeRunes+1), "", reasonDomain},
		{"Georgian capitals", "Ⴀ.test", "xn--rkj.test", ""},
		{"ideograph corrected since", "\U0002F868.test", "xn--snl.test", ""},
		{"blank letters", "ä\u3164\u2061.test", "xn--4ca.test", ""},
	})
}

func TestDomainDecoded(t *testing.T) {
	runHostCases(t, []hostCase{
		{"valid", "xn--4ca.ä", "xn--4ca.xn--4ca", ""},
		{"capital prefix", "Xn--4CA.ä", "xn--4ca.xn--4ca", ""},
		{"symbols are no right-to-left label", "xn--g6h.ä", "xn--g6h.xn--4ca", ""},
		{"right to left behind it", "xn--4dbc.1ä", "", reasonDomain},
		{"empty", "xn--.ä", "", reasonDomain},
		{"made by mapping", "ｘn--.test", "", reasonDomain},
		{"only ASCII", "xn--abc-.ä", "", reasonDomain},
		{"not Punycode", "xn--999999999.ä", "", reasonDomain},
		{"not ASCII", "xn--ä-a", "", reasonDomain},
		{"not normalized", "xn--u-ccb.ä", "", reasonDomain},
		{"encoded twice", "xn--xn--a--gua.ä", "", reasonDomain},
		{"too long", "xn--" + strings.Repeat("a", maxDecodeBytes) + ".ä", "", reasonDomain},
	})
}

func TestOpaqueHost(t *testing.T) {
	for _, tt := range []struct{ name, input, want, reason string }{
		{"case is kept", "A.b", "A.b", ""},
		{"number is no address", "127.1", "127.1", ""},
		{"encoding is kept", "a%2Fb%zz", "a%2Fb%zz", ""},
		{"control is encoded", "a\x01\x7fé", "a%01%7F%C3%A9", ""},
		{"forbidden", "a^b", "", reasonForbiddenHost},
		{"NUL", "a\x00b", "", reasonForbiddenHost},
		{"address", "[::0:1]", "[::1]", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, reason := parseHost(tt.input, false)
			if got.text != tt.want || reason != tt.reason {
				t.Errorf("opaque host %q = %q, %q, want %q, %q", tt.input, got.text, reason, tt.want, tt.reason)
			}
		})
	}
}

func TestAddr(t *testing.T) {
	for input, want := range map[string]netip.Addr{
		"http://0x7f.1/":            netip.MustParseAddr("127.0.0.1"),
		"http://[::1]:81/":          netip.MustParseAddr("::1"),
		"http://[::ffff:10.0.0.1]/": netip.MustParseAddr("::ffff:10.0.0.1"),
		"git://[2001:db8::]/":       netip.MustParseAddr("2001:db8::"),
		"git://127.0.0.1/":          {},
		"http://h.test/":            {},
	} {
		got, ok := mustParse(t, input).Addr()
		if got != want || ok != want.IsValid() {
			t.Errorf("Addr of %q = %v, %t, want %v", input, got, ok, want)
		}
	}
}
