// Package prom writes trace documents as Prometheus' text, for node_exporter's textfile
// collector or a push gateway.
//
// It is a function of the documents. Metrics that mean what they mean for
// blackbox_exporter have its names, so that dashboards made for that show them; the rest
// begin with fetchscope_. All carry the label url, which blackbox_exporter leaves to the
// scrape. What was not observed has no sample.
//
// It implements the text-based exposition format, version 0.0.4.
package prom

import (
	"io"
	"math"
	"strconv"
	"strings"

	"fetchscope/internal/term"
	"fetchscope/trace"
)

// Write writes the documents of a run. Of several with one URL the last counts: two
// samples of one series are an error.
func Write(w io.Writer, docs []*trace.Document) error {
	t := &text{}
	docs = lastOfEach(docs)
	for _, f := range families() {
		t.family(f, docs)
	}
	_, err := io.WriteString(w, t.out.String())
	return err
}

func lastOfEach(docs []*trace.Document) (out []*trace.Document) {
	last := map[string]int{}
	for i, d := range docs {
		last[d.URL] = i
	}
	for i, d := range docs {
		if last[d.URL] == i {
			out = append(out, d)
		}
	}
	return out
}

// A family is a metric with how its samples are had of a document.
type family struct {
	name, help string
	of         func(s *samples, d *trace.Document)
}

// Samples are those of one metric and one document.
type samples struct{ list []sample }

type sample struct {
	labels []string // names and values in turn
	value  float64
}

// add adds a sample; labels are names and values in turn.
func (s *samples) add(value float64, labels ...string) {
	s.list = append(s.list, sample{labels, value})
}

// seconds adds a time where there is one.
func (s *samples) seconds(t *trace.Time, labels ...string) {
	if t != nil {
		s.add(inSeconds(*t), labels...)
	}
}

func inSeconds(t trace.Time) float64 { return float64(t) / 1e9 }

// truth adds 1 or 0.
func (s *samples) truth(is bool, labels ...string) {
	value := 0.0
	if is {
		value = 1
	}
	s.add(value, labels...)
}

type text struct{ out strings.Builder }

// family writes a metric of all documents, and nothing where none has a sample.
func (t *text) family(f family, docs []*trace.Document) {
	headed := false
	for _, d := range docs {
		var s samples
		f.of(&s, d)
		for _, one := range s.list {
			if !headed {
				t.out.WriteString("# HELP " + f.name + " " + f.help + "\n# TYPE " + f.name + " gauge\n")
				headed = true
			}
			t.sample(f.name, d.URL, one)
		}
	}
}

func (t *text) sample(name, url string, s sample) {
	t.out.WriteString(name + `{url="` + escaped(url) + `"`)
	for i := 0; i+1 < len(s.labels); i += 2 {
		t.out.WriteString("," + s.labels[i] + `="` + escaped(s.labels[i+1]) + `"`)
	}
	t.out.WriteString("} " + number(s.value) + "\n")
}

// escaped writes a label's value: backslash, quote and line end are escaped by the format,
// what a terminal might take for more than text by us.
func escaped(s string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(term.Safe(s))
}

// number writes a value with all its digits, and without an exponent where it is whole.
func number(v float64) string {
	if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
		return strconv.FormatInt(int64(v), 10)
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}
