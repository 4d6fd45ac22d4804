package cli

import (
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// folder is what is in the present folder, by its paths.
func folder(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(".", func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			out[filepath.ToSlash(path)] = readFile(t, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// saved answers by the path: /named/X with that name in Content-Disposition, /to/X by a
// redirect to /X, /short with a body that is cut short.
func saved(w http.ResponseWriter, r *http.Request) {
	kind, name, _ := strings.Cut(r.URL.Path[1:], "/")
	switch kind {
	case "named":
		w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name))
	case "to":
		http.Redirect(w, r, "/"+name, http.StatusFound)
		return
	case "short":
		w.Header().Set("Content-Length", "100")
	case "nothing":
		w.Header().Set("Content-Length", "100")
		return
	case "no":
		w.WriteHeader(http.StatusNotFound)
	}
	fmt.Fprint(w, "body")
}

func TestWhereBodiesAreSaved(t *testing.T) {
	for _, tt := range []struct {
		name   string
		before map[string]string
		args   string
		status int
		want   map[string]string
	}{
		{"named by the URL", nil, "-O URL/dir/a?q", 0, map[string]string{"a": "body"}},
		{"all named by the URL", nil, "--remote-name-all URL/a URL/b", 0, map[string]string{"a": "body", "b": "body"}},
		{"all but one", nil, "--remote-name-all -o x URL/a URL/b", 0, map[string]string{"x": "body", "b": "body"}},
		{"named by the server", nil, "-OJ URL/named/a.txt", 0, map[string]string{"a.txt": "body"}},
		{"named by nobody else", nil, "-OJ URL/a", 0, map[string]string{"a": "body"}},
		{"named by where the redirect led", nil, "-OJL URL/to/b", 0, map[string]string{"b": "body"}},
		{"hidden by where the redirect led", nil, "-OJL URL/to/.b", 0, map[string]string{"_.b": "body"}},
		{"named by the first URL without -J", nil, "-OL URL/to/b", 0, map[string]string{"b": "body"}},
		{"with its head", nil, "-OJ -I URL/named/h", 0, map[string]string{"h": "HEAD"}},
		{"-o is not for the server to name", nil, "-J -o mine URL/named/a", 0, map[string]string{"mine": "body"}},
		{"the server overwrites nothing", map[string]string{"a": "mine"}, "-OJ URL/named/a", 23, map[string]string{"a": "mine"}},
		{"unless it may", map[string]string{"a": "mine"}, "-OJ --clobber URL/named/a", 0, map[string]string{"a": "body"}},
		{"a path of the server's", nil, "-OJ URL/named/..%2f..%2f.x", 0, map[string]string{"_.x": "body"}},
		{"in a folder", nil, "--output-dir d --create-dirs -O URL/a -o b URL/b", 0, map[string]string{"d/a": "body", "d/b": "body"}},
		{"in a folder, named by the server", nil, "--output-dir d/e --create-dirs -OJ URL/named/a", 0, map[string]string{"d/e/a": "body"}},
		{"in a folder that is not there", nil, "--output-dir d -O URL/a", 23, map[string]string{}},
		{"with its folders", nil, "--create-dirs -o d/e/f URL/a", 0, map[string]string{"d/e/f": "body"}},
		{"beside what is there", map[string]string{"a": "0", "a.1": "1"}, "--no-clobber -O URL/a", 0, map[string]string{"a": "0", "a.1": "1", "a.2": "body"}},
		{"not where it is there", map[string]string{"a": "0"}, "--skip-existing -O URL/a", 0, map[string]string{"a": "0"}},
		{"over what is there", map[string]string{"a": "longer than it"}, "-O URL/a", 0, map[string]string{"a": "body"}},
		{"cut short", nil, "-O URL/short", 18, map[string]string{"short": "body"}},
		{"cut short, and removed", nil, "--remove-on-error -O URL/short", 18, map[string]string{}},
		{"cut before its first byte", nil, "-O URL/nothing", 18, map[string]string{}},
		{"cut before its first byte, over what is there", map[string]string{"nothing": "mine"}, "-O URL/nothing", 18, map[string]string{"nothing": "mine"}},
		{"removed beside what was there", map[string]string{"short": "mine"}, "--remove-on-error --no-clobber -O URL/short", 18, map[string]string{"short": "mine"}},
		{"an error's body", nil, "--fail-with-body -O URL/no/a", 22, map[string]string{"a": "body"}},
		{"an error without its body", nil, "-f -O URL/no/a", 22, map[string]string{}},
		{"the last of both decides", nil, "--fail-with-body -f -O URL/no/a", 22, map[string]string{}},
		{"an end with the first error", nil, "-f --fail-early --remote-name-all URL/no/a URL/b", 22, map[string]string{}},
		{"no end with the first error", nil, "-f --remote-name-all URL/no/a URL/b", 0, map[string]string{"b": "body"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inFolder(t, tt.before)
			e := newEcho(t, saved)
			args := strings.Fields("-s -S " + strings.ReplaceAll(tt.args, "URL", e.URL))
			status, _, stderr := inProcess("", args...)
			got := folder(t)
			for name, text := range got {
				if strings.HasPrefix(text, "HTTP/1.1 200") {
					got[name] = "HEAD"
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" || status != tt.status {
				t.Errorf("%s: status %d, want %d, %s(-want +got):\n%s", tt.args, status, tt.status, stderr, diff)
			}
		})
	}
}

// A fetch that is tried again leaves nothing of its tries in the file.
func TestARetryStartsTheFileAgain(t *testing.T) {
	inFolder(t, nil)
	n := 0
	e := newEcho(t, func(w http.ResponseWriter, _ *http.Request) {
		if n++; n == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
			fmt.Fprint(w, "a long apology")
			return
		}
		fmt.Fprint(w, "body")
	})
	status, _, stderr := inProcess("", "--retry", "2", "--retry-delay", "0.001", "-o", "f", e.URL)
	if got := folder(t)["f"]; status != 0 || got != "body" || !strings.Contains(stderr, "503 Service Unavailable; again in 1ms, and 1 more times at most") {
		t.Errorf("status %d, %q, %s", status, got, stderr)
	}
}

func TestSpecialFilesAreNotRemoved(t *testing.T) {
	inFolder(t, nil)
	if err := os.Symlink("elsewhere", "link"); err != nil {
		t.Skip("links cannot be made here: ", err)
	}
	e := newEcho(t, saved)
	if status, _, _ := inProcess("", "-s", "--remove-on-error", "-o", "link", e.URL+"/short"); status != 18 {
		t.Errorf("status %d", status)
	}
	if _, err := os.Lstat("link"); err != nil {
		t.Error(err)
	}
}
