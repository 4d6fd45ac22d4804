package resolver

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/miekg/dns"
)

// rootAnchors are the DS records of the root's keys that IANA publishes (RFC 7958), as of
// 2024-07-18: of the key of 2017, and of that of 2024, which is to take over in 2026.
const rootAnchors = `
. IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D
. IN DS 38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16
`

// anchors are the DS and DNSKEY records that trust begins with, by the zone.
type anchors map[string][]dns.RR

// at returns the anchors of a zone.
func (a anchors) at(zone string) []dns.RR { return a[lower(zone)] }

// closest is the deepest zone with an anchor that a name is in; empty if there is none
// (RFC 6840, appendix C.3).
func (a anchors) closest(name string) string {
	for name = lower(name); ; name = parent(name) {
		if len(a[name]) > 0 {
			return name
		}
		if name == "." {
			return ""
		}
	}
}

// reach says whether there is an anchor at a name or above.
func (a anchors) reach(name string) bool { return a.closest(name) != "" }

// maxMasterFile bounds the files of hints and anchors; real ones have a few kilobytes.
const maxMasterFile = 1 << 20

// readAnchors reads a master file of DS and DNSKEY records; without one the root's anchors
// are taken.
func readAnchors(path string) (anchors, error) {
	text := []byte(rootAnchors)
	if path != "" {
		var err error
		if text, err = readMasterFile(path); err != nil {
			return nil, err
		}
	}
	out := anchors{}
	err := eachRecord(string(text), func(rr dns.RR) error {
		switch rr.(type) {
		case *dns.DS, *dns.DNSKEY:
			name := lower(rr.Header().Name)
			out[name] = append(out[name], rr)
			return nil
		}
		return fmt.Errorf("%s is neither a DS nor a DNSKEY record", dns.Type(rr.Header().Rrtype))
	})
	if err == nil && len(out) == 0 {
		err = errors.New("there is no DS or DNSKEY record in it")
	}
	return out, err
}

// readHints returns what makes the root zone to begin with: by a master file of NS, A and
// AAAA records, or the one built in.
func readHints(path string) (func() *delegation, error) {
	if path == "" {
		return builtinHints, nil
	}
	text, err := readMasterFile(path)
	if err != nil {
		return nil, err
	}
	var records []dns.RR
	err = eachRecord(string(text), func(rr dns.RR) error {
		records = append(records, rr)
		return nil
	})
	if err != nil {
		return nil, err
	}
	root := delegationOf(".", records, records)
	for _, s := range root.servers {
		if len(s.addrs) > 0 {
			return func() *delegation { return root }, nil
		}
	}
	return nil, errors.New("it names no server of the root with an address")
}

func readMasterFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case info.Size() > maxMasterFile:
		return nil, fmt.Errorf("it is larger than %d bytes", maxMasterFile)
	}
	return os.ReadFile(path)
}

// eachRecord reads a master file (RFC 1035, section 5); what it includes is left out.
func eachRecord(text string, take func(dns.RR) error) error {
	p := dns.NewZoneParser(strings.NewReader(text), ".", "")
	p.SetDefaultTTL(24 * 60 * 60)
	for rr, ok := p.Next(); ok; rr, ok = p.Next() {
		if err := take(rr); err != nil {
			return err
		}
	}
	if err := p.Err(); err != nil {
		return errors.New(strings.TrimPrefix(err.Error(), "dns: "))
	}
	return nil
}
