package cli

import (
	"os"
	"sync"
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
	how := os.O_TRUNC
	if d.begun[name] {
		how = os.O_APPEND
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
