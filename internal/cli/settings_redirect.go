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

// browserRedirects is how many redirects a browser follows: Firefox's own number.
const browserRedirects = 20

// browser is --browser: what the options say that it stands for, which options behind it may
// change. As browsers do, it obeys the status of a redirect.
func browser(s *settings, v string) error {
	o := &s.fetch
	if o.Browser = v == "true"; !o.Browser {
		return nil
	}
	o.Follow, o.ByStatus, o.Compressed, o.ServiceRecords = true, true, true, true
	if o.MaxRedirects == maxRedirects {
		o.MaxRedirects = browserRedirects
	}
	s.memory.engine = true
	if len(s.memory.hsts) == 0 {
		s.memory.hsts = []string{""} // for the run
	}
	return nil
}
