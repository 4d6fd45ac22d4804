package coding

import (
	"bufio"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"io"
)

// openGzip reads all members of a gzip file, which follow one another (RFC 1952,
// section 2.2).
func openGzip(r *bufio.Reader) (io.Reader, error) { return gzip.NewReader(r) }

// openDeflate tells zlib's format by its header (RFC 1950, section 2.2) from raw
// deflate.
func openDeflate(r *bufio.Reader) (io.Reader, error) {
	h, err := r.Peek(2)
	if err != nil {
		return nil, err
	}
	if h[0]&0x0f == 8 && (uint(h[0])<<8|uint(h[1]))%31 == 0 {
		return zlib.NewReader(r)
	}
	return &rawDeflate{Reader: flate.NewReader(r), in: r}, nil
}

// sumSize is the size of zlib's checksum.
const sumSize = 4

// A rawDeflate passes over a checksum at its end: servers that leave zlib's header out do
// not always leave that out too. curl does the same.
type rawDeflate struct {
	io.Reader
	in *bufio.Reader
}

func (d *rawDeflate) Read(p []byte) (int, error) {
	n, err := d.Reader.Read(p)
	if err == io.EOF {
		_, _ = d.in.Discard(sumSize) // whatever stops it is met again behind
	}
	return n, err
}
