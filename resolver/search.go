package resolver

import "strings"

// A step is one name that a search tries.
type step struct {
	name string // absolute
	// asIs says that it is the name as given, with nothing appended.
	asIs bool
}

// steps lists the names that stand for a name. A walk from the root knows no search list.
func (r *Resolver) steps(name string, final bool) []step {
	if r.iterate {
		return []step{{name, true}}
	}
	return r.conf().steps(name, final)
}

// steps lists the names that stand for a name, in the order in which glibc's
// res_search tries them. The name comes absolute; final says that it was typed with
// its final dot, which ends all searching.
func (c conf) steps(name string, final bool) []step {
	dots := strings.Count(relative(name), ".")
	asIs := step{name, true}
	if final || name == "." {
		return []step{asIs}
	}
	var out []step
	if dots >= c.ndots {
		out = append(out, asIs)
	}
	tried := len(out) > 0
	for _, domain := range c.search {
		if domain == "." { // "search ." puts the name as it is into the list
			if !tried {
				out, tried = append(out, asIs), true
			}
			continue
		}
		if whole, err := absolute(name + domain); err == nil {
			out = append(out, step{name: whole})
		}
	}
	if !tried && (dots > 0 || !c.noTLD || len(out) == 0) {
		out = append(out, asIs)
	}
	return out
}

// search tries the steps in turn until one is found, and returns that or the result
// that speaks for the whole, as glibc chooses it.
func search(steps []step, try func(name string) *result) *result {
	var s searched
	for _, step := range steps {
		if s.stopped && !step.asIs {
			continue
		}
		one := tryOrdinary(step.name, try)
		if one.err == nil || one.err.Code == Cancelled {
			return one
		}
		s.note(step, one)
		if one.err.Code == NoServer {
			break
		}
	}
	return s.verdict()
}

// tryOrdinary tries a name unless it is of those that are not asked for.
func tryOrdinary(name string, try func(name string) *result) *result {
	if source, why := special(name); source != "" {
		r := newResult(name)
		r.err = &Error{Name: name, Code: SpecialName, Err: &replyError{why}}
		return r
	}
	return try(name)
}

// searched is what is known of a search without success.
type searched struct {
	asIs, noData, servFail, last *result
	// stopped says that only the name as it is is still to be tried.
	stopped bool
}

// note takes in a step. A name that does not exist, or not with this type, leads to
// the next; so does SERVFAIL, but it is not forgotten; after any other failure the
// rest of the list is not tried.
func (s *searched) note(step step, r *result) {
	if step.asIs && s.last == nil {
		s.asIs = r
	}
	s.last = r
	if step.asIs {
		return
	}
	switch r.err.Code {
	case NoAddress:
		s.noData = first(s.noData, r)
	case NameNotFound, SpecialName:
	case ServerFailure:
		s.servFail = first(s.servFail, r)
		s.stopped = r.rcode != "SERVFAIL"
	default:
		s.stopped = true
	}
}

// verdict is the result that stands for all: of the name as it is, where it was tried
// first; else that a name of the list exists without such data; else that a server
// failed, so that nobody knows; else the last.
func (s *searched) verdict() *result {
	return first(s.asIs, s.noData, s.servFail, s.last)
}

// first returns the first that there is.
func first(results ...*result) *result {
	for _, r := range results {
		if r != nil {
			return r
		}
	}
	return nil
}
