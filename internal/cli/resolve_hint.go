package cli

import (
	"errors"
	"strings"

	"fetchscope/resolver"
	"fetchscope/resolver/dnssec"
	"fetchscope/trace"
)

// fileHints say what the files of the resolver's options hold.
func fileHints() map[trace.Code]string {
	return map[trace.Code]string{
		resolver.BadHints:  "--root-hints wants a master file, such as: . NS ns.root. and ns.root. A 192.0.2.1 on lines of their own",
		resolver.BadAnchor: "--trust-anchor wants a master file of DS or DNSKEY records, such as: . DS 20326 8 2 E06D…",
	}
}

// stubHints are the next things to try where a server was asked that looks things up,
// walkHints where those of the zones were; what both have in common is in the first.
func stubHints() map[trace.Code]string {
	return map[trace.Code]string{
		resolver.ServerFailure:   "--iterate asks the zones' own servers and shows which of them fails; --server ADDRESS asks another resolver",
		resolver.Refused:         "this server does not answer everybody, or not for this name: --server ADDRESS asks another, --iterate none",
		resolver.Timeout:         "--server ADDRESS asks another server, --iterate the zones' own; -m SECONDS sets the time allowed",
		resolver.NoServer:        "check the network, or name a server that can be reached: --server ADDRESS",
		resolver.BadReply:        "--view full shows what came; --server tcp://ADDRESS asks by TCP",
		resolver.AliasLoop:       "the aliases are broken where they are kept: --iterate shows by which zones",
		resolver.TooCostly:       "--view full shows what was asked; --server ADDRESS asks another resolver",
		resolver.NoAddress:       "there may be records of another type: ask for ANY, or for the one that is wanted",
		resolver.BadName:         "a name has at most 255 octets, in labels of 1 to 63 with dots between them",
		resolver.ServerTLS:       "this is the name server: check the address after --server, and its port; udp:// before it asks without TLS",
		resolver.ServerUntrusted: "this is the name server's certificate: --cacert FILE trusts its authority; the name in it may be what to write after --server",
		resolver.BadType:         "a type is a mnemonic such as AAAA, MX or TXT, or TYPEn with n from 1 to 65535",
	}
}

func walkHints() map[trace.Code]string {
	return map[trace.Code]string{
		resolver.ServerFailure: "the zone's own servers fail: none but who runs them can mend it; a resolver may have kept an answer: leave --iterate out",
		resolver.Refused:       "the zone is delegated to servers that do not serve it: its owner has to mend that, or its parent's",
		resolver.Lame:          "the zone is delegated to servers that do not serve it: its owner has to mend that, or its parent's",
		resolver.Timeout:       "a firewall may let nothing but the local resolver ask: leave --iterate out; -m SECONDS sets the time allowed",
		resolver.NoServer:      "check the network, or leave --iterate out: a resolver may reach what cannot be reached from here",
		resolver.AliasLoop:     "the aliases are broken where they are kept: the tree shows by which zones",
		resolver.TooCostly:     "--view full shows what was asked; a name that costs so much harms whoever looks it up",
	}
}

// resolveHint is the next thing to try.
func (p *operation) resolveHint(q question, e *resolver.Error) string {
	switch e.Code {
	case resolver.NameNotFound:
		return p.misspelt(q)
	case resolver.SpecialName:
		return specialHint(e)
	case resolver.Bogus:
		return bogusHint(e)
	}
	if p.s.fetch.Resolver.Iterate {
		if hint, has := walkHints()[e.Code]; has {
			return hint
		}
	}
	return stubHints()[e.Code]
}

// misspelt guesses what was meant by a name that does not exist.
func (p *operation) misspelt(q question) string {
	name := strings.TrimSuffix(q.typed, ".")
	switch {
	case q.typed != q.name:
		return "nobody has given the address a name; that is up to whom it is assigned to"
	case strings.Contains(name, "/"):
		return "a path is no part of a name: " + name[:strings.Index(name, "/")]
	case strings.Contains(name, "@"):
		return "the mail servers of an address are those of its domain: " + name[strings.LastIndex(name, "@")+1:] + " MX"
	case q.beside && !strings.Contains(name, "."):
		return strings.ToUpper(name) + " is no record type, so it was asked for as a name; types without a mnemonic are written TYPEn"
	case p.s.fetch.Resolver.Iterate:
		return "check the spelling: the zone's own servers say so"
	}
	return "check the spelling; --iterate asks the zone's own servers"
}

// specialHint says who knows of names that the DNS is not asked for (RFC 6761).
func specialHint(e *resolver.Error) string {
	name := strings.TrimSuffix(strings.ToLower(e.Name), ".")
	switch {
	case strings.HasSuffix(name, "local"):
		return "such names are found by multicast: avahi-resolve or dns-sd ask for them"
	case strings.HasSuffix(name, "onion"):
		return "such names are reached by way of Tor alone"
	}
	return ""
}

// Codes of RFC 8914 for signatures at the wrong time.
const (
	edeExpired     = 7
	edeNotYetValid = 8
)

// bogusHint says what may be behind data that do not stand up to validation.
func bogusHint(e *resolver.Error) string {
	const unvalidated = "without --dnssec the data are shown as they came"
	var r *dnssec.Reason
	if errors.As(e.Err, &r) {
		switch r.EDE {
		case edeExpired, edeNotYetValid:
			return "check this machine's clock; if it is right, the zone's owner has to sign again; --validation-time TIME validates as of then; " + unvalidated
		}
	}
	return "the zone's owner made a mistake, or somebody changes answers on the way: another network shows which; " + unvalidated
}
