package pcapng

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"fetchscope/trace"

	"github.com/google/go-cmp/cmp"
)

// A block is one as a reader finds it, with its options.
type readBlock struct {
	kind    uint32
	body    []byte
	options map[uint16]string
}

// read takes a file apart by the lengths in it, and knows nothing of how it was written.
func read(t *testing.T, b []byte) (out []readBlock) {
	t.Helper()
	fixed := map[uint32]int{blockSection: 16, blockInterface: 8, blockPacket: 20}
	for len(b) > 0 {
		if len(b) < 12 {
			t.Fatalf("%d bytes behind the last block", len(b))
		}
		kind, length := binary.LittleEndian.Uint32(b), int(binary.LittleEndian.Uint32(b[4:]))
		if length%4 != 0 || length > len(b) || int(binary.LittleEndian.Uint32(b[length-4:])) != length {
			t.Fatalf("a block of type %#x is %d bytes long", kind, length)
		}
		body := b[8 : length-4]
		r := readBlock{kind: kind, body: body, options: map[uint16]string{}}
		if at, ok := fixed[kind]; ok {
			if kind == blockPacket {
				at += (int(binary.LittleEndian.Uint32(body[12:])) + 3) &^ 3
			}
			readOptions(t, body[at:], r.options)
		}
		out = append(out, r)
		b = b[length:]
	}
	return out
}

func readOptions(t *testing.T, b []byte, into map[uint16]string) {
	t.Helper()
	for {
		code, n := binary.LittleEndian.Uint16(b), int(binary.LittleEndian.Uint16(b[2:]))
		if code == optionEnd {
			if n != 0 || len(b) != 4 {
				t.Fatalf("%d bytes behind the options", len(b)-4)
			}
			return
		}
		into[code] = string(b[4 : 4+n])
		b = b[4+(n+3)&^3:]
	}
}

func TestFileIsRead(t *testing.T) {
	f := File{
		Program: "fetchscope 1", Comment: "nothing is missing", Secrets: []byte("CLIENT_RANDOM 00 11\n"),
		Packets: []Packet{
			{Unix: 1795359693_427552240, Outgoing: true, Data: []byte{0x45, 1, 2, 3, 4}, Length: 60, Comment: "step 2: SYN, SYN_SENT"},
			{Unix: 1795359693_427552241, Data: []byte{0x60}, Length: 1},
		},
	}
	var b bytes.Buffer
	if err := Write(&b, f); err != nil {
		t.Fatal(err)
	}
	blocks := read(t, b.Bytes())
	var kinds []uint32
	for _, r := range blocks {
		kinds = append(kinds, r.kind)
	}
	if diff := cmp.Diff([]uint32{blockSection, blockInterface, blockSecrets, blockPacket, blockPacket}, kinds); diff != "" {
		t.Fatalf("blocks (-want +got):\n%s", diff)
	}
	if o := blocks[0].options; o[optionProgram] != f.Program || o[optionComment] != f.Comment {
		t.Errorf("section %v", o)
	}
	if blocks[1].options[optionResolution] != "\x09" || blocks[1].body[0] != linkRaw {
		t.Errorf("interface %v, %v", blocks[1].body, blocks[1].options)
	}
	if got := string(blocks[2].body); !strings.HasPrefix(got, "KSLT\x14\x00\x00\x00"+string(f.Secrets)) {
		t.Errorf("secrets %q", got)
	}
	for i, p := range f.Packets {
		r := blocks[3+i]
		at := uint64(binary.LittleEndian.Uint32(r.body[4:]))<<32 | uint64(binary.LittleEndian.Uint32(r.body[8:]))
		n := binary.LittleEndian.Uint32(r.body[12:])
		if int64(at) != p.Unix || !bytes.Equal(r.body[20:20+n], p.Data) || int(binary.LittleEndian.Uint32(r.body[16:])) != p.Length {
			t.Errorf("packet %d: at %d, %d bytes", i, at, n)
		}
		if got := r.options[optionFlags]; (got == "\x02\x00\x00\x00") != p.Outgoing {
			t.Errorf("packet %d: flags %q", i, got)
		}
		if r.options[optionComment] != p.Comment {
			t.Errorf("packet %d: comment %q", i, r.options[optionComment])
		}
	}
}

// captured is a document with segments.
func captured(t *testing.T) *trace.Document {
	t.Helper()
	b, err := os.ReadFile("../testdata/captured.json")
	if err != nil {
		t.Fatal(err)
	}
	d := &trace.Document{}
	if err := json.Unmarshal(b, d); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestPacketsAreAnnotated(t *testing.T) {
	d := captured(t)
	asked := netip.MustParseAddrPort("192.0.2.53:53")
	d.Exchanges[0].Resolve = &trace.Resolution{Queries: []trace.Query{{Server: asked.String(), Name: "WWW.example."}}}
	packets := []Packet{
		{Unix: d.StartedUnix - 10, Outgoing: true, Server: asked, Name: "www.example."},
		{Unix: d.StartedUnix - 5, Server: asked, Name: "www.example."},
		{Unix: d.StartedUnix - 4, Server: asked, Name: "somebody.else."},
		{Unix: d.StartedUnix - 3, Server: netip.MustParseAddrPort("192.0.2.54:53"), Name: "www.example."},
	}
	for _, s := range d.Exchanges[0].Connection.Segments {
		packets = append(packets, Packet{Unix: d.StartedUnix + int64(s.At)})
	}
	packets[0], packets[len(packets)-1] = packets[len(packets)-1], packets[0] // in any order
	var got []string
	for _, p := range Annotate(packets, []*trace.Document{d}) {
		got = append(got, p.Comment)
	}
	want := []string{
		"step 1: query, www.example.", "step 1: answer, www.example.",
		"step 2: SYN, SYN_SENT", "step 2: SYN,ACK, ESTABLISHED", "step 2: ACK",
		"step 3: 105 bytes", "step 4: 105 bytes, again", "step 4: ACK", "step 4: 28 bytes", "step 4: ACK",
		"step 4: 1448 bytes", "step 4: ACK",
		"step 6: FIN, FIN_WAIT_1", "step 6: FIN, FIN_WAIT_2, TIME_WAIT", "step 6: ACK",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("comments (-want +got):\n%s", diff)
	}
}

// A segment that the kernel stamped when it was read is known by bounds; its packet has the
// upper one.
func TestPacketsKnownByBoundsAreAnnotated(t *testing.T) {
	for _, width := range []trace.Time{1, 2, 1001, 2_000_000} {
		d := captured(t)
		s := &d.Exchanges[0].Connection.Segments[6]
		m := trace.Between(s.At-width, s.At, trace.Packet)
		packet := Packet{Unix: d.StartedUnix + int64(s.At)}
		s.At, s.Uncertainty = m.At, trace.Time(m.Within)
		if got := Annotate([]Packet{packet}, []*trace.Document{d})[0].Comment; got == "" {
			t.Errorf("no comment on a packet that passed within %d ns", width)
		}
	}
}

// A reader of others' reads the file too.
func TestTsharkReadsIt(t *testing.T) {
	tshark, err := exec.LookPath("tshark")
	if err != nil {
		t.Skip("tshark is not installed")
	}
	// A datagram over IPv4 from 192.0.2.1 to 192.0.2.2, and one that was cut.
	datagram := []byte{0x45, 0, 0, 30, 0, 1, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2, 0x10, 0, 0x20, 0, 0, 10, 0, 0, 'h', 'i'}
	name := filepath.Join(t.TempDir(), "it.pcapng")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	err = Write(f, File{Program: "fetchscope", Secrets: []byte("#\n"), Packets: []Packet{
		{Unix: 1795359693_000000009, Data: datagram, Length: len(datagram), Comment: "step 1: — the first"},
		{Unix: 1795359694_000000000, Data: datagram[:28], Length: len(datagram)},
	}})
	if err != nil || f.Close() != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(tshark, "-r", name, "-T", "fields", "-e", "frame.time_epoch", "-e", "ip.src", "-e", "udp.length", "-e", "frame.comment")
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "LC_ALL=C.UTF-8")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	want := "1795359693.000000009\t192.0.2.1\t10\tstep 1: — the first\n1795359694.000000000\t192.0.2.1\t10\t\n"
	if string(out) != want {
		t.Errorf("tshark reads %q, want %q", out, want)
	}
}
