package resolver

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func udpServers(list ...string) []Server {
	var out []Server
	for _, s := range list {
		out = append(out, Server{Addr: netip.AddrPortFrom(netip.MustParseAddr(s), 53), Protocol: UDP})
	}
	return out
}

// Requirement 39.
func TestParseConf(t *testing.T) {
	// what makes a conf out of the default one
	type change func(c *conf)
	for _, tt := range []struct {
		name, text string
		want       change
	}{
		{"empty", "", func(*conf) {}},
		{
			"servers", "nameserver 192.0.2.1\nnameserver\t2001:db8::1 # second\nnameserver nonsense\nnameserver fe80::1%eth0\nnameserver 192.0.2.4\n",
			func(c *conf) { c.servers = udpServers("192.0.2.1", "2001:db8::1", "fe80::1%eth0") },
		},
		{"comments", "#nameserver 192.0.2.1\n;search a\n nameserver 192.0.2.1\n", func(*conf) {}},
		{"last of search and domain", "search a b\ndomain c.test. d\n", func(c *conf) { c.search = []string{"c.test."} }},
		{"last of domain and search", "domain c\nsearch a  b..c\tb # no\n", func(c *conf) { c.search = []string{"a.", "b."} }},
		{"search the root", "search .\n", func(c *conf) { c.search = []string{"."} }},
		{
			"figures", "options ndots:3 timeout:7 attempts:4\n",
			func(c *conf) { c.ndots, c.timeout, c.attempts = 3, 7*time.Second, 4 },
		},
		{
			"figures too great", "options ndots:99 timeout:99 attempts:99\n",
			func(c *conf) { c.ndots, c.timeout, c.attempts = 15, 30*time.Second, 5 },
		},
		{
			"figures too small", "options ndots:-1 timeout:0 attempts:0\n",
			func(c *conf) { c.ndots, c.timeout, c.attempts = 0, time.Second, 1 },
		},
		{"no figures", "options ndots: timeout:x attempts\n", func(*conf) {}},
		{
			"switches", "options rotate use-vc edns0 trust-ad single-request\noptions no-aaaa no-tld-query single-request-reopen inet6\n",
			func(c *conf) {
				c.rotate, c.useTCP, c.edns0, c.trustAD, c.oneByOne, c.noAAAA, c.noTLD = true, true, true, true, true, true, true
			},
		},
		{
			"carriage returns", "nameserver 192.0.2.1\r\nsearch a\r\n",
			func(c *conf) { c.servers, c.search = udpServers("192.0.2.1"), []string{"a."} },
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			want := defaultConf()
			tt.want(&want)
			if diff := cmp.Diff(want, parseConf(tt.text), cmp.AllowUnexported(conf{}), compareAddrPorts); diff != "" {
				t.Error(diff)
			}
		})
	}
}

var compareAddrPorts = cmp.Comparer(func(a, b netip.AddrPort) bool { return a == b })

// Requirement 39.
func TestServersWhereNoneAreNamed(t *testing.T) {
	for name, c := range map[string]conf{
		"no file":    readConf(file(t, "") + ".missing"),
		"empty file": readConf(file(t, "options ndots:2\n")),
	} {
		if diff := cmp.Diff(udpServers("127.0.0.1", "::1"), c.servers, compareAddrPorts); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if c := readConf(file(t, "nameserver 192.0.2.1\noptions use-vc\n")); c.servers[0].Protocol != TCP {
		t.Errorf("use-vc: %v", c.servers)
	}
}

func TestGivenServersReplaceTheSystems(t *testing.T) {
	given := udpServers("192.0.2.9")
	c := Config{Servers: given}.load()
	if !cmp.Equal(c.servers, given, compareAddrPorts) || c.search != nil || c.ndots != 1 {
		t.Errorf("without a file: %+v", c)
	}
	c = Config{Servers: given, ResolvConf: file(t, "nameserver 192.0.2.1\nsearch a\n")}.load()
	if !cmp.Equal(c.servers, given, compareAddrPorts) || len(c.search) != 1 {
		t.Errorf("with a file: %+v", c)
	}
}

func FuzzParseConf(f *testing.F) {
	f.Add("nameserver 192.0.2.1\nsearch a b\noptions ndots:3 timeout:99\n")
	f.Add("domain \xff\noptions attempts:-99999999999999999999 ;\n")
	f.Fuzz(func(t *testing.T, text string) {
		c := parseConf(text).complete()
		if len(c.servers) == 0 || len(c.servers) > maxNameservers || len(c.search) > maxSearch {
			t.Errorf("%d servers, %d names in the list", len(c.servers), len(c.search))
		}
		if c.ndots < 0 || c.ndots > 15 || c.attempts < 1 || c.attempts > 5 || c.timeout < time.Second || c.timeout > 30*time.Second {
			t.Errorf("ndots %d, attempts %d, timeout %v", c.ndots, c.attempts, c.timeout)
		}
		for _, name := range c.search {
			if again, err := absolute(name); err != nil || again != name || printable(name) != name {
				t.Errorf("name %q in the list", name)
			}
		}
	})
}

func FuzzFindHost(f *testing.F) {
	f.Add("127.0.0.1 localhost # x\n::1 localhost\n", "localhost.")
	f.Add("1.2.3.4\ta\x1b b\r\n", "b")
	f.Fuzz(func(t *testing.T, text, name string) {
		both, canonical := findHost(text, name, Any)
		v4, _ := findHost(text, name, IPv4)
		v6, _ := findHost(text, name, IPv6)
		if len(both) != len(v4)+len(v6) {
			t.Errorf("%v is not %v and %v", both, v4, v6)
		}
		if len(both) > 0 && !strings.Contains(text, strings.TrimSuffix(name, ".")) && !strings.Contains(lower(text), lower(strings.TrimSuffix(name, "."))) {
			t.Errorf("%q was found in a text without it", name)
		}
		if printable(canonical) != canonical {
			t.Errorf("canonical name %q", canonical)
		}
	})
}
