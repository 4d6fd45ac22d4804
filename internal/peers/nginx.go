package peers

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// nginxConfig takes the folder, the ports for http and https, the site and a user.
const nginxConfig = `
daemon off; worker_processes 1; pid %[1]s/pid; error_log stderr; %[5]s
events { worker_connections 256; }
http {
  types { text/html html; text/plain txt; application/octet-stream bin; }
  log_format counts escape=json '{"method":"$request_method","target":"$request_uri","status":$status,'
    '"port":$remote_port,"tls":"$ssl_protocol","request":$request_length,"answer":$bytes_sent}';
  access_log /dev/stdout counts;
  client_body_temp_path %[1]s/t1; proxy_temp_path %[1]s/t2; fastcgi_temp_path %[1]s/t3;
  uwsgi_temp_path %[1]s/t4; scgi_temp_path %[1]s/t5;
  ssl_certificate %[6]s/cert.pem; ssl_certificate_key %[6]s/key.pem; ssl_protocols TLSv1.2 TLSv1.3;
  client_max_body_size 0; gzip on; gzip_types text/plain; gzip_proxied any;
  server {
    listen 127.0.0.1:%[2]d; listen 127.0.0.1:%[3]d ssl; root %[4]s;
    location = /moved { return 301 /text.txt; }
    location = /found { return 302 /text.txt; }
    location = /kept { return 307 /dav/kept; }
    location = /parts.html { ssi on; }
    location /dav/ { dav_methods PUT DELETE; }
    location /locked/ { auth_basic staff; auth_basic_user_file %[6]s/users; }
  }
}
`

// Nginx starts nginx, which knows Basic but not Digest.
func Nginx(t testing.TB, site *Site) *Server {
	t.Helper()
	binary := installed(t, "nginx")
	dir := openFolder(t)
	config := filepath.Join(dir, "nginx.conf")
	s := &Server{Site: site, Unread: true}
	ports := launch{name: "nginx", ports: 2, read: readEntry, command: func(ports []int) *exec.Cmd {
		writeConfig(t, config, nginxConfig, dir, ports[0], ports[1], site.Folder, asRoot("user root;"), site.private)
		return exec.Command(binary, "-c", config, "-e", "stderr")
	}}.start(t, s)
	return s.at(ports[0], ports[1])
}

// at says where a server listens.
func (s *Server) at(plain, secure int) *Server {
	s.Plain, s.Secure = "http://"+address(plain), "https://"+address(secure)
	return s
}

// asRoot is a line of a configuration that root needs, and that nobody else may have.
func asRoot(line string) string {
	if os.Getuid() != 0 {
		return ""
	}
	return line
}

func writeConfig(t testing.TB, path, format string, args ...any) {
	t.Helper()
	if err := os.WriteFile(path, fmt.Appendf(nil, format, args...), 0o644); err != nil {
		t.Fatal(err)
	}
}
