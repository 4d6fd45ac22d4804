package cli

import (
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"fetchscope/internal/term"
)

func TestDispositionName(t *testing.T) {
	for _, tt := range []struct{ name, value, want string }{
		{"quoted", `attachment; filename="a b.txt"`, "a b.txt"},
		{"token", `attachment; filename=a.txt; size=3`, "a.txt"},
		{"any case", `ATTACHMENT; FileName="a.txt"`, "a.txt"},
		{"no type", `filename=a.txt; charset=x`, "a.txt"},
		{"single quotes", `inline; filename='a;b'`, "a;b"},
		{"escaped quote", `attachment; filename="a\"b"`, `a"b`},
		{"no end", `attachment; filename="a.txt`, "a.txt"},
		{"another parameter holds the word", `attachment; name="filename=x"; filename=y`, "y"},
		{"the extended one does not count", `attachment; filename*=UTF-8''x`, ""},
		{"none", `attachment`, ""},
		{"empty", `attachment; filename=""`, ""},
		{"path", `attachment; filename="/etc/passwd"`, "passwd"},
		{"upwards", `attachment; filename="../../x"`, "x"},
		{"upwards alone", `attachment; filename=".."`, ""},
		{"a folder", `attachment; filename="x/"`, ""},
		{"backslashes", `attachment; filename="..\\..\\x"`, "x"},
		{"drive", `attachment; filename="C:x"`, "C_x"},
		{"hidden", `attachment; filename=".bashrc"`, "_.bashrc"},
		{"like an option", `attachment; filename="-rf"`, "_-rf"},
		{"like a home", `attachment; filename="~"`, "_~"},
		{"device", `attachment; filename="nul.txt"`, "_nul.txt"},
		{"escape", "attachment; filename=\"a\x1b[2Jb\"", "a_[2Jb"},
		{"turned round", "attachment; filename=\"a\u202etxt.exe\"", "a_txt.exe"},
		{"no UTF-8", "attachment; filename=\"a\xffb\"", "a_b"},
		{"dots and spaces at the end", `attachment; filename=" a. . "`, "a"},
		{"too long", `attachment; filename="` + strings.Repeat("é", 300) + `.tar.gz"`, strings.Repeat("é", 119) + strings.Repeat("é", 4) + ".tar.gz"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := dispositionName([]string{tt.value}); got != tt.want {
				t.Errorf("%q: %q, want %q", tt.value, got, tt.want)
			}
		})
	}
}

// Whatever a server says, the name is one of a file in this folder that shows.
func FuzzDispositionName(f *testing.F) {
	for _, seed := range []string{`attachment; filename="a.txt"`, `filename=../.x`, "filename=\"\\\"\x1b\u2028", `filename='con'`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		name := dispositionName([]string{value})
		if name == "" {
			return
		}
		switch {
		case filepath.Base(name) != name || strings.ContainsAny(name, `/\:`):
			t.Errorf("%q: %q is a path", value, name)
		case name[0] == '.' || name[0] == '-' || name[0] == '~':
			t.Errorf("%q: %q begins with what means something", value, name)
		case len(name) > maxName:
			t.Errorf("%q: a name of %d bytes", value, len(name))
		case !utf8.ValidString(name) || term.Safe(name) != name:
			t.Errorf("%q: %q is not to be shown", value, name)
		case safeName(name) != name:
			t.Errorf("%q: %q is made safe again as %q", value, name, safeName(name))
		}
	})
}
