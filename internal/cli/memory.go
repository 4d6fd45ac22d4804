package cli

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"fetchscope/internal/netrc"
	"fetchscope/internal/term"
)

// What is remembered from one run to the next: files of cookies, of hosts that want https,
// and of names and passwords.

// A memory is what the options say of these files.
type memory struct {
	cookies   []string // -b as text
	cookieIn  []string // -b as files
	cookieOut string   // -c
	engine    bool     // cookies are kept
	junk      bool     // -j

	hsts    []string // the last one is written
	altSvc  *string
	netrc   bool
	maybe   bool // --netrc-optional
	netrcAt string
}

// cookies takes a -b: what has an equals sign is sent as it is, and anything else is the
// name of a file, as with curl.
func cookies(s *settings, v string) error {
	m := &s.memory
	name, file := strings.CutPrefix(v, "@")
	if !file && strings.Contains(v, "=") {
		m.cookies = append(m.cookies, v)
		return oneLine(v)
	}
	m.engine = true
	if name != "" {
		m.cookieIn = append(m.cookieIn, name)
	}
	return nil
}

func cookieJar(s *settings, v string) error {
	s.memory.cookieOut, s.memory.engine = v, true
	return nil
}

// altSvc is --alt-svc; the last one counts, as with curl.
func altSvc(s *settings, v string) error {
	s.memory.altSvc = &v
	return nil
}

// recall reads what the options name into what the fetches share: of operations that keep
// cookies, or hosts that want https, each knows what the ones before have learnt.
func (p *operation) recall() error {
	m, o := &p.s.memory, &p.s.fetch
	o.Cookie = strings.Join(m.cookies, "; ")
	if m.engine {
		o.Cookies = &p.jar
		for _, name := range m.cookieIn {
			p.load(name, func(r io.Reader) error { return o.Cookies.Read(r, m.junk, time.Now()) })
		}
	}
	if len(m.hsts) > 0 {
		o.HSTS = &p.strict
		for _, name := range m.hsts {
			p.load(name, func(r io.Reader) error { return o.HSTS.Read(r, time.Now()) })
		}
	}
	if m.altSvc != nil {
		o.AltSvc = &p.elsewhere
		p.load(*m.altSvc, func(r io.Reader) error { return o.AltSvc.Read(r, time.Now()) })
	}
	if !m.netrc && !m.maybe && m.netrcAt == "" || o.User != nil {
		return nil
	}
	o.NetrcFirst = !m.maybe
	return p.recallLogins()
}

// load reads a file that need not be there. As with curl another reason why it cannot be
// read does not end the run either, but it is told.
func (p *program) load(name string, read func(io.Reader) error) {
	if name == "" {
		return
	}
	if name == "-" {
		p.warn(read(p.stdin))
		return
	}
	f, err := os.Open(name)
	if err == nil {
		defer f.Close()
		err = read(f)
	}
	if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.EISDIR) {
		p.warn(err)
	}
}

// recallLogins reads the netrc file. One that is named must be there, and so must the
// usual one, unless it is optional.
func (p *operation) recallLogins() error {
	m := &p.s.memory
	name := m.netrcAt
	if name == "" {
		name = p.usualNetrc()
	}
	f, err := os.Open(name)
	if err == nil {
		defer f.Close()
		p.s.fetch.Netrc, err = netrc.Read(f)
	}
	switch {
	case err == nil || m.maybe:
		return nil
	case m.netrcAt != "" && errors.Is(err, fs.ErrNotExist):
		return usage("the netrc file "+name+" is not there", "--netrc-optional does without one")
	}
	return &statusError{status: statusRead, code: codeUsage, hint: "--netrc-optional does without one", err: err}
}

// usualNetrc is $NETRC, or .netrc in the home directory, which may be _netrc on Windows.
func (p *program) usualNetrc() string {
	if name := p.getenv("NETRC"); name != "" {
		return name
	}
	home := p.getenv("HOME")
	if home == "" && runtime.GOOS == "windows" {
		home = p.getenv("USERPROFILE")
	}
	name := filepath.Join(home, ".netrc")
	if _, err := os.Stat(name); err != nil && runtime.GOOS == "windows" {
		return filepath.Join(home, "_netrc")
	}
	return name
}

// keep writes cookies and hosts for the next run. As with curl it does not change the exit
// status where that cannot be done.
func (p *operation) keep() {
	m, o := &p.s.memory, &p.s.fetch
	if p.s.dryRun {
		return
	}
	if m.cookieOut != "" {
		p.warn(p.save(m.cookieOut, func(w io.Writer) error { return o.Cookies.Write(w, time.Now()) }))
	}
	if m.altSvc != nil && *m.altSvc != "" {
		p.warn(p.save(*m.altSvc, func(w io.Writer) error { return o.AltSvc.Write(w, time.Now()) }))
	}
	if len(m.hsts) > 0 && m.hsts[len(m.hsts)-1] != "" {
		p.warn(p.save(m.hsts[len(m.hsts)-1], func(w io.Writer) error { return o.HSTS.Write(w, time.Now()) }))
	}
}

// save writes a file, or to stdout for "-".
func (p *program) save(name string, write func(io.Writer) error) error {
	switch {
	case name != "-":
		return replaceFile(name, write)
	case p.out.Terminal:
		w := &term.Writer{W: p.stdout}
		return errors.Join(write(w), w.Flush())
	}
	return write(p.stdout)
}

// checkMemory refuses -c - where the document goes to stdout.
func (s *settings) checkMemory() error {
	if s.format != "" && s.memory.cookieOut == "-" {
		return usage("--format puts its document on stdout, where -c - would write too", "name a file")
	}
	return nil
}
