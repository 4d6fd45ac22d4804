// Package form makes multipart/form-data (RFC 7578): what HTML forms send, files among it.
// It is the beginning of step 3 for -F.
//
// A [Builder] takes the arguments of -F and --form-string in their order and builds the
// parts, nested ones too. [Builder.Form] closes that: a [Form] is a content whose size is
// known before a byte of its files has been read, unless a file or an encoder does not
// allow that, and which streams. The body's outer form is that of RFC 2046, section 5.1.
//
// Left out: the field _charset_ (RFC 7578, section 4.6); names go out as the bytes that
// were given.
package form

import (
	"crypto/rand"
	"strings"

	"fetchscope/httpclient"
	"fetchscope/httpclient/payload"
)

// mediaType is that of a form (RFC 7578, section 8).
const mediaType = "multipart/form-data"

// A part is a field, a file, or a group of parts.
type part struct {
	name, filename       string
	hasName, hasFilename bool
	// kind is the media type that was asked for, "" for one that follows from the rest.
	kind    string
	headers []string
	encoder encoder
	// content is nil for a group.
	content  httpclient.Content
	path     string // of the file whose content it is
	parts    []*part
	boundary string
}

// A Form is the content of a multipart request.
type Form struct {
	httpclient.Content
	// Type is the media type with the boundary.
	Type string
}

// Options say how a form is written.
type Options struct {
	// Type is the media type where it is to be another one than multipart/form-data.
	Type string
	// Backslash escapes quotes in names by backslashes rather than by percent signs.
	Backslash bool
}

// Form returns what has been built.
func (b *Builder) Form(o Options) (*Form, error) {
	kind := o.Type
	if kind == "" {
		kind = mediaType
	}
	var out []httpclient.Content
	write := func(c httpclient.Content) { out = append(out, c) }
	w := writer{write: write, backslash: o.Backslash}
	if err := w.group(&b.root, kind); err != nil {
		return nil, err
	}
	return &Form{Content: payload.Join(out...), Type: kind + "; boundary=" + b.root.boundary}, nil
}

// A writer lays parts out as contents, one behind the other.
type writer struct {
	write     func(httpclient.Content)
	backslash bool
}

func (w *writer) text(s string) { w.write(payload.Bytes(s)) }

// group writes parts between boundaries (RFC 2046, section 5.1.1).
func (w *writer) group(g *part, kind string) error {
	disposition := "attachment"
	if isType(kind, mediaType) {
		disposition = "form-data"
	}
	start := "--" + g.boundary + "\r\n"
	for _, p := range g.parts {
		w.text(start + w.head(p, disposition) + "\r\n")
		if err := w.body(p); err != nil {
			return err
		}
		start = "\r\n--" + g.boundary + "\r\n"
	}
	if len(g.parts) == 0 {
		w.text("--" + g.boundary + "--\r\n")
		return nil
	}
	w.text("\r\n--" + g.boundary + "--\r\n")
	return nil
}

func (w *writer) body(p *part) error {
	if p.content == nil {
		kind, _ := p.mediaType()
		return w.group(p, kind)
	}
	w.write(p.encoder.over(p.content))
	return nil
}

// head writes a part's fields, each with its line end (RFC 7578, section 4).
func (w *writer) head(p *part, disposition string) string {
	var b strings.Builder
	kind, given := p.mediaType()
	grouped := p.content == nil
	if !given && !grouped && !p.hasFilename && kind == "text/plain" {
		kind = "" // which is what it is without a word (RFC 7578, section 4.4)
	}
	if !p.has("Content-Disposition") && (disposition != "attachment" || p.hasName || p.hasFilename) {
		b.WriteString("Content-Disposition: " + disposition)
		if p.hasName {
			b.WriteString("; name=\"" + w.quote(p.name) + `"`)
		}
		if p.hasFilename {
			b.WriteString("; filename=\"" + w.quote(p.filename) + `"`)
		}
		b.WriteString("\r\n")
	}
	if kind != "" {
		b.WriteString("Content-Type: " + kind)
		if grouped {
			b.WriteString("; boundary=" + p.boundary)
		}
		b.WriteString("\r\n")
	}
	if p.encoder != "" && !p.has("Content-Transfer-Encoding") {
		b.WriteString("Content-Transfer-Encoding: " + string(p.encoder) + "\r\n")
	}
	for _, h := range p.headers {
		if !named(h, "Content-Type") {
			b.WriteString(h + "\r\n")
		}
	}
	return b.String()
}

// quote escapes what would end a quoted name: as the HTML Standard's forms do, or by
// backslashes, which some servers want instead (RFC 7578, section 4.2 leaves both).
func (w *writer) quote(s string) string {
	if w.backslash {
		return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\r", "", "\n", "").Replace(s)
	}
	return strings.NewReplacer(`"`, "%22", "\r", "%0D", "\n", "%0A").Replace(s)
}

// has says whether a field of that name was given.
func (p *part) has(name string) bool {
	for _, h := range p.headers {
		if named(h, name) {
			return true
		}
	}
	return false
}

func named(header, name string) bool {
	n, _, ok := strings.Cut(header, ":")
	return ok && strings.EqualFold(strings.TrimSpace(n), name)
}

// Boundaries are as long as those of browsers: nothing that anybody sends holds 22 random
// letters by accident.
const (
	boundaryDashes  = "------------------------"
	boundaryLetters = 22
	alphabet        = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

func newBoundary() string {
	var random [8 * boundaryLetters]byte
	b := []byte(boundaryDashes)
	for len(b) < len(boundaryDashes)+boundaryLetters {
		_, _ = rand.Read(random[:]) // which never fails
		for _, r := range random {
			if r &= 63; int(r) < len(alphabet) && len(b) < len(boundaryDashes)+boundaryLetters {
				b = append(b, alphabet[r])
			}
		}
	}
	return string(b)
}

// isType says whether a media type is that one, whatever its parameters.
func isType(kind, want string) bool {
	kind, _, _ = strings.Cut(kind, ";")
	return strings.EqualFold(strings.TrimSpace(kind), want)
}
