package trace

import (
	"strings"
	"time"
)

// A ResolveDocument is the answer to one question, with the queries that led to it.
type ResolveDocument struct {
	Schema      string   `json:"schema"`
	Started     string   `json:"started"`
	StartedUnix int64    `json:"started_unix_ns"`
	Question    Question `json:"question"`
	Rcode       string   `json:"rcode"`
	Validation
	Source    string  `json:"source,omitzero"`
	Answers   []RR    `json:"answers"`
	Authority []RR    `json:"authority"`
	Queries   []Query `json:"queries"`
	ExitCode  int     `json:"exit_code"`
	Error     *Error  `json:"error"`
}

// A Question is what was asked (RFC 9499).
type Question struct {
	Name string `json:"name"`
	Type string `json:"type"`
	// Typed is what a person typed for the name, where that is not the name itself: an
	// address, a name in other letters than ASCII, one that was completed.
	Typed string `json:"typed,omitzero"`
}

// FoldResolve derives the document of one question from its records, as Fold does for
// a fetch.
func FoldResolve(records []Record, q Question, started time.Time) *ResolveDocument {
	d := &ResolveDocument{
		Schema: SchemaResolve, Started: started.UTC().Format(time.RFC3339Nano), StartedUnix: started.UnixNano(),
		Question: q, Validation: Validation{Security: "unchecked"}, Answers: []RR{}, Authority: []RR{}, Queries: []Query{},
	}
	for _, group := range byExchange(records) {
		for _, r := range group {
			if e, ok := r.Event.(QuerySent); ok {
				d.Queries = append(d.Queries, newQuery(e, r))
			}
		}
		for _, r := range group {
			d.take(r)
		}
	}
	return d
}

func (d *ResolveDocument) take(r Record) {
	for i := range d.Queries {
		d.Queries[i].take(r)
	}
	d.Validation.take(r)
	switch e := r.Event.(type) {
	case Answered:
		d.Question, d.Rcode, d.Source = d.Question.as(e.Name, e.Type), e.Rcode, e.Source
		d.Answers = append(d.Answers, e.Answers...)
		d.Authority = append(d.Authority, e.Authority...)
	case Failed:
		d.Error = &Error{Phase: e.Phase, Code: e.Code, Message: Text(e.Message), Hint: Text(e.Hint)}
	}
}

// as is the question as it was asked in the end.
func (q Question) as(name, qtype string) Question {
	typed := q.Typed
	if typed == "" {
		typed = q.Name
	}
	if strings.EqualFold(strings.TrimSuffix(typed, "."), strings.TrimSuffix(name, ".")) {
		typed = ""
	}
	return Question{Name: name, Type: qtype, Typed: typed}
}
