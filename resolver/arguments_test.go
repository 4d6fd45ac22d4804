package resolver

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseServer(t *testing.T) {
	for _, tt := range []struct{ in, want, wrong string }{
		{in: "192.0.2.1", want: "udp://192.0.2.1:53"},
		{in: "192.0.2.1:5353", want: "udp://192.0.2.1:5353"},
		{in: "[2001:db8::1]:53", want: "udp://[2001:db8::1]:53"},
		{in: "[2001:db8::1]", want: "udp://[2001:db8::1]:53"},
		{in: "2001:db8::1", want: "udp://[2001:db8::1]:53"},
		{in: "[fe80::1%eth0]:54", want: "udp://[fe80::1%eth0]:54"},
		{in: "udp://192.0.2.1", want: "udp://192.0.2.1:53"},
		{in: "TCP://192.0.2.1:54", want: "tcp://192.0.2.1:54"},
		{in: "tls://192.0.2.1", want: "tls://192.0.2.1:853"},
		{in: "tls://[2001:db8::1]:8853", want: "tls://[2001:db8::1]:8853"},
		{in: "tls://2001:db8::1", want: "tls://[2001:db8::1]:853"},
		{in: "tls://DNS.example.", want: "tls://dns.example:853"},
		{in: "tls://dns.example:8853", want: "tls://dns.example:8853"},
		{in: "tls://bücher.example", want: "tls://xn--bcher-kva.example:853"},
		{in: "tls://dns.example/", wrong: "host name"},
		{in: "tls://dns.example:", wrong: `"" is not a port`},
		{in: "tls://dns.example:0", wrong: "is not a port"},
		{in: "tls://192.0.2.1:0", wrong: "port 0"},
		{in: "tls://user@dns.example", wrong: "host name"},
		{in: "tls://192.0.2", wrong: "host name or an address"},
		{in: "tls://[dns.example]", wrong: "host name"},
		{in: "tls://a..b", wrong: "empty"},
		{in: "tls://", wrong: "empty"},
		{in: "https://192.0.2.1/dns-query", want: "https://192.0.2.1:443/dns-query"},
		{in: "https://dns.example", want: "https://dns.example:443/dns-query"},
		{in: "https://dns.example{?dns}", want: "https://dns.example:443/dns-query{?dns}"},
		{in: "https://dns.example/", want: "https://dns.example:443/"},
		{in: "https://dns.example:8443/q/x{?dns}", want: "https://dns.example:8443/q/x{?dns}"},
		{in: "https://dns.example/q?key=1", want: "https://dns.example:443/q?key=1"},
		{in: "https://dns.example?key=1{&dns}", want: "https://dns.example:443/dns-query?key=1{&dns}"},
		{in: "https://[2001:db8::1]/q", want: "https://[2001:db8::1]:443/q"},
		{in: "https://dns.example/q?key=1{?dns}", wrong: "{&dns} goes on"},
		{in: "https://dns.example/q{&dns}", wrong: "{?dns} begins"},
		{in: "https://dns.example/q{?dns,x}", wrong: "one variable"},
		{in: "https://dns.example/{?dns}/q", wrong: "one variable"},
		{in: "https://dns.example/q#part", wrong: "no URL"},
		{in: "https://dns.example/a b", wrong: "no URL"},
		{in: "https://dns.example/é", wrong: "no URL"},
		{in: "https://dns.example/\r\nX:y", wrong: "no URL"},
		{in: "https://dns.example/" + strings.Repeat("a", maxPath), wrong: "too long"},
		{in: "https:///dns-query", wrong: "empty"},
		{in: "quic://192.0.2.1", wrong: "not in this release"},
		{in: "ftp://192.0.2.1", wrong: "no protocol"},
		{in: "dns.example", wrong: "wanted an address"},
		{in: "192.0.2.1:0", wrong: "port 0"},
		{in: "192.0.2.1:65536", wrong: "wanted an address"},
		{in: "[192.0.2.1]:53", wrong: "wanted an address"},
		{in: "", wrong: "wanted an address"},
	} {
		t.Run(tt.in, func(t *testing.T) {
			got, err := ParseServer(tt.in)
			switch {
			case tt.wrong != "":
				if err == nil || !strings.Contains(err.Error(), tt.wrong) {
					t.Errorf("%v, error %v; want %q", got, err, tt.wrong)
				}
			case err != nil || got.String() != tt.want:
				t.Errorf("%v, %v; want %s", got, err, tt.want)
			}
		})
	}
}

func FuzzParseServer(f *testing.F) {
	for _, s := range []string{"192.0.2.1:5353", "tcp://[fe80::1%a]:53", "udp://::1", "tls://x", "https://a.b:1/c?d{&dns}", "https://[::1]{?dns}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := ParseServer(s)
		if err != nil {
			return
		}
		if again, err := ParseServer(got.String()); err != nil || again != got || got.Addr.Port() == 0 {
			t.Errorf("%q is %v, which is %v (%v)", s, got, again, err)
		}
	})
}

func TestParseOverride(t *testing.T) {
	for _, tt := range []struct {
		in    string
		want  Override
		wrong string
	}{
		{in: "a.test:80:192.0.2.1", want: Override{Host: "a.test", Port: 80, Addrs: addrs("192.0.2.1")}},
		{in: "+a.test:80:192.0.2.1,[2001:db8::1],2001:db8::2", want: Override{
			Host: "a.test", Port: 80,
			Addrs: addrs("192.0.2.1", "2001:db8::1", "2001:db8::2"),
		}},
		{in: "*:443:192.0.2.1", want: Override{Host: "*", Port: 443, Addrs: addrs("192.0.2.1")}},
		{in: "[2001:db8::9]:80:192.0.2.1", want: Override{Host: "2001:db8::9", Port: 80, Addrs: addrs("192.0.2.1")}},
		{in: "-a.test:80", want: Override{Host: "a.test", Port: 80, Remove: true}},
		{in: "-a.test:80:192.0.2.1", want: Override{Host: "a.test", Port: 80, Remove: true}},
		{in: "a.test.:80:::1", want: Override{Host: "a.test", Port: 80, Addrs: addrs("::1")}},
		{in: "a.test", wrong: "wanted host:port:address"},
		{in: "a.test:80", wrong: "an address is missing"},
		{in: "a.test:80:", wrong: `"" is not an address`},
		{in: "a.test:80:b.test", wrong: `"b.test" is not an address`},
		{in: "a.test:80:192.0.2.1,", wrong: `"" is not an address`},
		{in: "a.test:80:[192.0.2.1]", wrong: "is not an address"},
		{in: "a.test:http:192.0.2.1", wrong: `"http" is not a port`},
		{in: "a.test:65536:192.0.2.1", wrong: "is not a port"},
		{in: ":80:192.0.2.1", wrong: "wanted host:port:address"},
		{in: "[a.test]:80:192.0.2.1", wrong: "IPv6"},
		{in: "", wrong: "wanted host:port:address"},
	} {
		t.Run(tt.in, func(t *testing.T) {
			got, err := ParseOverride(tt.in)
			if tt.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), tt.wrong) {
					t.Errorf("%v, error %v; want %q", got, err, tt.wrong)
				}
				return
			}
			if diff := cmp.Diff(tt.want, got, compareAddrs); diff != "" || err != nil {
				t.Errorf("%s%v", diff, err)
			}
		})
	}
}

func FuzzParseOverride(f *testing.F) {
	for _, s := range []string{"a:80:1.2.3.4", "-a:80", "+[::1]:80:[::1],::2", "*:1:::"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := ParseOverride(s)
		if err == nil && (got.Host == "" || got.Remove == (len(got.Addrs) > 0)) {
			t.Errorf("%q is %+v", s, got)
		}
	})
}

func TestOverridesReplaceEachOther(t *testing.T) {
	var list []Override
	for _, s := range []string{"a:80:192.0.2.1", "A:80:192.0.2.2", "*:80:192.0.2.3", "b:80:192.0.2.4", "-b:80", "c:443:192.0.2.5"} {
		o, err := ParseOverride(s)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, o)
	}
	r := fresh(Config{Overrides: list})
	for _, tt := range []struct {
		host string
		port uint16
		want string
	}{{"a", 80, "192.0.2.2"}, {"b", 80, "192.0.2.3"}, {"A.", 80, "192.0.2.2"}, {"c", 443, "192.0.2.5"}, {"a", 443, ""}} {
		var want []netip.Addr
		if tt.want != "" {
			want = addrs(tt.want)
		}
		if got, _ := r.override(tt.host, tt.port); !cmp.Equal(got, want, compareAddrs) {
			t.Errorf("%s:%d is %v, want %v", tt.host, tt.port, got, want)
		}
	}
}

// FuzzAbsolute holds that the form in which names are kept is reached at once, has no
// control characters and no more than 255 octets.
func FuzzAbsolute(f *testing.F) {
	for _, s := range []string{"a.test", "a..b", `\027.x\.y`, "\x1b[2J.test.", ".", `\`, `a\`, `\256`, "é.test"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		name, err := absolute(s)
		if err != nil {
			return
		}
		if again, err := absolute(name); err != nil || again != name {
			t.Errorf("%q is %q, which is %q (%v)", s, name, again, err)
		}
		if printable(name) != name || !strings.HasSuffix(name, ".") || len(name) > maxTyped {
			t.Errorf("%q is %q", s, name)
		}
	})
}
