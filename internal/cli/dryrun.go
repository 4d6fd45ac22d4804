package cli

import (
	"encoding/base64"
	"errors"
	"fmt"

	"fetchscope/httpclient/h1"
	"fetchscope/internal/fetch"
	"fetchscope/internal/term"
	"fetchscope/trace"
)

// A dryRunDocument says what would be sent.
type dryRunDocument struct {
	Schema  string         `json:"schema"`
	URL     urlDocument    `json:"url"`
	Request *dryRunRequest `json:"request"`
}

// A urlDocument holds a URL's components as the URL Standard has them.
type urlDocument struct {
	Href     string `json:"href"`
	Protocol string `json:"protocol"`
	Username string `json:"username"`
	Password string `json:"password"`
	Host     string `json:"host"`
	Hostname string `json:"hostname"`
	Port     string `json:"port"`
	Pathname string `json:"pathname"`
	Search   string `json:"search"`
	Hash     string `json:"hash"`
}

type dryRunRequest struct {
	// Raw is the exact bytes, in base64.
	Raw string `json:"raw_base64"`
}

const schemaDryRun = "fetchscope.dryrun/1"

// tellOnly shows the URL and its request.
func (t *transfer) tellOnly() error {
	u := t.url
	doc := dryRunDocument{Schema: schemaDryRun, URL: urlDocument{
		Href: u.Href(), Protocol: u.Protocol(), Username: u.Username(), Password: u.Password(), Host: u.Host(),
		Hostname: u.Hostname(), Port: u.Port(), Pathname: u.Pathname(), Search: u.Search(), Hash: u.Hash(),
	}}
	unfetchable := fetch.Fetchable(u)
	var raw []byte
	if unfetchable == nil {
		var err error
		if raw, err = t.rawRequest(); err != nil {
			return err
		}
		doc.Request = &dryRunRequest{Raw: base64.StdEncoding.EncodeToString(raw)}
	}
	if err := t.showDryRun(&doc, raw); err != nil {
		return err
	}
	if unfetchable != nil {
		return &statusError{status: statusScheme, code: fetch.CodeScheme, err: unfetchable}
	}
	return nil
}

// rawRequest is the request byte for byte, its body read to the end.
func (t *transfer) rawRequest() ([]byte, error) {
	o := t.s.fetch
	if from := t.delivery().from; from > 0 && t.body == nil {
		o.Range = fmt.Sprintf("%d-", from)
	}
	req, err := fetch.FirstRequest(o, t.url, t.body)
	if err != nil {
		var f *fetch.Failure
		errors.As(err, &f)
		return nil, &statusError{status: status(f.Phase, f.Code), code: f.Code, err: err}
	}
	raw, err := h1.Raw(req)
	if req.Stream != nil {
		err = errors.Join(err, req.Stream.Close())
	}
	return raw, unreadable(err)
}

func (p *program) showDryRun(doc *dryRunDocument, raw []byte) error {
	if p.format == "json" {
		return trace.WriteJSON(p.stdout, doc, true)
	}
	if _, err := fmt.Fprintf(p.stdout, "%s\n\n", doc.URL.Href); err != nil {
		return err
	}
	if !p.out.Terminal {
		_, err := p.stdout.Write(raw)
		return err
	}
	w := term.Writer{W: p.stdout}
	_, err := w.Write(raw)
	return err
}
