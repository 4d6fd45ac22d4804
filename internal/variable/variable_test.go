package variable

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// around is an environment with one of everything.
func around() Environment {
	return Environment{
		Lookup: func(name string) (string, bool) {
			value, set := map[string]string{"HERE": "from outside", "BLANK": ""}[name]
			return value, set
		},
		Read: func(name string) ([]byte, error) {
			if name == "file" {
				return []byte("0123456789\n"), nil
			}
			return nil, fs.ErrNotExist
		},
	}
}

func TestDefine(t *testing.T) {
	for _, c := range []struct{ name, arg, want, warning, err string }{
		{"a text", "v=text", "text", "", ""},
		{"an empty one", "v=", "", "", ""},
		{"more equals signs", "v=a=b@c", "a=b@c", "", ""},
		{"a file", "v@file", "0123456789\n", "", ""},
		{"a file that is not there", "v@none", "", "", "file does not exist"},
		{"of the environment", "%HERE", "from outside", "", ""},
		{"empty there", "%BLANK=text", "", "", ""},
		{"not there", "%GONE", "", "", "'GONE' import fail"},
		{"not there, with a text", "%GONE=text", "text", "", ""},
		{"not there, with a file", "%GONE@file", "0123456789\n", "", ""},
		{"a part of a file", "v[2-4]@file", "234", "", ""},
		{"one byte", "v[2-2]@file", "2", "", ""},
		{"to the end", "v[8-]@file", "89\n", "", ""},
		{"beyond the end", "v[8-80]@file", "89\n", "", ""},
		{"behind the end", "v[80-90]@file", "", "", ""},
		{"a part of a text", "v[1-2]=text", "ex", "", ""},
		{"a part behind a text", "v[10-20]=text", "", "", ""},
		{"backwards", "v[3-2]=text", "", "", "range of bytes"},
		{"half a range", "v[3]=text", "", "", "range of bytes"},
		{"an open range", "v[3-4=text", "", "", "range of bytes"},
		{"a number beyond all", "v[0-99999999999999999999]=text", "", "", "range of bytes"},
		{"a sign", "v[0-+3]=text", "", "", "range of bytes"},
		{"no range", "v[a-b]=text", "", "Bad --variable syntax", ""},
		{"nothing behind the name", "v", "", "Bad --variable syntax", ""},
		{"no name", "=text", "", "name length (0)", ""},
		{"a name too long", strings.Repeat("v", 128) + "=text", "", "name length (128)", ""},
	} {
		var s Set
		warning, err := s.Define(c.arg, around())
		if c.err == "" && err != nil || c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)) {
			t.Errorf("%s: %q: error %v, want %q", c.name, c.arg, err, c.err)
		}
		if (warning != "") != (c.warning != "") || !strings.Contains(warning, c.warning) {
			t.Errorf("%s: %q: warning %q, want %q", c.name, c.arg, warning, c.warning)
		}
		for _, got := range s.contents {
			if string(got) != c.want {
				t.Errorf("%s: %q is %q, want %q", c.name, c.arg, got, c.want)
			}
		}
		if want := c.err == "" && c.warning == ""; (len(s.contents) == 1) != want {
			t.Errorf("%s: %q: there is one: %v, want %v", c.name, c.arg, !want, want)
		}
	}
	var unread *ReadError
	if _, err := new(Set).Define("v@none", around()); !errors.As(err, &unread) {
		t.Errorf("error %v, want a *ReadError", err)
	}
}

func TestExpand(t *testing.T) {
	var s Set
	for _, arg := range []string{"a=one", "b= two \t", "c=\"\\\n\x01", "d=b25l", "e=*", "nul[0-]@-"} {
		e := around()
		e.Read = func(string) ([]byte, error) { return []byte{'a', 0}, nil }
		if _, err := s.Define(arg, e); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ name, text, want, warning, err string }{
		{"none", "text", "text", "", ""},
		{"one", "<{{a}}>", "<one>", "", ""},
		{"several", "{{a}}{{a}}{{b}}", "oneone two \t", "", ""},
		{"one that is not there", "<{{z}}>", "<>", "", ""},
		{"as it is", `\{{a}}{{a}}`, "{{a}}one", "", ""},
		{"nothing but what is as it is", `\{{a}}`, `\{{a}}`, "", ""},
		{"trimmed", "{{b:trim}}", "two", "", ""},
		{"for JSON", "{{c:json}}", `\"\\\n\u0001`, "", ""},
		{"for a URL", "{{b:url}}", "%20two%20%09", "", ""},
		{"base64", "{{a:b64}}", "b25l", "", ""},
		{"from base64", "{{d:64dec}}", "one", "", ""},
		{"from what is none", "{{e:64dec}}", "[64dec-fail]", "", ""},
		{"a chain", "{{b:trim:b64:64dec:url}}", "two", "", ""},
		{"an unknown function", "{{a:upper}}", "", "", "unknown variable function in ':upper'"},
		{"no function", "{{a:}}", "", "", "unknown variable function"},
		{"a NUL", "{{nul}}", "", "", "NUL"},
		{"a NUL that is encoded", "{{nul:b64}}", "YQA=", "", ""},
		{"no name", "{{}}{{a}}", "{{}}one", "name length", ""},
		{"a bad name", "{{a.b}}{{a}}", "{{a.b}}one", "bad variable name: a.b", ""},
		{"a name too long", "{{" + strings.Repeat("a", 128) + "}}", "{{" + strings.Repeat("a", 128) + "}}", "name length", ""},
		{"no end", "{{a}}{{b", "one{{b", "missing close", ""},
	} {
		got, warnings, err := s.Expand(c.text)
		if (err != nil) != (c.err != "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %q: error %v, want %q", c.name, c.text, err, c.err)
		}
		if warned := strings.Join(warnings, "; "); (warned != "") != (c.warning != "") || !strings.Contains(warned, c.warning) {
			t.Errorf("%s: %q: warning %q, want %q", c.name, c.text, warned, c.warning)
		}
		if diff := cmp.Diff(c.want, got); diff != "" && err == nil {
			t.Errorf("%s: %q (-want +got)\n%s", c.name, c.text, diff)
		}
	}
}

// What is put in does not grow without bounds.
func TestExpandIsBounded(t *testing.T) {
	var s Set
	if _, err := s.Define("v="+strings.Repeat("v", MaxContent/4), Environment{}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Expand(strings.Repeat("{{v}}", 5)); !errors.Is(err, errLarge) {
		t.Errorf("five of them: %v", err)
	}
	if _, _, err := s.Expand("{{v:b64:b64:b64:b64:b64}}"); !errors.Is(err, errLarge) {
		t.Errorf("a chain: %v", err)
	}
	if _, err := s.Define("v="+strings.Repeat("v", MaxContent+1), Environment{}); !errors.Is(err, errLarge) {
		t.Errorf("a text: %v", err)
	}
}

func FuzzExpand(f *testing.F) {
	f.Add("v=text", "{{v}}")
	f.Add("%HERE[1-2]@file", `\{{v:trim:json}}{{v:url`)
	f.Add("v[0-3]=abcdef", "{{v:b64:64dec}}{{}}")
	f.Fuzz(func(t *testing.T, arg, text string) {
		var s Set
		if _, err := s.Define(arg, around()); err != nil {
			return
		}
		out, _, err := s.Expand(text)
		switch {
		case err != nil:
			return
		case !strings.Contains(text, "{{") && out != text:
			t.Errorf("%q became %q", text, out)
		case !strings.Contains(text, "\x00") && strings.Contains(out, "\x00"):
			t.Errorf("%q: a NUL in %q", text, out)
		}
	})
}

// What functions encode comes back as it was.
func FuzzFunctions(f *testing.F) {
	f.Add([]byte("a\x00\n\"\\ü"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if got := decoded(encoded(b)); !bytes.Equal(got, b) {
			t.Errorf("%q became %q by base64", b, got)
		}
		var s string
		if err := json.Unmarshal([]byte(`"`+string(asJSON(b))+`"`), &s); err != nil || utf8.Valid(b) && s != string(b) {
			t.Errorf("%q became %q by JSON, %v", b, s, err)
		}
		if url := asURL(b); strings.Trim(string(url), unreserved+"%") != "" {
			t.Errorf("%q became %q in a URL", b, url)
		}
	})
}
