package weburl

import "strings"

// authorityState takes everything up to the path: credentials, host and port.
func authorityState(p *parser) state {
	end := p.findSlash(`/?#\`)
	if at := strings.LastIndexByte(p.in[p.pos:end], '@'); at >= 0 {
		p.credentials(p.in[p.pos : p.pos+at])
		p.pos += at + 1
		if p.pos == end {
			return p.fail(reasonNoHost, p.pos)
		}
	}
	return p.hostState(end)
}

// credentials takes the text before the last "@" of an authority. Any "@" before
// that is encoded with the rest.
func (p *parser) credentials(s string) {
	user, password, _ := strings.Cut(s, ":")
	p.url.username = userinfoSet.encode(user)
	p.url.password = userinfoSet.encode(password)
}

// hostState is the host state, for a host and port that end at end.
func (p *parser) hostState(end int) state {
	text := p.in[p.pos:end]
	colon := portColon(text)
	if colon == 0 || text == "" && p.special() {
		return p.fail(reasonNoHost, p.pos)
	}
	name := text
	if colon > 0 {
		name = text[:colon]
	}
	if !p.setHost(name) {
		return nil
	}
	if colon > 0 {
		p.pos += colon + 1
		return p.portState(end)
	}
	p.pos = end
	return pathStartState
}

// portColon returns the position of the first colon outside brackets, or -1.
func portColon(s string) int {
	inside := false
	for i := range len(s) {
		switch s[i] {
		case '[':
			inside = true
		case ']':
			inside = false
		case ':':
			if !inside {
				return i
			}
		}
	}
	return -1
}

// setHost parses the host at the current position and reports whether it is one.
func (p *parser) setHost(s string) bool {
	h, reason := parseHost(s, p.special())
	if reason != "" {
		p.fail(reason, p.pos)
		return false
	}
	p.url.host, p.url.hasHost = h, true
	return true
}

// portState is the port state, for a port that ends at end. No digits at all
// mean the default.
func (p *parser) portState(end int) state {
	start, port := p.pos, 0
	for ; p.pos < end; p.pos++ {
		c := p.in[p.pos]
		if !isDigit(c) {
			return p.fail(reasonPort, start)
		}
		port = min(port*10+int(c-'0'), 1<<16)
	}
	if port >= 1<<16 {
		return p.fail(reasonPortRange, start)
	}
	def, _ := defaultPort(p.url.scheme)
	if end > start && (!p.special() || port != int(def)) {
		p.url.port, p.url.hasPort = uint16(port), true
	}
	return pathStartState
}

// fileState begins a file URL after its scheme, or a reference to a file base.
func fileState(p *parser) state {
	p.url.scheme = "file"
	p.url.host, p.url.hasHost = host{}, true
	if p.nextSlash() {
		p.pos++
		return fileSlashState
	}
	if !p.fileBase() {
		return pathState
	}
	p.url.host = p.base.host
	if startsWithDrive(p.rest()) {
		return pathState
	}
	return p.inheritPath()
}

func fileSlashState(p *parser) state {
	if p.nextSlash() {
		p.pos++
		return fileHostState
	}
	if p.fileBase() {
		p.url.host = p.base.host
		if startsWithDrive(p.base.path[1:]) && !startsWithDrive(p.rest()) {
			p.path = append(p.path, p.base.path[:3]...)
		}
	}
	return pathState
}

func (p *parser) fileBase() bool {
	return p.base != nil && p.base.scheme == "file"
}

func fileHostState(p *parser) state {
	end := p.find(`/\?#`)
	name := p.in[p.pos:end]
	switch {
	case isDrive(name):
		return pathState // the host was the path's first segment after all
	case name == "":
		return pathStartState
	case !p.setHost(name):
		return nil
	}
	if p.url.host.text == "localhost" {
		p.url.host = host{}
	}
	p.pos = end
	return pathStartState
}

// isDrive reports whether s is a Windows drive letter, "C:" or "C|".
func isDrive(s string) bool {
	return len(s) == 2 && isAlpha(s[0]) && (s[1] == ':' || s[1] == '|')
}

// startsWithDrive reports whether s starts with a Windows drive letter that is
// not part of something longer.
func startsWithDrive(s string) bool {
	return len(s) >= 2 && isDrive(s[:2]) && (len(s) == 2 || strings.IndexByte(`/\?#`, s[2]) >= 0)
}
