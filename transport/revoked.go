package transport

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"fetchscope/trace"
)

// CRLs are lists of certificates that their authorities have revoked (RFC 5280, section 5).
// Where there are any, every certificate of a chain has to be on none of its authority's, as
// with curl.
type CRLs struct{ lists []*x509.RevocationList }

// maxCRLFile bounds a file of lists: those of large authorities have some tens of megabytes.
const maxCRLFile = 256 << 20

// LoadCRLs reads lists in PEM form. The error is an *Error.
func LoadCRLs(name string) (*CRLs, error) {
	c := &CRLs{}
	text, err := readUpTo(name, maxCRLFile)
	for block, rest := pem.Decode(text); err == nil && block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "X509 CRL" {
			continue
		}
		var list *x509.RevocationList
		if list, err = x509.ParseRevocationList(block.Bytes); err == nil {
			c.lists = append(c.lists, list)
		}
	}
	if err == nil && len(c.lists) == 0 {
		err = fmt.Errorf("%s holds no list of revoked certificates in PEM form", name)
	}
	if err != nil {
		return nil, &Error{Op: "read the lists of revoked certificates", Code: CodeCRLFile, Err: err}
	}
	return c, nil
}

// readUpTo reads a file that is no larger than it may be.
func readUpTo(name string, most int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(b)) > most {
		err = fmt.Errorf("%s is larger than the %d bytes that are read of it", name, most)
	}
	return b, err
}

var (
	errRevoked = errors.New("it has been revoked, says the list of its authority")
	errNoList  = errors.New("there is no list of its authority that is in force and says whether it has been revoked")
)

// judge looks up every certificate of a chain, from the leaf to the root, which is its own
// authority (RFC 5280, section 6.3). It returns the place of one that does not pass.
func (c *CRLs) judge(chain []*x509.Certificate, at time.Time) (int, error) {
	for i, cert := range chain {
		list := c.of(cert, chain[min(i+1, len(chain)-1)], at)
		if list == nil {
			return i, errNoList
		}
		for _, e := range list.RevokedCertificateEntries {
			if e.SerialNumber.Cmp(cert.SerialNumber) == 0 {
				return i, errRevoked
			}
		}
	}
	return 0, nil
}

// of finds the list that is in force of a certificate's authority.
func (c *CRLs) of(cert, issuer *x509.Certificate, at time.Time) *x509.RevocationList {
	for _, list := range c.lists {
		inForce := !at.Before(list.ThisUpdate) && (list.NextUpdate.IsZero() || !at.After(list.NextUpdate))
		if inForce && bytes.Equal(list.RawIssuer, cert.RawIssuer) && list.CheckSignatureFrom(issuer) == nil {
			return list
		}
	}
	return nil
}

// revoked judges a chain that is good otherwise.
func (j *judgement) revoked(c *CRLs, chain []*x509.Certificate) {
	if c == nil {
		return
	}
	i, err := c.judge(chain, j.at)
	if err == nil {
		return
	}
	j.err, j.code, j.blamed = err, CodeNoCRL, chain[i]
	if err == errRevoked {
		j.code = CodeRevoked
	}
	j.problems = append(j.problems, trace.Problem{Code: j.code, Message: trace.Text(err.Error()), Certificate: &i})
}
