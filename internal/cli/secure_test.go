package cli

import "testing"

func TestSplitCert(t *testing.T) {
	for _, tc := range []struct {
		arg            string
		drives         bool
		file, password string
	}{
		{"cert.pem", false, "cert.pem", ""},
		{"cert.pem:word", false, "cert.pem", "word"},
		{"cert.pem:", false, "cert.pem", ""},
		{"cert.pem:a:b", false, "cert.pem", "a:b"},
		{`a\:b.pem:word`, false, "a:b.pem", "word"},
		{`a\\:word`, false, `a\`, "word"},
		{`a\b:word`, false, `a\b`, "word"},
		{`a\`, false, `a\`, ""},
		{`cert:w\:d`, false, "cert", `w\:d`},
		{`C:\cert.pem:word`, true, `C:\cert.pem`, "word"},
		{`C:/cert.pem:word`, true, `C:/cert.pem`, "word"},
		{`C:\cert.pem`, false, "C", `\cert.pem`},
		{"c:word", true, "c", "word"},
		{"", false, "", ""},
		{":word", true, "", "word"},
	} {
		if file, password := splitCert(tc.arg, tc.drives); file != tc.file || password != tc.password {
			t.Errorf("%q, drives %t: %q and %q, want %q and %q", tc.arg, tc.drives, file, password, tc.file, tc.password)
		}
	}
}
