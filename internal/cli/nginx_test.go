package cli

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fetchscope/trace"
)

// realPages are pages of Debian's apache2-doc and python3-doc, below /usr/share/doc.
var realPages = []string{
	"apache2-doc/manual/en/index.html",
	"apache2-doc/manual/en/getting-started.html",
	"apache2-doc/manual/en/caching.html",
	"apache2-doc/manual/en/mod/core.html",
	"apache2-doc/manual/ja/bind.html",
	"python3/html/index.html",
	"python3/html/library/http.client.html",
	"python3/html/library/functions.html",
	"python3/html/reference/lexical_analysis.html",
	"python3/html/tutorial/controlflow.html",
}

const docs = "/usr/share/doc"

// Pages of a real server arrive whole, and the trace counts what the server counted.
func TestRealPagesOfNginx(t *testing.T) {
	server := startNginx(t)
	for _, page := range realPages {
		if _, err := os.Stat(filepath.Join(docs, page)); err != nil {
			t.Skipf("the documentation packages are not installed: %v", err)
		}
		for _, base := range []string{server.http, server.https} {
			t.Run(base[:strings.Index(base, ":")]+"/"+page, func(t *testing.T) { server.fetch(t, base, page) })
		}
	}
}

// A nginxServer is running.
type nginxServer struct {
	http, https, ca, log string
}

func (n *nginxServer) fetch(t *testing.T, base, page string) {
	url := base + "/" + page
	d := fetchDocument(t, "--cacert", n.ca, url)
	x := d.Last()
	for _, p := range x.Phases {
		tls := p.Name == trace.TLS && strings.HasPrefix(base, "http:")
		if p.Status != trace.Done && !tls && p.Name != trace.Resolve {
			t.Errorf("phase %s is %s", p.Name, p.Status)
		}
	}
	got := entry{
		status: x.Response.Status, request: x.Request.Bytes, body: x.Response.BodyBytes,
		sent: int64(x.Response.HeaderBytes) + x.Response.BodyBytes,
	}
	if want := n.logged(t, "/"+page); got != want {
		t.Errorf("the trace says %+v, the access log %+v", got, want)
	}
	info, err := os.Stat(filepath.Join(docs, page))
	if err != nil || info.Size() != x.Response.BodyBytes {
		t.Errorf("%d bytes came of a file of %d", x.Response.BodyBytes, info.Size())
	}
	if x.Render.Words < 50 || x.Render.Title == "" {
		t.Errorf("%d words rendered, title %q", x.Render.Words, x.Render.Title)
	}
	states := map[trace.State]bool{}
	for _, s := range x.Connection.States {
		if s.Side == trace.Client {
			states[s.State] = true
		}
	}
	if len(x.Connection.NotObservable) == 0 && !(states[trace.FinWait1] && states[trace.FinWait2] && states[trace.TimeWait]) {
		t.Errorf("client states %v", x.Connection.States)
	}
}

func fetchDocument(t *testing.T, args ...string) *trace.Document {
	t.Helper()
	var out, errs bytes.Buffer
	status := Run(context.Background(), append([]string{"-s", "-S", "--format", "json"}, args...), nil, &out, &errs)
	if status != 0 {
		t.Fatalf("exit %d: %s", status, errs.String())
	}
	d := &trace.Document{}
	if err := json.Unmarshal(out.Bytes(), d); err != nil {
		t.Fatal(err)
	}
	return d
}

// An entry is a line of the access log.
type entry struct {
	status              int
	request, body, sent int64
}

// logged waits for the line on a page: nginx writes it when it is done with the
// request, which may be after the client is. The line is taken away.
func (n *nginxServer) logged(t *testing.T, uri string) entry {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; {
		b, err := os.ReadFile(n.log)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(string(b)), "\n")
		var e entry
		var got string
		_, err = fmt.Sscan(lines[len(lines)-1], &got, &e.status, &e.request, &e.body, &e.sent)
		if err == nil && got == uri {
			if err := os.Truncate(n.log, 0); err != nil {
				t.Fatal(err)
			}
			return e
		}
		if time.Now().After(deadline) {
			t.Fatalf("the access log has no line on %s: %q", uri, b)
		}
	}
}

const nginxConfig = `
daemon off; pid %[1]s/pid; error_log %[1]s/error.log; %[4]s
events { worker_connections 64; }
http {
  include /etc/nginx/mime.types;
  log_format counts '$uri $status $request_length $body_bytes_sent $bytes_sent';
  access_log %[1]s/access.log counts;
  client_body_temp_path %[1]s/t1; proxy_temp_path %[1]s/t2; fastcgi_temp_path %[1]s/t3; uwsgi_temp_path %[1]s/t4; scgi_temp_path %[1]s/t5;
  ssl_certificate %[1]s/cert.pem; ssl_certificate_key %[1]s/key.pem;
  server { listen 127.0.0.1:%[2]d; listen 127.0.0.1:%[3]d ssl; root /usr/share/doc; }
}
`

func startNginx(t *testing.T) *nginxServer {
	t.Helper()
	binary, err := exec.LookPath("nginx")
	if err != nil {
		if binary = "/usr/sbin/nginx"; !executable(binary) {
			t.Skip("nginx is not installed")
		}
	}
	dir := t.TempDir()
	writeCertificate(t, dir)
	plain, secure := freePort(t), freePort(t)
	user := ""
	if os.Getuid() == 0 {
		user = "user root;"
	}
	config := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(config, fmt.Appendf(nil, nginxConfig, dir, plain, secure, user), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(binary, "-c", config, "-e", filepath.Join(dir, "error.log"))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Signal(os.Interrupt); cmd.Wait() })
	awaitListening(t, plain)
	awaitListening(t, secure)
	return &nginxServer{
		http: fmt.Sprintf("http://127.0.0.1:%d", plain), https: fmt.Sprintf("https://127.0.0.1:%d", secure),
		ca: filepath.Join(dir, "cert.pem"), log: filepath.Join(dir, "access.log"),
	}
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode()&0o111 != 0
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func awaitListening(t *testing.T, port int) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; {
		c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			c.Close()
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("nginx does not listen: %v", err)
		}
	}
}

// writeCertificate makes a certificate for 127.0.0.1 that is its own authority.
func writeCertificate(t *testing.T, dir string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{
		"cert.pem": {Type: "CERTIFICATE", Bytes: der}, "key.pem": {Type: "EC PRIVATE KEY", Bytes: keyDER},
	} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
