package render

import (
	"bufio"
	"io"
)

// peekBytes is how much of a text decides on its encoding where nothing declares it:
// enough to meet a letter beyond ASCII in most texts that have any.
const peekBytes = 64 << 10

// Text reads text that is not HTML and writes it for a terminal: decoded, with line
// ends of one character, and through the filter. It does not wait for the end.
func Text(w io.Writer, r io.Reader, contentType string) error {
	in := bufio.NewReaderSize(r, peekBytes)
	cs, skip := textCharset(in, contentType)
	if _, err := in.Discard(skip); err != nil {
		return err
	}
	var from io.Reader = in
	if cs != "utf-8" {
		from = newDecodingReader(in, decoderOf(cs))
	}
	return cleanLines(w, from)
}

// textCharset returns the encoding of a text and the length of its byte order mark.
// It waits for no more than the start where that says it.
func textCharset(in *bufio.Reader, contentType string) (string, int) {
	start, _ := in.Peek(3)
	if name, n := bom(start); name != "" {
		return name, n
	}
	if name := transportCharset(contentType); name != "" {
		return name, 0
	}
	start, _ = in.Peek(max(in.Buffered(), 1))
	return guess(start).name, 0
}

// cleanLines copies text without what could steer a terminal.
func cleanLines(w io.Writer, from io.Reader) error {
	in := make([]byte, filterBuffer)
	var clean []byte
	kept := 0
	cr := false
	for {
		n, err := from.Read(in[kept:])
		n += kept
		end := n
		if err == nil {
			end = len(whole(in[:n]))
		}
		var text []byte
		text, cr = oneByteEnds(in[:end], cr)
		clean = appendClean(clean[:0], text)
		if _, werr := w.Write(clean); werr != nil {
			return werr
		}
		kept = copy(in, in[end:n])
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// oneByteEnds makes CR LF and CR into LF, in place. It says whether the last byte was
// a CR, and is told whether the byte before was.
func oneByteEnds(b []byte, cr bool) ([]byte, bool) {
	to := b[:0]
	for _, c := range b {
		switch {
		case c == '\r':
			to = append(to, '\n')
		case c == '\n' && cr:
		default:
			to = append(to, c)
		}
		cr = c == '\r'
	}
	return to, cr
}
