package trace

import (
	"bytes"
	"encoding/json"
	"flag"
	"math/rand"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var started = time.Date(2026, 11, 22, 6, 0, 0, 123456789, time.UTC)

func foldScenario(s scenario) *Document {
	d := Fold(s.records, FoldOptions{URL: s.url, Started: started})
	if d.Error != nil {
		d.ExitCode = 60
	}
	return d
}

func marshal(t *testing.T, document any) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := WriteJSON(&b, document, true); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// The documents of all scenarios are kept as files, which the views' tests draw too.
func TestFold(t *testing.T) {
	schema := compile(t, "trace.schema.json")
	for _, s := range scenarios() {
		t.Run(s.name, func(t *testing.T) {
			got := marshal(t, foldScenario(s))
			path := filepath.Join("testdata", s.name+".json")
			if *update {
				if err := os.WriteFile(path, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("document (-want +got), -update rewrites it:\n%s", diff)
			}
			validate(t, schema, got)
		})
	}
}

// However concurrent records arrive, the document is the same.
func TestFoldDoesNotDependOnTheOrderOfArrival(t *testing.T) {
	for _, s := range scenarios() {
		want := marshal(t, foldScenario(s))
		for seed := range int64(50) {
			shuffled := scenario{s.name, s.url, append([]Record(nil), s.records...)}
			rand.New(rand.NewSource(seed)).Shuffle(len(shuffled.records), func(i, j int) {
				shuffled.records[i], shuffled.records[j] = shuffled.records[j], shuffled.records[i]
			})
			if diff := cmp.Diff(string(want), string(marshal(t, foldScenario(shuffled)))); diff != "" {
				t.Fatalf("%s, shuffled with seed %d (-in order +shuffled):\n%s", s.name, seed, diff)
			}
		}
	}
}

// Whatever part of a fetch was recorded, there is a valid document with eight phases.
func TestFoldOfAnyBeginning(t *testing.T) {
	schema := compile(t, "trace.schema.json")
	for _, s := range scenarios() {
		for n := 1; n <= len(s.records); n++ {
			d := foldScenario(scenario{s.name, s.url, s.records[:n]})
			validate(t, schema, marshal(t, d))
			for _, x := range d.Exchanges {
				if len(x.Phases) != 8 {
					t.Errorf("%s after %d records: %d phases", s.name, n, len(x.Phases))
				}
			}
		}
	}
}

// Bounds of both ends are narrowed by what leads from one to the other.
func TestStatesAreInTheOrderOfCauses(t *testing.T) {
	states := []StateTime{
		{State: SynReceived, Side: Server, Start: 150, Uncertainty: 100, Evidence: Inferred},
		{State: SynSent, Side: Client, Start: 160, Uncertainty: 20, Evidence: Syscall},
		{State: CloseWait, Side: Server, Start: 990, Uncertainty: 40, Evidence: SockDiag},
		{State: FinWait1, Side: Client, Start: 1000, Uncertainty: 20, Evidence: Syscall},
		{State: Closed, Side: Server, Start: 2000, Uncertainty: 10, Evidence: SockDiag},
		{State: TimeWait, Side: Client, Start: 3000, Uncertainty: 10, Evidence: SockDiag},
	}
	orderStates(states)
	want := []StateTime{
		{State: SynSent, Side: Client, Start: 160, Uncertainty: 20, Evidence: Syscall},
		{State: SynReceived, Side: Server, Start: 195, Uncertainty: 55, Evidence: Inferred},
		{State: FinWait1, Side: Client, Start: 1000, Uncertainty: 20, Evidence: Syscall},
		{State: CloseWait, Side: Server, Start: 1005, Uncertainty: 25, Evidence: SockDiag},
		// Nothing is bent that contradicts the rule.
		{State: Closed, Side: Server, Start: 2000, Uncertainty: 10, Evidence: SockDiag},
		{State: TimeWait, Side: Client, Start: 3000, Uncertainty: 10, Evidence: SockDiag},
	}
	if diff := cmp.Diff(want, states); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
}

func TestSecretsAreHiddenUnlessAskedFor(t *testing.T) {
	s := secure()
	for _, secrets := range []bool{false, true} {
		text := string(marshal(t, Fold(s.records, FoldOptions{URL: s.url, Started: started, Secrets: secrets})))
		for _, secret := range []string{"hunter2", "c2VjcmV0", "id=secret"} {
			if strings.Contains(text, secret) != secrets {
				t.Errorf("secrets %t: %q is shown: %t", secrets, secret, !secrets)
			}
		}
	}
}

func TestBytesBecomeText(t *testing.T) {
	got := string(marshal(t, Fold(secure().records, FoldOptions{Started: started})))
	if want := `"café\u001b[31m"`; !strings.Contains(got, want) {
		t.Errorf("no %s in the document", want)
	}
	for _, c := range []struct{ in, want string }{
		{"\x7f\u0085", `"\u007f\u0085"` + "\n"}, {"域<&>", `"域<&>"` + "\n"},
	} {
		var b bytes.Buffer
		if err := WriteJSON(&b, c.in, false); err != nil || b.String() != c.want {
			t.Errorf("WriteJSON(%q) = %s, %v, want %s", c.in, b.String(), err, c.want)
		}
	}
}

func TestLongTextIsCut(t *testing.T) {
	long := strings.Repeat("é", maxText)
	got := cut(long)
	if len(got) > maxText+40 || !strings.HasSuffix(got, "… (8192 bytes)") || strings.Contains(got, "\uFFFD") {
		t.Errorf("cut to %d bytes, ending in %q", len(got), got[len(got)-20:])
	}
}

func TestRedactURL(t *testing.T) {
	for in, want := range map[string]string{
		"http://u:p@h/":             "http://u:…@h/",
		"http://u@h/":               "http://u@h/",
		"http://h/a:b@c":            "http://h/a:b@c",
		"http://u:p@x@h/":           "http://u:…@h/",
		"//u:p@h":                   "//u:…@h",
		"text with: colon @ nobody": "text with: colon @ nobody",
		"http://h?u:p@x":            "http://h?u:p@x",
	} {
		if got := redactURL(in, false); got != want {
			t.Errorf("redactURL(%q) = %q, want %q", in, got, want)
		}
	}
}

// Recording from many goroutines loses nothing, and a nil Scope takes everything.
func TestRecorderIsConcurrent(t *testing.T) {
	r := NewRecorder(nil)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for range 100 {
				r.Scope(i).OnConn(1).Emit(FirstByte{})
			}
		})
	}
	all.Wait()
	if n := len(r.Records()); n != 800 {
		t.Errorf("%d records, want 800", n)
	}
	var none *Scope
	none.OnConn(1).Emit(FirstByte{})
	none.EmitAt(none.Wall(1), FirstByte{})
	if none.Now() != 0 {
		t.Error("a nil scope has a clock")
	}
}

func TestWallClockIsPlacedOnTheRunsClock(t *testing.T) {
	r := NewRecorder(nil)
	sc := r.Scope(0)
	before := sc.Now()
	m := sc.Wall(time.Now().UnixNano())
	after := sc.Now()
	if m.Latest() < before || m.Earliest() > after || m.From != Timestamp {
		t.Errorf("%+v, want within [%d, %d]", m, before, after)
	}
}

func compile(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "docs", name))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	closeObjects(doc)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(name, doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile(name)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// closeObjects makes the schema refuse fields that it does not name: the published one
// lets later versions add some, but ours are all to be described.
func closeObjects(v any) {
	switch v := v.(type) {
	case map[string]any:
		if _, ok := v["properties"]; ok {
			v["additionalProperties"] = false
		}
		for _, e := range v {
			closeObjects(e)
		}
	case []any:
		for _, e := range v {
			closeObjects(e)
		}
	}
}

func validate(t *testing.T, schema *jsonschema.Schema, document []byte) {
	t.Helper()
	var v any
	d := json.NewDecoder(bytes.NewReader(document))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(v); err != nil {
		t.Errorf("the document does not fit the schema: %v", err)
	}
}

func BenchmarkEmit(b *testing.B) {
	b.ReportAllocs()
	r := NewRecorder(nil)
	sc := r.Scope(0)
	for i := range b.N {
		sc.Emit(BytesLeft{Offset: int64(i)})
		if i%4096 == 0 {
			r.records = r.records[:0]
		}
	}
}

func BenchmarkFold(b *testing.B) {
	s := secure()
	b.ReportAllocs()
	for b.Loop() {
		foldScenario(s)
	}
}

// Connecting to a name server and asking it are told apart, and both are of the phase.
func TestConnectionsToNameServersAreToldApart(t *testing.T) {
	var s script
	sent := func(id int, server, purpose string) QuerySent {
		return QuerySent{ID: id, Server: server, Protocol: "tls", Name: "a.example.", Type: "A", Bytes: 128, For: purpose}
	}
	s.at(0, ExchangeStarted{URL: "http://a.example/", Why: "first"})
	s.at(0, ResolveStarted{Name: "a.example"})
	s.at(10*us, QueryConnecting{ID: 1, Server: "192.0.2.53:853"})
	s.at(30*us, QueryConnected{ID: 1, Server: "192.0.2.53:853"})
	s.at(31*us, QueryConnected{ID: 2, Server: "192.0.2.53:853", Reused: true})
	s.at(32*us, sent(1, "192.0.2.53:853", ""))
	s.at(33*us, sent(2, "192.0.2.53:853", ""))
	s.at(34*us, QuerySent{ID: 3, Server: "192.0.2.54:53", Protocol: "udp", Name: "dns.example.", Type: "A", For: "bootstrap"})
	for id := range 3 {
		s.at(Time(40+id)*us, QueryAnswered{ID: id + 1, Rcode: "NOERROR", Answers: 1})
	}
	s.at(50*us, Resolved{Source: "dns", Addresses: []string{"203.0.113.7"}})
	d := Fold(s.records, FoldOptions{Started: started})
	validate(t, compile(t, "trace.schema.json"), marshal(t, d))
	type told struct {
		Connect  Time
		Reused   string
		Start    Time
		Duration Time
		For      string
	}
	var got []told
	for _, q := range d.Last().Resolve.Queries {
		one := told{Start: q.Start, Duration: *q.Duration, For: q.For, Connect: -1, Reused: "unsaid"}
		if q.Connect != nil {
			one.Connect = *q.Connect
		}
		if q.Reused != nil {
			one.Reused = strconv.FormatBool(*q.Reused)
		}
		got = append(got, one)
	}
	want := []told{{20 * us, "false", 32 * us, 8 * us, ""}, {-1, "true", 33 * us, 8 * us, ""}, {-1, "unsaid", 34 * us, 8 * us, "bootstrap"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("queries (-want +got):\n%s", diff)
	}
	if p := d.Last().Phase(Resolve); p.Start == nil || *p.Start != 10*us {
		t.Errorf("the phase begins at %v, want 10 µs", p.Start)
	}
}

// Whatever a server puts into its certificates, a document stays readable.
func TestCertificatesAreCut(t *testing.T) {
	long := strings.Repeat("x", 10*maxText)
	seen := CertificatesSeen{
		Chain: []Certificate{{Subject: long, Issuer: long}}, Problems: []Problem{{Message: long}},
	}
	got := Publish(seen, true).(CertificatesSeen)
	asked := Publish(ClientCertificateAsked{Authorities: []string{long}}, true).(ClientCertificateAsked)
	for _, s := range []string{got.Chain[0].Subject, got.Chain[0].Issuer, got.Problems[0].Message, asked.Authorities[0]} {
		if len(s) > maxText+40 {
			t.Errorf("%d bytes are left", len(s))
		}
	}
	if seen.Chain[0].Subject != long {
		t.Error("the record was changed")
	}
}
