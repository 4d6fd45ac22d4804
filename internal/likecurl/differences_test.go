package likecurl

import (
	"regexp"
	"slices"
	"strings"
)

// large is more than what is sent without leave.
var large = strings.Repeat("0123456789abcdef", 70_000)

// Boundaries are chosen by chance, and the current curl's are longer: 22 characters behind
// the dashes where 7.88 had 16.
func boundaries(o *outcome) {
	for i, r := range o.Requests {
		o.Requests[i] = contentLength.ReplaceAllString(boundary.ReplaceAllString(r, "-boundary"), "Content-Length: n")
	}
	o.Stdout = serverBoundary.ReplaceAllString(o.Stdout, "--boundary")
}

var (
	boundary       = regexp.MustCompile(`-{24}[0-9A-Za-z]{16,22}`)
	contentLength  = regexp.MustCompile(`Content-Length: \d+`)
	serverBoundary = regexp.MustCompile(`--\d{20}`)
)

// The current curl asks for leave to send what is longer than 1 MB, 7.88 for all that it
// stores.
func leave(o *outcome) {
	for i, r := range o.Requests {
		o.Requests[i] = strings.ReplaceAll(r, "Expect: 100-continue\r\n", "")
	}
}

// Which codings there are is a matter of how curl was built; ours are those of a full
// build.
func codings(o *outcome) {
	for i, r := range o.Requests {
		o.Requests[i] = acceptEncoding.ReplaceAllString(r, "Accept-Encoding: some\r\n")
	}
}

var acceptEncoding = regexp.MustCompile(`Accept-Encoding: [a-z, ]+\r\n`)

// What goes through a tunnel for TLS is never the same twice.
func tunnelled(o *outcome) {
	for i, r := range o.Requests {
		if head, _, ok := strings.Cut(r, "\r\n\r\n"); ok && strings.HasPrefix(r, "CONNECT ") {
			o.Requests[i] = head
		}
	}
}

// 7.88 says HTTP where the current curl says http.
func schemes(o *outcome) { o.Stdout = strings.Replace(o.Stdout, " HTTP ", " http ", 1) }

// 7.88 leaves a line's end in the value of a field that has none.
func emptyFields(o *outcome) { o.Stdout = strings.Replace(o.Stdout, `["\r"]`, `[""]`, 1) }

// Where a proxy refuses a tunnel the current curl ends with 7, 7.88 with 56.
func refusals(o *outcome) {
	if o.Status == 56 {
		o.Status = 7
	}
}

// The contract has no 58: a certificate of ours that cannot be read is one more file that
// cannot.
func ownCertificate(o *outcome) {
	if o.Status == 58 {
		o.Status = 26
	}
}

// The first flight of a handshake has random numbers in it.
func hellos(o *outcome) { o.Requests = nil }

// We look whether there is a place for a file before anything goes out for it.
func lookedBefore(o *outcome) { o.Requests = nil }

// A retry has a connection of its own with us, as what came before has ended.
func joined(o *outcome) { o.Requests = []string{strings.Join(o.Requests, "")} }

// A client's nonce is chosen by chance, and its answer depends on it.
func nonces(o *outcome) {
	for i, r := range o.Requests {
		o.Requests[i] = nonce.ReplaceAllString(r, `${1}="random"`)
	}
}

var nonce = regexp.MustCompile(`(cnonce|response)="[^"]+"`)

// The current curl has Connection: TE at the end of the head, 7.88 before it.
func orders(o *outcome) {
	for i, r := range o.Requests {
		lines := strings.SplitAfter(r, "\r\n")
		slices.Sort(lines[1:])
		o.Requests[i] = strings.Join(lines, "")
	}
}

// 7.88 tells the HTTP proxy the login of the SOCKS proxy before it.
func logins(o *outcome) {
	for i, r := range o.Requests {
		o.Requests[i] = strings.Replace(r, "Proxy-Authorization: Basic bWU6d29yZA==\r\n", "", 1)
	}
}
