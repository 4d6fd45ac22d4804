package peers

import (
	"crypto/tls"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// caddyConfig takes the folder, the ports for http and https, the site, the folder of its
// secrets and an origin. What cannot be had of files alone, uploads and bodies without a
// length, is the origin's.
const caddyConfig = `
{
	admin off
	auto_https off
	storage file_system %[1]s
	servers {
		protocols h1
	}
}
(site) {
	root * %[4]s
	encode gzip
	log {
		output stdout
		format json
	}
	redir /moved /text.txt 301
	redir /found /text.txt 302
	redir /kept /dav/kept 307
	basicauth /locked/* bcrypt staff {
		me %[7]s
	}
	reverse_proxy /dav/* %[6]s
	reverse_proxy /parts.html %[6]s
	file_server
}
http://127.0.0.1:%[2]d {
	import site
}
https://127.0.0.1:%[3]d {
	tls %[5]s/cert.pem %[5]s/key.pem
	import site
}
`

// passwordHash is Password by bcrypt with the least work that it can have.
const passwordHash = "$2b$04$PN3hGDnHqAPeSTK5qyS0C.ItEpeDQ38qawNEVvcmkAVtJ9KyOD69C"

// Caddy starts Caddy, which knows Basic but not Digest, before an origin.
func Caddy(t testing.TB, origin *Server) *Server {
	t.Helper()
	binary := installed(t, "caddy")
	dir, site := openFolder(t), origin.Site
	config := filepath.Join(dir, "Caddyfile")
	s := &Server{Site: site}
	ports := launch{name: "caddy", ports: 2, read: readCaddy, command: func(ports []int) *exec.Cmd {
		writeConfig(t, config, caddyConfig, dir, ports[0], ports[1], site.Folder, site.private, strings.TrimPrefix(origin.Plain, "http://"), passwordHash)
		cmd := exec.Command(binary, "run", "--config", config, "--adapter", "caddyfile")
		cmd.Env = append(os.Environ(), "HOME="+dir, "XDG_CONFIG_HOME="+dir, "XDG_DATA_HOME="+dir)
		return cmd
	}}.start(t, s)
	return s.at(ports[0], ports[1])
}

// A caddyLine is a line of Caddy's log, which has a form of its own.
type caddyLine struct {
	Message string `json:"msg"`
	Request struct {
		Port   string `json:"remote_port"`
		Method string `json:"method"`
		URI    string `json:"uri"`
		TLS    *struct {
			Version uint16 `json:"version"`
		} `json:"tls"`
	} `json:"request"`
	Size   int64 `json:"size"`
	Status int   `json:"status"`
}

func readCaddy(line []byte) (Entry, bool) {
	var c caddyLine
	if err := json.Unmarshal(line, &c); err != nil || c.Message != "handled request" {
		return Entry{}, false
	}
	r := c.Request
	port, err := strconv.Atoi(r.Port)
	e := Entry{Method: r.Method, Target: r.URI, Status: c.Status, Port: port, Body: &c.Size}
	if r.TLS != nil {
		e.TLS = strings.Replace(tls.VersionName(r.TLS.Version), " ", "v", 1)
	}
	return e, err == nil
}
