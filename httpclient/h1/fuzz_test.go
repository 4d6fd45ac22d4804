package h1

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"fetchscope/httpclient"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// maxFuzzed bounds inputs, so that many are tried.
const maxFuzzed = 64 << 10

// seeds are the responses of the tables and a few hostile ones.
func seeds() []string {
	var out []string
	for _, r := range responses {
		out = append(out, r.raw)
	}
	return append(out,
		ok+strings.Repeat("X: y\r\n", 300)+"\r\n",
		ok+"X: y\r\n"+strings.Repeat(" z\r\n", 300)+"\r\n",
		strings.Repeat("HTTP/1.1 100 C\r\n\r\n", 70)+five,
		chunked+strings.Repeat("1;a\r\nx\r\n", 200)+"0\r\n"+strings.Repeat("X: y\r\n", 50)+"\r\n",
		chunked+strings.Repeat("0", 300)+"\r\n\r\n",
	)
}

// cut divides raw by what the fuzzer chose: each byte is the size of a portion.
func cut(raw, sizes []byte) [][]byte {
	var out [][]byte
	for i := 0; len(raw) > 0; i++ {
		n := len(raw)
		if len(sizes) > 0 {
			n = min(n, int(sizes[i%len(sizes)])+1)
		}
		out = append(out, raw[:n])
		raw = raw[n:]
	}
	return out
}

// parseHead feeds a parser with portions and returns what it left.
func parseHead(portions [][]byte) (h *head, left []byte, err error) {
	var p headParser
	for i, b := range portions {
		n, done, err := p.feed(b)
		if err != nil {
			return nil, nil, err
		}
		if done {
			return p.take(), slices.Concat(append([][]byte{b[n:]}, portions[i+1:]...)...), nil
		}
		if n != len(b) {
			return nil, nil, errors.New("bytes were left within the head")
		}
	}
	return nil, nil, io.EOF
}

func FuzzHead(f *testing.F) {
	for i, s := range seeds() {
		f.Add([]byte(s), []byte{byte(i % 7), 0, 30})
	}
	f.Fuzz(func(t *testing.T, raw, sizes []byte) {
		raw = raw[:min(len(raw), maxFuzzed)]
		h, left, err := parseHead([][]byte{raw})
		again, leftAgain, errAgain := parseHead(cut(raw, sizes))
		if verdictOf(t, err) != verdictOf(t, errAgain) || !bytes.Equal(left, leftAgain) {
			t.Fatalf("%q: %v and %q left whole, %v and %q in portions", raw, err, left, errAgain, leftAgain)
		}
		if err != nil {
			return
		}
		opts := cmp.Options{cmp.AllowUnexported(head{}), cmpopts.EquateEmpty()}
		if diff := cmp.Diff(h, again, opts); diff != "" {
			t.Fatalf("%q (-whole +in portions):\n%s", raw, diff)
		}
		checkHead(t, raw, left, h)
	})
}

// checkHead holds a head against what every head must be.
func checkHead(t *testing.T, raw, left []byte, h *head) {
	t.Helper()
	if h.size+len(left) != len(raw) || h.size > maxHead || len(h.fields) > maxFields || h.status < 100 || h.status > 999 {
		t.Errorf("%q: size %d, %d left, %d fields, status %d", raw, h.size, len(left), len(h.fields), h.status)
	}
	for _, f := range h.fields {
		if !token([]byte(f.Name)) || strings.Trim(f.Value, " \t") != f.Value || strings.ContainsAny(f.Value, "\r\n\x00") {
			t.Errorf("%q: field %q", raw, f)
		}
	}
	// Written out in order, the fields are read as the same without any leniency.
	out := append([]byte(ok), Head(&httpclient.Request{Header: h.fields})[len("  HTTP/1.1\r\n"):]...)
	again, _, err := parseHead([][]byte{out})
	if err != nil || !slices.Equal(h.fields, again.fields) {
		t.Errorf("%q: fields %q, written out and read again %v: %v", raw, h.fields, again, err)
	}
}

// sections are fields as they come, for the targets of fields alone.
var sections = []string{
	"A: b\r\nC:d\r\n\r\n", "A : b\r\n\r\n", "A: b\n c\r\n\td \r\n\r\n", " A: b\r\nC: d\r\n\r\n", "A\r\n\r\n", ": b\r\n\r\n",
	"A: \x01\x7f\xff\r\n\r\n", "A: b\rc\r\n\r\n", "A:" + strings.Repeat("x", 40) + "\x00\r\n\r\n", "A:\t b c \t\r\n\r\n", "\r\n", "\n",
}

// FuzzFields holds the fields of a head against those that a reader by the letter finds.
func FuzzFields(f *testing.F) {
	for i, s := range sections {
		f.Add([]byte(s), []byte{byte(i)})
	}
	f.Fuzz(func(t *testing.T, section, sizes []byte) {
		raw := append([]byte(ok), section[:min(len(section), maxFuzzed)]...)
		want, size, whole := plainly(string(raw[len(ok):]))
		for _, portions := range [][][]byte{{raw}, cut(raw, sizes)} {
			h, _, err := parseHead(portions)
			if (err == nil) != whole {
				t.Fatalf("%q in %d portions: %v, want fields %q", raw, len(portions), err, want)
			}
			if whole && (!slices.Equal(h.fields, want) || h.size != len(ok)+size) {
				t.Fatalf("%q in %d portions: %d bytes with %q, want %d with %q", raw, len(portions), h.size, h.fields, len(ok)+size, want)
			}
		}
	})
}

// plainly reads the fields of a head as RFC 9112, sections 2.2 and 5, say, with no thought of
// speed. whole is false where they cannot be read.
func plainly(section string) (fields httpclient.Fields, size int, whole bool) {
	for line := range strings.Lines(section) {
		size += len(line)
		text, ended := strings.CutSuffix(line, "\n")
		text = strings.TrimSuffix(text, "\r")
		name, value, colon := strings.Cut(text, ":")
		name, value = strings.TrimRight(name, " \t"), strings.Trim(value, " \t")
		switch folds := strings.HasPrefix(text, " ") || strings.HasPrefix(text, "\t"); {
		case !ended || strings.ContainsAny(text, "\r\x00"):
			return nil, 0, false
		case text == "":
			return fields, size, true
		case folds && len(fields) == 0: // is passed over
		case folds:
			last := &fields[len(fields)-1]
			last.Value = strings.Trim(last.Value+" "+strings.Trim(text, " \t"), " \t")
		case !colon || !token([]byte(name)) || len(fields) == maxFields:
			return nil, 0, false
		default:
			fields = append(fields, httpclient.Field{Name: name, Value: value})
		}
	}
	return nil, 0, false
}

// FuzzTrailers reads trailer sections: whole, in portions, and by what is told of them.
func FuzzTrailers(f *testing.F) {
	for i, s := range sections {
		f.Add([]byte(s), []byte{byte(i)})
	}
	f.Fuzz(func(t *testing.T, section, sizes []byte) {
		raw := append([]byte("0\r\n"), section[:min(len(section), maxFuzzed)]...)
		_, p, left, err := parseChunks(t, [][]byte{raw})
		_, again, leftAgain, errAgain := parseChunks(t, cut(raw, sizes))
		if verdictOf(t, err) != verdictOf(t, errAgain) || left != leftAgain || !slices.Equal(p.fields(), again.fields()) {
			t.Fatalf("%q: %q, %d left, %v whole; %q, %d left, %v in portions", raw, p.fields(), left, err, again.fields(), leftAgain, errAgain)
		}
		if err != nil || p.state != chunksEnded {
			return
		}
		want, size, whole := plainly(string(raw[len("0\r\n"):]))
		if !whole || !slices.Equal(p.fields(), want) || left != len(raw)-len("0\r\n")-size {
			t.Fatalf("%q: %q with %d left, want %q of %d bytes", raw, p.fields(), left, want, size)
		}
	})
}

func FuzzChunked(f *testing.F) {
	for i, s := range seeds() {
		if _, body, found := strings.Cut(s, "\r\n\r\n"); found {
			f.Add([]byte(body), []byte{byte(i % 5), 2})
		}
	}
	f.Fuzz(func(t *testing.T, raw, sizes []byte) {
		raw = raw[:min(len(raw), maxFuzzed)]
		data, p, left, err := parseChunks(t, [][]byte{raw})
		dataAgain, again, leftAgain, errAgain := parseChunks(t, cut(raw, sizes))
		if verdictOf(t, err) != verdictOf(t, errAgain) || !bytes.Equal(data, dataAgain) || left != leftAgain || p.state != again.state {
			t.Fatalf("%q: %q, %d left, %v whole; %q, %d left, %v in portions", raw, data, left, err, dataAgain, leftAgain, errAgain)
		}
		if diff := cmp.Diff(p.fields(), again.fields()); diff != "" {
			t.Fatalf("%q: trailers (-whole +in portions):\n%s", raw, diff)
		}
		if p.exts > maxExtensions+1 || p.line > maxSizeLine+1 || len(p.trailer) > maxTrailers || len(data) > len(raw) {
			t.Errorf("%q: beyond a limit: %+v", raw, p)
		}
	})
}

// parseChunks feeds a parser with portions and counts the bytes behind the end.
func parseChunks(t *testing.T, portions [][]byte) (data []byte, p *chunkParser, left int, err error) {
	p = new(chunkParser)
	for _, b := range portions {
		for len(b) > 0 && p.state != chunksEnded {
			n, err := p.between(b)
			if err != nil {
				return data, p, 0, err
			}
			if b = b[n:]; p.state == inData {
				d := p.data(b)
				data = append(data, d...)
				b = b[len(d):]
			} else if len(b) > 0 && p.state != chunksEnded {
				t.Fatalf("%q was left", b)
			}
		}
		left += len(b)
	}
	return data, p, left, nil
}

func FuzzResponse(f *testing.F) {
	for i, s := range seeds() {
		f.Add([]byte(s), []byte{byte(i % 9), 0}, byte(i), uint16(i))
	}
	f.Fuzz(func(t *testing.T, raw, sizes []byte, kind byte, buffer uint16) {
		raw = raw[:min(len(raw), maxFuzzed)]
		method := []string{"GET", "HEAD", "CONNECT"}[kind%3]
		end := []error{io.EOF, io.ErrUnexpectedEOF, errReset}[kind/3%3]
		do := func(portions [][]byte, size int) outcome {
			conn := newScriptConn(portions...)
			conn.end = end
			return fetch(t, conn, request(method), size)
		}
		whole := do([][]byte{raw}, 4096)
		again := do(cut(raw, sizes), int(buffer)%5000+1)
		if diff := cmp.Diff(withoutExcess(whole), withoutExcess(again), cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("%q (-whole +in portions):\n%s", raw, diff)
		}
		if heads := len(strings.Join(whole.Heads, "")); heads > maxHead || heads+len(whole.Body) > len(raw) || len(whole.Heads) > maxInterim+1 {
			t.Errorf("%q: %d bytes in %d heads, %d in the body", raw, heads, len(whole.Heads), len(whole.Body))
		}
		if whole.Persistent && whole.Verdict != (verdict{}) {
			t.Errorf("%q: %+v, and yet persistent", raw, whole.Verdict)
		}
	})
}
