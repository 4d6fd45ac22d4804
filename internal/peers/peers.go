// Package peers runs real servers on loopback: nginx, Apache httpd, Caddy, HAProxy, and
// Squid as a proxy. It is a fixture for tests.
//
// Each server is the one that the system has installed; a test that needs one which is
// not there is skipped. It runs as whoever runs the test, in a folder of the test's, at
// ports that were free, and serves the same [Site] under the same paths. What it notes of
// each request in its access log is read as it is written, so that what a client says of
// an exchange can be held against what the server says. The package knows nothing of the
// client; it imports nothing of this module.
package peers

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"
)

// A Server is a program that runs, until the test is over.
type Server struct {
	// Name is what the program is called.
	Name string
	// Plain and Secure are the beginnings of its URLs by http and https, without a slash.
	// Of a proxy Plain is its own URL.
	Plain, Secure string
	// Site is what it serves, nil for a proxy.
	Site *Site
	// Digest says whether it knows digest authentication.
	Digest bool
	// Whole says whether its log has an entry for each connection that is over too.
	Whole bool
	// Unread says that its log leaves out the body of a request that it answers without
	// wanting one: it writes the line before it reads that body.
	Unread bool

	log *accessLog
}

// A launch is how a server is started.
type launch struct {
	name string
	// ports is how many it listens on; command is what starts it there.
	ports   int
	command func(ports []int) *exec.Cmd
	read    func(line []byte) (Entry, bool)
}

// tries is how often a server is started: between the choice of a free port and its use
// somebody else may have taken it.
const tries = 4

// start runs a server and waits until it listens. It returns the ports.
func (l launch) start(t testing.TB, s *Server) []int {
	t.Helper()
	s.Name = l.name
	for range tries {
		ports := freePorts(t, l.ports)
		s.log = newAccessLog(l.read)
		p := l.run(t, ports, s.log)
		if p.listens(ports) {
			return ports
		}
		p.stop()
		t.Logf("%s did not start:\n%s", l.name, p.errors.String())
	}
	t.Fatalf("%s does not start", l.name)
	return nil
}

// A process is a running server.
type process struct {
	cmd    *exec.Cmd
	errors tail
	ended  chan struct{} // closed when the process has ended and its log is read
}

func (l launch) run(t testing.TB, ports []int, log *accessLog) *process {
	t.Helper()
	p := &process{cmd: l.command(ports), ended: make(chan struct{})}
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	p.cmd.Stdout, p.cmd.Stderr = in, &p.errors
	// A child that outlives its parent holds on to stderr, which Wait waits for.
	p.cmd.WaitDelay = time.Second
	err = p.cmd.Start()
	in.Close()
	if err != nil {
		out.Close()
		t.Fatal(err)
	}
	go func() {
		defer close(p.ended)
		log.drain(out)
		out.Close()
		p.cmd.Wait()
	}()
	t.Cleanup(func() {
		p.stop()
		if t.Failed() {
			t.Logf("%s on stderr:\n%s", l.name, p.errors.String())
		}
	})
	return p
}

// patience is how long a server may take to listen, to write a line and to end, on a
// machine that has much else to do.
const patience = 20 * time.Second

// listens waits until all ports can be connected to, and says whether it came to that.
func (p *process) listens(ports []int) bool {
	over := time.After(patience)
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for _, port := range ports {
		for !listening(port) {
			select {
			case <-p.ended:
				return false
			case <-over:
				return false
			case <-again.C:
			}
		}
	}
	return true
}

func listening(port int) bool {
	c, err := net.Dial("tcp", address(port))
	if err != nil {
		return false
	}
	c.Close()
	return true
}

// stop ends the process, at last by force.
func (p *process) stop() {
	force := time.AfterFunc(patience, func() { p.cmd.Process.Kill() })
	defer force.Stop()
	p.cmd.Process.Signal(syscall.SIGTERM)
	<-p.ended
}

func address(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// freePorts are n ports that nobody listens on.
func freePorts(t testing.TB, n int) []int {
	t.Helper()
	ports := make([]int, n)
	for i := range ports {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close() // all of them at the end, so that none is chosen twice
		ports[i] = l.Addr().(*net.TCPAddr).Port
	}
	return ports
}

// Installed says whether there is a program of this name.
func Installed(name string) bool { return find(name) != "" }

// installed finds a program, or skips the test.
func installed(t testing.TB, name string) string {
	t.Helper()
	path := find(name)
	if path == "" {
		t.Skip(name + " is not installed")
	}
	return path
}

// find looks for a program where an ordinary user's path may not lead, too.
func find(name string) string {
	for _, path := range []string{name, "/usr/sbin/" + name} {
		if found, err := exec.LookPath(path); err == nil {
			return found
		}
	}
	return ""
}

// maxTail is more than a server says that starts and works.
const maxTail = 64 << 10

// A tail keeps what a process says on stderr, up to maxTail of it.
type tail struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write keeps b while there is room.
func (w *tail) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.b.Write(b[:min(len(b), maxTail-w.b.Len())])
	return len(b), nil
}

// String is what was kept.
func (w *tail) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.String()
}
