package form

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"fetchscope/httpclient"
	"fetchscope/httpclient/payload"
)

// A Builder takes a form's arguments one after the other.
type Builder struct {
	// Stdin returns what - stands for as a file.
	Stdin func() (httpclient.Content, error)

	root part
	open []*part // groups that are not closed, the innermost last
}

// maxDepth bounds groups within groups; mail programs nest three deep.
const maxDepth = 64

// A SyntaxError is an argument that makes no sense.
type SyntaxError struct{ Err error }

func (e *SyntaxError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *SyntaxError) Unwrap() error { return e.Err }

func syntax(format string, args ...any) error { return &SyntaxError{fmt.Errorf(format, args...)} }

// AddString adds NAME=VALUE, in whose value no letter means anything (--form-string).
func (b *Builder) AddString(arg string) error {
	name, value, ok := strings.Cut(arg, "=")
	if !ok {
		return syntax("%q is not NAME=VALUE", arg)
	}
	b.add(&part{name: name, hasName: name != "", content: payload.Bytes(value)})
	return nil
}

// Add adds what an argument of -F says: NAME=VALUE, NAME=@FILE, NAME=<FILE, NAME=( for
// the beginning of a group or =) for its end, each with ;type=, ;filename=, ;encoder= and
// ;headers= behind it. The error is a *SyntaxError, or that of a file.
func (b *Builder) Add(arg string) error {
	name, value, ok := strings.Cut(arg, "=")
	if !ok {
		return syntax("%q is not NAME=VALUE", arg)
	}
	s := &scanner{rest: value}
	switch {
	case strings.HasPrefix(value, "("):
		return b.begin(name, s)
	case name == "" && strings.HasPrefix(value, ")"):
		return b.end()
	case strings.HasPrefix(value, "@"):
		return b.files(name, s)
	case strings.HasPrefix(value, "<"):
		s.rest = value[1:]
		return b.fileContent(name, s)
	}
	p, text, err := s.part(0)
	if err != nil {
		return err
	}
	p.content = payload.Bytes(text)
	b.addNamed(name, p)
	return nil
}

// current is the group that parts go into.
func (b *Builder) current() *part {
	if b.root.boundary == "" {
		b.root.boundary = newBoundary()
	}
	if len(b.open) > 0 {
		return b.open[len(b.open)-1]
	}
	return &b.root
}

func (b *Builder) add(p *part) {
	g := b.current()
	g.parts = append(g.parts, p)
}

func (b *Builder) addNamed(name string, p *part) {
	p.name, p.hasName = name, name != ""
	b.add(p)
}

func (b *Builder) begin(name string, s *scanner) error {
	if len(b.open) == maxDepth {
		return syntax("more than %d groups within one another", maxDepth)
	}
	p, _, err := s.part(0)
	if err != nil {
		return err
	}
	p.boundary, p.filename, p.hasFilename, p.encoder = newBoundary(), "", false, ""
	b.addNamed(name, p)
	b.open = append(b.open, p)
	return nil
}

func (b *Builder) end() error {
	if len(b.open) == 0 {
		return &SyntaxError{errors.New("=) ends a group that was not begun")}
	}
	b.open = b.open[:len(b.open)-1]
	return nil
}

// files adds @FILE, or several with commas between as a group.
func (b *Builder) files(name string, s *scanner) error {
	var parts []*part
	for more := true; more; {
		s.rest = s.rest[1:] // @, or the comma
		p, path, err := s.part(',')
		if err != nil {
			return err
		}
		if err := b.attach(p, path); err != nil {
			return err
		}
		if !p.hasFilename {
			p.filename, p.hasFilename = lastName(path), true
		}
		parts = append(parts, p)
		more = s.rest != ""
	}
	if len(parts) == 1 {
		b.addNamed(name, parts[0])
		return nil
	}
	b.addNamed(name, &part{boundary: newBoundary(), parts: parts})
	return nil
}

// fileContent adds a field whose value is in a file.
func (b *Builder) fileContent(name string, s *scanner) error {
	p, path, err := s.part(0)
	if err != nil {
		return err
	}
	p.filename, p.hasFilename = "", false
	if err := b.attach(p, path); err != nil {
		return err
	}
	b.addNamed(name, p)
	return nil
}

func (b *Builder) attach(p *part, path string) (err error) {
	p.path = path
	if path == "-" {
		p.content, err = b.Stdin()
		return err
	}
	p.content, err = payload.File(path)
	return err
}

// readHeaders reads fields from a file: one on each line, those that begin with white
// space belong to the one before, and # begins a comment.
func readHeaders(path string) ([]string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var out []string
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\r\n")
		switch trimmed := strings.TrimSpace(line); {
		case trimmed == "" || line[0] == '#':
		case (line[0] == ' ' || line[0] == '\t') && len(out) > 0:
			out[len(out)-1] += " " + trimmed
		default:
			out = append(out, trimmed)
		}
	}
	return out, nil
}
