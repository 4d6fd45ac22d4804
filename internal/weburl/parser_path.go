package weburl

import (
	"bytes"
	"strings"
)

func pathStartState(p *parser) state {
	switch {
	case p.special():
		if p.nextSlash() {
			p.pos++
		}
		return pathState
	case p.next('/'):
		p.pos++
		return pathState
	}
	// The authority of another scheme ends at "/", "?", "#" or the end.
	return p.afterPath()
}

// pathState takes the segments of a path. The slash before the first is done.
func pathState(p *parser) state {
	for {
		end := p.findSlash(`/?#\`)
		segment := p.in[p.pos:end]
		p.pos = end
		more := p.nextSlash()
		p.addSegment(segment, more)
		if !more {
			return p.afterPath()
		}
		p.pos++
	}
}

// addSegment adds a segment to the path; more says that another one follows. A
// dot segment that is the last leaves an empty one behind: "/a/.." is "/".
func (p *parser) addSegment(segment string, more bool) {
	up := dots(segment)
	if p.url.asIs {
		up = 0
	}
	switch up {
	case 2:
		p.shorten()
		fallthrough
	case 1:
		if !more {
			p.path = append(p.path, '/')
		}
		return
	}
	p.path = append(p.path, '/')
	if p.url.scheme == "file" && len(p.path) == 1 && isDrive(segment) {
		p.path = append(p.path, segment[0], ':')
		return
	}
	p.path = pathSet.appendTo(p.path, segment)
}

// dots returns 1 for a single-dot segment, 2 for a double-dot segment, else 0.
// A dot may be written "%2e".
func dots(segment string) int {
	n := 0
	for s := segment; s != ""; n++ {
		switch {
		case n == 2:
			return 0
		case s[0] == '.':
			s = s[1:]
		case len(s) >= 3 && s[:2] == "%2" && s[2]|0x20 == 'e':
			s = s[3:]
		default:
			return 0
		}
	}
	return n
}

// shorten removes the last segment, but never the drive letter of a file URL.
func (p *parser) shorten() {
	if p.url.scheme == "file" && len(p.path) == 3 && isAlpha(p.path[1]) && p.path[2] == ':' {
		return
	}
	if i := bytes.LastIndexByte(p.path, '/'); i >= 0 {
		p.path = p.path[:i]
	}
}

// opaquePathState takes the path of a URL such as mailto:user@host.
func opaquePathState(p *parser) state {
	p.url.opaque = true
	end := p.find("?#")
	text := p.in[p.pos:end]
	p.pos = end
	// A space at the end would be lost if the query and fragment were taken off.
	trimmed := text
	if end < len(p.in) {
		trimmed = strings.TrimSuffix(text, " ")
	}
	p.path = c0Set.appendTo(p.path, trimmed)
	if trimmed != text {
		p.path = append(p.path, "%20"...)
	}
	return p.afterPath()
}

// afterPath goes on with the query or fragment, or ends.
func (p *parser) afterPath() state {
	switch {
	case p.next('?'):
		return queryState
	case p.next('#'):
		return fragmentState
	}
	return nil
}

func queryState(p *parser) state {
	end := p.find("#")
	set := querySet
	if p.special() {
		set = specialQuerySet
	}
	p.url.query, p.url.hasQuery = set.encode(p.in[p.pos+1:end]), true
	p.pos = end
	return p.afterPath()
}

func fragmentState(p *parser) state {
	p.url.fragment, p.url.hasFragment = fragmentSet.encode(p.in[p.pos+1:]), true
	return nil
}
