package har

import (
	"bytes"
	"encoding/json"
	"math/big"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"fetchscope/trace"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// documents are those that the tests of trace keep.
func documents(t testing.TB) map[string]*trace.Document {
	t.Helper()
	paths, err := filepath.Glob("../testdata/*.json")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no documents: %v", err)
	}
	out := map[string]*trace.Document{}
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		d := &trace.Document{}
		if err := json.Unmarshal(b, d); err != nil {
			t.Fatal(err)
		}
		out[strings.TrimSuffix(filepath.Base(path), ".json")] = d
	}
	return out
}

func write(t testing.TB, docs ...*trace.Document) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, docs, Options{Version: "1.2.3"}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func schema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	s, err := jsonschema.NewCompiler().Compile("../../docs/har.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// parsed is a log as any reader has it, its numbers with all their digits.
func parsed(t testing.TB, b []byte) map[string]any {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return v.(map[string]any)["log"].(map[string]any)
}

func TestFitsTheSchema(t *testing.T) {
	s := schema(t)
	var all []*trace.Document
	for name, d := range documents(t) {
		all = append(all, d)
		if err := s.Validate(map[string]any{"log": parsed(t, write(t, d))}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, docs := range map[string][]*trace.Document{"several": all, "none": nil} {
		if err := s.Validate(map[string]any{"log": parsed(t, write(t, docs...))}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The specification: time is the sum of the timings, without those of -1, and ssl is a part
// of connect.
func TestTimesAddUp(t *testing.T) {
	for name, d := range documents(t) {
		for i, v := range parsed(t, write(t, d))["entries"].([]any) {
			e := v.(map[string]any)
			timings := e["timings"].(map[string]any)
			sum := new(big.Rat)
			for _, name := range []string{"blocked", "dns", "connect", "send", "wait", "receive"} {
				if r := rational(t, timings[name]); r.Sign() > 0 {
					sum.Add(sum, r)
				}
			}
			if whole := rational(t, e["time"]); whole.Cmp(sum) != 0 {
				t.Errorf("%s, entry %d: time is %v, its timings are %v: %v", name, i, whole, sum, timings)
			}
			if rational(t, timings["ssl"]).Cmp(rational(t, timings["connect"])) > 0 {
				t.Errorf("%s, entry %d: ssl is more than connect: %v", name, i, timings)
			}
		}
	}
}

func rational(t testing.TB, v any) *big.Rat {
	t.Helper()
	r, ok := new(big.Rat).SetString(string(v.(json.Number)))
	if !ok {
		t.Fatalf("%v is no number", v)
	}
	return r
}

// An entry takes as long as it was from its first moment to the last byte.
func TestTimeIsThatOfTheClock(t *testing.T) {
	d := documents(t)["secure"]
	end, _ := d.Exchanges[0].Phase(trace.Receive).End()
	got := newTimings(&d.Exchanges[0], start(d, 0))
	if first := *d.Exchanges[0].Phases[0].Start; got.total() != millis(end-first) {
		t.Errorf("time is %d ns, from %d to %d", got.total(), first, end)
	}
}

func at(start, duration trace.Time, name trace.Phase) trace.PhaseTime {
	return trace.PhaseTime{Name: name, Start: &start, Duration: &duration, Status: trace.Done}
}

func TestTimings(t *testing.T) {
	for _, c := range []struct {
		name   string
		phases []trace.PhaseTime
		want   timings
	}{
		{"nothing", nil, timings{0, -1, -1, -1, 0, 0, 0, 0}},
		{"gaps are blocked", []trace.PhaseTime{at(0, 10, trace.Resolve), at(15, 5, trace.Connect), at(22, 8, trace.TLS), at(30, 1, trace.Request)}, timings{7, 10, 13, 8, 1, 0, 0, 0}},
		{"what overlaps counts once", []trace.PhaseTime{at(0, 10, trace.Resolve), at(8, 7, trace.Connect), at(9, 3, trace.Request)}, timings{0, 10, 5, -1, 0, 0, 0, 0}},
		{"reused", []trace.PhaseTime{{Name: trace.Connect, Status: trace.Reused}, at(0, 1, trace.Request), at(1, 2, trace.Wait), at(3, 4, trace.Receive)}, timings{0, -1, -1, -1, 1, 2, 4, 0}},
	} {
		got := newTimings(&trace.Exchange{Phases: c.phases}, 0)
		if got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestMillisHaveAllTheirDigits(t *testing.T) {
	for ns, want := range map[millis]string{0: "0", 1: "0.000001", 1_000_000: "1", 12_370_000: "12.37", 61_127_950_001: "61127.950001", -1: "-1", -5: "-1"} {
		if got, _ := ns.MarshalJSON(); string(got) != want {
			t.Errorf("%d ns are %s ms, want %s", ns, got, want)
		}
	}
}

// What a log was made of comes back, and makes the same log.
func TestReadGivesBackWhatWasWritten(t *testing.T) {
	for name, d := range withBodies(documents(t)) {
		first := write(t, d, d)
		docs, err := Read(first)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(string(first), string(write(t, docs...))); diff != "" {
			t.Errorf("%s (-first +second):\n%s", name, diff)
		}
		for i, x := range docs[1].Exchanges {
			if diff := cmp.Diff(d.Exchanges[i].Response, x.Response); diff != "" {
				t.Errorf("%s, response %d (-want +got):\n%s", name, i, diff)
			}
		}
	}
}

// withBodies gives every message one, in turn text and bytes that are none.
func withBodies(docs map[string]*trace.Document) map[string]*trace.Document {
	for _, d := range docs {
		for i := range d.Exchanges {
			if r := d.Exchanges[i].Request; r != nil {
				r.Content = trace.NewContent([]byte("a=1\x00\xff")[:4+i%2])
			}
			if r := d.Exchanges[i].Response; r != nil {
				r.Content = trace.NewContent([]byte("<p>\u00e9</p>\xff")[:9+i%2])
			}
		}
	}
	return docs
}

func TestReadRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"no JSON":            `{`,
		"another program's":  `{"log":{"version":"1.2","entries":[]}}`,
		"a null for a trace": `{"log":{"_fetchscope":[null]}}`,
		"no document":        `{"log":{"entries":[],"_fetchscope":[{"exchanges":[{}]}]}}`,
	} {
		if docs, err := Read([]byte(text)); err == nil {
			t.Errorf("%s: %v", name, docs)
		}
	}
	whole := string(write(t, withBodies(documents(t))["redirected"]))
	for name, text := range map[string]string{
		"fewer entries":       strings.Replace(whole, `"entries": [`, `"entries": [], "_": [`, 1),
		"base64 that is none": strings.Replace(whole, `"text": "PHA+w6k8L3A+/w=="`, `"text": "!"`, 1),
	} {
		if docs, err := Read([]byte(text)); text == whole || err == nil {
			t.Errorf("%s: %v", name, docs)
		}
	}
}

// Importers take null for 0, or give up on the file; ours alone may have it.
func TestThereIsNoNull(t *testing.T) {
	for name, d := range documents(t) {
		log := parsed(t, write(t, d))
		delete(log, "_fetchscope")
		for _, e := range log["entries"].([]any) {
			delete(e.(map[string]any), "_phases")
		}
		if b, _ := json.Marshal(log); bytes.Contains(b, []byte("null")) {
			t.Errorf("%s has a null: %s", name, b)
		}
	}
}

func TestFields(t *testing.T) {
	yes, no := true, false
	for _, c := range []struct {
		name      string
		got, want any
	}{
		{"cookies sent", sentCookies([]trace.Field{{"cookie", "a=1; b=2=3;c; =4"}}), []cookie{{Name: "a", Value: "1"}, {Name: "b", Value: "2=3"}, {Name: "", Value: "4"}}},
		{"hidden ones", sentCookies([]trace.Field{{"Cookie", "…"}}), []cookie{}},
		{"a cookie set", setCookies([]trace.Field{{"Set-Cookie", "id=a=b; Path=/x; domain=.example.com; Expires=Sun, 22 Nov 2026 06:00:00 GMT; HttpOnly"}}), []cookie{{Name: "id", Value: "a=b", Path: "/x", Domain: "example.com", Expires: "2026-11-22T06:00:00Z", HTTPOnly: &yes, Secure: &no}}},
		{"a date with dashes", date("Sun, 22-Nov-26 06:00:00 GMT"), "2026-11-22T06:00:00Z"},
		{"a date that is none", date("soon"), ""},
		{"a query", query("http://a/?x=1&&y=%41+b%2&%zz=%e9#z=3"), []pair{{"x", "1"}, {"y", "A b%2"}, {"%zz", "é"}}},
		{"no query", query("http://a/#?x=1"), []pair{}},
		{"an address", address("[2001:db8::1]:443"), "2001:db8::1"},
		{"a Unix socket", address("/run/x.sock"), ""},
		{"a version", version("HTTP/2"), "HTTP/2.0"},
	} {
		if diff := cmp.Diff(c.want, c.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestSizes(t *testing.T) {
	five, gzip := int64(500), trace.Field{"Content-Encoding", "gzip"}
	chunked := trace.Field{"Transfer-Encoding", "chunked"}
	for _, c := range []struct {
		name     string
		response trace.ResponseInfo
		want     content
	}{
		{"plain", trace.ResponseInfo{BodyBytes: 100}, content{Size: 100}},
		{"decoded", trace.ResponseInfo{BodyBytes: 100, Headers: []trace.Field{gzip}, Codings: []string{"gzip"}, DecodedBytes: &five}, content{Size: 500, Compression: number(400)}},
		{"coded, and left so", trace.ResponseInfo{BodyBytes: 100, Headers: []trace.Field{gzip}}, content{Size: -1}},
		{"coded, and empty", trace.ResponseInfo{Headers: []trace.Field{gzip}}, content{Size: 0}},
	} {
		if diff := cmp.Diff(c.want, newContent(&c.response)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
	for _, c := range []struct {
		name       string
		request    *trace.RequestInfo
		head, body int64
	}{
		{"none", nil, -1, -1},
		{"not out whole", &trace.RequestInfo{}, -1, -1},
		{"a body", &trace.RequestInfo{Bytes: 105, BodyBytes: 5}, 100, 5},
		{"chunks", &trace.RequestInfo{Bytes: 120, BodyBytes: 5, Headers: []trace.Field{chunked}}, -1, 5},
	} {
		if r := newRequest(&trace.Exchange{Request: c.request}); r.HeadersSize != c.head || r.BodySize != c.body {
			t.Errorf("%s: %d and %d, want %d and %d", c.name, r.HeadersSize, r.BodySize, c.head, c.body)
		}
	}
}

func number(n int64) *int64 { return &n }

// Whatever a peer says, the log has the same form, and all else in it is the same.
func TestNothingOfAPeersChangesAnythingElse(t *testing.T) {
	const evil = "\x1b]0;x\x07\u009b|`</script>]]>\u202e\"}],\n\xff"
	for name, d := range documents(t) {
		marked, dirty := copied(t, d), copied(t, d)
		spoil(marked, "peer")
		spoil(dirty, evil)
		b := write(t, dirty)
		if i := bytes.IndexFunc(b, func(r rune) bool { return r < ' ' && r != '\n' || r >= 0x7f && r < 0xa0 }); i >= 0 {
			t.Errorf("%s: a control character at %d", name, i)
		}
		got, want := parsed(t, b), parsed(t, write(t, marked))
		safe := strings.ToValidUTF8(evil, "\ufffd")
		if diff := cmp.Diff(shape(want, "peer"), shape(got, safe)); diff != "" {
			t.Errorf("%s (-with a harmless text +with a hostile one):\n%s", name, diff)
		}
	}
}

func copied(t testing.TB, d *trace.Document) *trace.Document {
	t.Helper()
	b, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	out := &trace.Document{}
	if err := json.Unmarshal(b, out); err != nil {
		t.Fatal(err)
	}
	return out
}

// spoil puts a text wherever a peer has a say.
func spoil(d *trace.Document, text string) {
	for i := range d.Exchanges {
		x := &d.Exchanges[i]
		if r := x.Response; r != nil {
			r.Reason = text
			r.Headers = append(r.Headers, trace.Field{"X-Odd", text}, trace.Field{"Location", text}, trace.Field{"Content-Type", text})
			r.Content = trace.NewContent([]byte(text))
		}
		if x.TLS != nil {
			for j := range x.TLS.Chain {
				x.TLS.Chain[j].Subject, x.TLS.Chain[j].Names = text, []string{text}
			}
		}
		if x.Render != nil {
			x.Render.Title = text
		}
	}
}

// shape replaces what a peer said, and what is counted or encoded of it.
func shape(v any, peer string) any {
	switch v := v.(type) {
	case map[string]any:
		for key := range v {
			if v[key] = shape(v[key], peer); key == "size" || key == "encoding" || key == "compression" {
				delete(v, key)
			} else if key == "text" {
				v[key] = "PEER"
			}
		}
	case []any:
		for i := range v {
			v[i] = shape(v[i], peer)
		}
	case string:
		if reflect.DeepEqual(v, peer) {
			return "PEER"
		}
	}
	return v
}

func FuzzRead(f *testing.F) {
	docs := withBodies(documents(f))
	f.Add(write(f, docs["unresolved"], docs["nobody"])) // the shortest
	f.Add([]byte(`{"log":{"_fetchscope":[{"exchanges":[{"phases":[{"name":"tls","start_ns":-1,"duration_ns":-9}]}]}],"entries":[{}]}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		docs, err := Read(b)
		if err != nil {
			return
		}
		first := write(t, docs...)
		again, err := Read(first)
		if err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		if second := write(t, again...); !bytes.Equal(first, second) {
			t.Errorf("first\n%s\nsecond\n%s", first, second)
		}
	})
}
