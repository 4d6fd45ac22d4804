package auth

import (
	"strings"
	"testing"
)

// login is what the tests know; both is with a token.
var (
	login = Credentials{Login: &Login{"u", "p"}}
	both  = Credentials{Login: &Login{"u", "p"}, Token: new(string)}
)

// scheme is that of a field.
func scheme(field string) string {
	s, _, _ := strings.Cut(field, " ")
	return strings.ToLower(s)
}

// What is told first, and what once the server has asked.
func TestChoice(t *testing.T) {
	const digests = `Digest realm=a, nonce=md5, Digest realm=a, nonce=256, algorithm=SHA-256, Digest realm=a, nonce=512, algorithm=SHA-512-256, Digest realm=a, nonce=other, algorithm=SHA-512-256`
	tests := []struct {
		name        string
		want        Schemes
		credentials Credentials
		first       string
		asked       string
		again       bool
		second      string // the beginning of it
	}{
		{"basic by default", 0, login, "Basic dTpw", "Basic realm=a", false, ""},
		{"basic is not told by Digest", Basic, login, "Basic dTpw", "Digest realm=a, nonce=b", false, ""},
		{"digest", Digest, login, "", `Digest realm=a, nonce=b`, true, `Digest username="u"`},
		{"digest is not told by Basic", Digest, login, "", `Basic realm=a`, false, ""},
		{"either: digest", Basic | Digest, login, "", `Basic realm=a, Digest realm=a, nonce=b`, true, `Digest username="u"`},
		{"either: basic", Basic | Digest, login, "", `Basic realm=a`, true, "Basic dTpw"},
		{"either: neither", Basic | Digest, login, "", `NTLM`, false, ""},
		{"the strongest, and of these the first", Any, login, "", digests, true, `Digest username="u", realm="a", nonce="512"`},
		{"one that is not known", Any, login, "", `Digest realm=a, nonce=b, algorithm=X, Basic realm=a`, true, "Basic dTpw"},
		{"a token", Bearer, both, "Bearer ", "Bearer", false, ""},
		{"a token comes first", Any, both, "", "Basic realm=a, Digest realm=a, nonce=b, Bearer", true, "Bearer "},
		{"no token", Any, login, "", "Bearer, Basic realm=a", true, "Basic dTpw"},
		{"no login", Any, Credentials{Token: new(string)}, "", "Basic realm=a", false, ""},
		{"nothing that can be read", Any, login, "", `Basic realm="`, false, ""},
		{"nothing", Any, login, "", "", false, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := New(tt.want, tt.credentials)
			first, probing, err := s.Authorize(Request{Method: "GET", URI: "/"})
			if first != tt.first || err != nil || probing != (tt.want == Digest) {
				t.Errorf("first %q, %v, %v, want %q", first, probing, err, tt.first)
			}
			if again := s.Challenged([]string{tt.asked}); again != tt.again {
				t.Errorf("%s: again is %v, want %v", tt.asked, again, tt.again)
			}
			if !tt.again {
				return
			}
			second, probing, err := s.Authorize(Request{Method: "GET", URI: "/"})
			if !strings.HasPrefix(second, tt.second) || probing || err != nil || scheme(second) == "" || s.Picked() == 0 {
				t.Errorf("then %q, %v, %v, want %q", second, probing, err, tt.second)
			}
			if s.Challenged([]string{tt.asked}) {
				t.Error("what was refused would be told again")
			}
		})
	}
}

// A stale nonce is replaced, and the count begins again; a realm of its own has its own
// answer.
func TestAgainAndAgain(t *testing.T) {
	tests := []struct {
		name, second string
		again        bool
	}{
		{"refused", `Digest realm=a, nonce=new, qop=auth`, false},
		{"stale", `Digest realm=a, nonce=new, qop=auth, stale=true`, true},
		{"not stale", `Digest realm=a, nonce=new, qop=auth, stale=false`, false},
		{"another realm", `Digest realm=b, nonce=new, qop=auth`, true},
		{"by another scheme", `Basic realm=a`, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := New(Any, login)
			s.Challenged([]string{`Digest realm=a, nonce=old, qop=auth`})
			for range 3 { // accepted, and used for what follows
				_, _, _ = s.Authorize(Request{})
				s.Accepted()
			}
			if again := s.Challenged([]string{tt.second}); again != tt.again {
				t.Fatalf("again is %v, want %v", again, tt.again)
			}
			if !tt.again {
				return
			}
			got, _, _ := s.Authorize(Request{})
			if scheme(got) == "digest" && !strings.Contains(got, `nonce="new"`) || scheme(got) == "digest" && !strings.Contains(got, "nc=00000001") {
				t.Errorf("%s", got)
			}
		})
	}
}

// A server that finds every nonce stale, or asks for another realm each time, is not
// answered without end.
func TestEndlessChallenges(t *testing.T) {
	for _, field := range []string{`Digest stale=true, realm=a, nonce=b`, `Digest nonce=b, realm=a`} {
		s := New(Digest, login)
		n := 0
		for n < 100 && s.Challenged([]string{field + strings.Repeat("x", n)}) {
			_, _, _ = s.Authorize(Request{})
			n++
		}
		if n != maxChallenged {
			t.Errorf("%s: answered %d times, want %d", field, n, maxChallenged)
		}
		s.Accepted()
		if s.Challenged([]string{field}) {
			t.Errorf("%s: answered after it was given up", field)
		}
	}
}

// A server that takes a request without content, which was to make it ask, gets the rest
// without credentials.
func TestUnasked(t *testing.T) {
	s := New(Digest, login)
	if _, probing, _ := s.Authorize(Request{}); !probing {
		t.Fatal("the first request tells something")
	}
	s.Unasked()
	if got, probing, _ := s.Authorize(Request{}); got != "" || probing {
		t.Errorf("then %q, %v", got, probing)
	}
}

// Where there are no credentials there is no state, and nothing to tell.
func TestNoState(t *testing.T) {
	var s *State
	s.Accepted()
	s.Unasked()
	if got, probing, err := s.Authorize(Request{}); got != "" || probing || err != nil || s.Challenged([]string{"Basic"}) || s.Picked() != 0 {
		t.Error("it tells something")
	}
}

// A scheme that another server took is begun with, and is no more than a beginning.
func TestPreference(t *testing.T) {
	for _, tt := range []struct {
		name         string
		want, prefer Schemes
		first        string
	}{
		{"basic", Any, Basic, "Basic dTpw"},
		{"digest", Any, Digest, ""},
		{"nothing", Any, 0, ""},
		{"several", Any, Basic | Digest, ""},
		{"not wanted", Digest, Basic, ""},
		{"no choice", Basic, Digest, "Basic dTpw"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := New(tt.want, login)
			s.Prefer(tt.prefer)
			if got, _, _ := s.Authorize(Request{}); got != tt.first {
				t.Errorf("first %q, want %q", got, tt.first)
			}
			if tt.first == "" && tt.want == Any && !s.Challenged([]string{"Basic"}) {
				t.Error("another scheme is not answered")
			}
		})
	}
}

func TestSplitLogin(t *testing.T) {
	for pair, want := range map[string]Login{
		"u:p": {"u", "p"}, "u": {"u", ""}, "u:": {"u", ""}, ":p": {"", "p"}, "u:p:q": {"u", "p:q"}, "u;x:p": {"u;x", "p"}, "": {},
	} {
		if got := SplitLogin(pair); got != want {
			t.Errorf("%q is %q, want %q", pair, got, want)
		}
	}
}
