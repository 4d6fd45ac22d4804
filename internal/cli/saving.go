package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"fetchscope/internal/fetch"
	"fetchscope/internal/term"
)

// Where bodies are saved, beside -o and -O.
type saving struct {
	remoteAll    bool   // --remote-name-all
	byHeader     bool   // -J
	folder       string // --output-dir
	createDirs   bool
	clobber      clobber
	removeFailed bool // --remove-on-error
	skipExisting bool
	remoteTime   bool // -R
}

// What becomes of a file that is there already.
type clobber int

const (
	// clobberDefault overwrites it, unless the server chose its name.
	clobberDefault clobber = iota
	clobberAlways
	clobberNever
)

// setClobber is --clobber and --no-clobber.
func setClobber(yes, no clobber) func(*settings, string) error {
	return func(s *settings, v string) error {
		s.clobber = map[string]clobber{"true": yes, "false": no}[v]
		return nil
	}
}

// maxNumbered is how many names are tried under --no-clobber, as with curl.
const maxNumbered = 100

// folderMode is that of folders that --create-dirs makes, as with curl.
const folderMode = 0o750

// create opens the file that the body goes to.
func (d *delivery) create() (*os.File, error) {
	s := &d.p.s
	if s.createDirs {
		if err := os.MkdirAll(filepath.Dir(d.to.file), folderMode); err != nil {
			return nil, err
		}
	}
	if d.from > 0 {
		return os.OpenFile(d.to.file, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o666)
	}
	if s.clobber == clobberAlways || s.clobber == clobberDefault && !d.named {
		return os.Create(d.to.file)
	}
	f, err := createNew(d.to.file)
	if s.clobber != clobberNever {
		return f, err
	}
	for n, base := 1, d.to.file; errors.Is(err, fs.ErrExist) && n < maxNumbered; n++ {
		d.to.file = fmt.Sprintf("%s.%d", base, n)
		f, err = createNew(d.to.file)
	}
	return f, err
}

// createNew creates a file that must not be there.
func createNew(name string) (*os.File, error) {
	return os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
}

// checkFile finds out whether the file could be created.
func (d *delivery) checkFile() error {
	s := &d.p.s
	if s.createDirs || d.to.file == "" {
		return nil
	}
	if d.to.byHeader || s.clobber == clobberNever {
		return creatable(filepath.Join(filepath.Dir(d.to.file), "."+"fetchscope"))
	}
	return creatable(d.to.file)
}

// skips says whether the file is there already that --skip-existing keeps.
func (d *delivery) skips() bool {
	if !d.p.s.skipExisting || d.to.file == "" {
		return false
	}
	if _, err := os.Stat(d.to.file); err != nil {
		return false
	}
	if !d.p.s.silent {
		fmt.Fprintf(d.p.stderr, "fetchscope: %s is there already, and is kept\n", term.Safe(d.to.file))
	}
	return true
}

// maxHeadsHeld bounds the heads that wait for the name of their file; a chain of redirects
// may be without end.
const maxHeadsHeld = 1 << 20

// hold keeps a head until its file has a name.
func (d *delivery) hold(head []byte) {
	if len(d.heads)+len(head) <= maxHeadsHeld {
		d.heads = append(d.heads, head...)
	}
}

// name settles the file's name by the response (-J): what Content-Disposition says, else
// what the URL that the redirects led to does.
func (d *delivery) name(b *fetch.Body) error {
	if !d.to.byHeader || d.named || d.file != nil {
		return nil
	}
	folder := d.p.s.folder
	if name := dispositionName(b.Response.Header.Values("Content-Disposition")); name != "" {
		d.to.file, d.named = filepath.Join(folder, name), true
	} else if b.URL.Href() != d.url.Href() {
		d.to.file, d.named = filepath.Join(folder, safeName(remoteFile(b.URL))), true
	}
	return d.flushHeads()
}

func (d *delivery) flushHeads() error {
	if len(d.heads) == 0 {
		return nil
	}
	w, err := d.writer()
	if err == nil {
		_, err = w.Write(d.heads)
	}
	if err != nil {
		return writeFailed(err)
	}
	d.heads = nil
	return nil
}

// Retry takes back what was written of a fetch that is tried again, and says so.
func (d *delivery) Retry(r fetch.Retry) error {
	d.held, d.heads = nil, nil
	d.retries++
	if d.p.s.view != "none" && !d.p.s.silent {
		fmt.Fprintf(d.p.stderr, "fetchscope: %s; again in %v, and %d more times at most\n", term.Safe(r.Cause.Error()), r.Wait, r.Left)
	}
	if d.file == nil || d.got.Swap(0) == 0 {
		return nil // heads alone stay, as with curl
	}
	info, err := d.file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return err
	}
	if err := d.file.Truncate(0); err != nil {
		return err
	}
	_, err = d.file.Seek(0, io.SeekStart)
	return err
}

// abandon removes what came of a fetch that failed, where that is wanted.
func (d *delivery) abandon() error {
	if d == nil || d.file == nil || !d.p.s.removeFailed {
		return nil
	}
	if info, err := os.Lstat(d.to.file); err != nil || !info.Mode().IsRegular() {
		return err
	}
	return os.Remove(d.to.file)
}

// date gives the file the time at which the page was changed (-R), where the response said
// that. As with curl a file that cannot have it stays as it is.
func (d *delivery) date() {
	if d.file != nil && !d.changed.IsZero() {
		d.p.warn(os.Chtimes(d.to.file, time.Time{}, d.changed))
	}
}
