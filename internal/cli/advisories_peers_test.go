package cli

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Servers that say what no server should end in an error, soon, and take no memory for it.
func TestAdvisoryHostileServers(t *testing.T) {
	const ok = "HTTP/1.1 200 OK\r\n"
	const chunks = ok + "Transfer-Encoding: chunked\r\n\r\n"
	for _, tt := range []struct {
		name, answer string
		statuses     []int
	}{
		{"nothing", "", []int{52}},
		{"an alert of TLS", "\x15\x03\x03\x00\x02\x02F", []int{1}},
		{"a frame of HTTP/2", "\x00\x00\x00\x04\x00\x00\x00\x00\x00", []int{1}},
		{"a greeting", "220 mail ESMTP\r\n", []int{1}},
		{"a status without end", "HTTP/1.1 " + strings.Repeat("2", 1<<20), []int{56}},
		{"a status line alone", ok, []int{8}},
		{"a name without end", ok + strings.Repeat("x", 1<<20), []int{56}},
		{"interim without end", strings.Repeat("HTTP/1.1 103 Early\r\n\r\n", 1<<15), []int{56}},
		{"folds without end", ok + "X: a\r\n" + strings.Repeat(" b\r\n", 1<<19), []int{56}},
		{"trailers without end", chunks + "0\r\n" + strings.Repeat("X: "+strings.Repeat("y", 1000)+"\r\n", 1<<11), []int{56}},
		{"extensions without end", chunks + "1;" + strings.Repeat("x", 1<<20), []int{56}},
		{"zeros without end", chunks + strings.Repeat("0", 1<<20), []int{56}},
		{"a chunk beyond all numbers", chunks + "fffffffffffffffff\r\nx", []int{56}},
		{"a chunk that is not there", chunks + "7fffffffffffffff\r\nx", []int{18}},
		{"a length that is not there", ok + "Content-length: 9223372036854775807\r\n\r\nx", []int{18}},
		{"a length beyond all numbers", ok + "Content-length: 99999999999999999999\r\n\r\nx", []int{8}},
		{"an upgrade that nobody asked for", "HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n", []int{8}},
		{"a NUL", ok + "X: \x00\r\n\r\n", []int{8}},
		{"a bare CR", ok + "X: a\rY: b\r\n\r\n", []int{8}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWitness(t, func(string) string { return tt.answer })
			before := allocated()
			status, _, stderr := commandLine(t, "-sS -m 20 -o /dev/null http://127.0.0.1:"+w.port+"/")
			if !slices.Contains(tt.statuses, status) {
				t.Errorf("exit %d, want %v: %s", status, tt.statuses, stderr)
			}
			if used := allocated() - before; used > 64<<20 {
				t.Errorf("%d MB were allocated", used>>20)
			}
		})
	}
}

// What servers say of themselves brings no control character to the terminal.
func TestAdvisoryTerminal(t *testing.T) {
	const evil = "\x1b[2J\x1b]0;x\x07\x9b31m\u009b\u202e\x7f"
	w := newWitness(t, func(request string) string {
		switch {
		case strings.HasPrefix(request, "GET /status "):
			return "HTTP/1.1 404 " + evil + "\r\nContent-Length: 0\r\n\r\n"
		case strings.HasPrefix(request, "GET /bad "):
			return "HTTP/1.1 200 OK\r\nX" + evil + ": x\r\nContent-Length: 0\r\n\r\n"
		case strings.HasPrefix(request, "GET /none "):
			return evil
		case strings.HasPrefix(request, "GET /to "):
			return to("http://" + evil + "/")
		}
		return "HTTP/1.1 200 OK\r\nServer: " + evil + "\r\nSet-Cookie: a" + evil + "=b\r\nContent-Type: text/html\r\nContent-Length: 24\r\n\r\n<title>" + evil[:8] + "</title>x"
	})
	for _, path := range []string{"/", "/status", "/bad", "/none", "/to"} {
		for _, flags := range []string{"", "-v", "-i", "-f", "-L", "--view full -b none", "-I", "-sS", "--format json", "--format jsonl"} {
			_, stdout, stderr := commandLine(t, flags+" -m 20 http://127.0.0.1:"+w.port+path)
			if out := stdout + stderr; strings.ContainsFunc(out, func(r rune) bool { return isControlRune(r) && !strings.ContainsRune("\r\n\t", r) }) || strings.ContainsAny(out, "\x9b\u202e") && !strings.Contains(flags, "--format") {
				t.Errorf("%s %s: %q", flags, path, out)
			}
		}
	}
}

// A nonce of one server, and what it was answered with, is not told another.
func TestAdvisoryDigest(t *testing.T) {
	challenge := func(realm string) func(string) string {
		return func(request string) string {
			if strings.HasPrefix(fieldOf(request, "Authorization"), "Digest ") {
				return fineBody
			}
			return "HTTP/1.1 401 Who\r\nWWW-Authenticate: Digest realm=\"" + realm + "\", nonce=\"nonce-of-" + realm + "\", qop=\"auth\"\r\nContent-Length: 0\r\n\r\n"
		}
	}
	for _, tt := range []struct{ name, second string }{
		{"the same user", "--digest -u u:p"},
		{"another user", "--digest -u v:q"},
		{"nobody", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, b := newWitness(t, challenge("a")), newWitness(t, challenge("b"))
			line := fmt.Sprintf("-sS --digest -u u:p http://127.0.0.1:%s/ --next -sS %s http://127.0.0.1:%s/", a.port, tt.second, b.port)
			if status, _, stderr := commandLine(t, line); status != 0 {
				t.Fatalf("exit %d: %s", status, stderr)
			}
			if got := a.fields("Authorization"); len(got) != 2 || got[0] != "" || !strings.Contains(got[1], `nonce="nonce-of-a"`) {
				t.Errorf("the first got %q", got)
			}
			if got := b.fields("Authorization"); got[0] != "" || strings.Contains(strings.Join(got, ""), "nonce-of-a") || len(got) != min(1+len(tt.second), 2) {
				t.Errorf("the second got %q", got)
			}
		})
	}
	t.Run("a redirect", func(t *testing.T) {
		b := newWitness(t, challenge("b"))
		var a *witness
		a = newWitness(t, func(request string) string {
			if answer := challenge("a")(request); answer != fineBody {
				return answer
			}
			return to("http://127.0.0.1:" + b.port + "/")
		})
		commandLine(t, "-sS -L --digest -u u:p http://127.0.0.1:"+a.port+"/")
		if got := b.fields("Authorization"); len(got) != 1 || got[0] != "" {
			t.Errorf("the second got %q", got)
		}
	})
}

// A nameserver is one of the DNS that answers as told, and keeps the names.
type nameserver struct {
	net.PacketConn
	mu    sync.Mutex
	names []string
}

// newNameserver serves until the test is over. answers makes the datagrams that come back, in
// order, of the question and the right answer.
func newNameserver(t *testing.T, answers func(query, right []byte) [][]byte) *nameserver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &nameserver{PacketConn: conn}
	var serving sync.WaitGroup
	serving.Go(func() {
		buf := make([]byte, 4096)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			query := slices.Clone(buf[:n])
			s.saw(query)
			for _, answer := range answers(query, addressAnswer(query)) {
				_, _ = conn.WriteTo(answer, from)
			}
		}
	})
	t.Cleanup(func() {
		conn.Close()
		serving.Wait()
	})
	return s
}

// questionEnd is where a message's question ends (RFC 1035, section 4.1.2).
func questionEnd(message []byte) int {
	at := 12
	for message[at] != 0 {
		at += 1 + int(message[at])
	}
	return at + 5
}

func (s *nameserver) saw(query []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.names = append(s.names, string(query[12:questionEnd(query)]))
}

// addressAnswer answers a question for an IPv4 address with 127.0.0.1, and any other with
// nothing.
func addressAnswer(query []byte) []byte {
	end := questionEnd(query)
	out := slices.Clone(query[:end])
	out[2], out[3] = 0x81, 0x80
	copy(out[6:12], make([]byte, 6))
	if out[end-4] != 0 || out[end-3] != 1 {
		return out
	}
	out[7] = 1
	return append(out, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1)
}

// What is no answer to what was asked is passed over, within the time that there is.
func TestAdvisoryDNS(t *testing.T) {
	w := newWitness(t, nil)
	change := func(f func(m []byte) []byte) func(query, right []byte) []byte {
		return func(_, right []byte) []byte { return f(slices.Clone(right)) }
	}
	elsewhere := func(m []byte) []byte { // to where nobody listens
		if len(m) > 4 && m[7] == 1 {
			m[len(m)-1] = 99
		}
		return m
	}
	for name, wrong := range map[string]func(query, right []byte) []byte{
		"another id":   change(func(m []byte) []byte { m[0]++; return elsewhere(m) }),
		"another name": change(func(m []byte) []byte { m[13] ^= 1; return elsewhere(m) }),
		"another type": change(func(m []byte) []byte { m[questionEnd(m)-3] = 15; return elsewhere(m) }),
		"no question":  change(func(m []byte) []byte { m[5] = 0; return elsewhere(m) }),
		"a query":      change(func(m []byte) []byte { m[2] &^= 0x80; return elsewhere(m) }),
		"a loop":       change(func(m []byte) []byte { end := questionEnd(m); return append(m[:end], 0xc0, byte(end), 0, 1, 0, 1) }),
		"cut":          change(func(m []byte) []byte { return m[:7] }),
		"more than is": change(func(m []byte) []byte { m[6], m[7] = 0xff, 0xff; return m }),
		"a name of 64 kB": change(func(m []byte) []byte {
			return append(m[:12], []byte(strings.Repeat("\x3f"+strings.Repeat("x", 63), 900))...)
		}),
		"nothing":          func(_, _ []byte) []byte { return nil },
		"the query itself": func(query, _ []byte) []byte { return query },
	} {
		t.Run(name, func(t *testing.T) {
			s := newNameserver(t, func(query, right []byte) [][]byte { return [][]byte{wrong(query, right), right} })
			line := fmt.Sprintf("-sS -m 20 --server %s http://h.test:%s/", s.LocalAddr(), w.port)
			if status, stdout, stderr := commandLine(t, line); status != 0 || !strings.Contains(stdout, "ok") {
				t.Errorf("exit %d: %s", status, stderr)
			}
			s = newNameserver(t, func(query, right []byte) [][]byte { return [][]byte{wrong(query, right)} })
			begun := time.Now()
			line = fmt.Sprintf("-sS -m 0.3 --server %s http://h.test:%s/", s.LocalAddr(), w.port)
			if status, _, stderr := commandLine(t, line); status != 28 && status != 6 || time.Since(begun) > 15*time.Second {
				t.Errorf("nothing else: exit %d after %v: %s", status, time.Since(begun), stderr)
			}
		})
	}
}

// No piece of a password is taken for a name, and looked up.
func TestAdvisoryPasswordsInNames(t *testing.T) {
	s := newNameserver(t, func(_, right []byte) [][]byte { return [][]byte{right} })
	var w *witness
	w = newWitness(t, func(request string) string {
		if strings.HasPrefix(request, "GET /to ") {
			return to("http://two.test:" + w.port + "/")
		}
		return fineBody
	})
	for _, args := range []string{
		"-u u:p@ss@w http://one.test:PORT/to",
		"-u u:p@ss@w -x http://a:p@ss@w@one.test:PORT http://one.test/to",
		"http://u:p%40ss@w@one.test:PORT/to",
	} {
		if status, _, stderr := commandLine(t, "-sS -L --server "+s.LocalAddr().String()+" "+strings.ReplaceAll(args, "PORT", w.port)); status != 0 {
			t.Errorf("%s: exit %d, %s", args, status, stderr)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range s.names {
		if name = strings.ToLower(name[:len(name)-5]); name != "\x03one\x04test" && name != "\x03two\x04test" {
			t.Errorf("%q was looked up", name)
		}
	}
	if len(s.names) == 0 {
		t.Error("nothing was looked up")
	}
}
