package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"fetchscope/internal/fetch"
	"fetchscope/internal/term"
	"fetchscope/resolver"
	"fetchscope/trace"
	"fetchscope/transport"
)

// resolve is the command: step 1 alone.
func (p *program) resolve(ctx context.Context, words []string) error {
	if len(words) == 0 {
		return usage("no name", "fetchscope resolve NAME [TYPE ...]")
	}
	types := words[1:]
	if len(types) == 0 {
		types = p.addressTypes()
	}
	r, err := fetch.NewResolver(p.s.fetch)
	if err != nil {
		return unusable(err)
	}
	defer r.Close()
	if p.s.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, p.s.timeout)
		defer cancel()
	}
	var last error
	for i, t := range types {
		if i > 0 && last != nil {
			p.exit(last)
		}
		err := p.resolveOne(ctx, r, words[0], t, len(types) > 1)
		if err != nil || i == 0 {
			last = err
		}
	}
	return last
}

// addressTypes are asked for where no type is named.
func (p *program) addressTypes() []string {
	switch {
	case p.s.fetch.Resolver.Family == resolver.IPv6:
		return []string{"AAAA"}
	case p.s.fetch.Resolver.Family == resolver.IPv4 || p.s.format != "":
		return []string{"A"}
	}
	return []string{"A", "AAAA"}
}

func (p *program) resolveOne(ctx context.Context, r *resolver.Resolver, name, qtype string, several bool) error {
	var lines *jsonLines
	var sink trace.Sink
	if p.s.format == "jsonl" {
		lines = newJSONLines(p.stdout, p.s.secrets)
		sink = lines
	}
	rec := trace.NewRecorder(sink)
	sc := rec.Scope(0)
	err := r.Query(ctx, sc, name, qtype)
	failure := resolveFailure(err)
	if failure != nil {
		sc.Emit(trace.Failed{Phase: trace.Resolve, Code: failure.code, Message: failure.Error(), Hint: failure.hint})
	}
	if lines != nil {
		if err := lines.close(); err != nil {
			return err
		}
	}
	doc := trace.FoldResolve(rec.Records(), trace.Question{Name: name, Type: strings.ToUpper(qtype)}, rec.Started())
	if failure != nil {
		doc.ExitCode = failure.status
	} else if doc.Rcode != "NOERROR" {
		failure = &statusError{status: statusName, err: fmt.Errorf("%s %s: %s", doc.Question.Name, doc.Question.Type, doc.Rcode), shown: p.s.format == ""}
		doc.ExitCode = statusName
	}
	if err := p.showResolution(doc, several); err != nil {
		return err
	}
	if failure == nil {
		return nil
	}
	return failure
}

// unusable is the error of a file that an option names and the resolver needs.
func unusable(err error) error {
	out := &statusError{status: statusRead, err: err}
	var e *resolver.Error
	var c *transport.Error
	switch {
	case errors.As(err, &e):
		out.code = e.Code
	case errors.As(err, &c):
		out.code, out.status = c.Code, status(trace.InUsage, c.Code)
	}
	return out
}

func resolveFailure(err error) *statusError {
	if err == nil {
		return nil
	}
	out := &statusError{status: statusName, err: err}
	var e *resolver.Error
	if errors.As(err, &e) {
		out.code, out.status = e.Code, status(trace.Resolve, e.Code)
	}
	return out
}

func (p *program) showResolution(doc *trace.ResolveDocument, several bool) error {
	switch p.s.format {
	case "json":
		return trace.WriteJSON(p.stdout, doc, !several)
	case "jsonl":
		return nil
	}
	var b strings.Builder
	for _, rr := range doc.Answers {
		fmt.Fprintf(&b, "%-30s %7d  %-6s %s\n", term.Safe(rr.Name), rr.TTL, rr.Type, term.Safe(rr.Data))
	}
	if _, err := fmt.Fprint(p.stdout, b.String()); err != nil {
		return err
	}
	if p.s.silent {
		return nil
	}
	_, err := fmt.Fprint(p.stderr, resolutionText(doc))
	return err
}

// resolutionText says how the answer was found.
func resolutionText(doc *trace.ResolveDocument) string {
	var b strings.Builder
	source := ""
	if doc.Source != "" && doc.Source != "dns" {
		source = " from " + doc.Source
	}
	result := doc.Rcode
	if result == "" {
		result = "no answer"
	}
	records := "records"
	if len(doc.Answers) == 1 {
		records = "record"
	}
	fmt.Fprintf(&b, "%s %s  %s%s, %d %s\n", term.Safe(doc.Question.Name), term.Safe(doc.Question.Type), result, source, len(doc.Answers), records)
	for _, q := range doc.Queries {
		took := "-"
		if q.Duration != nil {
			took = fmt.Sprintf("%.2f ms", float64(*q.Duration)/float64(time.Millisecond))
		}
		result := q.Rcode
		if q.Failure != "" {
			result = q.Failure
		}
		fmt.Fprintf(&b, "  %-24s %-5s %9s  %s %s  %s%s\n", q.Server, q.Protocol, took, term.Safe(q.Name), q.Type, term.Safe(result), connecting(&q))
	}
	return b.String()
}

// connecting says how the connection came about that a query went over.
func connecting(q *trace.Query) string {
	switch {
	case q.Connect != nil:
		return fmt.Sprintf(", connected in %.2f ms", float64(*q.Connect)/float64(time.Millisecond))
	case q.Reused != nil && *q.Reused:
		return ", on an open connection"
	}
	return ""
}
