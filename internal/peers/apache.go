package peers

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// apacheModules are those that the configuration needs, besides the ones built in.
var apacheModules = []string{
	"mpm_event", "authn_core", "authn_file", "authz_core", "authz_user", "auth_basic", "auth_digest",
	"alias", "mime", "filter", "deflate", "include", "dav", "dav_fs", "ssl",
}

// apacheConfig takes the folder, the ports for http and https, the site, a user, the
// modules and the folder of the site's secrets. Under TLS mod_logio counts the records,
// which gives those of the request and of the connection other names.
const apacheConfig = `
ServerRoot %[1]s
ServerName 127.0.0.1
PidFile %[1]s/pid
Mutex file:%[1]s default
ErrorLog /dev/stderr
Listen 127.0.0.1:%[2]d
Listen 127.0.0.1:%[3]d
%[6]s
%[5]s
StartServers 1
TypesConfig /dev/null
AddType text/html .html
AddType text/plain .txt
AddType application/octet-stream .bin
LogFormat "{\"method\":\"%%m\",\"target\":\"%%U%%q\",\"status\":%%>s,\"port\":%%{remote}p,\"request\":%%I,\"answer\":%%O,\"body\":%%B}" plain
LogFormat "{\"method\":\"%%m\",\"target\":\"%%U%%q\",\"status\":%%>s,\"port\":%%{remote}p,\"tls\":\"%%{SSL_PROTOCOL}x\",\"in\":%%I,\"out\":%%O,\"body\":%%B}" secure
DocumentRoot %[4]s
<Directory %[4]s>
  Options +Includes
  Require all granted
</Directory>
AddOutputFilterByType DEFLATE text/plain
<Location /parts.html>
  SetOutputFilter INCLUDES
</Location>
Redirect 301 /moved /text.txt
Redirect 302 /found /text.txt
Redirect 307 /kept /dav/kept
DavLockDB %[1]s/locks/db
<Location /dav>
  Dav On
</Location>
<Location /locked>
  AuthType Basic
  AuthName staff
  AuthUserFile %[7]s/users
  Require valid-user
</Location>
<Location /digest>
  AuthType Digest
  AuthName staff
  AuthDigestDomain /digest/
  AuthUserFile %[7]s/digest
  Require valid-user
</Location>
<VirtualHost 127.0.0.1:%[2]d>
  CustomLog /dev/stdout plain
</VirtualHost>
<VirtualHost 127.0.0.1:%[3]d>
  CustomLog /dev/stdout secure
  SSLEngine on
  SSLCertificateFile %[7]s/cert.pem
  SSLCertificateKeyFile %[7]s/key.pem
</VirtualHost>
`

// Apache starts Apache httpd, which knows both Basic and Digest.
func Apache(t testing.TB, site *Site) *Server {
	t.Helper()
	binary := installed(t, "apache2")
	dir := openFolder(t)
	config := filepath.Join(dir, "apache.conf")
	openToAll(t, filepath.Join(dir, "locks"))
	s := &Server{Site: site, Digest: true, Peeks: true}
	// Apache gives up root's rights, and takes no other user who is root.
	user := asRoot("User #65534\nGroup #65534")
	ports := launch{name: "apache", ports: 2, read: readEntry, command: func(ports []int) *exec.Cmd {
		writeConfig(t, config, apacheConfig, dir, ports[0], ports[1], site.Folder, user, loadModules(), site.private)
		return exec.Command(binary, "-f", config, "-DFOREGROUND")
	}}.start(t, s)
	return s.at(ports[0], ports[1])
}

func loadModules() string {
	var b strings.Builder
	for _, m := range apacheModules {
		b.WriteString("LoadModule " + m + "_module /usr/lib/apache2/modules/mod_" + m + ".so\n")
	}
	return b.String()
}
