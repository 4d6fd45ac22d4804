package fetch

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"fetchscope/internal/weburl"
)

// Protocols are schemes that are left out (--proto, --proto-redir). Its zero value leaves
// out none.
type Protocols struct{ without []string }

// supported are the schemes that can be fetched.
var supported = []string{"http", "https"}

// errNoProtocol is the error of a list that leaves out all.
var errNoProtocol = errors.New("no protocol is left")

// ParseProtocols reads what curl's --proto takes, from left to right: NAME and +NAME permit a
// protocol, -NAME leaves it out, =NAME permits it alone, and all stands for every one. It
// returns the names that it does not know.
func ParseProtocols(list string) (out Protocols, unknown []string, err error) {
	permitted := slices.Clone(supported)
	for item := range strings.SplitSeq(list, ",") {
		signed := strings.TrimLeft(item, "+-=")
		name := strings.ToLower(signed) // which need not be as long
		named := []string{name}
		switch {
		case name == "all":
			named = supported
		case !slices.Contains(supported, name):
			named, unknown = nil, append(unknown, name)
		}
		permitted = permit(permitted, item[:len(item)-len(signed)], named)
	}
	for _, s := range supported {
		if !slices.Contains(permitted, s) {
			out.without = append(out.without, s)
		}
	}
	if len(out.without) == len(supported) {
		return out, unknown, errNoProtocol
	}
	return out, unknown, nil
}

// permit changes what is permitted as the last of the signs says.
func permit(permitted []string, signs string, named []string) []string {
	switch {
	case strings.HasSuffix(signs, "-"):
		return slices.DeleteFunc(permitted, func(s string) bool { return slices.Contains(named, s) })
	case strings.HasSuffix(signs, "="):
		return slices.Clone(named)
	}
	return append(permitted, named...)
}

// permits says why a URL may not be fetched, where it may not; flag is the option that left
// its scheme out.
func (p Protocols) permits(u *weburl.URL, flag string) error {
	if slices.Contains(p.without, u.Scheme()) {
		return fmt.Errorf("the scheme %q is not permitted: %s leaves it out", u.Scheme(), flag)
	}
	return nil
}

// mayRedirect says why a redirect must not lead to a URL, where it must not.
func (o *Options) mayRedirect(u *weburl.URL) error {
	return cmp.Or(o.Protocols.permits(u, "--proto"), o.RedirectProtocols.permits(u, "--proto-redir"))
}
