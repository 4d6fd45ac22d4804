package socks

import (
	"bytes"
	"errors"
	"io"
	"net/netip"
	"strings"
	"testing"
	"testing/iotest"

	"fetchscope/trace"
)

// A wire is a proxy whose answers are known beforehand.
type wire struct {
	io.Reader
	sent bytes.Buffer
}

func (w *wire) Write(p []byte) (int, error) { return w.sent.Write(p) }

// open runs the exchange against answers, which come a byte at a time, and returns what we
// said and what of the answers is left.
func open(v Version, to Target, login *Login, answers string) (bound, said, left string, err error) {
	rest := strings.NewReader(answers)
	w := &wire{Reader: iotest.OneByteReader(rest)}
	bound, err = Open(w, v, to, login)
	b, _ := io.ReadAll(rest)
	return bound, w.sent.String(), string(b), err
}

var (
	byIPv4 = Target{Addr: netip.MustParseAddr("192.0.2.7"), Name: "h.test", Port: 0x1234}
	byIPv6 = Target{Addr: netip.MustParseAddr("2001:db8::7"), Name: "h.test", Port: 443}
	byName = Target{Name: "h.test", Port: 443}
	me     = &Login{User: "me", Password: "word"}
)

const (
	v6bytes = "\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x07"
	yes5    = "\x05\x00\x00\x01\xc0\x00\x02\x01\x04\x38"
)

func TestOpen(t *testing.T) {
	for _, tt := range []struct {
		name          string
		v             Version
		to            Target
		login         *Login
		answers, said string
		bound         string
	}{
		{"4", V4, byIPv4, nil, "\x00\x5a\x04\x38\xc0\x00\x02\x01", "\x04\x01\x12\x34\xc0\x00\x02\x07\x00", "192.0.2.1:1080"},
		{"4 with a user", V4, byIPv4, me, "\x00\x5a\x00\x00\x00\x00\x00\x00", "\x04\x01\x12\x34\xc0\x00\x02\x07me\x00", "0.0.0.0:0"},
		{"4A by name", V4a, byName, me, "\x00\x5a\x00\x00\x00\x00\x00\x00", "\x04\x01\x01\xbb\x00\x00\x00\x01me\x00h.test\x00", "0.0.0.0:0"},
		{"4A by IPv4", V4a, byIPv4, nil, "\x00\x5a\x00\x00\x00\x00\x00\x00", "\x04\x01\x12\x34\xc0\x00\x02\x07\x00", "0.0.0.0:0"},
		{"4A by IPv6", V4a, byIPv6, nil, "\x00\x5a\x00\x00\x00\x00\x00\x00", "\x04\x01\x01\xbb\x00\x00\x00\x01\x002001:db8::7\x00", "0.0.0.0:0"},
		{"5", V5, byIPv4, nil, "\x05\x00" + yes5, "\x05\x01\x00\x05\x01\x00\x01\xc0\x00\x02\x07\x12\x34", "192.0.2.1:1080"},
		{"5 by IPv6, which it is told too", V5, byIPv6, nil, "\x05\x00\x05\x00\x00\x04" + v6bytes + "\x00\x50", "\x05\x01\x00\x05\x01\x00\x04" + v6bytes + "\x01\xbb", "[2001:db8::7]:80"},
		{"5 by name, with a name told", V5Host, byName, nil, "\x05\x00\x05\x00\x00\x03\x02ab\x00\x50", "\x05\x01\x00\x05\x01\x00\x03\x06h.test\x01\xbb", "ab:80"},
		{"5 with a login that is wanted", V5, byIPv4, me, "\x05\x02\x01\x00" + yes5, "\x05\x02\x00\x02\x01\x02me\x04word\x05\x01\x00\x01\xc0\x00\x02\x07\x12\x34", "192.0.2.1:1080"},
		{"5 with a login that is not", V5, byIPv4, me, "\x05\x00" + yes5, "\x05\x02\x00\x02\x05\x01\x00\x01\xc0\x00\x02\x07\x12\x34", "192.0.2.1:1080"},
		{"5 with another version of the login", V5, byIPv4, me, "\x05\x02\x05\x00" + yes5, "\x05\x02\x00\x02\x01\x02me\x04word\x05\x01\x00\x01\xc0\x00\x02\x07\x12\x34", "192.0.2.1:1080"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			const behind = "the target's"
			bound, said, left, err := open(tt.v, tt.to, tt.login, tt.answers+behind)
			if err != nil || bound != tt.bound || said != tt.said || left != behind {
				t.Errorf("bound %q, %v\nsaid %q\nwant %q\nleft %q", bound, err, said, tt.said, left)
			}
		})
	}
}

func TestOpenFails(t *testing.T) {
	long := strings.Repeat("x", 256)
	for _, tt := range []struct {
		name    string
		v       Version
		to      Target
		login   *Login
		answers string
		want    trace.Code
		silent  bool // nothing was said
	}{
		{"a name for 5, which takes none", V5, byName, nil, "", CodeUnresolved, true},
		{"IPv6 for 4", V4, byIPv6, nil, "", CodeNeedsIPv4, true},
		{"a name too long", V5Host, Target{Name: long}, nil, "", CodeLongName, true},
		{"a name too long for 4A", V4a, Target{Name: long}, nil, "", CodeLongName, true},
		{"no name", V5Host, Target{}, nil, "", CodeLongName, true},
		{"a name with a NUL", V4a, Target{Name: "a\x00b"}, nil, "", CodeLongName, true},
		{"a user too long", V5, byIPv4, &Login{User: long}, "", CodeLongLogin, true},
		{"a password too long", V5, byIPv4, &Login{Password: long}, "", CodeLongLogin, true},
		{"a user with a NUL", V4, byIPv4, &Login{User: "a\x00b"}, "", CodeLongLogin, true},

		{"4: nothing", V4, byIPv4, nil, "", CodeClosed, false},
		{"4: half a reply", V4, byIPv4, nil, "\x00\x5a\x00", CodeClosed, false},
		{"4: another protocol", V4, byIPv4, nil, "HTTP/1.1", CodeVersion, false},
		{"4: rejected", V4, byIPv4, nil, "\x00\x5b\x00\x00\x00\x00\x00\x00", CodeRejected, false},
		{"4: rejected, and cut", V4, byIPv4, nil, "\x00\x5b", CodeRejected, false},
		{"4: no identd", V4, byIPv4, nil, "\x00\x5c\x00\x00\x00\x00\x00\x00", CodeNoIdentd, false},
		{"4: another user", V4, byIPv4, nil, "\x00\x5d\x00\x00\x00\x00\x00\x00", CodeIdentMismatch, false},
		{"4: unknown", V4, byIPv4, nil, "\x00\x00\x00\x00\x00\x00\x00\x00", CodeUnknownReply, false},

		{"5: nothing", V5, byIPv4, nil, "", CodeClosed, false},
		{"5: half a greeting", V5, byIPv4, nil, "\x05", CodeClosed, false},
		{"5: another protocol", V5, byIPv4, nil, "HTTP/1.1 400", CodeVersion, false},
		{"5: another version", V5, byIPv4, nil, "\x04\x00", CodeVersion, false},
		{"5: no method, without a login", V5, byIPv4, nil, "\x05\xff", CodeNoMethod, false},
		{"5: no method, with one", V5, byIPv4, me, "\x05\xff", CodeNoMethod, false},
		{"5: a method not offered", V5, byIPv4, nil, "\x05\x02", CodeMalformed, false},
		{"5: GSSAPI", V5, byIPv4, me, "\x05\x01", CodeMalformed, false},
		{"5: login refused", V5, byIPv4, me, "\x05\x02\x01\x01", CodeLogin, false},
		{"5: login cut", V5, byIPv4, me, "\x05\x02\x01", CodeClosed, false},
		{"5: reply of another version", V5, byIPv4, nil, "\x05\x00\x04\x00\x00\x01", CodeVersion, false},
		{"5: reply cut", V5, byIPv4, nil, "\x05\x00\x05\x00", CodeClosed, false},
		{"5: reply cut in its address", V5, byIPv4, nil, "\x05\x00" + yes5[:7], CodeClosed, false},
		{"5: reply cut before its name", V5, byIPv4, nil, "\x05\x00\x05\x00\x00\x03", CodeClosed, false},
		{"5: an unknown type of address", V5, byIPv4, nil, "\x05\x00\x05\x00\x00\x02\x00\x00\x00\x00\x00\x00", CodeMalformed, false},
		{"5: refused without an address", V5, byIPv4, nil, "\x05\x00\x05\x05", CodeRefused, false},
		{"5: reply 1", V5, byIPv4, nil, "\x05\x00\x05\x01\x00\x01\x00\x00\x00\x00\x00\x00", CodeFailure, false},
		{"5: reply 2", V5, byIPv4, nil, "\x05\x00\x05\x02\x00\x01\x00\x00\x00\x00\x00\x00", CodeNotAllowed, false},
		{"5: reply 3", V5, byIPv4, nil, "\x05\x00\x05\x03\x00\x01\x00\x00\x00\x00\x00\x00", CodeNoNetwork, false},
		{"5: reply 4", V5, byIPv4, nil, "\x05\x00\x05\x04\x00\x01\x00\x00\x00\x00\x00\x00", CodeNoHost, false},
		{"5: reply 5", V5, byIPv4, nil, "\x05\x00\x05\x05\x00\x01\x00\x00\x00\x00\x00\x00", CodeRefused, false},
		{"5: reply 6", V5, byIPv4, nil, "\x05\x00\x05\x06\x00\x01\x00\x00\x00\x00\x00\x00", CodeExpired, false},
		{"5: reply 7", V5, byIPv4, nil, "\x05\x00\x05\x07\x00\x01\x00\x00\x00\x00\x00\x00", CodeNoCommand, false},
		{"5: reply 8", V5, byIPv4, nil, "\x05\x00\x05\x08\x00\x01\x00\x00\x00\x00\x00\x00", CodeNoFamily, false},
		{"5: reply 9", V5, byIPv4, nil, "\x05\x00\x05\x09\x00\x01\x00\x00\x00\x00\x00\x00", CodeUnknownReply, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, said, _, err := open(tt.v, tt.to, tt.login, tt.answers)
			var e *Error
			if !errors.As(err, &e) || e.Code != tt.want || e.Message == "" {
				t.Errorf("%v, want %s", err, tt.want)
			}
			if (said == "") != tt.silent {
				t.Errorf("said %q", said)
			}
		})
	}
}

// What the connection itself fails of is its own error.
func TestOpenOnABrokenConnection(t *testing.T) {
	broken := errors.New("broken")
	for _, v := range []Version{V4, V4a, V5, V5Host} {
		for sent := range 3 {
			w := &wire{Reader: io.MultiReader(strings.NewReader("\x05\x02\x01\x00"[:2*sent]), iotest.ErrReader(broken))}
			if v == V4 || v == V4a {
				w.Reader = iotest.ErrReader(broken)
			}
			if _, err := Open(w, v, byIPv4, me); !errors.Is(err, broken) {
				t.Errorf("version %d after %d answers: %v", v, sent, err)
			}
		}
	}
}

// maxReplies is the most that a proxy may make us read: a greeting, a login's verdict and a
// reply with the longest name.
const maxReplies = 2 + 2 + 4 + 1 + maxName + 2

// FuzzOpen has a proxy answer anything: what is read is bounded, and what a proxy that says
// yes sent behind its replies is left alone, in whatever portions it came.
func FuzzOpen(f *testing.F) {
	for _, seed := range []string{"\x05\x00" + yes5 + "rest", "\x05\x02\x01\x00" + yes5, "\x00\x5a\x04\x38\xc0\x00\x02\x01rest", "\x05\x00\x05\x00\x00\x03\xff", "HTTP/1.1 400"} {
		for v := V4; v <= V5Host; v++ {
			f.Add(int(v), true, seed)
			f.Add(int(v), false, seed)
		}
	}
	f.Fuzz(func(t *testing.T, v int, known bool, answers string) {
		if v < int(V4) || v > int(V5Host) {
			return
		}
		login := me
		if !known {
			login = nil
		}
		bound, said, left, err := open(Version(v), byIPv4, login, answers)
		w := &wire{Reader: strings.NewReader(answers)}
		again, atOnce := Open(w, Version(v), byIPv4, login)
		if (err == nil) != (atOnce == nil) || bound != again || said != w.sent.String() {
			t.Errorf("%q: %q, %v in bytes; %q, %v at once", answers, bound, err, again, atOnce)
		}
		read := answers[:len(answers)-len(left)]
		var e *Error
		switch {
		case len(read) > maxReplies:
			t.Errorf("%d bytes were read", len(read))
		case err != nil && (!errors.As(err, &e) || e.Code == ""):
			t.Errorf("%q: %v", answers, err)
		case err != nil:
		case Version(v) <= V4a && (len(read) != replySize || read[:2] != "\x00\x5a"):
			t.Errorf("%q was a yes", read)
		case Version(v) > V4a && (read[0] != version5 || !strings.Contains(read[2:], "\x05\x00")):
			t.Errorf("%q was a yes", read)
		}
		if err == nil && bound == "" {
			t.Errorf("%q told no address", read)
		}
	})
}
