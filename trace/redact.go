package trace

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// redacted stands for a value that is not shown.
const redacted = "…"

// secretFields are the fields whose values are credentials or stand for them.
var secretFields = []string{"Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie"}

// Publish returns the event as documents and streams show it: what came from the wire
// as text, and without credentials and cookies unless secrets is set.
func Publish(e Event, secrets bool) Event {
	switch e := e.(type) {
	case ExchangeStarted:
		e.URL = redactURL(e.URL, secrets)
		e.URL = cut(e.URL)
		return e
	case URLUpgraded:
		e.From = cut(redactURL(e.From, secrets))
		return e
	case RequestStarted:
		e.Target = cut(Text(e.Target))
		e.Headers = publishFields(e.Headers, secrets)
		return e
	case InterimReceived:
		e.Reason, e.Headers = cut(Text(e.Reason)), publishFields(e.Headers, secrets)
		return e
	case HeadReceived:
		e.Reason, e.Headers = cut(Text(e.Reason)), publishFields(e.Headers, secrets)
		return e
	case ResponseEnded:
		e.Trailers = publishFields(e.Trailers, secrets)
		return e
	case CookieRefused:
		e.Name = cut(Text(e.Name))
		return e
	case Failed:
		e.Message, e.Hint = redactWords(Text(e.Message), secrets), redactWords(Text(e.Hint), secrets)
		return e
	case CertificatesSeen:
		e.Chain, e.Problems = publishChain(e.Chain), publishProblems(e.Problems)
		return e
	case ClientCertificateAsked:
		e.Authorities = slices.Clone(e.Authorities)
		for i := range e.Authorities {
			e.Authorities[i] = cut(e.Authorities[i])
		}
		return e
	case TunnelStarted:
		e.Headers = publishFields(e.Headers, secrets)
		return e
	case TunnelEnded:
		e.Reason, e.Headers = cut(Text(e.Reason)), publishFields(e.Headers, secrets)
		return e
	case LayerEnded:
		e.Bound = cut(Text(e.Bound))
		return e
	case ProxyUsed:
		e.Proxy = redactURL(e.Proxy, secrets)
		return e
	}
	return e
}

// maxText is how much of a value a document keeps: a chain of redirects can bring
// hundreds of kilobytes that say nothing more.
const maxText = 4096

// cut shortens a value that is longer, and says by how much.
func cut(s string) string {
	if len(s) <= maxText {
		return s
	}
	end := maxText
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return fmt.Sprintf("%s… (%d bytes)", s[:end], len(s))
}

// publishChain shortens the names of certificates: each may have as much as a handshake
// can carry.
func publishChain(chain []Certificate) []Certificate {
	out := slices.Clone(chain)
	for i := range out {
		out[i].Subject, out[i].Issuer = cut(out[i].Subject), cut(out[i].Issuer)
	}
	return out
}

func publishProblems(problems []Problem) []Problem {
	out := slices.Clone(problems)
	for i := range out {
		out[i].Message = cut(out[i].Message)
	}
	return out
}

func publishFields(fields []Field, secrets bool) []Field {
	out := make([]Field, len(fields))
	for i, f := range fields {
		out[i] = Field{cut(Text(f[0])), cut(Text(redactURL(f[1], secrets)))}
		if !secrets && slices.ContainsFunc(secretFields, func(s string) bool { return strings.EqualFold(s, strings.TrimRight(f[0], " \t")) }) {
			out[i][1] = redacted
		}
	}
	return out
}

// redactWords hides the passwords of all URLs in a text.
func redactWords(s string, secrets bool) string {
	if secrets || !strings.Contains(s, "://") {
		return s
	}
	words := strings.Split(s, " ")
	for i, w := range words {
		words[i] = redactURL(w, false)
	}
	return strings.Join(words, " ")
}

// redactURL hides the password of a URL: all from the first colon behind the scheme's
// slashes to the last @ of the authority.
func redactURL(s string, secrets bool) string {
	start := strings.Index(s, "//")
	if secrets || start < 0 {
		return s
	}
	start += 2
	end := len(s)
	if i := strings.IndexAny(s[start:], "/?#\\"); i >= 0 {
		end = start + i
	}
	at := strings.LastIndexByte(s[start:end], '@')
	if at < 0 {
		return s
	}
	colon := strings.IndexByte(s[start:start+at], ':')
	if colon < 0 {
		return s
	}
	return s[:start+colon+1] + redacted + s[start+at:]
}
