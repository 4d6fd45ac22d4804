package linebreak_test

import (
	"bufio"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fetchscope/render/linebreak"
)

// The Unicode Character Database has cases of its own, which are not ours to keep.
func TestUnicodeCases(t *testing.T) {
	dir := os.Getenv("UCD")
	if dir == "" {
		t.Skip("$UCD names no folder with LineBreakTest.txt, version 17.0.0")
	}
	f, err := os.Open(filepath.Join(dir, "LineBreakTest.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n := 0
	for s := bufio.NewScanner(f); s.Scan(); {
		line, why, _ := strings.Cut(s.Text(), "#")
		if strings.TrimSpace(line) == "" {
			continue
		}
		n++
		want := pieces(t, line)
		got := cut(strings.Join(want, ""), linebreak.Options{Untailored: true})
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", why, d)
		}
	}
	t.Logf("%d cases", n)
}

// pieces reads a case: runes in hexadecimal, with ÷ where a line may end and × where not.
func pieces(t *testing.T, line string) []string {
	t.Helper()
	var out []string
	piece := ""
	for _, w := range strings.Fields(line) {
		switch w {
		case "÷":
			out = append(out, piece)
			piece = ""
		case "×":
		default:
			r, err := strconv.ParseUint(w, 16, 32)
			if err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			piece += string(rune(r))
		}
	}
	return out
}
