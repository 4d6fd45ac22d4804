package render

import (
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// A decoder turns bytes into UTF-8 as the Encoding Standard has it: what is malformed
// becomes U+FFFD, and takes no ASCII with it. It keeps what it has of a character from
// one call to the next.
type decoder interface {
	// decode appends what the bytes stand for.
	decode(to, from []byte) []byte
	// end appends what the end of the text makes of a character that was begun.
	end(to []byte) []byte
}

// decode returns a page in UTF-8, without a byte order mark.
func decode(page []byte, name string) []byte {
	if mark, n := bom(page); mark == name {
		page = page[n:]
	}
	switch {
	case name == "utf-8" && utf8.Valid(page):
		return page
	case name == "utf-8":
		// It makes U+FFFD of as many bytes as the standard does, and cannot fail.
		out, _ := unicode.UTF8.NewDecoder().Bytes(page)
		return out
	case asciiCompatible(name) && ascii(page):
		return page
	}
	d := decoderOf(name)
	// Most characters become no longer than they were, or half as long again.
	return d.end(d.decode(make([]byte, 0, len(page)+len(page)/2), page))
}

// asciiCompatible reports whether ASCII bytes stand for themselves wherever they are all
// there is.
func asciiCompatible(name string) bool {
	switch name {
	case "utf-16le", "utf-16be", "iso-2022-jp", "replacement":
		return false
	}
	return true
}

// decoderOf returns a decoder by the name of its encoding, which is not utf-8.
func decoderOf(name string) decoder {
	switch name {
	case "utf-16le":
		return &utf16Decoder{}
	case "utf-16be":
		return &utf16Decoder{big: 1}
	case "gbk", "gb18030":
		return &gb18030Decoder{} // section 10.1.1: one decoder for both
	case "big5":
		return newBig5()
	case "euc-jp":
		return newEUCJP()
	case "iso-2022-jp":
		return &iso2022JPDecoder{}
	case "shift_jis":
		return newShiftJIS()
	case "euc-kr":
		return newEUCKR()
	case "replacement":
		return &replacementDecoder{}
	case "x-user-defined":
		return userDefined()
	}
	return single(codePage(name))
}

// A decodingReader reads what another reads, decoded.
type decodingReader struct {
	from io.Reader
	decoder
	in, out []byte
	err     error
}

func newDecodingReader(from io.Reader, d decoder) *decodingReader {
	return &decodingReader{from: from, decoder: d, in: make([]byte, filterBuffer)}
}

// Read reads into p.
func (r *decodingReader) Read(p []byte) (int, error) {
	for len(r.out) == 0 && r.err == nil {
		var n int
		n, r.err = r.from.Read(r.in)
		r.out = r.decode(r.out[:0], r.in[:n])
		if r.err == io.EOF {
			r.out = r.end(r.out)
		}
	}
	n := copy(p, r.out)
	r.out = r.out[n:]
	if n == 0 {
		return 0, r.err
	}
	return n, nil
}

// fffd is what stands for malformed bytes.
const fffd = "\ufffd"

// asciiRun returns the ASCII that bytes begin with.
func asciiRun(from []byte) []byte {
	for i, c := range from {
		if c >= utf8.RuneSelf {
			return from[:i]
		}
	}
	return from
}

// A singleByte decoder has a character for each byte beyond ASCII.
type singleByte [128]rune

// single makes a decoder of a code page. Where it has nothing from 0x80 to 0x9F, the
// Encoding Standard has the control characters of Unicode, in each of its indexes.
func single(page *charmap.Charmap) *singleByte {
	var t singleByte
	for i := range t {
		r := page.DecodeByte(byte(i) + 0x80)
		if r == utf8.RuneError && i < 0x20 {
			r = rune(i) + 0x80
		}
		t[i] = r
	}
	return &t
}

// userDefined makes the decoder of x-user-defined (section 14.5).
func userDefined() *singleByte {
	var t singleByte
	for i := range t {
		t[i] = 0xF780 + rune(i)
	}
	return &t
}

func (t *singleByte) decode(to, from []byte) []byte {
	for len(from) > 0 {
		run := asciiRun(from)
		to = append(to, run...)
		from = from[len(run):]
		for len(from) > 0 && from[0] >= utf8.RuneSelf {
			to = utf8.AppendRune(to, t[from[0]-0x80])
			from = from[1:]
		}
	}
	return to
}

func (t *singleByte) end(to []byte) []byte { return to }

// A replacementDecoder stands for encodings that are too dangerous to decode: all of a
// page is one U+FFFD (section 14.1).
type replacementDecoder struct{ done bool }

func (d *replacementDecoder) decode(to, from []byte) []byte {
	if len(from) > 0 && !d.done {
		d.done = true
		to = append(to, fffd...)
	}
	return to
}

func (d *replacementDecoder) end(to []byte) []byte { return to }

// A utf16Decoder decodes UTF-16 (section 14.2.1).
type utf16Decoder struct {
	big  int // where in a unit its high byte is not: 1 in UTF-16BE
	half []byte
	high rune // a surrogate that waits for the other
}

func (d *utf16Decoder) decode(to, from []byte) []byte {
	if len(d.half) > 0 && len(from) > 0 {
		to = d.unit(to, [2]byte{d.half[0], from[0]})
		d.half, from = d.half[:0], from[1:]
	}
	for ; len(from) > 1; from = from[2:] {
		to = d.unit(to, [2]byte(from))
	}
	d.half = append(d.half, from...)
	return to
}

func (d *utf16Decoder) unit(to []byte, b [2]byte) []byte {
	r := rune(b[1-d.big])<<8 | rune(b[d.big])
	low := r >= 0xDC00 && r <= 0xDFFF
	if h := d.high; h != 0 {
		d.high = 0
		if low {
			return utf8.AppendRune(to, (h-0xD800)<<10+(r-0xDC00)+0x10000)
		}
		to = append(to, fffd...)
	}
	if r >= 0xD800 && r <= 0xDBFF {
		d.high = r
		return to
	}
	return utf8.AppendRune(to, r) // U+FFFD for a low surrogate alone
}

func (d *utf16Decoder) end(to []byte) []byte {
	if len(d.half) > 0 || d.high != 0 {
		to = append(to, fffd...)
	}
	d.half, d.high = nil, 0
	return to
}
