package peers

import (
	"net"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
)

// A Scheme is how clients log in to a proxy.
type Scheme string

// The schemes.
const (
	ByBasic  Scheme = "basic"
	ByDigest Scheme = "digest"
)

// squidConfig takes the folder, the port, the log's port and what it takes to log in, and a user.
// Squid works as somebody else where root starts it, who may not write to our stdout: its
// log comes by datagrams, one for each line that is longer than the buffer.
const squidConfig = `
http_port 127.0.0.1:%[2]d
pid_filename %[1]s/pid
coredump_dir %[1]s
%[5]s
cache_log /dev/null
cache deny all
memory_cache_shared off
netdb_filename none
pinger_enable off
shutdown_lifetime 0 seconds
visible_hostname proxy.test
logformat counts {"method":"%%rm","target":"%%ru","status":%%>Hs,"port":%%>p,"request":%%>st,"final":%%<st}
access_log udp:127.0.0.1:%[3]d logformat=counts buffer-size=64bytes
%[4]s
acl staff proxy_auth REQUIRED
http_access allow staff
http_access deny all
`

var squidLogin = map[Scheme][3]string{
	ByBasic:  {"basic", "basic_ncsa_auth", "hashes"},
	ByDigest: {"digest", "digest_file_auth -c", "digest"},
}

// helpers is where Debian has the programs that check passwords for Squid.
const helpers = "/usr/lib/squid/"

// Squid starts Squid, a proxy at which everybody logs in by the scheme.
func Squid(t testing.TB, site *Site, by Scheme) *Server {
	t.Helper()
	binary := installed(t, "squid")
	dir := openFolder(t)
	config := filepath.Join(dir, "squid.conf")
	lines := listenLines(t)
	s := &Server{Digest: by == ByDigest}
	name := squidLogin[by]
	login := "auth_param " + name[0] + " program " + helpers + name[1] + " " + filepath.Join(site.private, name[2]) +
		"\nauth_param " + name[0] + " realm " + Realm + "\nauth_param " + name[0] + " children 1"
	ports := launch{name: "squid", ports: 1, read: readSquid, command: func(ports []int) *exec.Cmd {
		writeConfig(t, config, squidConfig, dir, ports[0], lines.LocalAddr().(*net.UDPAddr).Port, login, asRoot("cache_effective_user nobody"))
		// The name is that of its shared memory, which two Squids cannot have in common.
		return exec.Command(binary, "-N", "-n", "p"+strconv.Itoa(ports[0]), "-f", config)
	}}.start(t, s)
	s.log.listen(t, lines)
	s.Plain = "http://" + address(ports[0])
	return s
}

// listenLines is where a log's datagrams go.
func listenLines(t testing.TB) *net.UDPConn {
	t.Helper()
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// readSquid leaves out the connection by which the test saw that Squid listens, on which
// nothing was said.
func readSquid(line []byte) (Entry, bool) {
	e, ok := readEntry(line)
	return e, ok && e.Method != "-"
}
