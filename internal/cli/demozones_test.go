package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"fetchscope/internal/demo"
	"fetchscope/resolver"
	"fetchscope/trace"
)

// ran runs the command in this process.
func ran(args ...string) (status int, stdout, stderr string) {
	var out, err bytes.Buffer
	status = Run(context.Background(), args, strings.NewReader(""), &out, &err)
	return status, out.String(), err.String()
}

// running is the demo's internet for one test.
func running(t *testing.T) *demo.Internet {
	t.Helper()
	n, err := demo.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.Close() })
	return n
}

// zoneNames are the names of the demo's zones, one of each kind, with what is to come of
// them: rcode, security and data.
var zoneNames = []struct{ name, qtype, rcode, security, data string }{
	{".", "NS", "NOERROR", "secure", "a.root.test."},
	{".", "DNSKEY", "NOERROR", "secure", "2 records"},
	{".", "DS", "NOERROR", "secure", ""},
	{"test.", "SOA", "NOERROR", "secure", "1 record"},
	{"test.", "DS", "NOERROR", "secure", "1 record"},
	{"test.", "NSEC3PARAM", "NOERROR", "secure", "1 0 0 -"},
	{"a.root.test.", "A", "NOERROR", "secure", "127.53.0.1"},
	{"ns.nic.test.", "A", "NOERROR", "secure", "127.53.0.2"},
	{"nic.test.", "A", "NOERROR", "secure", ""},
	{"nowhere.", "A", "NXDOMAIN", "secure", ""},
	{"nowhere.test.", "A", "NXDOMAIN", "secure", ""},
	{"any.any.test.", "TXT", "NOERROR", "secure", "\"made from a wildcard, under NSEC3\""},
	{"any.any.test.", "A", "NOERROR", "secure", ""},
	{"fetchscope.test.", "DS", "NOERROR", "secure", "1 record"},
	{"fetchscope.test.", "DNSKEY", "NOERROR", "secure", "2 records"},
	{"fetchscope.test.", "A", "NOERROR", "secure", "127.0.0.1"},
	{"fetchscope.test.", "MX", "NOERROR", "secure", "0 ."},
	{"fetchscope.test.", "TXT", "NOERROR", "secure", "\"an internet on loopback\""},
	{"ns1.fetchscope.test.", "A", "NOERROR", "secure", "127.53.0.3"},
	{"www.fetchscope.test.", "A", "NOERROR", "secure", "127.0.0.1"},
	{"www.fetchscope.test.", "AAAA", "NOERROR", "secure", ""},
	{"swift.fetchscope.test.", "A", "NOERROR", "secure", "127.0.0.1"},
	{"docs.fetchscope.test.", "A", "NOERROR", "secure", "www.fetchscope.test. 127.0.0.1"},
	{"docs.fetchscope.test.", "AAAA", "NOERROR", "secure", "www.fetchscope.test."},
	{"gone.fetchscope.test.", "A", "NXDOMAIN", "secure", "nowhere.fetchscope.test."},
	{"loop.fetchscope.test.", "A", "SERVFAIL", "indeterminate", ""},
	{"plain.fetchscope.test.", "A", "NOERROR", "insecure", "www.plain.test. 127.0.0.1"},
	{"nowhere.fetchscope.test.", "A", "NXDOMAIN", "secure", ""},
	{"host.deep.empty.fetchscope.test.", "A", "NOERROR", "secure", "127.0.0.1"},
	{"deep.empty.fetchscope.test.", "A", "NOERROR", "secure", ""},
	{"empty.fetchscope.test.", "TXT", "NOERROR", "secure", ""},
	{"any.wild.fetchscope.test.", "A", "NOERROR", "secure", "127.0.0.1"},
	{"one.two.wild.fetchscope.test.", "A", "NOERROR", "secure", "127.0.0.1"},
	{"any.wild.fetchscope.test.", "AAAA", "NOERROR", "secure", ""},
	{"wild.fetchscope.test.", "A", "NOERROR", "secure", ""},
	{"old.fetchscope.test.", "DNAME", "NOERROR", "secure", "fetchscope.test."},
	{"www.old.fetchscope.test.", "A", "NOERROR", "secure", "fetchscope.test. www.fetchscope.test. 127.0.0.1"},
	{"nowhere.old.fetchscope.test.", "A", "NXDOMAIN", "secure", "fetchscope.test. nowhere.fetchscope.test."},
	{"large.fetchscope.test.", "TXT", "NOERROR", "secure", "8 records"},
	{"plain.test.", "DS", "NOERROR", "secure", ""},
	{"plain.test.", "NS", "NOERROR", "insecure", "ns1.fetchscope.test."},
	{"www.plain.test.", "A", "NOERROR", "insecure", "127.0.0.1"},
	{"www.plain.test.", "AAAA", "NOERROR", "insecure", ""},
	{"nowhere.plain.test.", "A", "NXDOMAIN", "insecure", ""},
}

// Every name of the demo's zones, walked to from the root and asked of the resolver.
func TestZonesOfTheDemo(t *testing.T) {
	n := running(t)
	ways := map[string][]string{
		"resolver": {"--server", n.Resolver.String()},
	}
	if n.NamePort != 0 {
		ways["walk"] = []string{"--iterate", "--root-hints", n.HintsFile, "--port", fmt.Sprint(n.NamePort)}
	}
	for way, flags := range ways {
		flags = append([]string{"resolve", "--format", "json", "--dnssec", "--trust-anchor", n.AnchorFile}, flags...)
		for _, c := range zoneNames {
			t.Run(way+" "+c.name+" "+c.qtype, func(t *testing.T) {
				status, stdout, stderr := ran(append(flags, c.name, c.qtype)...)
				var d trace.ResolveDocument
				if err := json.Unmarshal([]byte(stdout), &d); err != nil {
					t.Fatalf("%v: %s%s", err, stdout, stderr)
				}
				if d.Rcode != c.rcode || d.Security != c.security || !slices.Contains(dataOf(&d), c.data) {
					t.Errorf("got %s, %s, data %q; want %s, %s, %q", d.Rcode, d.Security, dataOf(&d), c.rcode, c.security, c.data)
				}
				if want := map[bool]int{true: 0, false: statusName}[c.rcode == "NOERROR"]; status != want {
					t.Errorf("exit status %d, want %d", status, want)
				}
			})
		}
	}
}

// dataOf is the data of the answers, and their number.
func dataOf(d *trace.ResolveDocument) []string {
	var data []string
	for _, rr := range d.Answers {
		data = append(data, rr.Data)
	}
	number := fmt.Sprintf("%d records", len(data))
	if len(data) == 1 {
		number = "1 record"
	}
	return []string{strings.Join(data, " "), number}
}

// The command lines that demo --serve prints are good as they stand.
func TestServedCommandLines(t *testing.T) {
	n := running(t)
	text := served(n, demo.FaultNamed("lame"))
	if !strings.Contains(text, "\n  fault      lame: fetchscope.test. is delegated") {
		t.Errorf("the fault is not said:\n%s", text)
	}
	tried := 0
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) == 0 || words[0] != "fetchscope" {
			continue
		}
		tried++
		if status, _, stderr := ran(words[1:]...); status != 0 {
			t.Errorf("%s: status %d\n%s", strings.TrimSpace(line), status, stderr)
		}
	}
	if tried < 2 {
		t.Errorf("%d command lines are there:\n%s", tried, text)
	}
}

// Where the name servers have one address, the resolver is asked instead.
func TestDemoOfOneAddress(t *testing.T) {
	narrow := &demo.Internet{}
	for _, f := range demo.Faults {
		p := one()
		if err := p.resolveWithin(narrow, f); err != nil || p.s.fetch.Resolver.Iterate || p.s.fetch.Resolver.DNSSEC != f.Validate {
			t.Errorf("%s: %v, %+v", f.Name, err, p.s.fetch.Resolver)
		}
	}
	p := one()
	p.s.fetch.Resolver = resolver.Config{Iterate: true}
	var refused *statusError
	if err := p.resolveWithin(narrow, demo.Fault{}); !errors.As(err, &refused) || refused.status != statusUsage {
		t.Errorf("--iterate: %v, want bad usage", err)
	}
	if text := served(narrow, demo.Fault{}); !strings.Contains(text, sharedAddress) || strings.Contains(text, "--iterate") {
		t.Errorf("it is not said that nobody can walk:\n%s", text)
	}
}
