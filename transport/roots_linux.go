package transport

import (
	"os"
	"runtime"
	"strings"
)

// bundles are where distributions keep all that they trust in one file; crypto/x509 takes
// the first that there is, and so do we, lest the two differ.
var bundles = []string{
	"/etc/ssl/certs/ca-certificates.crt",                // Debian, Arch, Gentoo
	"/etc/pki/tls/certs/ca-bundle.crt",                  // Fedora, RHEL 6
	"/etc/ssl/ca-bundle.pem",                            // openSUSE
	"/etc/pki/tls/cacert.pem",                           // OpenELEC
	"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", // RHEL 7
	"/etc/ssl/cert.pem",                                 // Alpine
}

// systemBundle reads the system's certificates; nil where they are not in one file, and
// only crypto/x509 knows them. It is all that most chains need: crypto/x509 reads and
// parses every file of the directories beside it.
func systemBundle() []byte {
	if runtime.GOOS == "android" {
		return nil // it has directories of its own
	}
	files := bundles
	if f := os.Getenv("SSL_CERT_FILE"); f != "" {
		files = []string{f}
	}
	for _, f := range files {
		if text, err := os.ReadFile(f); err == nil {
			return text
		}
	}
	return nil
}

// directories are where crypto/x509 looks for more of them.
var directories = []string{"/etc/ssl/certs", "/etc/pki/tls/certs"}

// systemDirs are the directories whose files are trusted beside the bundle. They hold the
// same, as a rule, but somebody may have put another there.
func systemDirs() []string {
	if d := os.Getenv("SSL_CERT_DIR"); d != "" {
		return strings.Split(d, ":")
	}
	return directories
}
