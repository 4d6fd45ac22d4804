package timeline

import (
	"strings"

	"fetchscope/internal/term"
)

// address shortens a URL to the columns there are. Host and last segment of the path say
// most: what is between them goes first, then the scheme, then the end of the query, and
// of the host last.
func (v *view) address(url string, room int) string {
	url = v.pen.text(url)
	if term.Width(url) <= room {
		return url
	}
	origin, path, last := parts(url)
	ellipsis := v.pen.ellipsis
	if term.Width(origin+"/"+ellipsis+last) > room {
		if _, host, ok := strings.Cut(origin, "://"); ok {
			origin = host
		}
	}
	left := room - term.Width(origin) - term.Width(last)
	switch {
	case left >= term.Width(path):
		return origin + path + last
	case left > term.Width(ellipsis):
		return origin + term.Cut(path, left, ellipsis) + last
	}
	return v.crowded(origin, path, last, room)
}

// crowded shortens an address whose host and last segment alone are too long: the host
// leaves a third of the room to what comes behind it.
func (v *view) crowded(origin, path, last string, room int) string {
	ellipsis := v.pen.ellipsis
	if most := room - min(term.Width(last), room/3); term.Width(origin) > most {
		origin = term.Cut(origin, most, ellipsis)
	} else if path != "" {
		last = "/" + ellipsis + last
	}
	return term.Cut(origin+last, room, ellipsis)
}

// parts splits a URL into its origin, the beginning of its path, and what begins with the
// slash before the path's last segment that is not empty.
func parts(url string) (origin, path, last string) {
	start := 0
	if i := strings.Index(url, "://"); i >= 0 {
		start = i + len("://")
	}
	if i := strings.IndexAny(url[start:], "/?#"); i >= 0 {
		start += i
	} else {
		start = len(url)
	}
	end := len(url)
	if i := strings.IndexAny(url[start:], "?#"); i >= 0 {
		end = start + i
	}
	cut := max(strings.LastIndexByte(strings.TrimRight(url[start:end], "/"), '/'), 0)
	return url[:start], url[start : start+cut], url[start+cut:]
}
