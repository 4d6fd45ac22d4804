package cli

import (
	"crypto/tls"
	"errors"
	"io"
	"runtime"
	"strconv"
	"strings"

	"fetchscope/transport"
)

// clientCert takes FILE[:PASSWORD] apart.
func clientCert(s *settings, v string) error {
	f := &s.fetch.TLS.Identity
	var password string
	if f.Cert, password = splitCert(v, runtime.GOOS == "windows"); f.Cert == "" {
		return errors.New("wanted a file")
	}
	if password != "" { // --pass may have given it
		f.Password = password
	}
	return nil
}

// fileForm reads the form of a file.
func fileForm(der func(*transport.IdentityFiles) *bool) func(*settings, string) error {
	return func(s *settings, v string) error {
		*der(&s.fetch.TLS.Identity) = strings.EqualFold(v, "DER")
		if !strings.EqualFold(v, "DER") && !strings.EqualFold(v, "PEM") {
			return errors.New("wanted PEM or DER")
		}
		return nil
	}
}

// engine takes the name of a crypto engine, and keeps it for when all options are known.
func engine(s *settings, v string) error {
	s.engine = v
	return nil
}

// listEngines is what asks for the names of all engines, as with curl.
const listEngines = "list"

// tellEngines lists them in curl's form.
func (p *program) tellEngines() error {
	_, err := io.WriteString(p.stdout, "Build-time engines:\n  <none>\n")
	return err
}

// checkEngine refuses every engine: here is none.
func (p *operation) checkEngine() error {
	if p.s.engine == "" {
		return nil
	}
	return &statusError{status: statusEngine, code: codeUsage, err: errors.New("there is no crypto engine " + strconv.Quote(p.s.engine)), hint: "without --engine this program does the work itself"}
}

// splitCert finds the colon that ends the file's name: one behind a backslash belongs to
// the name, and so does that of a drive where there are drives. A backslash itself may be
// written twice; before anything else it stands for itself.
func splitCert(v string, drives bool) (file, password string) {
	var name strings.Builder
	for i := 0; i < len(v); i++ {
		switch {
		case v[i] == '\\' && i+1 < len(v) && (v[i+1] == '\\' || v[i+1] == ':'):
			i++
			name.WriteByte(v[i])
		case v[i] == ':' && !(drives && onDrive(v, i)):
			return name.String(), v[i+1:]
		default:
			name.WriteByte(v[i])
		}
	}
	return name.String(), ""
}

// onDrive says whether the colon at i is that of a drive, as in C:\file.
func onDrive(v string, i int) bool {
	letter := v[0] | 0x20
	return i == 1 && letter >= 'a' && letter <= 'z' && len(v) > 2 && (v[2] == '\\' || v[2] == '/')
}

func leastTLS(version uint16) func(*settings, string) error {
	return func(s *settings, v string) error {
		s.fetch.TLS.MinVersion = 0
		if v == "true" {
			s.fetch.TLS.MinVersion = version
		}
		return nil
	}
}

// versions are those of --tls-max.
var versions = map[string]uint16{
	"default": 0, "1.0": tls.VersionTLS10, "1.1": tls.VersionTLS11, "1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13,
}

func mostTLS(s *settings, v string) error {
	version, ok := versions[v]
	if !ok {
		return errors.New("wanted one of default, 1.0, 1.1, 1.2, 1.3")
	}
	s.fetch.TLS.MaxVersion = version
	return nil
}
