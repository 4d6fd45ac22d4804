package cli

import (
	"bytes"
	"os"
	"testing"
	"unicode"

	"fetchscope/internal/term"
	"fetchscope/trace"
	"fetchscope/trace/versus"
)

// Whatever a file holds, each view of it can be drawn, and none has a control character.
func FuzzStored(f *testing.F) {
	for _, name := range []string{"unresolved", "nobody", "refusing"} {
		b, err := os.ReadFile(root + "/trace/testdata/" + name + ".json")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte(`{"event":"state_seen","at_ns":1,"data":{"state":"X","side":""}}{"event":"fetch_ended","data":{"url":"http://a/"}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		docs, err := readTraces(b)
		if err != nil {
			return
		}
		for _, doc := range docs {
			drawAll(t, doc)
		}
	})
}

// drawAll draws all views of a document.
func drawAll(t *testing.T, doc *trace.Document) {
	t.Helper()
	var out bytes.Buffer
	for _, view := range []string{"timeline", "ladder", "full"} {
		g := usual()
		g.view = view
		p := &program{global: g}
		if err := p.drawOn(&out, doc, term.Screen{Columns: 80, UTF8: true}); err != nil {
			t.Fatal(err)
		}
	}
	sides := [2]versus.Side{{Name: "a", Document: doc}, {Name: "b", Document: doc}}
	if err := versus.Write(&out, sides, versus.Options{Columns: 80}); err != nil {
		t.Fatal(err)
	}
	if i := bytes.IndexFunc(out.Bytes(), func(r rune) bool { return r != '\n' && unicode.IsControl(r) }); i >= 0 {
		t.Errorf("a control character at %d: %q", i, out.String())
	}
}
