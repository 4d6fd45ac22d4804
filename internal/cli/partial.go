package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"fetchscope/httpclient"
	"fetchscope/httpclient/payload"
	"fetchscope/internal/fetch"
	"fetchscope/internal/httpdate"
	"fetchscope/internal/term"
)

// resumeAtEnd goes on where the file ends (-C -).
const resumeAtEnd = -1

// continueAt is -C: N, or - for the end of the file.
func continueAt(s *settings, v string) error {
	if s.resume = resumeAtEnd; v == "-" {
		return nil
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if s.resume = n; err != nil || n < 0 {
		return errors.New("wanted a number of bytes, or - for the size of the file")
	}
	return nil
}

// byteRange is -r: what stands behind bytes= in Range (RFC 9110, section 14.1.2). As with
// curl a number alone is where to begin.
func byteRange(s *settings, v string) error {
	if strings.Trim(v, "0123456789-,") != "" {
		s.warnings = append(s.warnings, fmt.Sprintf("-r %q is no range, such as 0-99, 100- or -100: what the server makes of it is open", v))
	}
	if _, err := strconv.ParseUint(v, 10, 63); err == nil {
		v += "-"
	}
	s.fetch.Range = v
	return oneLine(v)
}

// timeCond is -z: a date or a file that has one, with - before it for what is older and =
// for what was changed just then.
func timeCond(s *settings, v string) error {
	c := &s.fetch.Condition
	c.Field = "If-Modified-Since"
	if v != "" {
		switch rest := v[1:]; v[0] {
		case '-':
			c.Field, v = "If-Unmodified-Since", rest
		case '=':
			c.Field, v = "Last-Modified", rest
		case '+':
			v = rest
		}
	}
	var ok bool
	if c.At, ok = httpdate.Parse(v); ok {
		return nil
	}
	if info, err := os.Stat(v); err == nil {
		c.At = info.ModTime()
		return nil
	}
	// As with curl a file that is not there yet has no condition.
	c.Field = ""
	s.warnings = append(s.warnings, fmt.Sprintf("-z %q is no date, and no file that has one: it is left out", v))
	return nil
}

// checkPartial finds out what cannot be meant together.
func (p *operation) checkPartial() error {
	s := &p.s
	for _, w := range s.warnings {
		p.caution(w)
	}
	switch {
	case s.resume != 0 && s.fetch.Range != "":
		return usage("-C and -r cannot go together: both say where to begin", "")
	case s.resume != 0 && s.clobber == clobberNever:
		return usage("-C and --no-clobber cannot go together: a file is gone on with, or kept as it is", "")
	case s.resume != 0 && s.removeFailed:
		return usage("-C and --remove-on-error cannot go together: what is there is not to be lost", "")
	case s.resume != 0 && len(s.data) > 0:
		return usage("-C and -d cannot go together: a request with a body is not gone on with", "")
	case (s.etagSave != "" || s.etagCompare != "") && len(s.targets) > 1:
		return usage("--etag-save and --etag-compare are for one URL", "")
	case s.etagSave == "-" && s.format != "":
		return usage("--format puts its document on stdout, where --etag-save - would write too", "name a file")
	case s.etagSave != "" && s.etagSave != "-":
		if err := creatable(s.etagSave); err != nil {
			return &statusError{status: statusRead, code: codeUsage, err: err} // curl's
		}
	}
	return p.compareETag()
}

// compareETag adds the field that asks whether what we have is still so (RFC 9110, section
// 13.1.2). Without a file nothing matches.
func (p *operation) compareETag() error {
	name := p.s.etagCompare
	if name == "" {
		return nil
	}
	b, err := p.readFile(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return &statusError{status: statusRead, code: codeUsage, err: err}
	}
	tag := strings.Trim(string(b), " \t\r\n")
	if tag == "" {
		tag = `""`
	}
	if err := oneLine(tag); err != nil {
		return usage(fmt.Sprintf("--etag-compare %s: %v", name, err), "")
	}
	p.s.fetch.Header = append(p.s.fetch.Header, fetch.HeaderOption{Name: "If-None-Match", Value: tag})
	return nil
}

// resumeFrom is where to go on with a file, "" being stdout.
func (p *operation) resumeFrom(file string) int64 {
	if p.s.resume != resumeAtEnd {
		return p.s.resume
	}
	info, err := os.Stat(file)
	if file == "" || err != nil {
		return 0
	}
	return info.Size()
}

// remaining is what -C leaves to be sent of an upload, and which part of the whole that is.
// As nobody asks how much the server has, -C - sends all of it and says so, as with curl.
func (p *operation) remaining(c httpclient.Content) (*fetch.Payload, error) {
	from, size := max(p.s.resume, 0), c.Size()
	if size >= 0 && from > 0 && from >= size {
		return nil, &statusError{status: statusPartial, code: codeUsage, err: fmt.Errorf("-C %d: the file has %d bytes, which are there already", from, size)}
	}
	out := &fetch.Payload{Content: payload.From(c, from), Put: true}
	if p.s.resume != 0 && size > 0 {
		out.Part = fmt.Sprintf("%d-%d/%d", from, size-1, size)
	}
	return out, nil
}

// Resume is how much of the body the file has (-C).
func (d *delivery) Resume() int64 { return d.from }

// saveETag keeps the response's entity tag, where it has one that says something.
func (d *delivery) saveETag(b *fetch.Body) error {
	name, tag := d.p.s.etagSave, b.Response.Header.First("ETag")
	if good := b.Response.Status/100 == 2 || b.Response.Status/100 == 3; !good {
		tag = ""
	}
	switch {
	case name == "" || name == "-" && tag == "":
		return nil
	case name == "-":
		if d.p.out.Terminal {
			tag = term.Safe(tag)
		}
		_, err := fmt.Fprintln(d.p.stdout, tag)
		return err
	case tag == "":
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE, 0o666)
		if err != nil {
			return err
		}
		return f.Close()
	}
	return os.WriteFile(name, []byte(tag+"\n"), 0o666)
}
