package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What is for one origin does not follow a redirect to another: another port, another host,
// another scheme.
func TestAdvisoryRedirectCredentials(t *testing.T) {
	const secrets = " -u a:b -H Authorization:x -H Cookie:y -b c=d "
	for _, tt := range []struct {
		name, to, flags string
		follows         bool
	}{
		{"the same origin", "http://one.test:{a}/next", "", true},
		{"another port", "http://one.test:{b}/", "", false},
		{"another host", "http://two.test:{b}/", "", false},
		{"a subdomain", "http://x.one.test:{b}/", "", false},
		{"another port, trusted", "http://one.test:{b}/", "--location-trusted", true},
		{"there and back", "http://two.test:{b}/back", "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var a, b *witness
			a = newWitness(t, func(request string) string {
				if strings.HasPrefix(request, "GET /first ") {
					return to(strings.NewReplacer("{a}", a.port, "{b}", b.port).Replace(tt.to))
				}
				return fineBody
			})
			b = newWitness(t, func(request string) string {
				if strings.HasPrefix(request, "GET /back ") {
					return to("http://one.test:" + a.port + "/again")
				}
				return fineBody
			})
			line := fmt.Sprintf("-sS -L %s --connect-to ::127.0.0.1: %s http://one.test:%s/first", secrets, tt.flags, a.port)
			if status, _, stderr := commandLine(t, line); status != 0 {
				t.Fatalf("exit %d: %s", status, stderr)
			}
			later := append(a.requests()[1:], b.requests()...)
			if len(later) == 0 {
				t.Fatal("the redirect was not followed")
			}
			for _, request := range later {
				for _, name := range []string{"Authorization", "Cookie"} {
					if got := fieldOf(request, name); (got != "") != tt.follows {
						t.Errorf("%s: %q, want it sent %t, in %q", name, got, tt.follows, request)
					}
				}
			}
		})
	}
}

// A netrc file's word for one host is never told another.
func TestAdvisoryNetrc(t *testing.T) {
	long := strings.Repeat("x", 4000)
	for _, tt := range []struct{ name, netrc, flags, user, first, second string }{
		{"both known, one without a password", "machine one.test login u password p\nmachine two.test login v\n", "", "", "Basic dTpw", "Basic djo="},
		{"an empty default", "machine one.test login u password p\ndefault\n", "", "", "Basic dTpw", ""},
		{"the second unknown", "machine one.test login u password p\n", "", "", "Basic dTpw", ""},
		{"a bearer", "machine two.test login u password p\n", "--oauth2-bearer token", "", "Bearer token", "Basic dTpw"},
		{"another login", "machine one.test login u password p\n", "", "other@", "Basic b3RoZXI6", ""},
		{"long lines", "machine " + long + " login " + long + " password " + long + "\n#" + long + long + "\nmachine one.test login u password p\n", "", "", "Basic dTpw", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "netrc")
			if err := os.WriteFile(file, []byte(tt.netrc), 0o600); err != nil {
				t.Fatal(err)
			}
			b := newWitness(t, nil)
			a := newWitness(t, func(string) string { return to("http://two.test:" + b.port + "/") })
			line := fmt.Sprintf("-sS -L --netrc-file %s %s --connect-to ::127.0.0.1: http://%sone.test:%s/", file, tt.flags, tt.user, a.port)
			if status, _, stderr := commandLine(t, line); status != 0 {
				t.Fatalf("exit %d: %s", status, stderr)
			}
			if diff := cmp.Diff([]string{tt.first, tt.second}, append(a.fields("Authorization"), b.fields("Authorization")...)); diff != "" {
				t.Errorf("Authorization (-want +got):\n%s", diff)
			}
		})
	}
	inFolder(t, map[string]string{"netrc": "machine one.test login " + long + long})
	if status, _, stderr := commandLine(t, "-sS --netrc-file netrc http://one.test/"); status != 26 || strings.Contains(stderr, "xxxx") {
		t.Errorf("a word without end: exit %d, %.200s", status, stderr)
	}
}

// Referer tells nothing of what is between a person and the first server.
func TestAdvisoryReferer(t *testing.T) {
	b := newWitness(t, nil)
	a := newWitness(t, func(string) string { return to("http://two.test:" + b.port + "/") })
	for _, tt := range []struct {
		name, line string
		want       []string
	}{
		{"automatic", "-L -e ;auto http://u:p@one.test:{a}/x?q#secret", []string{"http://one.test:{a}/x?q"}},
		{"of another operation", "-e http://from.test/ http://two.test:{b}/ --next http://two.test:{b}/", []string{"http://from.test/", ""}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := len(b.requests())
			ports := strings.NewReplacer("{a}", a.port, "{b}", b.port)
			line := strings.ReplaceAll("-sS --connect-to ::127.0.0.1: "+ports.Replace(tt.line), "--next", "--next -sS --connect-to ::127.0.0.1:")
			if status, _, stderr := commandLine(t, line); status != 0 {
				t.Fatalf("exit %d: %s", status, stderr)
			}
			for i := range tt.want {
				tt.want[i] = ports.Replace(tt.want[i])
			}
			if diff := cmp.Diff(tt.want, b.fields("Referer")[before:]); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// What one operation sends is not sent by the next.
func TestAdvisoryRequestState(t *testing.T) {
	inFolder(t, map[string]string{"f": "file"})
	w := newWitness(t, nil)
	url := "http://127.0.0.1:" + w.port
	line := fmt.Sprintf("-sS -T f -H X-One:1 %[1]s/a --next -d x %[1]s/b --next -X PUT -u u:p -e r -A agent %[1]s/c --next %[1]s/d --next -I %[1]s/e --next %[1]s/f", url)
	if status, _, stderr := commandLine(t, strings.ReplaceAll(line, "--next", "--next -sS")); status != 0 {
		t.Fatalf("exit %d: %s", status, stderr)
	}
	var got []string
	for _, request := range w.requests() {
		first, rest, _ := strings.Cut(request, "\r\n")
		_, body, _ := strings.Cut(rest, "\r\n\r\n")
		got = append(got, strings.Join([]string{first, fieldOf(request, "X-One"), fieldOf(request, "Content-Type"), fieldOf(request, "Authorization"), fieldOf(request, "Referer"), body}, "|"))
	}
	want := []string{
		"PUT /a HTTP/1.1|1||||file",
		"POST /b HTTP/1.1||application/x-www-form-urlencoded|||x",
		"PUT /c HTTP/1.1|||Basic dTpw|r|",
		"GET /d HTTP/1.1|||||",
		"HEAD /e HTTP/1.1|||||",
		"GET /f HTTP/1.1|||||",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Requests of different credentials go out with their own, whatever connection they take.
func TestAdvisoryConnectionReuse(t *testing.T) {
	for _, tt := range []struct {
		name, first, second, field string
		want                       []string
	}{
		{"users", "-u a:a", "-u b:b", "Authorization", []string{"Basic YTph", "Basic Yjpi"}},
		{"a user, then nobody", "-u a:a", "", "Authorization", []string{"Basic YTph", ""}},
		{"bearers", "--oauth2-bearer a", "--oauth2-bearer b", "Authorization", []string{"Bearer a", "Bearer b"}},
		{"proxy users", "-x {p} -U a:a", "-x {p} -U b:b", "Proxy-Authorization", []string{"Basic YTph", "Basic Yjpi"}},
		{"a proxy user, then nobody", "-x {p} -U a:a", "-x {p}", "Proxy-Authorization", []string{"Basic YTph", ""}},
		{"hosts", "-H Host:a -b c=1", "-H Host:b", "Cookie", []string{"c=1", ""}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWitness(t, nil)
			line := fmt.Sprintf("-sS %[2]s http://127.0.0.1:%[1]s/a --next -sS %[3]s http://127.0.0.1:%[1]s/b", w.port, tt.first, tt.second)
			if status, _, stderr := commandLine(t, strings.ReplaceAll(line, "{p}", "http://127.0.0.1:"+w.port)); status != 0 {
				t.Fatalf("exit %d: %s", status, stderr)
			}
			if diff := cmp.Diff(tt.want, w.fields(tt.field)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.field, diff)
			}
		})
	}
	t.Run("another address of the name", func(t *testing.T) {
		a, b := newWitness(t, nil), newWitness(t, nil)
		line := fmt.Sprintf("-sS --connect-to h.test:80:127.0.0.1:%s http://h.test/a --next -sS --connect-to h.test:80:127.0.0.1:%s http://h.test/b", a.port, b.port)
		if status, _, stderr := commandLine(t, line); status != 0 || len(a.requests()) != 1 || len(b.requests()) != 1 {
			t.Errorf("exit %d, %d and %d requests: %s", status, len(a.requests()), len(b.requests()), stderr)
		}
	})
}

// A proxy that opens a tunnel gets nothing that is for the origin, and the origin nothing that
// is for the proxy; one proxy's password is not told another.
func TestAdvisoryProxyLeaks(t *testing.T) {
	proxy := newWitness(t, func(request string) string {
		if strings.HasPrefix(request, "CONNECT ") {
			return "HTTP/1.1 200 Yes\r\n\r\n"
		}
		return fineBody
	})
	line := fmt.Sprintf("-sS -p -x http://pu:pp@127.0.0.1:%s -H X-Secret:1 -b c=d -u a:b http://origin.test/", proxy.port)
	if status, _, stderr := commandLine(t, line); status != 0 {
		t.Fatalf("exit %d: %s", status, stderr)
	}
	requests := proxy.requests() // the tunnel ends at the proxy itself
	if len(requests) != 2 {
		t.Fatalf("%q", requests)
	}
	for i, names := range [][]string{{"X-Secret", "Cookie", "Authorization"}, {"Proxy-Authorization", "Proxy-Connection"}} {
		for _, name := range names {
			if got := fieldOf(requests[i], name); got != "" {
				t.Errorf("%s: %s in %q", name, got, requests[i])
			}
		}
	}
	if fieldOf(requests[0], "Proxy-Authorization") == "" || fieldOf(requests[1], "Authorization") == "" {
		t.Errorf("%q", requests)
	}
	for _, reply := range []string{"HTTP/1.1 403 No\r\n\r\n", "HTTP/1.1 407 Who\r\nProxy-Authenticate: Unheard realm=x\r\nContent-Length: 0\r\n\r\n"} {
		refusing := newWitness(t, func(string) string { return reply })
		if status, _, stderr := commandLine(t, "-sS -x http://127.0.0.1:"+refusing.port+" https://origin.test/"); status != 7 || !strings.Contains(stderr, "(7)") {
			t.Errorf("%q: exit %d, %s", reply, status, stderr)
		}
	}
}

// No secret of the command line is in what the program says of itself.
func TestAdvisorySecrets(t *testing.T) {
	w := newWitness(t, func(string) string {
		return "HTTP/1.1 200 OK\r\nSet-Cookie: session=topsecret\r\nContent-Length: 2\r\n\r\nok"
	})
	const secrets = "-u me:topsecret -b jar=topsecret -H Proxy-Authorization:topsecret "
	url := "http://you:topsecret@127.0.0.1:" + w.port + "/"
	for _, flags := range []string{"", "-v", "--view ladder", "--view full", "--format json", "--format jsonl", "-v --oauth2-bearer topsecret"} {
		_, stdout, stderr := commandLine(t, secrets+flags+" "+url)
		if out := stdout + stderr; strings.Contains(out, "topsecret") || strings.Contains(out, "dG9wc2VjcmV0") || !strings.Contains(out, "ok") && !strings.Contains(out, "{") {
			t.Errorf("%s: %s", flags, out)
		}
		if _, stdout, stderr := commandLine(t, secrets+flags+" --secrets "+url); strings.HasPrefix(flags, "-v") && !strings.Contains(stdout+stderr, "topsecret") {
			t.Errorf("%s --secrets: %s%s", flags, stdout, stderr)
		}
	}
	if _, _, stderr := commandLine(t, "-sS -L "+url+":x"); strings.Contains(stderr, "topsecret") {
		t.Errorf("a URL that cannot be: %s", stderr)
	}
}
