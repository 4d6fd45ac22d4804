package cli

import (
	"fmt"
	"io"
	"os"
	"strings"

	"fetchscope/internal/fetch"
)

// addHeaders reads -H and --proxy-header.
func (p *operation) addHeaders() error {
	for _, list := range []struct {
		flag   string
		values []string
		to     *[]fetch.HeaderOption
	}{{"-H", p.s.headers, &p.s.fetch.Header}, {"--proxy-header", p.s.proxyHeaders, &p.s.fetch.ProxyHeader}} {
		for _, h := range list.values {
			if err := p.addHeader(list.flag, list.to, h); err != nil {
				return err
			}
		}
	}
	return nil
}

// addHeader reads one -H or --proxy-header: a field, or @file with one on each line.
func (p *operation) addHeader(flag string, to *[]fetch.HeaderOption, h string) error {
	if name, ok := strings.CutPrefix(h, "@"); ok {
		b, err := p.readFile(name)
		if err != nil {
			return &statusError{status: statusRead, code: codeUsage, err: err}
		}
		for line := range strings.Lines(string(b)) {
			if line = strings.TrimRight(line, "\r\n"); line != "" {
				if err := p.addHeader(flag, to, line); err != nil {
					return err
				}
			}
		}
		return nil
	}
	if err := oneLine(h); err != nil {
		return usage(fmt.Sprintf("%s %q: %v", flag, h, err), "")
	}
	field := fetch.HeaderOption{}
	var ok bool
	if field.Name, field.Value, ok = strings.Cut(h, ":"); ok {
		field.Value = strings.Trim(field.Value, " \t")
		field.Remove = field.Value == ""
	} else if field.Name, ok = strings.CutSuffix(h, ";"); !ok {
		return usage(fmt.Sprintf("%s %q: wanted 'Name: value', 'Name:' or 'Name;'", flag, h), "")
	}
	name := strings.TrimRight(field.Name, " \t")
	field.Name, field.Gap = name, field.Name[len(name):]
	if field.Name == "" || strings.ContainsAny(field.Name, " \t\"(),/;<=>?@[\\]{}") {
		return usage(fmt.Sprintf("%s %q: this cannot be a field's name", flag, h), "")
	}
	*to = append(*to, field)
	return nil
}

// readFile reads a file, or stdin for "-".
func (p *program) readFile(name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(p.stdin)
	}
	return os.ReadFile(name)
}
