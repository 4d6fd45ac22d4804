package peers

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// haproxyConfig takes the ports for http and https, those behind them, the folder of the
// site's secrets and an origin. HAProxy's own counts of what HTTP carried are those of its
// inner form of messages. So a first HAProxy passes connections on as they are, and counts
// them, to a second one that speaks HTTP. Two threads that log at once lose a line.
const haproxyConfig = `
global
  nbthread 1
  log stdout format raw local0
defaults
  log global
  timeout connect 10s
  timeout client 60s
  timeout server 60s
userlist staff
  user me insecure-password pass:word
listen plain
  mode tcp
  bind 127.0.0.1:%[1]d
  log-format '{"method":"","port":%%cp,"in":%%U,"out":%%B,"whole":true}'
  server web 127.0.0.1:%[3]d send-proxy
listen secure
  mode tcp
  bind 127.0.0.1:%[2]d
  log-format '{"method":"","port":%%cp,"in":%%U,"out":%%B,"whole":true}'
  server web 127.0.0.1:%[4]d send-proxy
frontend web
  mode http
  bind 127.0.0.1:%[3]d accept-proxy
  bind 127.0.0.1:%[4]d accept-proxy ssl crt %[5]s/both.pem
  log-format '{"method":"%%HM","target":"%%HU","status":%%ST,"port":%%cp,"tls":"%%sslv"}'
  compression algo gzip
  compression type text/plain
  http-request redirect code 301 location /text.txt if { path /moved }
  http-request redirect code 302 location /text.txt if { path /found }
  http-request redirect code 307 location /dav/kept if { path /kept }
  http-request auth realm staff if { path_beg /locked/ } !{ http_auth(staff) }
  # The login is between the client and us, and the origin wants one of its own.
  http-request set-path %%[path,regsub(^/locked/,/)]
  http-request del-header Authorization
  default_backend origin
backend origin
  mode http
  server origin %[6]s
`

// HAProxy starts HAProxy, which knows Basic but not Digest, before an origin. It tells
// what each connection carried.
func HAProxy(t testing.TB, origin *Server) *Server {
	t.Helper()
	binary := installed(t, "haproxy")
	config := filepath.Join(openFolder(t), "haproxy.cfg")
	s := &Server{Site: origin.Site, Whole: true}
	ports := launch{name: "haproxy", ports: 4, read: readHAProxy, command: func(ports []int) *exec.Cmd {
		writeConfig(t, config, haproxyConfig, ports[0], ports[1], ports[2], ports[3], origin.Site.private, strings.TrimPrefix(origin.Plain, "http://"))
		return exec.Command(binary, "-f", config, "-db")
	}}.start(t, s)
	return s.at(ports[0], ports[1])
}

// readHAProxy leaves out the connections by which the test saw that HAProxy listens, on
// which nothing was said.
func readHAProxy(line []byte) (Entry, bool) {
	e, ok := readEntry(line)
	silent := e.Method == "<BADREQ>" || e.Whole && *e.In == 0
	return e, ok && !silent
}
