package cli

import (
	"os"
	"regexp"
	"testing"

	"fetchscope/trace"
)

func readFile(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// allCodes finds every constant of type trace.Code in the sources.
func allCodes(t *testing.T) []trace.Code {
	t.Helper()
	var out []trace.Code
	walkSources(t, "", func(path, source string) {
		for _, m := range codeConstant.FindAllStringSubmatch(source, -1) {
			out = append(out, trace.Code(m[1]))
		}
	})
	if len(out) < 40 {
		t.Fatalf("only %d codes were found", len(out))
	}
	return out
}

var codeConstant = regexp.MustCompile(`trace\.Code += "([a-z_]+)"`)
