package coding

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"

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

func brotlied(s string) []byte {
	return written(s, func(w io.Writer) io.WriteCloser { return brotli.NewWriter(w) })
}

func zstded(s string) []byte {
	return written(s, func(w io.Writer) io.WriteCloser {
		z, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1), zstd.WithZeroFrames(true))
		if err != nil {
			panic(err) // only over the options
		}
		return z
	})
}

// skippable is a frame of zstd's that holds nothing of the content (RFC 8878, section
// 3.1.2).
var skippable = []byte{0x5a, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 'n', 'o', 't', 'e'}

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
	gz, zl, raw, br, zs := gzipped(text), zlibbed(text), deflated(text), brotlied(text), zstded(text)
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
		{"deflate, more behind raw", "deflate", join(raw, []byte("12345")), text, invalid},
		{"deflate, no block", "deflate", []byte{0x07, 0xff, 0xff}, "", invalid},
		{"deflate, zlib's checksum behind raw", "deflate", join(raw, zl[len(zl)-4:]), text, ""},
		{"deflate, part of a checksum behind raw", "deflate", join(raw, zl[len(zl)-2:]), text, ""},
		{"br", "br", br, text, ""},
		{"br in capitals", "BR", br, text, ""},
		{"br of nothing", "br", brotlied(""), "", ""},
		{"br, empty body", "br", nil, "", ""},
		{"br, cut", "br", br[:len(br)-1], text, cut},
		{"br, cut in the middle", "br", br[:len(br)/2], text, cut},
		{"br, more behind", "br", join(br, []byte("x")), text, invalid},
		{"br, a large window", "br", []byte{0x11, 0x1e, 0, 0, 0, 0}, "", invalid},
		{"br, no stream", "br", []byte("<p>plain text, which is none"), "", invalid},
		{"zstd", "zstd", zs, text, ""},
		{"zstd of nothing", "zstd", zstded(""), "", ""},
		{"zstd, empty body", "zstd", nil, "", ""},
		{"zstd, several frames", "zstd", join(zstded("one "), zstded(""), zstded("two")), "one two", ""},
		{"zstd, frames to skip", "zstd", join(skippable, zs, skippable), text, ""},
		{"zstd, a frame to skip alone", "zstd", skippable, "", ""},
		{"zstd, cut in the magic", "zstd", zs[:3], "", cut},
		{"zstd, cut in the header", "zstd", zs[:5], "", cut},
		{"zstd, cut in a block", "zstd", zs[:len(zs)-8], text, cut},
		{"zstd, cut in the checksum", "zstd", zs[:len(zs)-1], text, cut},
		{"zstd, cut in the second frame's magic", "zstd", join(zs, zs[:2]), text, cut},
		{"zstd, cut in a frame to skip", "zstd", skippable[:10], "", cut},
		{"zstd, wrong checksum", "zstd", changed(zs, -1), text, invalid},
		{"zstd, no frame", "zstd", []byte("<p>plain text"), "", invalid},
		{"zstd, no frame behind one", "zstd", join(zs, []byte("plain")), text, invalid},
		{"zstd, a window of 2 GB", "zstd", []byte{0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 1, 0, 0}, "", invalid},
		{"zstd, a dictionary wanted", "zstd", []byte{0x28, 0xb5, 0x2f, 0xfd, 0x01, 0x58, 7, 1, 0, 0}, "", invalid},
		{"zstd, a reserved block", "zstd", []byte{0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58, 7, 0, 0}, "", invalid},
		{"none, which servers say for identity", "none", []byte(text), text, ""},
		{"br within zstd", "br, zstd", zstded(string(br)), text, ""},
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
	r, err := NewReader(context.Background(), source, fields.Elements("Content-Encoding"))
	if err != nil {
		return "", err
	}
	got, err := io.ReadAll(io.LimitReader(r, maxDecoded))
	return string(got), err
}

func TestCodingsThatAreRefused(t *testing.T) {
	for _, tt := range []struct{ name, codings string }{
		{"unknown", "compress"},
		{"unknown below a known one", "dcz, gzip"},
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
