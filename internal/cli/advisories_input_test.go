package cli

import (
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Nothing of an argument or of a redirect becomes a line of its own in a request.
func TestAdvisoryRequestInjection(t *testing.T) {
	for _, tt := range []struct {
		name   string
		args   []string // URL stands for the server
		status int
	}{
		{"encoded in the path", []string{"URL/%0d%0aX:1"}, 0},
		{"encoded in the query", []string{"URL/?a%0d%0aX:1"}, 0},
		{"raw in the path", []string{"URL/a\r\nX:1"}, 0},
		{"raw in the query", []string{"URL/?a HTTP/1.1\r\nX:1\r\n"}, 0},
		{"a NUL and more controls", []string{"URL/a\x00\x01\x0b\x0c\x7f"}, 0},
		{"in the host", []string{"http://127.0.0.1%0d%0aX:1/"}, 3},
		{"in the name", []string{"http://a%0d%0aX:1@127.0.0.1:PORT/"}, 0},
		{"in a field", []string{"-H", "A: b\r\nX: 1", "URL/"}, 2},
		{"in a field's name", []string{"-H", "A\r\nX: 1", "URL/"}, 2},
		{"LF in a field", []string{"-H", "A: b\nX: 1", "URL/"}, 2},
		{"NUL in a field", []string{"-H", "A: b\x00X: 1", "URL/"}, 2},
		{"in the agent", []string{"-A", "a\r\nX: 1", "URL/"}, 2},
		{"in the referrer", []string{"-e", "a\r\nX: 1", "URL/"}, 2},
		{"in a cookie", []string{"-b", "a=b\r\nX: 1", "URL/"}, 2},
		{"in the method", []string{"-X", "GET / HTTP/1.1\r\nX: 1", "URL/"}, 2},
		{"in the target", []string{"--request-target", "/ HTTP/1.1\r\nX: 1", "URL/"}, 2},
		{"in the range", []string{"-r", "1-2\r\nX: 1", "URL/"}, 2},
		{"in a bearer", []string{"--oauth2-bearer", "a\r\nX: 1", "URL/"}, 2},
		{"in a field for proxies", []string{"-x", "URL", "--proxy-header", "A: b\r\nX: 1", "http://h.test/"}, 2},
		{"in a user", []string{"-u", "a\r\nX: 1:b", "URL/"}, 2},
		{"in a form's name", []string{"-F", "a\"\r\nX: 1=b", "URL/"}, 0},
		{"in a redirect", []string{"-L", "URL/to"}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWitness(t, func(request string) string {
				if strings.HasPrefix(request, "GET /to ") {
					return to("/a%0d%0aX:1 b\x01\x1b?c d#\"<>")
				}
				return fineBody
			})
			args := []string{"-sS"}
			for _, a := range tt.args {
				args = append(args, strings.NewReplacer("URL", "http://127.0.0.1:"+w.port, "PORT", w.port).Replace(a))
			}
			status, _, stderr := commandLine(t, "", args...)
			if status != tt.status {
				t.Errorf("exit %d, want %d: %s", status, tt.status, stderr)
			}
			requests := w.requests()
			if tt.status != 0 && len(requests) > 0 {
				t.Errorf("%q was sent", requests)
			}
			for _, request := range requests {
				head, _, _ := strings.Cut(request, "\r\n\r\n")
				line, _, _ := strings.Cut(head, "\r\n")
				if strings.Count(line, " ") != 2 || strings.Contains(head, "\nX:") || strings.ContainsFunc(strings.ReplaceAll(head, "\r\n", ""), isControlRune) {
					t.Errorf("%q was sent", request)
				}
			}
		})
	}
}

func isControlRune(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 }

// A URL means the host that the URL Standard says, or none.
func TestAdvisoryURLConfusion(t *testing.T) {
	w := newWitness(t, nil)
	for _, tt := range []struct{ url, host, target string }{
		{"http://good.test#@evil.test/", "good.test", "/"},
		{"http://good.test?@evil.test/", "good.test", "/?@evil.test/"},
		{`http://good.test\@evil.test/`, "good.test", "/@evil.test/"},
		{`http:\\good.test\x`, "good.test", "/x"},
		{"http://evil.test:80@good.test/", "good.test", "/"},
		{"http://a@evil.test@good.test/", "good.test", "/"},
		{"http:///good.test/", "good.test", "/"},
		{"http://faß.test/", "xn--fa-hia.test", "/"},
		{"http://GOOD.test/", "good.test", "/"},
		{"http://0x7f.1/", "127.0.0.1", "/"},
		{"http://2130706433/", "127.0.0.1", "/"},
		{"http://a%2fb/", "", ""},
		{"http://a%00b/", "", ""},
		{"http://good.test%23evil.test/", "", ""},
		{"http://good.test:99999/", "", ""},
		{"http://[::1%25lo]/", "", ""},
		{"http://1.2.3.4.5/", "", ""},
	} {
		before := len(w.requests())
		status, _, stderr := commandLine(t, "-g -sS --connect-to ::127.0.0.1:"+w.port, tt.url)
		host, target := "", ""
		if got := w.requests()[before:]; len(got) > 0 {
			_, target, _ = strings.Cut(got[0], " ")
			target, _, _ = strings.Cut(target, " ")
			host = fieldOf(got[0], "Host")
		}
		if host != tt.host || target != tt.target || (status == 0) != (host != "") || status != 0 && status != 3 {
			t.Errorf("%s: exit %d, host %q, target %q; want %q, %q: %s", tt.url, status, host, target, tt.host, tt.target, stderr)
		}
	}
}

// A server's word for a file stays in the folder, hides nothing, and overwrites nothing.
func TestAdvisoryFileNames(t *testing.T) {
	for _, name := range []string{"../x", "../../x", "/etc/x", ".bashrc", "..", ".", `a\b`, `..\x`, "C:x", "C:\\x", "there", "a\x1bb", "con", "~", "-o", "x/../../y", strings.Repeat("n", 300)} {
		for _, flags := range []string{"-OJ", "-OJ -i", "-OJ --output-dir sub"} {
			t.Run(flags+" "+name, func(t *testing.T) {
				top := t.TempDir()
				dir := filepath.Join(top, "a", "b")
				if err := os.MkdirAll(filepath.Join(dir, "sub"), 0o755); err != nil {
					t.Fatal(err)
				}
				t.Chdir(dir)
				for _, there := range []string{"there", "sub/there", ".bashrc", "../x", "../../x"} {
					if err := os.WriteFile(there, []byte("mine"), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				w := newWitness(t, func(string) string {
					return "HTTP/1.1 200 OK\r\nContent-Disposition: attachment; filename=\"" + strings.ReplaceAll(name, `\`, `\\`) + "\"\r\nContent-Length: 6\r\n\r\ntheirs"
				})
				commandLine(t, "-sS "+flags+" http://127.0.0.1:"+w.port+"/page")
				checkFolder(t, top, dir)
			})
		}
	}
}

// checkFolder holds what is on disk against what was: nothing of ours has changed, and what is
// new is in the folder, and in sight.
func checkFolder(t *testing.T, top, dir string) {
	t.Helper()
	err := filepath.WalkDir(top, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text := readFile(t, path)
		switch name := filepath.Base(path); {
		case text == "mine":
		case !strings.Contains(text, "theirs"):
			t.Errorf("%s holds %q", path, text)
		case !strings.HasPrefix(path, dir+string(filepath.Separator)), strings.HasPrefix(name, "."), name == "there", strings.ContainsFunc(name, isControlRune):
			t.Errorf("%q was written", path)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	for _, there := range []string{"there", "sub/there", ".bashrc", "../x", "../../x"} {
		if got := readFile(t, filepath.Join(dir, there)); got != "mine" {
			t.Errorf("%s holds %q", there, got)
		}
	}
}

// Files are ours alone where they hold secrets, only what a fetch has made is removed, and no
// redirect leads to what is no web.
func TestAdvisoryLocalFiles(t *testing.T) {
	inFolder(t, map[string]string{"mine": "mine"})
	w := newWitness(t, func(request string) string {
		_, target, _ := strings.Cut(request, " /to?")
		if target, _, ok := strings.Cut(target, " "); ok {
			return to(target)
		}
		return "HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 99\r\n\r\nshort"
	})
	w.answer = cutShort(w.answer)
	url := "http://127.0.0.1:" + w.port
	for _, target := range []string{"file:///etc/passwd", "gopher://127.0.0.1/", "scp://127.0.0.1/", "ftp://127.0.0.1/", "data:,x", "javascript:1", "telnet://127.0.0.1"} {
		if status, stdout, _ := commandLine(t, "-sS -L "+url+"/to?"+target); status != 1 || stdout != "" {
			t.Errorf("to %s: exit %d, %q", target, status, stdout)
		}
	}
	if status, stdout, _ := commandLine(t, "-sS file:///etc/passwd"); status != 1 || stdout != "" {
		t.Errorf("a file: exit %d, %q", status, stdout)
	}
	if status, _, stderr := commandLine(t, "-sS --remove-on-error --no-clobber -c jar -o mine "+url+"/"); status != 18 {
		t.Errorf("a body that is cut: exit %d, %s", status, stderr)
	}
	names, _ := filepath.Glob("*")
	if diff := cmp.Diff([]string{"jar", "mine"}, names); diff != "" || readFile(t, "mine") != "mine" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if info, err := os.Stat("jar"); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("the jar's mode is %v, %v", info.Mode(), err)
	}
}

// cutShort ends the connection behind an answer, so that a length is not kept.
func cutShort(answer func(string) string) func(string) string {
	return func(request string) string {
		return strings.Replace(answer(request), "Content-Length: 99", "content-length: 99", 1)
	}
}

// A name that a SOCKS proxy cannot be told is not looked up here instead, however slow the
// proxy.
func TestAdvisorySOCKS(t *testing.T) {
	asked, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer asked.Close()
	slow, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Close()
	proxy := startProxy(t, "")
	label := strings.Repeat("x", 50) + "."
	for _, tt := range []struct {
		proxy, host string
		status      int
	}{
		{proxy.Addr.String(), strings.Repeat(label, 6) + "test", 97},
		{proxy.Addr.String(), strings.Repeat("x", 300), 97},
		{slow.Addr().String(), strings.Repeat(label, 6) + "test", 28},
	} {
		line := fmt.Sprintf("-sS -m 1 --server %s -x socks5h://%s http://%s/", asked.LocalAddr(), tt.proxy, tt.host)
		if status, _, stderr := commandLine(t, line); status != tt.status && status != 97 {
			t.Errorf("%d octets by %s: exit %d, want %d: %s", len(tt.host), tt.proxy, status, tt.status, stderr)
		}
	}
	if seen := proxy.Seen(); len(seen) > 0 {
		t.Errorf("the proxy was asked for %q", seen)
	}
	if err := asked.SetReadDeadline(time.Now()); err != nil {
		t.Fatal(err)
	}
	if n, _, err := asked.ReadFrom(make([]byte, 999)); err == nil {
		t.Errorf("a query of %d bytes was sent", n)
	}
}

// Arguments that make no sense end at once, with a word, and take no memory.
func TestAdvisoryArguments(t *testing.T) {
	w := newWitness(t, nil)
	for _, args := range [][]string{
		{"-w", "%"},
		{"-w", `\`},
		{"-w", "%{"},
		{"-w", "%{x"},
		{"-w", "%{header{"},
		{"-w", `\x`},
		{"-w", "%output{"},
		{"-w", "%time{%"},
		{"-w", strings.Repeat("%{", 9999)},
		{"URL[1-99999999999]"},
		{"URL[1-9:99999999999999999999]"},
		{"URL[a-"},
		{"URL{"},
		{"URL{{{{"},
		{"URL{a,b"},
		{"URL[]"},
		{"URL[z-a]"},
		{"URL" + strings.Repeat("{a,b}", 99)},
		{"URL[1-999999][1-999999][1-999999]"},
		{"-r", "-"},
		{"-r", strings.Repeat("1-2,", 9999)},
		{"-m", "1e99"},
		{"-m", "-1"},
		{"-m", "NaN"},
		{"--max-filesize", "99999999999999999999"},
		{"--limit-rate", "-1"},
		{"-F", "="},
		{"-F", "a=@"},
		{"-F", "a=(;"},
		{"-d", "@"},
		{"-T", ""},
		{"-u", ""},
		{"-b", ""},
		{"-H", ":"},
		{"-H", ""},
		{"--resolve", ":::"},
		{"--connect-to", ":"},
		{"-x", "http://["},
		{"-y", "99999999999999999999"},
		{"--retry", "-1"},
		{"--local-port", "9-1"},
		{"--pinnedpubkey", "sha256//"},
		{"--tls-max", "9"},
		{"-z", strings.Repeat("9", 9999)},
	} {
		before, last := allocated(), "http://127.0.0.1:"+w.port+"/"
		if first := args[0]; strings.HasPrefix(first, "URL") {
			args, last = []string{"-m", "1"}, strings.Replace(first, "URL", last, 1)
			if strings.Contains(first, "]") || strings.Contains(first, "}") {
				args = append(args, "--fail-early", "-x", "http://127.0.0.1:"+strings.Split(refused(t), ":")[1])
			}
		}
		status, _, stderr := commandLine(t, "-sS", append(args, last)...)
		if used := allocated() - before; used > 256<<20 {
			t.Errorf("%.80q: %d MB were allocated", args, used>>20)
		}
		if status != 0 && !strings.HasPrefix(stderr, "fetchscope: ") {
			t.Errorf("%.80q: exit %d, %.200q", args, status, stderr)
		}
	}
}
