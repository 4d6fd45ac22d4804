package coding

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"fetchscope/httpclient"
	"fetchscope/trace"
)

// text is long enough to be compressed in earnest.
var text = strings.Repeat("six steps of fetching a URL, ", 200)

// written returns what a compressor makes of s.
func written(s string, open func(io.Writer) io.WriteCloser) []byte {
	var b bytes.Buffer
	w := open(&b)
	_, err := io.WriteString(w, s)
	if err = errors.Join(err, w.Close()); err != nil {
		panic(err) // a buffer takes everything
	}
	return b.Bytes()
}

func gzipped(s string) []byte {
	return written(s, func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) })
}

func zlibbed(s string) []byte {
	return written(s, func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) })
}

func deflated(s string) []byte {
	return written(s, func(w io.Writer) io.WriteCloser {
		d, err := flate.NewWriter(w, flate.BestCompression)
		if err != nil {
			panic(err) // only over the level
		}
		return d
	})
}

// changed returns b with the byte at i, from the end where negative, turned over.
func changed(b []byte, i int) []byte {
	if i < 0 {
		i += len(b)
	}
	b = bytes.Clone(b)
	b[i] ^= 0xff
	return b
}

func codeOf(err error) trace.Code {
	var e *httpclient.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func TestDecode(t *testing.T) {
	const invalid, cut = httpclient.CodeBadCoding, httpclient.CodeCodingCut
	gz, zl, raw := gzipped(text), zlibbed(text), deflated(text)
	for _, tt := range []struct {
		name    string
		codings string
		body    []byte
		want    string
		code    trace.Code
	}{
		{"none", "", []byte(text), text, ""},
		{"identity", "identity", []byte(text), text, ""},
		{"gzip", "gzip", gz, text, ""},
		{"x-gzip in capitals", "X-GZIP", gz, text, ""},
		{"gzip of nothing", "gzip", gzipped(""), "", ""},
		{"gzip, several members", "gzip", join(gzipped("one "), gzipped(""), gzipped("two")), "one two", ""},
		{"gzip, empty body", "gzip", nil, "", ""},
		{"gzip, one byte", "gzip", gz[:1], "", cut},
		{"gzip, cut in the header", "gzip", gz[:9], "", cut},
		{"gzip, cut in the trailer", "gzip", gz[:len(gz)-1], text, cut},
		{"gzip, cut before the trailer", "gzip", gz[:len(gz)-8], text, cut},
		{"gzip, second member cut", "gzip", join(gzipped("one"), gz[:5]), "one", cut},
		{"gzip, no magic", "gzip", []byte("<p>plain text"), "", invalid},
		{"gzip, wrong checksum", "gzip", changed(gz, -8), text, invalid},
		{"gzip, wrong size", "gzip", changed(gz, -1), text, invalid},
		{"gzip, corrupt data", "gzip", join(gz[:10], []byte{0x07, 0xff}), "", invalid},
		{"gzip, more behind", "gzip", join(gz, []byte("more than a header of gzip")), text, invalid},
		{"gzip, zeros behind", "gzip", join(gz, make([]byte, 32)), text, invalid},
		{"deflate, zlib", "deflate", zl, text, ""},
		{"deflate, raw", "deflate", raw, text, ""},
		{"deflate, zlib of nothing", "deflate", zlibbed(""), "", ""},
		{"deflate, raw of nothing", "deflate", deflated(""), "", ""},
		{"deflate, empty body", "deflate", nil, "", ""},
		{"deflate, one byte", "deflate", zl[:1], "", cut},
		{"deflate, zlib's header alone", "deflate", zl[:2], "", cut},
		{"deflate, zlib cut in the checksum", "deflate", zl[:len(zl)-1], text, cut},
		{"deflate, raw cut", "deflate", raw[:len(raw)-1], text, cut},
		{"deflate, wrong checksum", "deflate", changed(zl, -1), text, invalid},
		{"deflate, a dictionary wanted", "deflate", []byte{0x78, 0x20 | 0x1b, 1, 2, 3, 4}, "", invalid},
		{"deflate, more behind zlib", "deflate", join(zl, []byte("x")), text, invalid},
		{"deflate, more behind raw", "deflate", join(raw, []byte("x")), text, invalid},
		{"deflate, no block", "deflate", []byte{0x07, 0xff, 0xff}, "", invalid},
		{"gzip within deflate", "gzip, deflate", zlibbed(string(gz)), text, ""},
		{"identity between", "deflate, identity, gzip", gzipped(string(zl)), text, ""},
		{"wrong order", "deflate, gzip", zlibbed(string(gz)), "", invalid},
		{"inner coding cut", "gzip, deflate", zlibbed(string(gz[:len(gz)-4])), text, cut},
		{"outer coding cut behind the inner one", "deflate, gzip", gzipped(string(zl))[:len(gzipped(string(zl)))-4], text, cut},
		{"five gzips", "gzip,gzip,gzip,gzip,gzip", gzipped(string(gzipped(string(gzipped(string(gzipped(string(gz)))))))), text, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for how, source := range map[string]io.Reader{
				"whole": bytes.NewReader(tt.body), "byte by byte": iotest.OneByteReader(bytes.NewReader(tt.body)),
				"by halves": iotest.HalfReader(bytes.NewReader(tt.body)), "with the end": iotest.DataErrReader(bytes.NewReader(tt.body)),
			} {
				got, err := decode(source, tt.codings)
				if codeOf(err) != tt.code || tt.code == "" && err != nil {
					t.Errorf("%s of %q, %s: error %v, want code %q", tt.codings, tt.body, how, err, tt.code)
				}
				if !strings.HasPrefix(tt.want, got) || err == nil && got != tt.want {
					t.Errorf("%s of %q, %s: got %q, want %q", tt.codings, tt.body, how, got, tt.want)
				}
			}
		})
	}
}

// maxDecoded bounds what a test takes of a decoded body.
const maxDecoded = 1 << 24

// decode undoes codings that are named as in a field.
func decode(source io.Reader, codings string) (string, error) {
	fields := httpclient.Fields{{Name: "Content-Encoding", Value: codings}}
	r, err := NewReader(source, fields.Elements("Content-Encoding"))
	if err != nil {
		return "", err
	}
	got, err := io.ReadAll(io.LimitReader(r, maxDecoded))
	return string(got), err
}

func TestCodingsThatAreRefused(t *testing.T) {
	for _, tt := range []struct{ name, codings string }{
		{"unknown", "br"},
		{"unknown below a known one", "zstd, gzip"},
		{"a control character", "\x1b[2J"},
		{"long", strings.Repeat("x", 1<<20)},
		{"one more than the limit", strings.Repeat("gzip,", maxChain+1)},
		{"many", strings.Repeat("gzip,", 1000)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := decode(strings.NewReader(""), tt.codings) // before anything is read
			if codeOf(err) != httpclient.CodeBadCoding || len(err.Error()) > 200 || strings.ContainsRune(err.Error(), 0x1b) {
				t.Errorf("%.100q: error %v, want code %s", tt.codings, err, httpclient.CodeBadCoding)
			}
		})
	}
	if _, err := decode(strings.NewReader(""), strings.Repeat("gzip,", maxChain)); err != nil {
		t.Errorf("%d codings: %v", maxChain, err)
	}
}

// What breaks the body below is not put down to the coding.
func TestTheSourcesErrorIsPassedThrough(t *testing.T) {
	broken := &httpclient.Error{Phase: trace.Receive, Code: httpclient.CodeTruncated, Err: errors.New("cut short")}
	for name, body := range map[string][]byte{
		"before the first byte": nil,
		"in the header":         gzipped(text)[:5],
		"in the data":           gzipped(text)[:20],
		"behind the end":        gzipped(text),
	} {
		for _, codings := range []string{"gzip", "gzip, identity", "deflate, gzip"} {
			if codings == "deflate, gzip" {
				body = gzipped(string(zlibbed(text)))[:len(body)/2]
			}
			_, err := decode(io.MultiReader(bytes.NewReader(body), iotest.ErrReader(broken)), codings)
			if !errors.Is(err, broken) {
				t.Errorf("%s, %s: error %v, want %v", codings, name, err, broken)
			}
		}
	}
}

// zeros is a gzip stream of 1 MB of zeros.
func zeros() []byte { return gzipped(string(make([]byte, 1<<20))) }

// repeated reads the same piece n times over.
type repeated struct {
	piece []byte
	n, at int
	reads int
}

func (r *repeated) Read(p []byte) (int, error) {
	r.reads++
	if r.n == 0 {
		return 0, io.EOF
	}
	n := copy(p, r.piece[r.at:])
	if r.at += n; r.at == len(r.piece) {
		r.at = 0
		r.n--
	}
	return n, nil
}

// A bomb comes out bit by bit: no more is read of it than what comes out needs, and the
// memory it takes is the same for ten times as much.
func TestABombStreams(t *testing.T) {
	allocated := func(members int) uint64 {
		source := &repeated{piece: zeros(), n: members}
		r, err := NewReader(source, []string{"gzip"})
		if err != nil {
			t.Fatal(err)
		}
		p := make([]byte, 64<<10)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		first, err := r.Read(p)
		if err != nil || first == 0 || source.reads > 1 {
			t.Errorf("first read: %d bytes, %v, after %d reads", first, err, source.reads)
		}
		n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{r}, p)
		runtime.ReadMemStats(&after)
		if want := int64(members) << 20; n+int64(first) != want || err != nil {
			t.Errorf("%d bytes and %v came out, want %d", n+int64(first), err, want)
		}
		return after.TotalAlloc - before.TotalAlloc
	}
	if few, many := allocated(3), allocated(30); many > few+1<<20 {
		t.Errorf("%d bytes allocated for 3 MB, %d for 30 MB", few, many)
	}
}

func TestWhatPassesBetweenCodingsIsBounded(t *testing.T) {
	empty := bytes.Repeat(gzipped(""), 1000) // which never comes out
	for _, tt := range []struct {
		name string
		max  int64
		code trace.Code
	}{{"all of it", int64(len(empty)), ""}, {"less", int64(len(empty)) - 1, httpclient.CodeBadCoding}} {
		r, err := NewReader(bytes.NewReader(gzipped(string(empty))), []string{"gzip", "gzip"})
		if err != nil {
			t.Fatal(err)
		}
		outer := r.(*decoded)
		if outer.source.max != maxBetween || outer.source.r.(*decoded).source.max != 0 {
			t.Errorf("limits %d and %d, want %d and none", outer.source.max, outer.source.r.(*decoded).source.max, maxBetween)
		}
		outer.source.max = tt.max
		got, err := io.ReadAll(r)
		if len(got) != 0 || codeOf(err) != tt.code {
			t.Errorf("%s: %q and %v, want code %q", tt.name, got, err, tt.code)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range [][]byte{gzipped(text), zlibbed(text), deflated(text), join(gzipped("a"), gzipped("b")), gzipped(string(zlibbed(text))), gzipped("")} {
		for kind := range byte(4) {
			f.Add(s, kind)
			f.Add(s[:len(s)-1], kind)
			f.Add(changed(s, len(s)/2), kind)
		}
	}
	f.Fuzz(func(t *testing.T, body []byte, kind byte) {
		codings := []string{"gzip", "deflate", "deflate, gzip", "gzip, gzip"}[kind%4]
		var out [2]string
		var errs [2]error
		for i, source := range []io.Reader{bytes.NewReader(body), iotest.OneByteReader(bytes.NewReader(body))} {
			out[i], errs[i] = decode(source, codings)
			if codeOf(errs[i]) == "" && errs[i] != nil {
				t.Fatalf("%s of %q: %v is not the coding's", codings, body, errs[i])
			}
		}
		if out[0] != out[1] || codeOf(errs[0]) != codeOf(errs[1]) {
			t.Fatalf("%s of %q: %q and %v whole, %q and %v byte by byte", codings, body, out[0], errs[0], out[1], errs[1])
		}
		// What came out and is put in again comes out the same.
		if again, err := decode(bytes.NewReader(gzipped(out[0])), "gzip"); again != out[0] || err != nil {
			t.Errorf("%q, compressed again: %q, %v", out[0], again, err)
		}
	})
}

func BenchmarkGzip(b *testing.B) {
	words := strings.Fields(text + "and shows what truly happened on the wire, byte by byte")
	var page strings.Builder
	for i := 0; page.Len() < 1<<20; i++ {
		page.WriteString(words[i*i%len(words)])
		page.WriteByte(" \n"[i%2])
	}
	body := gzipped(page.String())
	p := make([]byte, 64<<10)
	b.SetBytes(int64(page.Len()))
	b.ReportAllocs()
	for b.Loop() {
		r, err := NewReader(bytes.NewReader(body), []string{"gzip"})
		if err != nil {
			b.Fatal(err)
		}
		n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, r, p)
		if n != int64(page.Len()) || err != nil {
			b.Fatal(n, err)
		}
	}
}
