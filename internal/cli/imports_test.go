package cli

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// layers is the table of imports: each package, and which of ours it may import beside
// packages below it. Imports point down only, and the four steps never import one
// another.
var layers = map[string][]string{
	"":                                  {"internal/cli"},
	"internal/cli":                      {"internal/fetch", "internal/httpdate", "internal/demo", "internal/lab", "internal/kstamp", "internal/term", "internal/weburl", "resolver", "resolver/dnssec", "transport", "transport/socks", "httpclient", "httpclient/h1", "httpclient/form", "httpclient/payload", "httpclient/cookie", "httpclient/hsts", "internal/netrc", "render", "trace", "trace/timeline", "trace/ladder", "transport/capture", "trace/pcapng", "trace/tree", "trace/writeout", "trace/wire", "httpclient/auth", "internal/optionfile", "internal/variable", "internal/urlglob", "httpclient/altsvc", "trace/bench", "trace/har", "trace/markdown", "trace/otlp", "trace/prom", "trace/versus"},
	"internal/demo":                     {},
	"internal/proxies":                  {},
	"internal/likecurl":                 {},
	"internal/peers":                    {},
	"internal/lab":                      {"transport/capture", "transport/tcpstate", "trace"},
	"internal/fetch":                    {"internal/weburl", "internal/httpdate", "internal/netrc", "httpclient/cookie", "httpclient/hsts", "resolver", "transport", "transport/socks", "httpclient", "httpclient/h1", "httpclient/payload", "httpclient/coding", "trace", "transport/capture", "transport/tcpstate", "httpclient/auth", "httpclient/altsvc"},
	"resolver":                          {"resolver/dnssec", "internal/kstamp", "trace"},
	"resolver/dnssec":                   {},
	"transport":                         {"transport/staple", "transport/tcpstate", "internal/kstamp", "trace"},
	"transport/staple":                  {},
	"transport/tcpstate":                {"trace"},
	"transport/capture":                 {"trace"},
	"transport/socks":                   {"trace"},
	"httpclient":                        {"trace"},
	"httpclient/h1":                     {"httpclient", "trace"},
	"httpclient/coding":                 {"httpclient", "httpclient/coding/zstd", "trace", "httpclient/coding/brotli"},
	"httpclient/cookie":                 {"httpclient/cookie/suffix"},
	"httpclient/hsts":                   {},
	"render":                            {"render/style", "render/layout", "render/mathml", "render/reader", "trace"},
	"render/mathml":                     {},
	"render/reader":                     {},
	"render/style":                      {"render/css", "render/selector"},
	"render/layout":                     {"render/style", "render/linebreak"},
	"trace":                             {},
	"trace/timeline":                    {"trace", "internal/term"},
	"trace/ladder":                      {"trace", "internal/term"},
	"trace/tree":                        {"trace", "internal/term"},
	"trace/har":                         {"trace"},
	"trace/pcapng":                      {"trace"},
	"trace/writeout":                    {"trace", "internal/term"},
	"trace/prom":                        {"trace", "internal/term"},
	"trace/bench":                       {"trace", "internal/term"},
	"trace/markdown":                    {"trace", "internal/term"},
	"trace/otlp":                        {"trace"},
	"trace/wire":                        {"trace", "internal/term"},
	"trace/versus":                      {"trace", "internal/term"},
	"internal/kstamp":                   {},
	"internal/netrc":                    {},
	"internal/term":                     {},
	"internal/weburl":                   {},
	"httpclient/coding/zstd":            {},
	"internal/httpdate":                 {},
	"httpclient/payload":                {"httpclient"},
	"httpclient/form":                   {"httpclient", "httpclient/payload"},
	"httpclient/cookie/suffix":          {},
	"httpclient/cookie/suffix/generate": {},
	"render/linebreak":                  {},
	"httpclient/auth":                   {},
	"internal/optionfile":               {},
	"internal/variable":                 {},
	"internal/urlglob":                  {},
	"httpclient/coding/brotli":          {},
	"render/css":                        {},
	"render/selector":                   {"render/css"},
	"httpclient/altsvc":                 {},
}

// outside says which packages may import others' modules, and which.
var outside = map[string][]string{
	"github.com/miekg/dns":                 {"resolver", "resolver/dnssec", "internal/demo"},
	"github.com/clipperhouse/displaywidth": {"internal/term", "render/layout"},
	"golang.org/x/net":                     {"internal/weburl", "render", "render/style", "render/layout", "render/mathml", "render/reader", "resolver", "render/selector"},
	"golang.org/x/text":                    {"render", "internal/weburl"},
	"golang.org/x/term":                    {"internal/term"},
	"golang.org/x/sys":                     {"internal/kstamp", "transport", "transport/tcpstate", "transport/capture", "resolver", "internal/lab", "internal/demo"},
}

// forbidden are packages of the standard library that no step may use.
var forbidden = map[string]string{
	"net/http":          "HTTP is written by hand",
	"net/http/httptest": "HTTP is written by hand",
	"net/url":           "URLs are those of the URL Standard: internal/weburl",
}

func TestImportsPointDown(t *testing.T) {
	for dir, imports := range packages(t) {
		allowed, known := layers[dir]
		if !known {
			t.Errorf("package %q is not in the table", dir)
		}
		for _, path := range imports {
			ours, isOurs := strings.CutPrefix(path, "fetchscope/")
			switch {
			case isOurs && !slices.Contains(allowed, ours):
				t.Errorf("%q may not import %q", dir, ours)
			case forbidden[path] != "":
				t.Errorf("%q may not import %q: %s", dir, path, forbidden[path])
			case !isOurs && strings.Contains(path, ".") && !mayImport(dir, path):
				t.Errorf("%q may not import %q", dir, path)
			}
		}
	}
}

func mayImport(dir, path string) bool {
	for module, dirs := range outside {
		if (path == module || strings.HasPrefix(path, module+"/")) && slices.Contains(dirs, dir) {
			return true
		}
	}
	return false
}

// A step has no clock of its own: times come from the recorder. Deadlines are contexts.
func TestStepsReadNoClock(t *testing.T) {
	for _, dir := range []string{"resolver", "transport", "httpclient", "render", "trace"} {
		walkSources(t, dir, func(path, source string) {
			if path == "trace/recorder.go" {
				return
			}
			if strings.Contains(source, "time.Now()") || strings.Contains(source, "time.Since(") {
				t.Errorf("%s reads a clock of its own", path)
			}
		})
	}
}

// Text for people is made by views, not by steps. A program that makes tables for a step is
// no part of it.
func TestStepsWriteToNobody(t *testing.T) {
	for _, dir := range []string{"resolver", "transport", "httpclient", "internal/fetch"} {
		walkSources(t, dir, func(path, source string) {
			if strings.Contains(path, "/generate/") {
				return
			}
			for _, s := range []string{"os.Stdout", "os.Stderr", "fmt.Print", "log."} {
				if strings.Contains(source, s) {
					t.Errorf("%s uses %s", path, s)
				}
			}
		})
	}
}

const root = "../.."

// packages lists the imports of every package, tests left out.
func packages(t *testing.T) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	walkSources(t, "", func(path, source string) {
		f, err := parser.ParseFile(token.NewFileSet(), path, source, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		dir := filepath.ToSlash(filepath.Dir(path))
		if dir == "." {
			dir = ""
		}
		out[dir] = append(out[dir], nil...)
		for _, i := range f.Imports {
			p, _ := strconv.Unquote(i.Path.Value)
			out[dir] = append(out[dir], p)
		}
	})
	return out
}

// walkSources calls f with every Go file below dir that is no test.
func walkSources(t *testing.T, dir string, f func(path, source string)) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(root, dir), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err == nil {
			f(filepath.ToSlash(rel), readFile(t, path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
