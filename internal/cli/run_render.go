package cli

import (
	"bufio"
	"context"
	"errors"
	"io/fs"
	"os"

	"fetchscope/internal/weburl"
	"fetchscope/render"
)

func (p *operation) renderOptions() render.Options {
	width := p.s.width
	if width == 0 {
		width = p.out.Columns
	}
	return render.Options{
		Width: width, Links: render.Links(p.s.links), Base: p.s.base, ResolveLink: resolveLink,
		Reader: p.s.reader, Title: p.s.title,
		// Into a pipe the locale changes nothing.
		ASCII: p.s.ascii || p.out.Terminal && !p.out.UTF8,
	}
}

// resolveLink makes a link absolute; one that cannot be is shown as written.
func resolveLink(base, href string) string {
	b, err := weburl.Parse(base)
	if err != nil {
		return href
	}
	u, err := b.Parse(href)
	if err != nil {
		return href
	}
	return u.Href()
}

// render is the command: step 5 alone.
func (p *operation) render(_ context.Context, words []string) error {
	in := p.stdin
	switch {
	case len(words) > 1:
		return usage("render takes one file", "fetchscope render [FILE | -]")
	case len(words) == 1 && words[0] != "-":
		f, err := os.Open(words[0])
		if err != nil {
			return &statusError{status: statusRead, err: err}
		}
		defer f.Close()
		in = f
	}
	o := p.renderOptions()
	o.ContentType = "text/html"
	if p.s.charset != "" {
		o.ContentType += "; charset=" + p.s.charset
	}
	w := bufio.NewWriterSize(p.stdout, copyBuffer)
	err := render.Render(w, in, nil, o)
	if unreadable := (*fs.PathError)(nil); errors.As(err, &unreadable) && unreadable.Op == "read" {
		return &statusError{status: statusRead, err: err}
	}
	if err != nil {
		return err
	}
	return w.Flush()
}
