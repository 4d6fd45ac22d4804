package peers

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fetchscope/trace"
)

// realPages are pages of Debian's apache2-doc and python3-doc, below docs.
var realPages = []string{
	"/apache2-doc/manual/en/index.html",
	"/apache2-doc/manual/en/getting-started.html",
	"/apache2-doc/manual/en/caching.html",
	"/apache2-doc/manual/en/mod/core.html",
	"/apache2-doc/manual/ja/bind.html",
	"/python3/html/index.html",
	"/python3/html/library/http.client.html",
	"/python3/html/library/functions.html",
	"/python3/html/reference/lexical_analysis.html",
	"/python3/html/tutorial/controlflow.html",
}

const docs = "/usr/share/doc"

// Pages of a real server arrive whole, go through all six steps, and are counted as the
// server counts them.
func TestRealPages(t *testing.T) {
	site := NewSite(t)
	site.Folder = docs
	s := Nginx(t, site)
	for _, page := range realPages {
		if _, err := os.Stat(filepath.Join(docs, page)); err != nil {
			t.Skipf("the documentation packages are not installed: %v", err)
		}
		for _, base := range []string{s.Plain, s.Secure} {
			t.Run(base[:strings.Index(base, ":")]+page, func(t *testing.T) { s.page(t, base, page) })
		}
	}
}

func (s *Server) page(t *testing.T, base, page string) {
	f := run(t, []string{"-s", "-S", "--format", "json", "--cacert", s.Site.Authority, base + page}, nil)
	if f.status != 0 {
		t.Fatalf("exit %d: %s", f.status, f.stderr)
	}
	f.entries = s.Logged(t, 1)
	f.compareConnections(t, s)
	x := f.last()
	for _, p := range x.Phases {
		tls := p.Name == trace.TLS && strings.HasPrefix(base, "http:")
		if p.Status != trace.Done && !tls && p.Name != trace.Resolve {
			t.Errorf("phase %s is %s", p.Name, p.Status)
		}
	}
	if size := int64(len(s.Site.Content(t, page))); size != x.Response.BodyBytes {
		t.Errorf("%d bytes came of a file of %d", x.Response.BodyBytes, size)
	}
	if x.Render.Words < 50 || x.Render.Title == "" {
		t.Errorf("%d words rendered, title %q", x.Render.Words, x.Render.Title)
	}
	closedInOrder(t, x.Connection)
}

// closedInOrder wants the client to have gone through the states of a close, where they can
// be seen.
func closedInOrder(t *testing.T, c *trace.Connection) {
	t.Helper()
	states := map[trace.State]bool{}
	for _, s := range c.States {
		if s.Side == trace.Client {
			states[s.State] = true
		}
	}
	if len(c.NotObservable) == 0 && !(states[trace.FinWait1] && states[trace.FinWait2] && states[trace.TimeWait]) {
		t.Errorf("client states %v", c.States)
	}
}
