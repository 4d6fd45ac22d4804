package resolver

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"
)

// A realInternet is NSD serving a world, and Unbound resolving it.
type realInternet struct {
	*internet
	resolver string // Unbound's address and port
	dir      string
}

// installed finds a program that the test needs, or skips.
func installed(t *testing.T, name string) string {
	t.Helper()
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	path := "/usr/sbin/" + name
	if info, err := os.Stat(path); err != nil || info.Mode()&0o111 == 0 {
		t.Skip(name + " is not installed")
	}
	return path
}

// startReal starts the servers; they are at ports that an ordinary user may take.
func startReal(t *testing.T) *realInternet {
	t.Helper()
	nsd, unbound := installed(t, "nsd"), installed(t, "unbound")
	in := &realInternet{&internet{world: build(t, time.Now(), realSites(t)...)}, "", t.TempDir()}
	addrs := []string{realRoot, realTop, realZones, realBelow, realLame, realResolver}
	in.port = commonPort(t, addrs)
	in.resolver = fmt.Sprintf("%s:%d", realResolver, in.port)
	for _, s := range in.sites {
		in.write(t, in.zoneFile(s.zone), in.zones[s.zone])
	}
	for _, addr := range addrs[:5] {
		in.run(t, nsd, in.nsdConfig(addr), "-d", "-c")
	}
	in.run(t, unbound, in.unboundConfig(), "-d", "-c")
	t.Cleanup(func() { in.tellLogs(t) })
	in.await(t, fmt.Sprintf("%s:%d", realRoot, in.port), ".")
	in.await(t, fmt.Sprintf("%s:%d", realTop, in.port), "test.")
	in.await(t, fmt.Sprintf("%s:%d", realZones, in.port), "nsec.test.")
	in.await(t, fmt.Sprintf("%s:%d", realBelow, in.port), "insecure.nsec.test.")
	in.await(t, in.resolver, "nsec.test.")
	return in
}

// commonPort is free at all addresses.
func commonPort(t *testing.T, addrs []string) uint16 {
	t.Helper()
	for range 20 {
		in := &internet{hosts: map[string]*host{}}
		u, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err != nil {
			t.Fatal(err)
		}
		in.port = u.LocalAddr().(*net.UDPAddr).AddrPort().Port()
		u.Close()
		var all sockets
		for _, a := range addrs {
			if err = all.add(&host{}, netip.AddrPortFrom(netip.MustParseAddr(a), in.port)); err != nil {
				if strings.Contains(err.Error(), "assign requested address") {
					t.Skip("of 127.0.0.0/8 this system lets no address be used but 127.0.0.1: ", err)
				}
				break
			}
		}
		all.close()
		if err == nil {
			return in.port
		}
	}
	t.Fatal("no port is free at the addresses of 127.0.0.0/8")
	return 0
}

func (in *realInternet) zoneFile(zone string) string {
	return filepath.Join(in.dir, strings.TrimSuffix("zone."+zone, ".")+".txt")
}

func (in *realInternet) write(t *testing.T, path string, records []dns.RR) {
	t.Helper()
	var b strings.Builder
	for _, rr := range records {
		if soa, is := rr.(*dns.SOA); is {
			b.WriteString(soa.String() + "\n")
		}
	}
	for _, rr := range records {
		if _, is := rr.(*dns.SOA); !is {
			b.WriteString(rr.String() + "\n")
		}
	}
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}

// nsdConfig is for one of the servers: each is a process, so that a zone and those that
// it delegates are not at one place unless the world says so.
func (in *realInternet) nsdConfig(addr string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `server:
  server-count: 1
  ip-address: %[2]s@%[3]d
  zonesdir: %[1]q
  database: ""
  username: ""
  pidfile: "%[1]s/%[2]s.pid"
  xfrdfile: "%[1]s/%[2]s.xfrd"
  zonelistfile: "%[1]s/%[2]s.zones"
  logfile: "%[1]s/%[2]s.log"
  rrl-ratelimit: 0
remote-control:
  control-enable: no
`, in.dir, addr, in.port)
	for _, s := range in.sites {
		if s.at == addr && s.zone != "lame.test." {
			fmt.Fprintf(&b, "zone:\n  name: %q\n  zonefile: %q\n", s.zone, in.zoneFile(s.zone))
		}
	}
	return b.String()
}

// unboundConfig names the servers of each zone, since Unbound finds name servers at port
// 53 alone. It validates as it does by default.
func (in *realInternet) unboundConfig() string {
	var b strings.Builder
	fmt.Fprintf(&b, `server:
  directory: %[1]q
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  logfile: "%[1]s/unbound.log"
  log-time-ascii: yes
  val-log-level: 2
  interface: %[2]s
  port: %[3]d
  num-threads: 1
  do-ip6: no
  do-not-query-localhost: no
  module-config: "validator iterator"
  trust-anchor: %[4]q
  local-zone: "test." nodefault
  qname-minimisation: no
  aggressive-nsec: no
  val-sig-skew-min: 0
  val-sig-skew-max: 0
remote-control:
  control-enable: no
`, in.dir, realResolver, in.port, strings.ReplaceAll(strings.TrimSpace(in.anchor()), "\t", " "))
	for _, s := range in.sites {
		fmt.Fprintf(&b, "stub-zone:\n  name: %q\n  stub-addr: %s@%d\n", s.zone, s.at, in.port)
	}
	return b.String()
}

// run starts a server with a configuration of its own; it ends with the test.
func (in *realInternet) run(t *testing.T, program, config string, args ...string) {
	t.Helper()
	f, err := os.CreateTemp(in.dir, filepath.Base(program)+"-*.conf")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(config); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	cmd := exec.Command(program, append(args, f.Name())...)
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt)
		cmd.Wait()
		if t.Failed() {
			t.Logf("%s said %q", filepath.Base(program), out.String())
		}
	})
}

// tellLogs shows what the servers logged where the test failed.
func (in *realInternet) tellLogs(t *testing.T) {
	if !t.Failed() {
		return
	}
	logs, _ := filepath.Glob(filepath.Join(in.dir, "*.log"))
	for _, path := range logs {
		text, _ := os.ReadFile(path)
		t.Logf("%s:\n%s", filepath.Base(path), text[max(0, len(text)-4000):])
	}
}

// await asks until a server answers for a zone.
func (in *realInternet) await(t *testing.T, server, zone string) {
	t.Helper()
	client := dns.Client{Timeout: 200 * time.Millisecond}
	q := new(dns.Msg).SetQuestion(zone, dns.TypeSOA)
	for deadline := time.Now().Add(30 * time.Second); ; {
		m, _, err := client.Exchange(q, server)
		if err == nil && m.Rcode == dns.RcodeSuccess && len(m.Answer) > 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s does not serve %s: %v, %v", server, zone, m, err)
		}
	}
}

// reference puts a question to Unbound and puts into words what it makes of it: data are
// secure by the AD bit, and bogus if they are to be had only unchecked.
func (in *realInternet) reference(question string) (outcome, error) {
	name, qtype, _ := strings.Cut(question, " ")
	t, _ := parseType(qtype)
	q := new(dns.Msg).SetQuestion(name, t)
	q.AuthenticatedData = true
	q.SetEdns0(maxDatagram, false)
	client := dns.Client{Net: "tcp", Timeout: 10 * time.Second}
	m, _, err := client.Exchange(q, in.resolver)
	if err != nil {
		return outcome{}, err
	}
	out := outcome{Rcode: rcodeName(m.Rcode), Security: "insecure"}
	for _, rr := range m.Answer {
		r := present(rr)
		out.Answers = append(out.Answers, r.Name+" "+r.Type+" "+r.Data)
	}
	slices.Sort(out.Answers)
	switch {
	case m.AuthenticatedData:
		out.Security = "secure"
	case m.Rcode == dns.RcodeYXDomain:
		// Unbound verifies no such reply. The DNAME record proves that the name becomes
		// too long, if it is signed (RFC 6672, section 5.3.1).
		record, err := in.reference(m.Answer[0].Header().Name + " DNAME")
		out.Security = record.Security
		return out, err
	case m.Rcode == dns.RcodeServerFailure:
		q.CheckingDisabled = true
		m, _, err = client.Exchange(q, in.resolver)
		out.Security = "bogus"
		if err == nil && m.Rcode == dns.RcodeServerFailure {
			out.Security = "" // nothing can be had
		}
	}
	return out, err
}

// each does something for all questions, some at once.
func each(questions []string, do func(question string)) {
	var running sync.WaitGroup
	work := make(chan string)
	for range 4 {
		running.Go(func() {
			for q := range work {
				do(q)
			}
		})
	}
	for _, q := range questions {
		work <- q
	}
	close(work)
	running.Wait()
}

// ours is what our walk says, in the form of reference.
func (in *realInternet) ours(t *testing.T, r *Resolver, question string) outcome {
	t.Helper()
	got, _, _ := outcomeOf(t, r, question)
	slices.Sort(got.Answers)
	if got.Rcode == "SERVFAIL" && got.Security != "bogus" {
		got.Security = ""
	}
	return got
}

// The walk and validation say of some hundred names what others say of them: rcode,
// answers and security; with nothing known before, and with all that other questions
// have left behind.
func TestSameAsOthers(t *testing.T) {
	in := startReal(t)
	config := in.config(t)
	ours := in.all(t, func() *Resolver { return fresh(config) })
	t.Run("as with all that is known", func(t *testing.T) {
		shared := fresh(config)
		in.compare(t, ours, in.all(t, func() *Resolver { return shared }))
	})
	t.Run("unbound", func(t *testing.T) {
		in.compare(t, ours, in.collect(t, in.reference))
	})
	t.Run("kdig", func(t *testing.T) { in.compareKdig(t, ours) })
	t.Run("delv", func(t *testing.T) { in.compareDelv(t, ours) })
}

// outcomes are what came of questions.
type outcomes map[string]outcome

// all asks ours.
func (in *realInternet) all(t *testing.T, resolver func() *Resolver) outcomes {
	t.Helper()
	return in.collect(t, func(question string) (outcome, error) { return in.ours(t, resolver(), question), nil })
}

// collect asks all questions, some at once.
func (in *realInternet) collect(t *testing.T, ask func(question string) (outcome, error)) outcomes {
	t.Helper()
	var mu sync.Mutex
	out := outcomes{}
	each(realQuestions(t), func(question string) {
		got, err := ask(question)
		if err != nil {
			t.Errorf("%s: %v", question, err)
		}
		mu.Lock()
		defer mu.Unlock()
		out[question] = got
	})
	return out
}

func (in *realInternet) compare(t *testing.T, ours, theirs outcomes) {
	t.Helper()
	if len(ours) < 200 || len(ours) != len(theirs) {
		t.Errorf("%d questions, and %d answers of theirs", len(ours), len(theirs))
	}
	for question, want := range theirs {
		if diff := cmp.Diff(want, ours[question]); diff != "" {
			t.Errorf("%s: (-theirs +ours)\n%s", question, diff)
		}
	}
}
