package cli

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"fetchscope/internal/peers"
	"fetchscope/trace"

	gocmp "github.com/google/go-cmp/cmp"
)

// largeBody is more than one round trip, and less than is captured of a connection.
const largeBody = 300 << 10

// TestTsharkReadsTheCapture fetches with a capture file, which tshark is to decrypt, to
// find nothing wrong with, and to see the same segments in as the document has; so are the
// segments that tshark captured by itself meanwhile.
func TestTsharkReadsTheCapture(t *testing.T) {
	needCapture(t)
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skip("tshark is not installed")
	}
	dir := t.TempDir()
	peers.WriteCertificate(t, dir)
	for name, version := range map[string]uint16{"HTTP": 0, "TLS 1.2": tls.VersionTLS12, "TLS 1.3": tls.VersionTLS13} {
		t.Run(name, func(t *testing.T) {
			server := serveOver(t, dir, version)
			live := captureLive(t, server)
			file := filepath.Join(dir, name+".pcapng")
			documents := fetchDocuments(t, "-L", "--cacert", filepath.Join(dir, "cert.pem"), "--pcap", file, server.URL+"/first")
			if got := documents[0].Last().TLS; version != 0 && got.Version != name {
				t.Errorf("fetched over %s", got.Version)
			}
			read := readByShark(t, file, server)
			ours := sharkSegmentsOf(documents, read.segments)
			read.check(t, documents)
			if diff := gocmp.Diff(ours, read.segments, gocmp.AllowUnexported(sharkSegment{})); diff != "" {
				t.Errorf("segments (-document +file as tshark reads it):\n%s", diff)
			}
			compareLive(t, ours, live())
		})
	}
}

// A sharkReading is what tshark makes of a capture file.
type sharkReading struct {
	segments []sharkSegment
	messages []string // what each request asks for, and the status of each response
	again    int      // sent again, or out of order
	odd      []string // what should not be
}

// sharkChecks are the fields by which a packet is found to be odd, or in good order.
var sharkChecks = []string{
	"http.request.uri", "http.response.code", "frame.comment", "_ws.malformed",
	"tcp.analysis.lost_segment", "tcp.analysis.ack_lost_segment",
	"tcp.analysis.retransmission", "tcp.analysis.out_of_order",
}

// readByShark lets tshark read a file, which has the secrets to decrypt what is in it.
func readByShark(t *testing.T, file string, server *httptest.Server) (out sharkReading) {
	t.Helper()
	args := []string{"-n", "-r", file}
	if port := portOf(server); server.TLS != nil {
		args = append(args, "-d", fmt.Sprintf("tls.port==%d,http", port))
	} else {
		args = append(args, "-d", fmt.Sprintf("tcp.port==%d,http", port))
	}
	args = append(args, fields(append(sharkChecks, sharkFields...))...)
	var errs bytes.Buffer
	cmd := exec.Command("tshark", args...)
	cmd.Stderr = &errs
	text, err := cmd.Output()
	if err != nil {
		t.Fatalf("tshark %q: %v: %s", args, err, errs.String())
	}
	for line := range strings.Lines(string(text)) {
		out.take(t, server, strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
	}
	return out
}

func (r *sharkReading) take(t *testing.T, server *httptest.Server, values []string) {
	uri, code, comment, rest := values[0], values[1], values[2], values[3:]
	if uri+code != "" {
		r.messages = append(r.messages, uri+code)
	}
	malformed, lost, ackOfLost, again, late := rest[0], rest[1], rest[2], rest[3], rest[4]
	if comment == "" || malformed+lost+ackOfLost != "" {
		r.odd = append(r.odd, strings.Join(values, " "))
	}
	if again+late != "" {
		r.again++
	}
	r.segments = append(r.segments, parseSegment(t, server, rest[5:]))
}

// check compares a reading with the documents: all is decrypted, and what is odd about a
// packet is not ours.
func (r *sharkReading) check(t *testing.T, documents []*trace.Document) {
	t.Helper()
	if want := []string{"/first", "302", "/moved", "301", "/large", "200"}; !slices.Equal(r.messages, want) {
		t.Errorf("tshark reads %q, want %q", r.messages, want)
	}
	if len(r.odd) > 0 {
		t.Errorf("malformed, without a comment, or with something missing before them: %q", r.odd)
	}
	if known := sentAgain(documents); r.again > known {
		t.Errorf("tshark sees %d sent again or out of order, the document %d", r.again, known)
	}
}

// serveOver starts a server of that version of TLS, 0 for none, with a redirect and a large
// body.
func serveOver(t *testing.T, dir string, version uint16) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("/first", http.RedirectHandler("/moved", http.StatusFound))
	mux.Handle("/moved", http.RedirectHandler("/large", http.StatusMovedPermanently))
	mux.HandleFunc("/page", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<title>Page</title>") })
	mux.HandleFunc("/large", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(bytes.Repeat([]byte("large "), largeBody/6))
	})
	server := httptest.NewUnstartedServer(mux)
	if version == 0 {
		server.Start()
	} else {
		pair, err := tls.LoadX509KeyPair(filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"))
		if err != nil {
			t.Fatal(err)
		}
		server.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: version, MaxVersion: version}
		server.StartTLS()
	}
	t.Cleanup(server.Close)
	return server
}

// fetchDocuments fetches several URLs.
func fetchDocuments(t *testing.T, args ...string) (out []*trace.Document) {
	t.Helper()
	var text, errs bytes.Buffer
	if status := Run(context.Background(), append([]string{"-s", "-S", "--format", "json"}, args...), nil, &text, &errs); status != 0 {
		t.Fatalf("exit %d: %s", status, errs.String())
	}
	for d := json.NewDecoder(&text); d.More(); {
		document := &trace.Document{}
		if err := d.Decode(document); err != nil {
			t.Fatal(err)
		}
		out = append(out, document)
	}
	return out
}

// TestAKeptConnectionIsTold leaves a connection to the next fetch: the document of the one
// before has all that passed for it.
func TestAKeptConnectionIsTold(t *testing.T) {
	needCapture(t)
	server := serveOver(t, "", 0)
	documents := fetchDocuments(t, server.URL+"/page", server.URL+"/large")
	if len(documents) != 2 || !documents[1].Last().Connection.Reused {
		t.Fatalf("%d documents, want two of one connection", len(documents))
	}
	c := documents[0].Last().Connection
	if c.Capture == nil || c.Closed == nil || c.Closed.When != "kept" {
		t.Errorf("capture %+v, the kernel's last word %+v", c.Capture, c.Closed)
	}
	carried := map[trace.Side]int{}
	for _, s := range c.Segments {
		carried[s.From] += s.Len
	}
	x := documents[0].Last()
	want := map[trace.Side]int{trace.Client: int(x.Request.Bytes), trace.Server: x.Response.HeaderBytes + int(x.Response.BodyBytes)}
	if diff := gocmp.Diff(want, carried); diff != "" {
		t.Errorf("bytes that segments carried (-want +got):\n%s", diff)
	}
}

// A sharkSegment is what tshark tells of one.
type sharkSegment struct {
	unix       int64
	fromServer bool
	flags      string
	seq, ack   uint32
	size, win  int
}

func (s sharkSegment) before(o sharkSegment) int { return cmp.Compare(s.unix, o.unix) }

// sharkSegmentsOf lists the segments of documents by when they passed. One that is known by
// bounds alone is taken for the same as the packet that lies within them.
func sharkSegmentsOf(documents []*trace.Document, packets []sharkSegment) (out []sharkSegment) {
	for _, d := range documents {
		for _, x := range d.Exchanges {
			for _, s := range x.Connection.Segments {
				one := sharkSegment{d.StartedUnix + int64(s.At), s.From == trace.Server, s.Flags, s.Seq, s.Ack, s.Len, s.Win}
				out = append(out, one.within(int64(s.Uncertainty), packets))
			}
		}
	}
	slices.SortStableFunc(out, sharkSegment.before)
	return out
}

// within is the packet that is the same but for a time within a bound; without one, the
// segment itself.
func (s sharkSegment) within(bound int64, packets []sharkSegment) sharkSegment {
	for _, p := range packets {
		same := s
		same.unix = p.unix
		if apart := p.unix - s.unix; p == same && apart <= bound && -apart <= bound {
			return p
		}
	}
	return s
}

func sentAgain(documents []*trace.Document) (n int) {
	for _, d := range documents {
		for _, x := range d.Exchanges {
			for _, s := range x.Connection.Segments {
				if s.Again || s.Late {
					n++
				}
			}
		}
	}
	return n
}

// sharkFields are those that a sharkSegment is made of.
var sharkFields = []string{"frame.time_epoch", "tcp.srcport", "tcp.flags", "tcp.seq_raw", "tcp.ack_raw", "tcp.len", "tcp.window_size_value"}

// sharkFlags are the control bits, lowest first.
var sharkFlags = []string{"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"}

func parseSegment(t *testing.T, server *httptest.Server, values []string) (s sharkSegment) {
	t.Helper()
	var from int
	var bits uint16
	unix, err := strconv.ParseInt(strings.Replace(values[0], ".", "", 1), 10, 64) // with nine decimals
	if err == nil {
		_, err = fmt.Sscan(strings.Join(values[1:], " "), &from, &bits, &s.seq, &s.ack, &s.size, &s.win)
	}
	if err != nil {
		t.Fatalf("tshark says %q: %v", values, err)
	}
	var names []string
	for i, name := range sharkFlags {
		if bits>>i&1 != 0 {
			names = append(names, name)
		}
	}
	s.unix, s.fromServer, s.flags = unix, from == portOf(server), strings.Join(names, ",")
	return s
}

func portOf(server *httptest.Server) int { return server.Listener.Addr().(*net.TCPAddr).Port }

// fields are the arguments that ask tshark for a line of fields for each packet.
func fields(names []string) []string {
	args := []string{"-T", "fields"}
	for _, name := range names {
		args = append(args, "-e", name)
	}
	return args
}

// captureLive lets tshark capture the server's segments; the function that it returns ends
// that, and returns a line for each.
func captureLive(t *testing.T, server *httptest.Server) (end func() []sharkSegment) {
	t.Helper()
	marks, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { marks.Close() })
	filter := fmt.Sprintf("tcp port %d or udp port %d", portOf(server), marks.LocalAddr().(*net.UDPAddr).Port)
	args := append([]string{"-n", "-l", "-Q", "-i", "lo", "-f", filter}, fields(append([]string{"udp.length"}, sharkFields...))...)
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, "tshark", args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	lines := make(chan string, 1<<14)
	go func() {
		defer close(lines)
		for s := bufio.NewScanner(out); s.Scan(); {
			lines <- s.Text()
		}
	}()
	t.Cleanup(func() {
		cancel()
		for range lines { // to the end
		}
		_ = cmd.Wait()
	})
	l := liveShark{t, server, marks, lines}
	l.until(markBegin)
	return func() []sharkSegment { return l.until(markEnd) }
}

// Sizes of the datagrams that mark where a capture begins and ends.
const (
	markBegin = 11
	markEnd   = 22
)

// A liveShark captures.
type liveShark struct {
	t      *testing.T
	server *httptest.Server
	marks  net.PacketConn
	lines  chan string
}

// until sends a mark until tshark has seen one, and returns the segments before that.
func (l liveShark) until(mark int) (out []sharkSegment) {
	l.t.Helper()
	again := time.NewTicker(20 * time.Millisecond) // what comes before tshark captures is lost
	defer again.Stop()
	want := strconv.Itoa(mark + 8)
	for limit := time.After(patience); ; {
		select {
		case <-again.C:
			if _, err := l.marks.WriteTo(make([]byte, mark), l.marks.LocalAddr()); err != nil {
				l.t.Fatal(err)
			}
		case line, more := <-l.lines:
			length, rest, _ := strings.Cut(line, "\t")
			switch {
			case !more:
				l.t.Skip("tshark does not capture here")
			case length == want:
				return out
			case length == "":
				out = append(out, parseSegment(l.t, l.server, strings.Split(rest, "\t")))
			}
		case <-limit:
			l.t.Fatal("tshark has not seen its mark")
		}
	}
}

// compareLive compares what two captures saw, each direction by itself: tshark sees the
// client's as they arrive, and we as they leave. Their stamps differ on loopback by some
// microseconds, for there the kernel stamps a segment for each capture (Linux 5.18).
func compareLive(t *testing.T, ours, theirs []sharkSegment) {
	t.Helper()
	for _, fromServer := range []bool{false, true} {
		other := func(s sharkSegment) bool { return s.fromServer != fromServer }
		a, b := slices.DeleteFunc(slices.Clone(ours), other), slices.DeleteFunc(slices.Clone(theirs), other)
		for i := range min(len(a), len(b)) {
			if apart := time.Duration(b[i].unix - a[i].unix); apart.Abs() > patience || !fromServer && apart < 0 {
				t.Errorf("segment %+v arrives %v after we saw it", a[i], apart)
			}
			b[i].unix = a[i].unix
		}
		if diff := gocmp.Diff(a, b, gocmp.AllowUnexported(sharkSegment{})); diff != "" {
			t.Errorf("segments (-document +captured by tshark):\n%s", diff)
		}
	}
}

// patience bounds what would otherwise hang when something is broken.
const patience = 30 * time.Second
