// Package auth answers servers and proxies that ask who is there (RFC 9110, section 11): by
// Basic (RFC 7617), Digest (RFC 7616, and RFC 2617 and 2069 where a server is that old) or a
// bearer token (RFC 6750).
//
// A [State] is for one origin, or one proxy, and one set of credentials. Before a request
// goes out, [State.Authorize] gives it its Authorization field; when 401 or 407 comes back,
// [State.Challenged] takes the challenges and says whether another request may fare better.
// What is asked for, and in which form and order it is given, follows curl. The package
// computes: it knows no connection, no clock, and no more of a request than is hashed.
//
// Of several challenges the strongest is answered that is wanted and supported: a bearer
// token, then Digest by SHA-512/256, SHA-256 and MD5, then Basic. What a server may make
// the hash of its nonce say is bounded by named limits, and so is how often it may ask.
//
// Left out, as by curl: Authentication-Info, by which a server proves that it knows the
// password too and may hand out its next nonce, and names in other charsets than the one
// that they were given in.
package auth

import (
	"encoding/base64"
	"io"
	"strings"
)

// Schemes is a set of authentication schemes.
type Schemes uint8

// The schemes, each a set of one.
const (
	Basic Schemes = 1 << iota
	Digest
	Bearer

	// Any is whichever the server asks for, the strongest first.
	Any = Basic | Digest | Bearer
)

// single says that there is nothing to choose.
func (s Schemes) single() bool { return s&(s-1) == 0 }

// A Login is a user's name and password.
type Login struct{ User, Password string }

// SplitLogin splits NAME:PASSWORD at the first colon.
func SplitLogin(pair string) Login {
	user, password, _ := strings.Cut(pair, ":")
	return Login{user, password}
}

// A Request is what credentials are made for.
type Request struct {
	// Method and URI are as the server will see them (RFC 7616, section 3.4.3).
	Method, URI string
	// Open returns the content, which one quality of protection hashes; nil for none.
	Open func() (io.ReadCloser, error)
}

// Credentials are what somebody can be told.
type Credentials struct {
	Login *Login  // nil for none
	Token *string // of Bearer, nil for none
}

// possible are the schemes that there is something to say by.
func (c Credentials) possible() Schemes {
	var s Schemes
	if c.Login != nil {
		s |= Basic | Digest
	}
	if c.Token != nil {
		s |= Bearer
	}
	return s
}

// maxChallenged is how often in a row a server may say that its nonce was stale, or ask for
// another realm: once is usual, twice can happen where it restarts.
const maxChallenged = 4

// A State is how far the authentication with an origin or a proxy has come. It is for
// requests that follow one another.
type State struct {
	credentials Credentials
	want        Schemes
	// picked is the choice: all that are wanted, of which nothing is sent unless it is one.
	picked Schemes
	digest *digest // the challenge that is being answered
	// answered says that the last request had an answer to that.
	answered bool
	refused  bool
	row      int
}

// New returns a state in which the first request tells the credentials by the wanted scheme,
// Basic where none is. Of several none is told before the server has asked.
func New(want Schemes, c Credentials) *State {
	if want == 0 {
		want = Basic
	}
	return &State{credentials: c, want: want, picked: want}
}

// Picked is the one scheme that is used, 0 while there are several to choose from, or none.
func (s *State) Picked() Schemes {
	if s == nil || !s.picked.single() {
		return 0
	}
	return s.picked
}

// Prefer begins with one scheme of those that are wanted, where nothing has been chosen yet:
// a server may ask for another.
func (s *State) Prefer(one Schemes) {
	if one &= s.want; one != 0 && one.single() && !s.picked.single() {
		s.picked = one
	}
}

// Authorize returns the value of the Authorization or Proxy-Authorization field of a
// request, "" for none. probing says that the server is to ask first, so that content should
// stay behind until it has. The error is one of reading the content.
func (s *State) Authorize(r Request) (value string, probing bool, err error) {
	if s == nil {
		return "", false, nil
	}
	s.answered = false
	switch login := s.credentials.Login; {
	case s.picked == Basic && login != nil:
		s.answered = true
		return basic(*login), false, nil
	case s.picked == Bearer && s.credentials.Token != nil:
		s.answered = true
		return "Bearer " + *s.credentials.Token, false, nil
	case s.picked == Digest && login != nil && s.digest == nil:
		return "", true, nil
	case s.picked == Digest && login != nil:
		s.answered = true
		value, err = s.digest.answer(*login, r)
	}
	return value, false, err
}

// basic is the Basic scheme (RFC 7617, section 2).
func basic(l Login) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(l.User+":"+l.Password))
}

// Challenged takes the challenges of a response that refused a request for want of
// credentials, and says whether to send it again: not where what was sent has been refused.
func (s *State) Challenged(fields []string) bool {
	if s == nil || s.refused {
		return false
	}
	challenges, _ := Parse(fields) // those that can be read count
	s.row++
	s.refused = s.row > maxChallenged || !s.choose(challenges)
	return !s.refused
}

// choose picks among the challenges.
func (s *State) choose(challenges []Challenge) bool {
	offered := s.want & s.credentials.possible() & schemesOf(challenges)
	if s.answered && s.picked != Digest {
		return false // there is but one answer by Basic or Bearer
	}
	d := strongest(challenges)
	if d == nil {
		offered &^= Digest
	}
	switch {
	case offered&Bearer != 0:
		s.picked = Bearer
	case offered&Digest != 0:
		if s.answered && !d.stale && d.realm == s.digest.realm {
			return false // the password is wrong (RFC 7616, section 3.3)
		}
		s.picked, s.digest = Digest, d
	case offered&Basic != 0:
		s.picked = Basic
	default:
		return false
	}
	return true
}

// schemesOf are the schemes of challenges that are known.
func schemesOf(challenges []Challenge) Schemes {
	var out Schemes
	for _, c := range challenges {
		switch strings.ToLower(c.Scheme) {
		case "basic":
			out |= Basic
		case "digest":
			out |= Digest
		case "bearer":
			out |= Bearer
		}
	}
	return out
}

// Accepted says that a request was not refused for want of credentials.
func (s *State) Accepted() {
	if s != nil {
		s.row = 0
	}
}

// Unasked gives up: a server took a request without credentials that was to make it ask.
// The next request is sent without, whole.
func (s *State) Unasked() {
	if s != nil {
		s.picked = 0
	}
}
