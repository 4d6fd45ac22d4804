package resolver

import (
	"strings"
	"testing"

	"github.com/miekg/dns"
)

func TestAnchorFiles(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		at, err    string
	}{
		{"DS", "test. 3600 IN DS 1 13 2 " + strings.Repeat("ab", 32) + "\n", "test.", ""},
		{"no TTL, a comment", "; keys\nTEST. IN DS 1 13 2 " + strings.Repeat("ab", 32) + " ; {id = 1}\n", "test.", ""},
		{"DNSKEY", "zoo.test. IN DNSKEY 257 3 13 " + strings.Repeat("A", 86) + "==\n", "zoo.test.", ""},
		{"other records", "test. IN A 192.0.2.1\n", "", "neither a DS nor a DNSKEY"},
		{"nothing", "; nothing\n", "", "no DS or DNSKEY"},
		{"no master file", "\x00\x01", "", "not a TTL"},
		{"include", "$INCLUDE /etc/passwd\n", "", "$INCLUDE"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, err := readAnchors(file(t, tt.text))
			switch {
			case tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)):
				t.Errorf("error %v, want one with %q", err, tt.err)
			case tt.err == "" && (err != nil || len(a.at(tt.at)) != 1 || a.closest("x."+tt.at) != tt.at):
				t.Errorf("anchors %v, %v; want one at %s", a, err, tt.at)
			}
		})
	}
	if _, err := readAnchors("no/such/file"); err == nil {
		t.Error("a file that is not there was read")
	}
	builtin, err := readAnchors("")
	if err != nil || len(builtin.at(".")) != 2 || !builtin.trusts(".", 20326) || !builtin.trusts(".", 38696) {
		t.Errorf("the root's anchors are %v, %v", builtin, err)
	}
}

func TestHintFiles(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		servers    int
		err        string
	}{
		{"one", ". NS a.root.\na.root. A 192.0.2.1\na.root. AAAA 2001:db8::1\n", 1, ""},
		{"one without address", ". NS a.root.\n. NS b.root.\na.root. A 192.0.2.1\n", 2, ""},
		{"no address", ". NS a.root.\n", 0, "no server of the root"},
		{"not of the root", "test. NS a.test.\na.test. A 192.0.2.1\n", 0, "no server of the root"},
		{"damaged", ". NS a.root. more\n", 0, "line: 1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			hints, err := readHints(file(t, tt.text))
			switch {
			case tt.err != "":
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("error %v, want one with %q", err, tt.err)
				}
			case err != nil || len(hints().servers) != tt.servers:
				t.Errorf("%v, want %d servers", err, tt.servers)
			}
		})
	}
	builtin, err := readHints("")
	if err != nil || len(builtin().servers) != 13 {
		t.Errorf("the root's servers are %+v, %v", builtin(), err)
	}
}

// FuzzMasterFile reads hints and anchors that anybody may have written: what is taken of
// them is within its limits, and no other file is read for them.
func FuzzMasterFile(f *testing.F) {
	f.Add(". 86400 IN NS a.root.\na.root. 86400 IN A 192.0.2.1\n")
	f.Add(". IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D")
	f.Add("$ORIGIN test.\n$TTL 5\n@ DNSKEY ( 257 3 13\n AAAA ) ; x\n$GENERATE 1-3 a$ A 192.0.2.$")
	f.Fuzz(func(t *testing.T, text string) {
		var records []dns.RR
		if eachRecord(text, func(rr dns.RR) error { records = append(records, rr); return nil }) != nil {
			return
		}
		z := delegationOf(".", records, records)
		if len(z.servers) > maxAuthorities {
			t.Errorf("%d servers", len(z.servers))
		}
		for _, s := range z.servers {
			if len(s.addrs) > maxAddresses {
				t.Errorf("%s has %d addresses", s.name, len(s.addrs))
			}
		}
	})
}
