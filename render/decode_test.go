package render

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"
)

// The cases are the error rules of the Encoding Standard, sections 9 to 14, one by one.
func TestDecoders(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"windows-1252", "\x81\x9d\xe9", "\u0081\u009dé"},
		{"windows-1255", "\x81\xd9\xfb\xe0", "\u0081\ufffd\ufffdא"},
		{"iso-8859-2", "\x80\x9f\xb1", "\u0080\u009fą"},
		{"iso-8859-8-i", "\xe0\xfe\xbf", "א\u200f\ufffd"},
		{"koi8-u", "\xae\xbe", "ўЎ"},
		{"x-user-defined", "a\x80\xff", "a\uf780\uf7ff"},
		{"replacement", "anything", "\ufffd"},
		{"replacement", "", ""},
		{"shift_jis", "\x80\xa0\xb1\x5c~", "\u0080\ufffdｱ\\~"},
		{"shift_jis", "\x82@<\x81\xff<\xfd", "\ufffd@<\ufffd<\ufffd"},
		{"shift_jis", "\xf0\x40\xf9\xfc\x81", "\ue000\ue757\ufffd"},
		{"euc-jp", "\xa4\xa2\x8e\xb1\x8f\xa2\xaf", "あｱ˘"},
		{"euc-jp", "\xa1\x80\xa1<\x8e\xe0\x8f\x80\x8f\xa1<\x8f\xa1\xa1", "\ufffd\ufffd<\ufffd\ufffd\ufffd<\ufffd"},
		{"euc-jp", "\x80\xff\xa4", "\ufffd\ufffd\ufffd"},
		{"euc-kr", "\xb0\xa1\x80\x81\xff\x81<\xb0", "가\ufffd\ufffd\ufffd<\ufffd"},
		{"big5", "\xa4\xa4\x88\x62\x88\xa5", "中\u00ca\u0304\u00ea\u030c"},
		{"big5", "\x81@\x80\x81\x80\xff\xa4", "\ufffd@\ufffd\ufffd\ufffd\ufffd"},
		{"gbk", "\x80\xd6\xd0\xff\xa1\x7f\xa1\xff", "€中\ufffd\ufffd\x7f\ufffd"},
		{"gb18030", "\x81\x30\x81\x30\x90\x30\x81\x30\xe3\x32\x9a\x35", "\u0080\U00010000\U0010ffff"},
		{"gb18030", "\x81\x30\x81\xff\x81\x30<\x81\x30\x81", "\ufffd0\ufffd\ufffd0<\ufffd"},
		{"gb18030", "\xe3\x32\x9a\x36", "\ufffd2\ufffd"},
		{"gb18030", "\xaa\xa1\xf8\xa1\xa1\x40\xa7\xa0\xa2\xab\xfe\x91\xfe\x59\xa8\xbc", "\ue000\ue234\ue4c6\ue765\ue766\ue855\u9fb4\u1e3f"},
		{"iso-2022-jp", "a\x1b$B\x24\x22\x1b(B\x1b(Jb\\~\x1b(I1\x1b(Bc", "aあ\ufffdb¥‾ｱc"},
		{"iso-2022-jp", "\x1b$B\x24\x1b(B~", "\ufffd~"},
		{"iso-2022-jp", "\x1b$B\x24\n\x24\x22\x1b(B", "\ufffdあ"},
		{"iso-2022-jp", "\x1bZ\x1b$Z\x0e\xe9\x1b$", "\ufffdZ\ufffd$Z\ufffd\ufffd\ufffd$"},
		{"iso-2022-jp", "\x1b\x1b(B\x1b$B\x1b$B\x24\x22", "\ufffd\ufffd\ufffdあ"},
		{"utf-16be", "\xd8\x00\x00", "\ufffd"},
		{"utf-16le", "\x00\xdc\x00\xd8a\x00\x00\xd8\x00\xdcb", "\ufffd\ufffda\U00010000\ufffd"},
		{"utf-8", "\xe4\xb8\xe4\xb8\xad\xf0\x9f\x92\xed\xa0\x80\xc0\x80", "\ufffd中" + strings.Repeat("\ufffd", 6)},
	} {
		if got := string(decode([]byte(c.in), c.name)); got != c.want {
			t.Errorf("%s %q: got %+q, want %+q", c.name, c.in, got, c.want)
		}
		if c.name == "utf-8" {
			continue
		}
		got, err := io.ReadAll(newDecodingReader(iotest.OneByteReader(strings.NewReader(c.in)), decoderOf(c.name)))
		if err != nil || string(got) != c.want {
			t.Errorf("%s %q byte by byte: got %+q, %v, want %+q", c.name, c.in, got, err, c.want)
		}
	}
}

// Every pair of bytes of GB 18030 is a character, if only for private use, and no
// character is two pairs.
func TestGB18030IsWhole(t *testing.T) {
	seen := map[rune]int{}
	for a := 0x81; a <= 0xFE; a++ {
		for b := 0x40; b <= 0xFE; b++ {
			if b == 0x7F {
				continue
			}
			r, n := utf8.DecodeRune(decode([]byte{byte(a), byte(b)}, "gbk"))
			if n < 2 || r == utf8.RuneError {
				t.Errorf("%02x%02x is nothing", a, b)
			}
			if other, ok := seen[r]; ok && r != '\u3000' { // which the standard has twice
				t.Errorf("%02x%02x and %04x are both %U", a, b, other, r)
			}
			seen[r] = a<<8 | b
		}
	}
}

func FuzzCharset(f *testing.F) {
	for _, s := range []string{
		"<meta charset=gbk>\xd6\xd0<p>", "\x1b$B\x24\x22\x1b(J~", "\x81\x30\x81\x30\xff", "\xff\xfea\x00", "\x8f\xa2\xaf\x8e",
		"<?xml version='1.0' encoding='koi8-r'?>\xc4", "\x88\x62\x80", "<meta http-equiv=content-type content='a; charset=\"big5\"'>",
	} {
		f.Add([]byte(s), "text/html; charset=shift_jis", uint8(len(s)))
	}
	var names []string
	for line := range strings.Lines(labels) {
		if w := strings.Fields(line); len(w) > 0 && line[0] != ' ' {
			names = append(names, w[0])
		}
	}
	f.Fuzz(func(t *testing.T, page []byte, contentType string, at uint8) {
		cs := detect(page, contentType)
		if encodingName(cs.name) != cs.name {
			t.Fatalf("%q: %q is no encoding", page, cs.name)
		}
		for _, name := range append([]string{cs.name}, names...) {
			decodesWell(t, page, name, int(at))
		}
	})
}

// decodesWell checks what every decoder must do with any bytes.
func decodesWell(t *testing.T, page []byte, name string, at int) {
	t.Helper()
	got := decode(page, name)
	if !utf8.Valid(got) || len(got) > 3*len(page)+3 {
		t.Errorf("%s %q: %q", name, page, got)
	}
	if asciiCompatible(name) {
		// Nothing that is malformed may take markup with it.
		if a, b := bytes.Count(page, []byte("<")), bytes.Count(got, []byte("<")); a != b {
			t.Errorf("%s %q: %d brackets became %d", name, page, a, b)
		}
	}
	if name == "utf-8" {
		return
	}
	if _, n := bom(page); n > 0 {
		page = page[n:]
		got = decode(page, name)
		if _, n := bom(page); n > 0 {
			return
		}
	}
	d := decoderOf(name)
	at = min(at, len(page))
	if parts := d.end(d.decode(d.decode(nil, page[:at]), page[at:])); !bytes.Equal(parts, got) {
		t.Errorf("%s %q: cut at %d it is %q, whole %q", name, page, at, parts, got)
	}
}
