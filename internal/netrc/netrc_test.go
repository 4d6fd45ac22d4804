package netrc

import (
	"errors"
	"strings"
	"testing"
)

func TestLookup(t *testing.T) {
	tests := []struct {
		name, text  string
		host, login string
		want        string // user:password, "" for nothing
		err         error
	}{
		{"on one line", "machine h.test login me password word", "h.test", "", "me:word", nil},
		{"on many", "\n machine\n\th.test\r\nlogin\nme\npassword\nword", "h.test", "", "me:word", nil},
		{"password first", "machine h.test password word login me", "h.test", "", "me:word", nil},
		{"letters of host and keywords", "MACHINE H.Test Login me PASSWORD word", "h.TEST", "", "me:word", nil},
		{"other host", "machine h.test login me password word", "xh.test", "", "", nil},
		{"the first of two", "machine h.test login a password 1\nmachine h.test login b password 2", "h.test", "", "a:1", nil},
		{"the one that is asked for", "machine h.test login a password 1\nmachine h.test login b password 2", "h.test", "b", "b:2", nil},
		{"two behind one machine", "machine h.test login a password 1 login b password 2", "h.test", "b", "b:2", nil},
		{"the first behind one machine", "machine h.test login a password 1 login b password 2", "h.test", "", "a:1", nil},
		{"letters of a login count", "machine h.test login a password 1", "h.test", "A", "", nil},
		{"one without login serves all", "machine h.test password 1 login a\nmachine h.test password 2\nmachine h.test login b password 3", "h.test", "b", "b:2", nil},
		{"no login", "machine h.test password word", "h.test", "", ":word", nil},
		{"no password", "machine h.test login me\nmachine i.test login you password word", "h.test", "", "me:", nil},
		{"password of the next is not taken", "machine h.test\nmachine i.test login you password word", "h.test", "", "", nil},
		{"default", "machine h.test login me password word\ndefault login any password thing", "i.test", "", "any:thing", nil},
		{"default with another login", "machine h.test login me password word\ndefault login any password thing", "h.test", "any", "any:thing", nil},
		{"empty default", "machine h.test login me password word default", "i.test", "", "", nil},
		{"quoted", `machine h.test login "a user" password "with \"\\ \n\r\tand\x"`, "h.test", "", "a user:with \"\\ \n\r\tandx", nil},
		{"empty in quotes", `machine h.test login "" password "word"`, "h.test", "", ":word", nil},
		{"hash before a password", "machine h.test login me password # word\n word", "h.test", "", "me:word", nil},
		{"hash of a quoted password", `machine h.test login me password "#word"`, "h.test", "", "me:#word", nil},
		{"hash within", "machine h.test login me#1 password wo#rd # password x", "h.test", "", "me#1:wo#rd", nil},
		{"comment", "# machine h.test login me password word\nmachine h.test # it is\nlogin a password b", "h.test", "", "a:b", nil},
		{"account", "machine h.test login me account password password word", "h.test", "", "me:word", nil},
		{"macro", "machine h.test login me\nmacdef init\nmachine h.test login x password y\n\t\nmachine i.test login b password c", "i.test", "", "b:c", nil},
		{"in a macro", "macdef init\nmachine h.test login x password y\n\nmachine i.test login b password c", "h.test", "", "", nil},
		{"unknown words", "machine h.test port 80 login me foo password word", "h.test", "", "me:word", nil},
		{"keywords alone", "login password machine", "password", "", "", nil},
		{"nothing", "", "h.test", "", "", nil},
		{"quote that stays open", "machine h.test login me password \"word\nmachine i.test", "i.test", "", "", ErrQuote},
		{"what is before that counts", "machine h.test login me password word\nmachine i.test login \"x", "h.test", "", "me:word", nil},
		{"a word as long as may be", "machine h.test login me password " + strings.Repeat("x", maxWord), "h.test", "", "me:" + strings.Repeat("x", maxWord), nil},
		{"a word too long", "machine h.test login me password " + strings.Repeat("x", maxWord+1), "i.test", "", "", ErrWord},
		{"a quoted word too long", "machine h.test login me password \"" + strings.Repeat("x", maxWord+1) + "\"", "i.test", "", "", ErrWord},
		{"a file too long", strings.Repeat("# comment\n", maxFile/10) + "machine h.test login me password word", "h.test", "", "", ErrTooLong},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, err := Read(strings.NewReader(tt.text))
			if err != nil {
				t.Fatal(err)
			}
			user, password, found, err := f.Lookup(tt.host, tt.login)
			got := ""
			if found {
				got = user + ":" + password
			}
			if got != tt.want || !errors.Is(err, tt.err) {
				t.Errorf("%.80q\nLookup(%q, %q) = %.80q, %v, want %.80q, %v", tt.text, tt.host, tt.login, got, err, tt.want, tt.err)
			}
		})
	}
}

// Whatever the file, what is found stays within the limits, and asking for the login that
// was found finds the same.
func FuzzLookup(f *testing.F) {
	for _, s := range []string{
		"machine h login a password b", "default password \"\\", "macdef x\nmachine h login a\n\n machine h login b password \"\\n\"",
		"machine machine login login password password", "machine h # login a\npassword #b", strings.Repeat("machine h login ", 300),
		"machine h password \"" + strings.Repeat("\\x", 5000) + "\"",
	} {
		f.Add(s, "h", "")
	}
	f.Fuzz(func(t *testing.T, text, host, login string) {
		file, err := Read(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		user, password, found, err := file.Lookup(host, login)
		switch {
		case !found:
			return
		case err != nil || len(password) > maxWord || login != "" && user != login:
			t.Fatalf("Lookup = %q, %q, %v", user, password, err)
		}
		if user == "" {
			return
		}
		if again, _, found, _ := file.Lookup(host, user); !found || again != user {
			t.Fatalf("%q was found, but not when asked for", user)
		}
	})
}
