package auth

import (
	"errors"
	"io"
	"strings"
	"testing"
)

// challenge reads one Digest challenge.
func challenge(t *testing.T, field string) *digest {
	t.Helper()
	challenges, err := Parse([]string{"Digest " + field})
	if err != nil || len(challenges) != 1 {
		t.Fatalf("%q: %v, %v", field, challenges, err)
	}
	d, err := readDigest(&challenges[0])
	if err != nil {
		t.Fatalf("%q: %v", field, err)
	}
	return d
}

// The examples of RFC 2617, section 3.5, and of RFC 7616, sections 3.9.1 and 3.9.2. Those of
// the last section are with the hashes of its erratum: what is printed there is SHA-512 cut
// short, which is another algorithm.
func TestExamples(t *testing.T) {
	const mufasa = `realm="http-auth@example.org", qop="auth, auth-int", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`
	tests := []struct {
		name, challenge, cnonce string
		login                   Login
		uri, want               string
	}{
		{
			"RFC 2617", `realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"`,
			"0a4f113b",
			Login{"Mufasa", "Circle Of Life"},
			"/dir/index.html", `response="6629fae49393a05397450978507c4ef1"`,
		},
		{
			"MD5", "algorithm=MD5, " + mufasa, "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
			Login{"Mufasa", "Circle of Life"},
			"/dir/index.html",
			`response="8ca523f5e9506fed4657c9700eebdbec"`,
		},
		{
			"SHA-256", "algorithm=SHA-256, " + mufasa, "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
			Login{"Mufasa", "Circle of Life"},
			"/dir/index.html",
			`response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"`,
		},
		{
			"SHA-512-256", `realm="api@example.org", qop="auth", algorithm=SHA-512-256, nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", opaque="HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS", charset=UTF-8, userhash=true`,
			"NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v",
			Login{"J\u00e4s\u00f8n Doe", "Secret, or not?"},
			"/doe.json",
			`response="3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5"`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := challenge(t, tt.challenge)
			d.cnonce = tt.cnonce
			got, err := d.answer(tt.login, Request{Method: "GET", URI: tt.uri})
			if err != nil || !strings.Contains(got, tt.want) {
				t.Errorf("%q, %v, want %q in it", got, err, tt.want)
			}
		})
	}
}

// Names, order, quotes and what is left out are as curl has them.
func TestForm(t *testing.T) {
	tests := []struct {
		name, challenge string
		login           Login
		uri, want       string
	}{
		{"no more than must be", `realm="testrealm", nonce="1053604145"`, Login{"testuser", "testpass"}, "/64", `Digest username="testuser", realm="testrealm", nonce="1053604145", uri="/64", response="R"`},
		{"all there can be", `realm=r, nonce=n, qop=auth, opaque=o, algorithm=md5, userhash=TRUE`, Login{"u", "p"}, "/", `Digest username="HASH", realm="r", nonce="n", uri="/", cnonce="c", nc=00000001, qop=auth, response="R", opaque="o", algorithm=md5, userhash=true`},
		{"an empty opaque", `realm=r, nonce=n, opaque=""`, Login{"u", "p"}, "/", `Digest username="u", realm="r", nonce="n", uri="/", response="R", opaque=""`},
		{"quotes", `realm="\"r\\", nonce="n\"", opaque="\\"`, Login{`u"\`, "p"}, `/"`, `Digest username="u\"\\", realm="\"r\\", nonce="n\"", uri="/\"", response="R", opaque="\\"`},
		{"control characters", `realm=r, nonce=n`, Login{"u\r\n\x00\x7f", "p"}, "/", `Digest username="u%0D%0A%00%7F", realm="r", nonce="n", uri="/", response="R"`},
		{"an unknown quality", `realm=r, nonce=n, qop="auth-conf"`, Login{"u", "p"}, "/", `Digest username="u", realm="r", nonce="n", uri="/", response="R"`},
		{"auth comes first", `realm=r, nonce=n, qop="auth-int, AUTH"`, Login{"u", "p"}, "/", `Digest username="u", realm="r", nonce="n", uri="/", cnonce="c", nc=00000001, qop=auth, response="R"`},
		{"no realm", `nonce=n`, Login{"u", "p"}, "/", `Digest username="u", realm="", nonce="n", uri="/", response="R"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := challenge(t, tt.challenge)
			d.cnonce = "c"
			got, err := d.answer(tt.login, Request{Method: "GET", URI: tt.uri})
			before, rest, _ := strings.Cut(got, `response="`)
			_, after, _ := strings.Cut(rest, `"`)
			got = before + `response="R"` + after
			tt.want = strings.Replace(tt.want, "HASH", d.sum("u", "r"), 1)
			if err != nil || got != tt.want {
				t.Errorf("got  %s, %v\nwant %s", got, err, tt.want)
			}
		})
	}
}

func TestUnusableChallenges(t *testing.T) {
	tests := []struct {
		name, challenge string
		want            error
	}{
		{"unknown algorithm", `realm=r, nonce=n, algorithm=SHA-1`, errAlgorithm},
		{"empty algorithm", `realm=r, nonce=n, algorithm=""`, errAlgorithm},
		{"nothing but a session", `realm=r, nonce=n, qop=auth, algorithm=-sess`, errAlgorithm},
		{"no nonce", `realm=r`, errNonce},
		{"an empty nonce", `realm=r, nonce=""`, errNonce},
		{"a session without a quality", `realm=r, nonce=n, algorithm=MD5-sess`, errSession},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			challenges, _ := Parse([]string{"Digest " + tt.challenge})
			if _, err := readDigest(&challenges[0]); !errors.Is(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
			if s := New(Any, Credentials{Login: &Login{"u", "p"}}); s.Challenged([]string{"Digest " + tt.challenge}) {
				t.Error("it is answered")
			}
		})
	}
}

// A session's key is made of the first nonces and serves on; the count goes up.
func TestSessionAndCount(t *testing.T) {
	d := challenge(t, `realm=r, nonce=n, qop=auth, algorithm=SHA-256-sess`)
	l := Login{"u", "p"}
	first, _ := d.answer(l, Request{Method: "GET", URI: "/"})
	cnonce := d.cnonce
	key := d.sum(d.sum("u", "r", "p"), "n", cnonce)
	for i, count := range []string{"00000001", "00000002"} {
		got := first
		if i > 0 {
			got, _ = d.answer(l, Request{Method: "GET", URI: "/"})
		}
		want := `nc=` + count + `, qop=auth, response="` + d.sum(key, "n", count, cnonce, "auth", d.sum("GET", "/")) + `"`
		if !strings.Contains(got, want) || !strings.Contains(got, `cnonce="`+cnonce+`"`) {
			t.Errorf("answer %d: %s, want %s in it", i, got, want)
		}
	}
	if len(cnonce) != 16 {
		t.Errorf("the nonce of ours is %q, want 16 letters", cnonce)
	}
}

// Where a server asks for nothing less, the content is hashed too.
func TestContentIsHashed(t *testing.T) {
	d := challenge(t, `realm=r, nonce=n, qop=auth-int`)
	d.cnonce = "c"
	for _, content := range []string{"", "some text"} {
		r := Request{Method: "POST", URI: "/", Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil }}
		d.count = 0
		got, err := d.answer(Login{"u", "p"}, r)
		about := d.sum("POST", "/", d.sum(content))
		if want := d.sum(d.sum("u", "r", "p"), "n", "00000001", "c", "auth-int", about); err != nil || !strings.Contains(got, want) {
			t.Errorf("%q: %s, %v, want %s in it", content, got, err, want)
		}
	}
	broken := errors.New("broken")
	if _, err := d.answer(Login{"u", "p"}, Request{Open: func() (io.ReadCloser, error) { return nil, broken }}); !errors.Is(err, broken) {
		t.Errorf("%v, want that the content cannot be read", err)
	}
}
