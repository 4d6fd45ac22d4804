package cli

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"fetchscope/httpclient"
	"fetchscope/httpclient/form"
	"fetchscope/httpclient/payload"
	"fetchscope/internal/fetch"
	"fetchscope/internal/weburl"
)

// What is sent: -d and its kin, -F, -T, and what goes into the query instead.
type sending struct {
	data    []datum
	query   []string // of --url-query
	get     bool
	fields  []field
	escaped bool     // --form-escape
	uploads []string // -T, the first for the first URL
}

// How an argument of -d and its kin is taken.
type dataKind int

const (
	dataText dataKind = iota // -d: a file loses its line breaks
	dataBinary
	dataRaw
	dataEncoded
	dataJSON
)

// A datum is one of them.
type datum struct {
	kind  dataKind
	value string
}

// A field is a -F, or a --form-string.
type field struct {
	value   string
	literal bool
}

func addData(kind dataKind) func(*settings, string) error {
	return func(s *settings, v string) error {
		s.data = append(s.data, datum{kind, v})
		return nil
	}
}

func addField(literal bool) func(*settings, string) error {
	return func(s *settings, v string) error {
		s.fields = append(s.fields, field{v, literal})
		return nil
	}
}

// checkPayload refuses to choose between methods.
func (s *settings) checkPayload() error {
	chosen := 0
	for _, one := range []bool{len(s.data) > 0 && !s.get, len(s.fields) > 0, len(s.uploads) > 0, s.fetch.Head} {
		if one {
			chosen++
		}
	}
	if chosen > 1 {
		return usage("-d, -F, -T and -I each choose a method, and a request has one", "-G puts what -d says into the URL")
	}
	return nil
}

// makePayload makes what -d or -F say the body of requests.
func (p *operation) makePayload() error {
	if err := p.s.checkPayload(); err != nil {
		return err
	}
	var err error
	o := &p.s.fetch
	switch {
	case len(p.s.fields) > 0:
		o.Payload, err = p.formPayload()
	case len(p.s.data) > 0 && !p.s.get:
		var content httpclient.Content
		content, err = p.dataContent()
		o.Payload = &fetch.Payload{Content: content, Type: "application/x-www-form-urlencoded"}
		p.markJSON()
	}
	return unreadable(err)
}

// unreadable is the error of a file that is to be sent.
func unreadable(err error) error {
	var ended *statusError
	if err == nil || errors.As(err, &ended) {
		return err
	}
	return &statusError{status: statusRead, code: fetch.CodeRead, err: err}
}

// markJSON says that JSON goes out and is wanted, where -H does not say otherwise.
func (p *operation) markJSON() {
	for _, d := range p.s.data {
		if d.kind == dataJSON {
			p.addMissing("Content-Type", "application/json")
			p.addMissing("Accept", "application/json")
			return
		}
	}
}

func (p *operation) addMissing(name, value string) {
	if o := &p.s.fetch; p.headerGiven(name) < 0 {
		o.Header = append(o.Header, fetch.HeaderOption{Name: name, Value: value})
	}
}

// headerGiven is which -H names a field, -1 for none.
func (p *operation) headerGiven(name string) int {
	for i, h := range p.s.fetch.Header {
		if strings.EqualFold(h.Name, name) {
			return i
		}
	}
	return -1
}

// dataContent joins what -d and its kin gave by &, but for JSON, which is put together
// as it is.
func (p *operation) dataContent() (httpclient.Content, error) {
	var text []byte
	var out []httpclient.Content
	for _, d := range p.s.data {
		if d.kind != dataJSON && (len(text) > 0 || len(out) > 0) {
			text = append(text, '&')
		}
		name, file := strings.CutPrefix(d.value, "@")
		if file && (d.kind == dataBinary || d.kind == dataJSON) {
			c, err := p.fileContent(name)
			if err != nil {
				return nil, err
			}
			out = append(out, payload.Bytes(text), c)
			text = nil
			continue
		}
		part, err := p.datumText(d)
		if err != nil {
			return nil, err
		}
		text = append(text, part...)
	}
	return payload.Join(append(out, payload.Bytes(text))...), nil
}

// datumText is what a datum says, read from its file where it names one.
func (p *program) datumText(d datum) ([]byte, error) {
	name, file := strings.CutPrefix(d.value, "@")
	switch {
	case d.kind == dataEncoded:
		return p.encoded(d.value)
	case d.kind == dataRaw || !file:
		return []byte(d.value), nil
	}
	b, err := p.readFile(name)
	if d.kind == dataText {
		b = withoutBreaks(b)
	}
	return b, err
}

// withoutBreaks leaves out line breaks and NUL.
func withoutBreaks(b []byte) []byte {
	out := b[:0]
	for _, c := range b {
		if c != '\r' && c != '\n' && c != 0 {
			out = append(out, c)
		}
	}
	return out
}

// encoded is what --data-urlencode means by CONTENT, =CONTENT, NAME=CONTENT, @FILE and
// NAME@FILE: the content is encoded, the name is not.
func (p *program) encoded(v string) ([]byte, error) {
	name, content, ok := strings.Cut(v, "=")
	file := false
	if !ok {
		if name, content, file = strings.Cut(v, "@"); !file {
			name, content = "", v
		}
	}
	if file {
		b, err := p.readFile(content)
		if err != nil {
			return nil, err
		}
		content = string(b)
	}
	out := strings.ReplaceAll(percentEncoded(content), "%20", "+")
	if name != "" {
		out = name + "=" + out
	}
	return []byte(out), nil
}

// percentEncoded encodes all but what never needs to be (RFC 3986, section 2.3).
func percentEncoded(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0 {
			b.WriteByte(c)
		} else {
			b.WriteString(string([]byte{'%', hex[c>>4], hex[c&15]}))
		}
	}
	return b.String()
}

// withQuery adds to a URL's query what -G takes out of the body, or else --url-query.
func (p *operation) withQuery(u *weburl.URL) (*weburl.URL, error) {
	var add []string
	if p.s.get && len(p.s.data) > 0 {
		for i, d := range p.s.data {
			part, err := p.datumText(d)
			if err != nil {
				return nil, unreadable(err)
			}
			if i > 0 && d.kind == dataJSON {
				add[len(add)-1] += string(part)
				continue
			}
			add = append(add, string(part))
		}
	} else {
		for _, q := range p.s.query {
			part, literal := strings.CutPrefix(q, "+")
			if !literal {
				b, err := p.encoded(q)
				if err != nil {
					return nil, unreadable(err)
				}
				part = string(b)
			}
			add = append(add, part)
		}
	}
	if len(add) == 0 {
		return u, nil
	}
	return u.WithQuery(strings.Join(add, "&")), nil
}

// formPayload makes what -F says. A Content-Type of -H names another kind of multipart.
func (p *operation) formPayload() (*fetch.Payload, error) {
	b := &form.Builder{Stdin: p.stdinContent}
	for _, f := range p.s.fields {
		add := b.Add
		if f.literal {
			add = b.AddString
		}
		if err := add(f.value); err != nil {
			return nil, formError(err)
		}
	}
	o := form.Options{Backslash: p.s.escaped}
	if i := p.headerGiven("Content-Type"); i >= 0 && p.s.fetch.Header[i].Value != "" {
		o.Type = p.s.fetch.Header[i].Value
		p.s.fetch.Header = append(p.s.fetch.Header[:i:i], p.s.fetch.Header[i+1:]...)
	}
	f, err := b.Form(o)
	if err != nil {
		return nil, err
	}
	return &fetch.Payload{Content: f, Type: f.Type}, nil
}

// formError gives the error of a field its status.
func formError(err error) error {
	var syntax *form.SyntaxError
	switch {
	case errors.Is(err, form.ErrEncoder):
		return &statusError{status: statusArgument, code: codeUsage, err: err}
	case errors.As(err, &syntax):
		return usage("-F: "+err.Error(), "-F NAME=VALUE, -F NAME=@FILE")
	}
	return err
}

// upload is what -T gives, and the URL that it then goes to: a folder's gets the name of the
// file.
func (p *operation) upload(u *weburl.URL, name string) (*fetch.Payload, *weburl.URL, error) {
	if name == "" {
		return p.s.fetch.Payload, u, nil
	}
	if name == "-" || name == "." {
		c, err := p.stdinStream()
		if err != nil {
			return nil, u, unreadable(err)
		}
		out, err := p.remaining(c)
		return out, u, err
	}
	c, err := payload.File(name)
	if err != nil {
		return nil, u, unreadable(err)
	}
	if strings.HasSuffix(u.Pathname(), "/") && u.Search() == "" {
		u = u.WithFile(percentEncoded(filepath.Base(name)))
	}
	out, err := p.remaining(c)
	return out, u, err
}

// fileContent is a file's content, or standard input's.
func (p *program) fileContent(name string) (httpclient.Content, error) {
	if name == "-" {
		return p.stdinContent()
	}
	c, err := payload.File(name)
	if err != nil || c.Size() >= 0 {
		return c, err
	}
	b, err := os.ReadFile(name) // what has no size has to be read to have one
	return payload.Bytes(b), err
}

// stdinContent is standard input with its size: where that is no file, all of it has to
// be read first.
func (p *program) stdinContent() (httpclient.Content, error) {
	if c := p.stdinFile(); c != nil {
		return c, nil
	}
	b, err := io.ReadAll(p.stdin)
	return payload.Bytes(b), err
}

// stdinStream is standard input as it comes, in chunks. A file can be read again.
func (p *program) stdinStream() (httpclient.Content, error) {
	if c := p.stdinFile(); c != nil {
		return payload.Unsized(c), nil
	}
	return payload.Stream(newInterruptible(p.stdin)), nil
}

// stdinFile is standard input from where it is read, nil where it is no file.
func (p *program) stdinFile() httpclient.Content {
	f, ok := p.stdin.(*os.File)
	if !ok {
		return nil
	}
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return nil
	}
	at, err := f.Seek(0, io.SeekCurrent)
	if err != nil || at > info.Size() {
		return nil
	}
	return payload.Section(f, at, info.Size()-at)
}
