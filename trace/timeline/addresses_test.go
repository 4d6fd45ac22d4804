package timeline

import (
	"bytes"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fetchscope/internal/term"

	"github.com/google/go-cmp/cmp"
)

// addressRows are documents of the tests of trace, as if of one URL.
func addressRows(t *testing.T) []Address {
	docs := documents(t)
	return []Address{
		{netip.MustParseAddrPort("[2001:db8::7]:443"), docs["nobody"]},
		{netip.MustParseAddrPort("203.0.113.7:443"), docs["secure"]},
		{netip.MustParseAddrPort("[2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff]:443"), docs["raced"]},
	}
}

func TestWriteAddresses(t *testing.T) {
	for suffix, columns := range map[string]int{"": 80, ".narrow": 60, ".wide": 120} {
		var b bytes.Buffer
		if err := WriteAddresses(&b, addressRows(t), Options{Columns: columns, UTF8: true}); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata", "addresses"+suffix+".txt")
		if *update {
			if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), b.String()); diff != "" {
			t.Errorf("%d columns (-want +got), -update rewrites it:\n%s", columns, diff)
		}
	}
}

func TestAddressesFitTheScreen(t *testing.T) {
	for columns := 20; columns <= 140; columns += 5 {
		var b bytes.Buffer
		if err := WriteAddresses(&b, addressRows(t), Options{Columns: columns}); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(b.String()) {
			if w := term.Width(strings.TrimSuffix(line, "\n")); w > columns {
				t.Errorf("at %d columns: %d columns: %q", columns, w, line)
			}
		}
	}
}
