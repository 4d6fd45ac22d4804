package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"

	"fetchscope/internal/fetch"
	"fetchscope/internal/term"
	"fetchscope/resolver"
	"fetchscope/trace"
	"fetchscope/trace/pcapng"
	"fetchscope/transport/capture"
)

// When packets are captured (--packets).
const (
	packetsAuto = "auto"
	packetsOn   = "on"
	packetsOff  = "off"
)

// dnsPort53 is the port of name servers (RFC 1035, section 4.2).
const dnsPort53 = 53

// openCapture begins to capture packets where they are wanted. Where nobody insists, it
// does without where it may not.
func (p *program) openCapture() error {
	wanted := p.packets == packetsOn || p.pcap != ""
	if p.packets == packetsOff && p.pcap != "" {
		return usage("--pcap needs packets, and --packets off forbids them", "")
	}
	if p.packets == packetsOff || p.dryRun || !wanted && !p.showsSegments() {
		return nil
	}
	if p.pcap != "" {
		if err := creatable(p.pcap); err != nil {
			return &statusError{status: statusWrite, code: fetch.CodeWrite, err: err}
		}
	}
	c, err := capture.Open(capture.Options{Keep: p.pcap != "", DNS: p.dnsPorts()})
	if err != nil && wanted {
		return usage(err.Error(), captureHint(err))
	}
	p.capture = c
	return nil
}

// showsSegments says whether the view or format has a place for them. In a lab they tell
// what came of what was lost.
func (p *program) showsSegments() bool {
	return slices.Contains(wholeFormats, p.format) || !p.silent && (p.end != nil || p.view == "ladder" || p.view == "full")
}

func captureHint(err error) string {
	if errors.Is(err, capture.ErrNotPermitted) {
		return "run it as root, or once: setcap cap_net_raw+ep fetchscope; without packets states come from the kernel"
	}
	return "without packets times and states are shown as far as the system tells them"
}

// dnsPorts are the ports that names are asked on.
func (p *program) dnsPorts() []uint16 {
	ports := []uint16{dnsPort53}
	for _, op := range p.ops {
		c := &op.s.fetch.Resolver
		if c.Port != 0 {
			ports = append(ports, c.Port)
		}
		for _, s := range c.Servers {
			if s.Protocol == resolver.UDP && s.Addr.Port() != 0 {
				ports = append(ports, s.Addr.Port())
			}
		}
	}
	return ports
}

// closeCapture writes the file and gives the socket back, which takes a while: the
// result is out by now.
func (p *program) closeCapture() error {
	c := p.capture
	defer c.Close()
	if c == nil || p.pcap == "" {
		return nil
	}
	if err := p.writePcap(c); err != nil {
		return &statusError{status: statusWrite, code: fetch.CodeWrite, err: err}
	}
	return nil
}

func (p *program) writePcap(c *capture.Capture) error {
	frames, left := c.Frames()
	packets := make([]pcapng.Packet, len(frames))
	for i, f := range frames {
		packets[i] = pcapng.Packet{Unix: f.Unix, Outgoing: f.Outgoing, Data: f.Data, Length: f.Length, Name: f.Name, Server: f.Server}
	}
	file := pcapng.File{
		Program: versionText(), Secrets: p.keys.secrets(),
		Packets: pcapng.Annotate(packets, p.documents), Comment: missed(p.documents, left),
	}
	// It may hold secrets: nobody else is to read it.
	f, err := os.OpenFile(p.pcap, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(pcapng.Write(f, file), f.Close())
}

// missed says what is not in the file; "" where nothing is.
func missed(documents []*trace.Document, left int64) string {
	var dropped int64
	abridged := left > 0
	for _, d := range documents {
		for _, x := range d.Exchanges {
			if x.Connection != nil && x.Connection.Capture != nil {
				dropped += x.Connection.Capture.Dropped
				abridged = abridged || x.Connection.Capture.Abridged
			}
		}
	}
	var parts []string
	if abridged {
		parts = append(parts, "most segments of a long body were left out")
	}
	if dropped > 0 {
		parts = append(parts, fmt.Sprintf("the kernel dropped %d packets", dropped))
	}
	return strings.Join(parts, "; ")
}

// A keyLog takes the secrets of TLS, in the form of RFC 9850: for the file of --pcap, and
// for the one that SSLKEYLOGFILE names. A file that cannot be written ends no fetch.
type keyLog struct {
	p    *program
	name string
	file *os.File
	mu   sync.Mutex // guards the rest: handshakes may go on at the same time
	kept bytes.Buffer
	told bool
}

// openKeys takes secrets where somebody wants them.
func (p *program) openKeys() {
	name := p.getenv("SSLKEYLOGFILE")
	if name == "" && p.pcap == "" {
		return
	}
	p.keys = &keyLog{p: p, name: name}
}

// Write takes a line.
func (k *keyLog) Write(line []byte) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.p.pcap != "" {
		k.kept.Write(line)
	}
	if k.name == "" {
		return len(line), nil
	}
	err := k.open()
	if err == nil {
		_, err = k.file.Write(line)
	}
	switch {
	case err != nil:
		k.tell("TLS secrets could not be written: " + err.Error())
	default:
		k.tell("TLS secrets are written to " + k.name + " (SSLKEYLOGFILE)")
	}
	return len(line), nil
}

func (k *keyLog) open() (err error) {
	if k.file == nil {
		k.file, err = os.OpenFile(k.name, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	}
	return err
}

// tell says once what becomes of the secrets.
func (k *keyLog) tell(s string) {
	if !k.told && !k.p.silent {
		_, _ = io.WriteString(k.p.stderr, "fetchscope: "+term.Safe(s)+"\n")
	}
	k.told = true
}

func (k *keyLog) secrets() []byte {
	if k == nil {
		return nil
	}
	return k.kept.Bytes()
}

func (k *keyLog) close() error {
	if k == nil || k.file == nil {
		return nil
	}
	return k.file.Close()
}
