package transport

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDocumentedTrapsHaveTests holds docs/tcp.md to the tests: each that it names exists, and
// each that guards against something that misleads is named there.
func TestDocumentedTrapsHaveTests(t *testing.T) {
	text, err := os.ReadFile("../docs/tcp.md")
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	function := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	for _, pattern := range []string{"*_test.go", "*/*_test.go", "../trace/*_test.go", "../internal/cli/*_test.go"} {
		paths, _ := filepath.Glob(pattern)
		for _, path := range paths {
			code, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range function.FindAllStringSubmatch(string(code), -1) {
				there[f[1]] = true
			}
		}
	}
	named := map[string]bool{}
	for _, m := range regexp.MustCompile("`(Test\\w+)`").FindAllStringSubmatch(string(text), -1) {
		named[m[1]] = true
		if !there[m[1]] {
			t.Errorf("there is no %s", m[1])
		}
	}
	for name := range there {
		if strings.HasPrefix(name, "TestTrap") && !named[name] {
			t.Errorf("docs/tcp.md does not name %s", name)
		}
	}
}
