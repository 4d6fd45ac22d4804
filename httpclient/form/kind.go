package form

import (
	"path/filepath"
	"strings"
)

// kinds are the media types that names of files tell. They are curl's, so that a server
// sees the same of both.
var kinds = [...]struct{ suffix, kind string }{
	{".gif", "image/gif"},
	{".jpg", "image/jpeg"},
	{".jpeg", "image/jpeg"},
	{".png", "image/png"},
	{".svg", "image/svg+xml"},
	{".txt", "text/plain"},
	{".htm", "text/html"},
	{".html", "text/html"},
	{".pdf", "application/pdf"},
	{".xml", "application/xml"},
}

func kindOf(name string) string {
	for _, k := range kinds {
		if len(name) >= len(k.suffix) && strings.EqualFold(name[len(name)-len(k.suffix):], k.suffix) {
			return k.kind
		}
	}
	return ""
}

// mediaType is a part's media type, and whether somebody asked for it.
func (p *part) mediaType() (kind string, given bool) {
	if p.kind != "" {
		return p.kind, true
	}
	for _, h := range p.headers {
		if named(h, "Content-Type") {
			_, value, _ := strings.Cut(h, ":")
			return strings.TrimSpace(value), true
		}
	}
	if p.content == nil {
		return "multipart/mixed", false
	}
	if kind = kindOf(p.filename); kind == "" {
		kind = kindOf(p.path)
	}
	if kind == "" && p.path != "" && p.hasFilename {
		kind = "application/octet-stream"
	}
	return kind, false
}

// lastName is the name of a file without its folders.
func lastName(path string) string {
	name := filepath.ToSlash(path)
	return name[strings.LastIndexByte(name, '/')+1:]
}
