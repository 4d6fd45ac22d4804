package resolver

import (
	"context"
	"strings"

	"github.com/miekg/dns"

	"fetchscope/trace"
)

// unchecked is the security of an answer that was not validated.
const unchecked = "unchecked"

// Query asks for the records of one type, a mnemonic or TYPEn, of a name as a person
// types it; a final dot keeps it from being searched for. It records the queries and
// one Answered, whatever the outcome, unless name or type cannot be asked for at all.
// The Rcode of that event is empty where no reply tells any. An error, which is an
// [*Error], says that there is no answer with rcode NOERROR; a name without such
// records is none.
func (r *Resolver) Query(ctx context.Context, sc *trace.Scope, name, qtype string) error {
	t, ok := parseType(qtype)
	if !ok {
		return &Error{Name: name, Code: BadType, Err: &replyError{shown(qtype)}}
	}
	whole, err := typedName(name)
	if err != nil {
		return &Error{Name: name, Type: dns.Type(t).String(), Code: BadName, Err: err}
	}
	q := question{whole, t}
	answered, failure := r.known(q)
	if answered == nil {
		answered, failure = r.searchQuestion(ctx, sc, q, endsInDot(name))
	}
	sc.Emit(*answered)
	if failure != nil {
		failure.Name = name
		return failure
	}
	return nil
}

// endsInDot reports whether a person ended a name with a dot, in whichever of the
// forms that UTS 46 takes for one.
func endsInDot(name string) bool {
	return strings.HasSuffix(name, ".") || strings.HasSuffix(name, "。") ||
		strings.HasSuffix(name, "．") || strings.HasSuffix(name, "｡")
}

// known answers what is not asked of the DNS; nil for all other questions.
func (r *Resolver) known(q question) (*trace.Answered, *Error) {
	family, hasAddresses := addressFamily(q.qtype)
	if hasAddresses && !r.iterate {
		if addrs, _ := r.hosts(q.name, family); len(addrs) > 0 {
			return q.here(fromHosts, "NOERROR", addressRecords(q.name, addrs)), nil
		}
	}
	source, why := special(q.name)
	switch {
	case source == fromLocalhost && hasAddresses:
		return q.here(source, "NOERROR", addressRecords(q.name, family.only(loopback()))), nil
	case source == fromLocalhost:
		return q.here(source, "NOERROR", []trace.RR{}), nil
	case source == fromSpecial:
		return q.here(source, specialRcode(q.name), []trace.RR{}),
			&Error{Type: q.typeName(), Code: SpecialName, Err: &replyError{why}}
	}
	return nil, nil
}

// specialRcode is what RFC 6761, section 6.4, and RFC 7686, section 2, have resolvers
// answer; of .local names the DNS says nothing.
func specialRcode(name string) string {
	if isUnder(name, "local.") {
		return ""
	}
	return "NXDOMAIN"
}

func (q question) here(source, rcode string, answers []trace.RR) *trace.Answered {
	return &trace.Answered{
		Name: q.name, Type: q.typeName(), Rcode: rcode, Security: unchecked,
		Answers: answers, Authority: []trace.RR{}, Source: source,
	}
}

// addressFamily is the family of a type's addresses; ok is false if it has none.
func addressFamily(qtype uint16) (f Family, ok bool) {
	switch qtype {
	case dns.TypeA:
		return IPv4, true
	case dns.TypeAAAA:
		return IPv6, true
	}
	return Any, false
}

// searchQuestion asks the DNS, with the search list.
func (r *Resolver) searchQuestion(ctx context.Context, sc *trace.Scope, q question, final bool) (*trace.Answered, *Error) {
	ctx, cancel := r.limit(ctx)
	defer cancel()
	steps := r.steps(q.name, final)
	found := search(steps, func(name string) *result { return r.job(sc).resolve(ctx, question{name, q.qtype}) })
	answered := &trace.Answered{
		Name: found.name, Type: q.typeName(), Rcode: found.rcode, Security: unchecked,
		Answers: found.answers, Authority: found.authority, Source: fromDNS,
	}
	if r.dnssec {
		answered.Security = found.security.String()
		sc.Emit(found.judged())
	}
	if found.rcode == rcodeName(dns.RcodeSuccess) {
		return answered, nil // even without data, and from a server that only refers
	}
	return answered, found.err
}
