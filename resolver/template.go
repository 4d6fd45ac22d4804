package resolver

import (
	"errors"
	"strings"
)

// defaultPath is what servers are asked for whose path nobody named; it is the one of
// RFC 8484's examples, and what the public servers have.
const defaultPath = "/dns-query"

// maxPath bounds a path, so that with the longest query the request line stays within
// the 8000 octets that RFC 9110, section 4.1, has servers take.
const maxPath = 1024

// The ends of a URI template that GET is used with (RFC 6570, sections 3.2.8 and 3.2.9).
const (
	templateFirst = "{?dns}"
	templateMore  = "{&dns}"
)

// parsePath reads the path, with a query component where there is one, and the variable
// of the template.
func (s *Server) parsePath(text string) error {
	path, first := strings.CutSuffix(text, templateFirst)
	path, more := strings.CutSuffix(path, templateMore)
	s.Get = first || more
	if path == "" {
		path = defaultPath
	}
	if path[0] == '?' {
		path = defaultPath + path
	}
	s.Path = path
	queried := strings.Contains(path, "?")
	switch {
	case strings.ContainsAny(path, "{}"):
		return errors.New("the one variable is {?dns}, at the end")
	case !isASCIIGraphic(path) || strings.ContainsAny(path, "#\"<>\\^`|"):
		return errors.New("the path holds what no URL can")
	case len(path) > maxPath:
		return errors.New("the path is too long")
	case first && (queried || more):
		return errors.New("{?dns} begins the query component, {&dns} goes on with one")
	case more && !queried:
		return errors.New("{&dns} goes on with a query component, {?dns} begins one")
	}
	return nil
}

// target is what a GET for an encoded query is for.
func (s Server) target(encoded string) string {
	if strings.Contains(s.Path, "?") {
		return s.Path + "&dns=" + encoded
	}
	return s.Path + "?dns=" + encoded
}
