package cli

import "fetchscope/internal/fetch"

// location is -L. As with curl the last of -L and --follow counts, which is told.
func location(s *settings, v string) error {
	o := &s.fetch
	if o.Follow && o.ByStatus {
		s.warnings = append(s.warnings, "--location overrides --follow")
	}
	o.Follow, o.ByStatus = v == "true", false
	return nil
}

func follow(s *settings, v string) error {
	o := &s.fetch
	if o.Follow && !o.ByStatus {
		s.warnings = append(s.warnings, "--follow overrides --location")
	}
	o.Follow, o.ByStatus = v == "true", v == "true"
	return nil
}

// trusted is --location-trusted, a -L too.
func trusted(s *settings, v string) error {
	s.fetch.Trusted = v == "true"
	return location(s, v)
}

// keepPost is --post301 and its like.
func keepPost(field func(*fetch.KeepPost) *bool) func(*settings, string) error {
	return toggle(func(s *settings) *bool { return field(&s.fetch.Keep) })
}
