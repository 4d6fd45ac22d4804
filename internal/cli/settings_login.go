package cli

import (
	"context"
	"errors"
	"os"
	"strings"

	"fetchscope/httpclient/auth"
	"fetchscope/internal/fetch"
	"fetchscope/internal/term"
)

// A proxyLogin is by which schemes to log in to proxies. As with curl the strongest of these
// options counts, and not the last.
type proxyLogin struct{ any, digest, basic bool }

// schemes are those that are meant.
func (l proxyLogin) schemes() auth.Schemes {
	switch {
	case l.any:
		return auth.Any
	case l.digest:
		return auth.Digest
	}
	return auth.Basic
}

func user(s *settings, v string) error {
	s.fetch.User = &v
	return oneLine(v)
}

// scheme allows one, beside those that are allowed already, or takes it back.
func scheme(one auth.Schemes) func(*settings, string) error {
	return func(s *settings, v string) error {
		if v == "true" {
			s.fetch.Auth |= one
		} else {
			s.fetch.Auth &^= one
		}
		return nil
	}
}

func anyScheme(s *settings, v string) error {
	s.fetch.Auth = 0
	if v == "true" {
		s.fetch.Auth = auth.Any
	}
	return nil
}

func bearer(s *settings, v string) error {
	s.fetch.Token = &v
	s.fetch.Auth |= auth.Bearer
	return oneLine(v)
}

// completeLogin asks a person for passwords that are missing. Where there is none to ask,
// they are empty.
func (p *operation) completeLogin(ctx context.Context) error {
	o := &p.s.fetch
	o.ProxyAuth = p.s.proxyLogin.schemes()
	if o.User != nil && o.Token == nil {
		if err := p.askPassword(ctx, &o.User, "host"); err != nil {
			return err
		}
	}
	if o.ProxyUser != nil {
		return p.askPassword(ctx, &o.ProxyUser, "proxy")
	}
	return nil
}

// askPassword puts a password behind a name that has none.
func (p *operation) askPassword(ctx context.Context, pair **string, whose string) error {
	name := **pair
	stdin, ok := p.stdin.(*os.File)
	if strings.Contains(name, ":") || !ok || p.dryRun {
		return nil
	}
	password, asked, err := term.AskSecret(ctx, stdin, p.stderr, "Enter "+whose+" password for user '"+term.Safe(name)+"':")
	switch {
	case errors.Is(err, errInterrupted):
		return &statusError{status: statusInterrupted, err: err}
	case err != nil:
		return &statusError{status: statusRead, code: fetch.CodeRead, err: err}
	case !asked:
		return nil
	}
	complete := name + ":" + password
	*pair = &complete
	return oneLine(complete)
}
