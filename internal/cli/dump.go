package cli

import (
	"bytes"
	"iter"
	"os"
	"sync"

	"fetchscope/httpclient"
)

// Dumps are the files of -D that have been begun: what comes later goes behind it.
type dumps struct {
	mu    sync.Mutex
	begun map[string]bool
}

// open opens one, which is emptied the first time.
func (d *dumps) open(name string) (*os.File, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	how := os.O_APPEND // also for the first: others may write beside it
	if !d.begun[name] {
		how |= os.O_TRUNC
	}
	f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|how, 0o666)
	if err == nil {
		if d.begun == nil {
			d.begun = map[string]bool{}
		}
		d.begun[name] = true
	}
	return f, err
}

// openDump opens the file for the heads before anything goes out: where nothing comes, it
// holds nothing, rather than what was in it before.
func (d *delivery) openDump() (err error) {
	switch name := d.p.s.dumpHeader; name {
	case "", "-", "%":
	default:
		d.dump, err = d.p.dumps.open(name)
	}
	return err
}

// dumpHead writes a head where -D wants it.
func (d *delivery) dumpHead(raw []byte) (err error) {
	switch d.p.s.dumpHeader {
	case "":
	case "-":
		_, err = d.stdout().Write(d.shown(raw, true))
	case "%":
		_, err = d.p.stderr.Write(d.shown(raw, d.p.err.Terminal))
	default:
		_, err = d.dump.Write(raw)
	}
	return err
}

// parts are what a head is written in: as one, or where -D and -i both write to stdout
// line by line, each of which is there twice then, as with curl.
func (d *delivery) parts(raw []byte, include bool) iter.Seq[[]byte] {
	if include && d.p.s.dumpHeader == "-" && d.to.file == "" {
		return bytes.Lines(raw)
	}
	return func(yield func([]byte) bool) { yield(raw) }
}

// unfold makes one line of a field that goes on in the next (RFC 9112, section 5.2), with
// one space for all white space between.
func unfold(head []byte) []byte {
	if !bytes.Contains(head, []byte("\n ")) && !bytes.Contains(head, []byte("\n\t")) {
		return head
	}
	out := make([]byte, 0, len(head))
	for line := range bytes.Lines(head) {
		if (line[0] == ' ' || line[0] == '\t') && len(out) > 0 {
			out = append(bytes.TrimRight(out, " \t\r\n"), ' ')
			line = bytes.TrimLeft(line, " \t")
		}
		out = append(out, line...)
	}
	return out
}

// fieldLines are fields as lines.
func fieldLines(fields httpclient.Fields) []byte {
	var b []byte
	for _, f := range fields {
		b = append(b, f.Name+": "+f.Value+"\r\n"...)
	}
	return b
}
