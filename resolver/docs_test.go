package resolver

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"
)

var (
	rowOfDocs      = regexp.MustCompile(`(?m)^\| (\d+) \|.*$`)
	namedTest      = regexp.MustCompile("`(Test[A-Za-z0-9]+)`")
	testFunction   = regexp.MustCompile(`((?m:^//.*\n)*)func (Test[A-Za-z0-9]+)\(`)
	requirements   = regexp.MustCompile(`[Rr]equirements? ([^:.]*)`)
	requirementNos = regexp.MustCompile(`(\d+)( to (\d+))?`)
)

// Each requirement has a row in docs/dns.md, each test named there exists, and one of them
// names the requirement.
func TestRequirementsHaveTests(t *testing.T) {
	text, err := os.ReadFile("../docs/dns.md")
	if err != nil {
		t.Fatal(err)
	}
	tests := claims(t, "*_test.go", "dnssec/*_test.go", "../internal/fetch/*_test.go")
	rows := rowOfDocs.FindAllStringSubmatch(string(text), -1)
	if len(rows) != 40 {
		t.Fatalf("%d rows", len(rows))
	}
	for i, row := range rows {
		n, _ := strconv.Atoi(row[1])
		if n != i+1 {
			t.Errorf("row %d is of requirement %d", i+1, n)
		}
		claimed := false
		for _, named := range namedTest.FindAllStringSubmatch(row[0], -1) {
			numbers, exists := tests[named[1]]
			if !exists {
				t.Errorf("requirement %d: there is no %s", n, named[1])
			}
			claimed = claimed || slices.Contains(numbers, n)
		}
		if !claimed {
			t.Errorf("requirement %d: none of its tests names it", n)
		}
	}
}

// claims finds the tests and the requirements that their comments name.
func claims(t *testing.T, patterns ...string) map[string][]int {
	t.Helper()
	out := map[string][]int{}
	for _, pattern := range patterns {
		paths, _ := filepath.Glob(pattern)
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range testFunction.FindAllStringSubmatch(string(text), -1) {
				out[f[2]] = append(out[f[2]], numbersIn(f[1])...)
			}
		}
	}
	return out
}

// numbersIn reads "Requirement 1 (and 4 to 6)".
func numbersIn(comment string) []int {
	var out []int
	for _, r := range requirements.FindAllStringSubmatch(comment, -1) {
		for _, no := range requirementNos.FindAllStringSubmatch(r[1], -1) {
			first, _ := strconv.Atoi(no[1])
			last, _ := strconv.Atoi(no[3])
			for n := first; n <= max(first, last); n++ {
				out = append(out, n)
			}
		}
	}
	return out
}
