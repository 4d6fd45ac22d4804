package cli

import (
	"errors"
	"net/netip"
	"strings"

	"fetchscope/internal/weburl"
	"fetchscope/resolver"
)

// A question is one that the resolve command puts to the DNS.
type question struct {
	// name is as it was typed, but for an address: then it is its name in the DNS.
	name, typed, qtype string
	// beside says that it is not the only name.
	beside bool
	// err and hint say why it cannot be asked.
	err  *resolver.Error
	hint string
}

// questions reads the words of the resolve command: each that names a record type is
// one, whatever its place; any other is a name. Every name is asked for every type. A
// host that is called as a type is has a final dot.
func (p *operation) questions(words []string) ([]question, error) {
	var names, types []string
	for _, w := range words {
		named, askable := resolver.TypeNamed(w)
		switch {
		case named && !askable:
			return nil, usage(strings.ToUpper(w)+" records cannot be asked for", "a type is a mnemonic such as AAAA, MX or TXT, or TYPEn with n from 1 to 65535; a host of that name: "+w+".")
		case named:
			types = append(types, strings.ToUpper(w))
		default:
			names = append(names, w)
		}
	}
	switch {
	case len(names) == 0 && len(types) > 0:
		return nil, usage("no name: "+types[0]+" is a record type", "fetchscope resolve NAME "+types[0]+"; a host of that name: "+words[0]+".")
	case len(names) == 0:
		return nil, usage("no name", "fetchscope resolve NAME [TYPE ...]")
	}
	var out []question
	for _, name := range names {
		some, err := p.questionsOf(name, types)
		if err != nil {
			return nil, err
		}
		for _, q := range some {
			q.beside = len(names) > 1
			out = append(out, q)
		}
	}
	return out, nil
}

// questionsOf are those about one name.
func (p *operation) questionsOf(name string, types []string) ([]question, error) {
	if hint := foreign(name); hint != "" {
		return nil, usage(name+" is not understood here", hint)
	}
	q := question{name: name, typed: name}
	switch addr, err := netip.ParseAddr(strings.Trim(name, "[]")); {
	case err == nil:
		q.name = resolver.ReverseName(addr)
		if len(types) == 0 {
			types = []string{"PTR"}
		}
		for _, t := range types {
			if t == "A" || t == "AAAA" {
				return nil, usage(name+" is an address: there is nothing to ask "+t+" records for", "without "+t+" its name is asked for (PTR)")
			}
		}
	case len(types) == 0:
		types = p.addressTypes()
	}
	if q.refuse(); q.err != nil && p.s.format == "" {
		types = types[:1] // to be told once is enough; of documents there is one for each type
	}
	out := make([]question, len(types))
	for i, t := range types {
		out[i] = q
		out[i].qtype = t
	}
	return out, nil
}

// foreign explains what other programs of this kind understand; a name that begins like
// this has a backslash before it.
func foreign(word string) (hint string) {
	switch {
	case strings.HasPrefix(word, "@"):
		return "a server is named by --server " + strings.TrimPrefix(word, "@")
	case strings.HasPrefix(word, "+"):
		return "--iterate walks from the root, --dnssec validates, -s leaves the records alone, tcp:// before a --server asks by TCP, -m SECONDS limits the time"
	}
	return ""
}

var (
	errURL  = errors.New("it is a URL")
	errPort = errors.New("a port is no part of a name")
)

// refuse finds out what cannot be a name, though the DNS would take it for one.
func (q *question) refuse() {
	host, why := "", error(nil)
	if u, err := weburl.Parse(q.name); strings.Contains(q.name, "://") {
		why = errURL
		if err == nil {
			host = strings.Trim(u.Hostname(), "[]")
		}
	} else if name, port, found := strings.Cut(q.name, ":"); found && port != "" && strings.Trim(port, "0123456789") == "" {
		host, why = name, errPort
	}
	if why == nil {
		return
	}
	q.err = &resolver.Error{Name: q.name, Code: resolver.BadName, Err: why}
	q.hint = "NAME is the host alone"
	if host != "" {
		q.hint += ": fetchscope resolve " + host
	}
	if why == errURL {
		q.hint += "; the URL is fetched by: fetchscope " + q.name
	}
}

// addressTypes are asked for where no type is named: of a document's reader one, as each
// question is a document of its own.
func (p *operation) addressTypes() []string {
	switch {
	case p.s.fetch.Resolver.Family == resolver.IPv6:
		return []string{"AAAA"}
	case p.s.fetch.Resolver.Family == resolver.IPv4 || p.s.format != "":
		return []string{"A"}
	}
	return []string{"A", "AAAA"}
}
