package payload

import (
	"fmt"
	"io"

	"fetchscope/httpclient"
)

// A rest is a content without its beginning.
type rest struct {
	httpclient.Content
	begin int64
}

// From returns what of a content is behind its first begin bytes, which are read and passed
// over where they cannot be skipped.
func From(c httpclient.Content, begin int64) httpclient.Content {
	if begin <= 0 {
		return c
	}
	return rest{c, begin}
}

func (r rest) Size() int64 {
	size := r.Content.Size()
	if size == Unknown {
		return Unknown
	}
	return max(0, size-r.begin)
}

func (r rest) Open() (io.ReadCloser, error) {
	in, err := r.Content.Open()
	if err != nil {
		return nil, err
	}
	return &late{ReadCloser: in, begin: r.begin}, nil
}

// A late passes over the beginning when it is first read, which may take its time.
type late struct {
	io.ReadCloser
	begin int64
}

func (l *late) Read(p []byte) (int, error) {
	if l.begin > 0 {
		n, err := io.CopyN(io.Discard, l.ReadCloser, l.begin)
		if l.begin -= n; err == io.EOF {
			err = fmt.Errorf("it ended %d bytes before where it was to begin", l.begin)
		}
		if err != nil {
			return 0, err
		}
	}
	return l.ReadCloser.Read(p)
}
