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

// There is no engine, which curl's status says.
func TestEngine(t *testing.T) {
	for _, tt := range []struct {
		args   []string
		status int
		stdout string
	}{
		{[]string{"--engine", "other", "http://h.test/"}, 53, ""},
		{[]string{"--engine", "list"}, 0, "Build-time engines:\n  <none>\n"},
		{[]string{"--dry-run", "--engine", "other", "http://h.test/"}, 53, ""},
	} {
		if status, stdout, _ := inProcess("", tt.args...); status != tt.status || stdout != tt.stdout {
			t.Errorf("%q: %d, %q, want %d, %q", tt.args, status, stdout, tt.status, tt.stdout)
		}
	}
}

// --pass and what stands behind --cert are the same, whichever comes last.
func TestPasswordOfTheKey(t *testing.T) {
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"-E", "file:one"}, "one"},
		{[]string{"--pass", "two", "-E", "file"}, "two"},
		{[]string{"-E", "file:one", "--pass", "two"}, "two"},
		{[]string{"--pass", "two", "-E", "file:one"}, "one"},
	} {
		var s settings
		for i := 0; i < len(tt.args); i += 2 {
			set := map[string]func(*settings, string) error{"-E": clientCert, "--pass": func(s *settings, v string) error {
				s.fetch.TLS.Identity.Password = v
				return nil
			}}[tt.args[i]]
			if err := set(&s, tt.args[i+1]); err != nil {
				t.Fatal(err)
			}
		}
		if got := s.fetch.TLS.Identity.Password; got != tt.want {
			t.Errorf("%q: %q, want %q", tt.args, got, tt.want)
		}
	}
}
