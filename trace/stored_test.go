package trace

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// lines are the records of a scenario as the JSONL stream has them.
func lines(t testing.TB, s scenario) []byte {
	t.Helper()
	d := foldScenario(s)
	s.records = append(s.records[:len(s.records):len(s.records)], Record{Event: FetchEnded{d.URL, d.StartedUnix, d.ExitCode, d.Error}})
	var b bytes.Buffer
	for _, r := range s.records {
		data, err := json.Marshal(Publish(r.Event, false))
		if err != nil {
			t.Fatal(err)
		}
		l := streamLine{r.Event.Kind(), r.At, Time(r.Within), r.From, 0, r.Exchange, r.Conn, r.Proxy, data}
		if err := WriteJSON(&b, l, false); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

func readLines(b []byte) (out []*Document, err error) {
	var s Stream
	for l := range bytes.Lines(b) {
		d, err := s.Line(l)
		if err != nil {
			return nil, err
		}
		if d != nil {
			out = append(out, d)
		}
	}
	return out, s.Over()
}

// A stream makes the document that was made of its records.
func TestStreamMakesTheSameDocument(t *testing.T) {
	for _, s := range scenarios() {
		docs, err := readLines(lines(t, s))
		if err != nil || len(docs) != 1 {
			t.Fatalf("%s: %d documents, %v", s.name, len(docs), err)
		}
		if diff := cmp.Diff(string(marshal(t, foldScenario(s))), string(marshal(t, docs[0]))); diff != "" {
			t.Errorf("%s (-folded +read):\n%s", s.name, diff)
		}
	}
}

// A document that was stored is the same document.
func TestReadDocument(t *testing.T) {
	for _, s := range scenarios() {
		want := marshal(t, foldScenario(s))
		d, err := ReadDocument(want)
		if err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		if diff := cmp.Diff(string(want), string(marshal(t, d))); diff != "" {
			t.Errorf("%s (-stored +read):\n%s", s.name, diff)
		}
	}
}

// What is shortened stays as it was shortened.
func TestStreamShortensNothingTwice(t *testing.T) {
	long := scenario{"long", "http://a/", []Record{
		{Event: ExchangeStarted{URL: "http://a/" + strings.Repeat("x", 2*maxText), Why: "first"}},
		{Event: HeadReceived{Status: 200, Headers: []Field{{"X", strings.Repeat("y", 2*maxText)}}}},
	}}
	docs, err := readLines(lines(t, long))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(marshal(t, foldScenario(long)), marshal(t, docs[0])); diff != "" {
		t.Errorf("(-folded +read):\n%s", diff)
	}
}

func TestStreamRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"no JSON":           "{",
		"an unknown event":  `{"event":"slept","data":{}}`,
		"fields of another": `{"event":"styled","data":{"rules":"many"}}`,
		"an exchange":       `{"event":"styled","exchange":-1,"data":{}}`,
		"too many":          `{"event":"styled","exchange":1000000000,"data":{}}`,
		"no end":            `{"event":"styled","data":{}}`,
	} {
		if docs, err := readLines([]byte(text)); err == nil {
			t.Errorf("%s: %v", name, docs)
		}
	}
}

func TestCheck(t *testing.T) {
	far, back := Time(1)<<60, Time(-1)
	for name, spoil := range map[string]func(*Document){
		"another schema":       func(d *Document) { d.Schema = SchemaResolve },
		"no phases":            func(d *Document) { d.Exchanges[0].Phases = nil },
		"phases in disorder":   func(d *Document) { p := d.Exchanges[0].Phases; p[0], p[1] = p[1], p[0] },
		"another step":         func(d *Document) { d.Exchanges[0].Phases[0].Step = 6 },
		"a phase at no time":   func(d *Document) { d.Exchanges[0].Phases[2].Start = &far },
		"a phase backwards":    func(d *Document) { d.Exchanges[0].Phases[2].Duration = &back },
		"a state at no time":   func(d *Document) { d.Exchanges[0].Connection.States[0].Start = far },
		"a query at no time":   func(d *Document) { d.Exchanges[0].Resolve.Queries[0].Start = far },
		"a try at no time":     func(d *Document) { d.Exchanges[0].Connection.Attempts[0].Start = -far },
		"a layer at no time":   func(d *Document) { d.Exchanges[0].Connection.Layers[0].Start = far },
		"a segment at no time": func(d *Document) { d.Exchanges[0].Connection.Segments = []Segment{{At: far}} },
	} {
		d := foldScenario(secure())
		if err := d.Check(); err != nil {
			t.Fatal(err)
		}
		if spoil(d); d.Check() == nil {
			t.Errorf("%s is let pass", name)
		}
	}
}

// Every event can be read: the list has all types that are one.
func TestEventsAreComplete(t *testing.T) {
	listed := map[string]bool{}
	for _, e := range events() {
		listed[reflect.TypeOf(e).Name()] = true
	}
	for _, name := range eventTypes(t) {
		if !listed[name] {
			t.Errorf("%s cannot be read from a stream", name)
		}
	}
}

// eventTypes are the types of the package that have a Kind.
func eventTypes(t *testing.T) (names []string) {
	t.Helper()
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if f, ok := n.(*ast.FuncDecl); ok && f.Name.Name == "Kind" && f.Recv != nil && !strings.HasSuffix(path, "_test.go") {
				if id, ok := f.Recv.List[0].Type.(*ast.Ident); ok {
					names = append(names, id.Name)
				}
			}
			return true
		})
	}
	if len(names) == 0 {
		t.Fatal("no events")
	}
	return names
}

func FuzzStream(f *testing.F) {
	f.Add(lines(f, unresolved()))
	f.Add(lines(f, nobody()))
	f.Fuzz(func(t *testing.T, b []byte) {
		docs, err := readLines(b)
		if err != nil {
			return
		}
		for _, d := range docs {
			if err := d.Check(); err != nil {
				t.Error(err)
			}
			var out bytes.Buffer
			if err := WriteJSON(&out, d, false); err != nil {
				t.Error(err)
			}
		}
	})
}
