package cli

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite README's list of options")

// README lists the options as the table has them.
func TestReadmeListsTheOptions(t *testing.T) {
	const path = root + "/README.md"
	text := readFile(t, path)
	start := strings.Index(text, "| option | meaning |")
	end := strings.Index(text, "\n## Licence")
	if start < 0 || end < start {
		t.Fatal("README has no list of options")
	}
	want := OptionTable()
	if *update {
		text = text[:start] + want + text[end:]
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, text[start:end]); diff != "" {
		t.Errorf("README's options are stale (-table +README), -update rewrites them:\n%s", diff)
	}
}

// Every code of every step has an exit status of its own choosing.
func TestEveryCodeHasAStatus(t *testing.T) {
	for _, code := range allCodes(t) {
		if _, ok := statuses()[code]; !ok {
			t.Errorf("code %q has no exit status", code)
		}
	}
}

func TestOptionsAreWellFormed(t *testing.T) {
	seen := map[string]bool{}
	for _, o := range options {
		for _, name := range []string{o.long, o.short} {
			if name != "" && seen[name] {
				t.Errorf("option %q is there twice", name)
			}
			seen[name] = true
		}
		if o.help == "" || strings.HasSuffix(o.help, ".") || o.long == "" || exactlyOne(o) != 1 {
			t.Errorf("option %q is not complete", o.long)
		}
		found := false
		for _, c := range categories {
			found = found || c == o.category
		}
		if !found {
			t.Errorf("option %q is in the category %q, which help does not show", o.long, o.category)
		}
	}
}

// exactlyOne counts what an option does.
func exactlyOne(o option) (n int) {
	for _, has := range []bool{o.set != nil, o.run != nil, o.read != nil} {
		if has {
			n++
		}
	}
	return n
}
