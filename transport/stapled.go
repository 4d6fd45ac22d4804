package transport

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"time"

	"fetchscope/trace"
	"fetchscope/transport/staple"
)

// stapled reads what the server showed beside its certificates.
func (j *judgement) stapled(e *trace.CertificatesSeen, s tls.ConnectionState) {
	if len(s.PeerCertificates) == 0 {
		return
	}
	leaf := s.PeerCertificates[0]
	scts := append(staple.InHandshake(s.SignedCertificateTimestamps), staple.InCertificate(leaf)...)
	if len(s.OCSPResponse) > 0 {
		var more []staple.SCT
		e.OCSP, more = j.ocsp(s.OCSPResponse, leaf)
		scts = append(scts, more...)
	}
	for _, t := range scts[:min(len(scts), staple.MaxSCTs)] {
		e.SCTs = append(e.SCTs, trace.SCT{LogID: base64.StdEncoding.EncodeToString(t.LogID[:]), At: t.At, From: t.From})
	}
	if o := e.OCSP; o != nil && o.Status == staple.Revoked && (o.Signature == staple.ByIssuer || o.Signature == staple.ByDelegate) {
		j.add(CodeRevoked, 0, "the certificate was revoked at "+o.Revoked.Format(time.DateTime)+" UTC, says its stapled OCSP response"+because(o.Reason))
	}
}

func because(reason string) string {
	if reason == "" {
		return ""
	}
	return ": " + reason
}

// ocsp reads the response on the server's certificate.
func (j *judgement) ocsp(der []byte, leaf *x509.Certificate) (*trace.OCSP, []staple.SCT) {
	var issuer *x509.Certificate
	if j.path.length > 1 {
		issuer = j.path.certs[1]
	}
	o, err := staple.ParseOCSP(der, leaf, issuer)
	if err != nil {
		return &trace.OCSP{Status: trace.OCSPUnusable, Why: err.Error()}, nil
	}
	current := !j.at.Before(o.This) && (o.Next.IsZero() || !j.at.After(o.Next))
	return &trace.OCSP{
		Status: o.Status, Produced: o.Produced, This: o.This, Next: o.Next, Current: &current,
		Revoked: o.RevokedAt, Reason: o.Reason, Signature: o.Signature,
	}, o.SCTs
}

// status says why the response that a server stapled does not vouch for its certificate, nil
// where it does. A session that is resumed brings that of its first handshake.
func (j *judgement) status(s tls.ConnectionState) error {
	if len(s.OCSPResponse) == 0 || len(s.PeerCertificates) == 0 {
		return errors.New("the server sent no OCSP response")
	}
	o, _ := j.ocsp(s.OCSPResponse, s.PeerCertificates[0])
	switch {
	case o.Status == trace.OCSPUnusable:
		return errors.New("its OCSP response cannot be used: " + o.Why)
	case o.Signature != staple.ByIssuer && o.Signature != staple.ByDelegate:
		return errors.New("its OCSP response is not signed by whom it should be")
	case o.Status != staple.Good:
		return errors.New("its OCSP response says that it is " + o.Status)
	case !*o.Current:
		return errors.New("its OCSP response is not of today")
	}
	return nil
}

// dated is a date as it can be written down: what a certificate has may be of any zone,
// and a year of five digits by that.
func dated(t time.Time) time.Time {
	t = t.UTC()
	switch y := t.Year(); {
	case y > 9999:
		return time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
	case y < 0:
		return time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return t
}
