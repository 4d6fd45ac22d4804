package payload

import (
	"io"

	"fetchscope/httpclient"
)

// A joined is contents one behind the other.
type joined []httpclient.Content

// Join returns contents one behind the other.
func Join(contents ...httpclient.Content) httpclient.Content {
	if len(contents) == 1 {
		return contents[0]
	}
	return joined(contents)
}

func (j joined) Size() int64 {
	sum := int64(0)
	for _, c := range j {
		n := c.Size()
		if n == Unknown || sum+n < sum {
			return Unknown
		}
		sum += n
	}
	return sum
}

func (j joined) Open() (io.ReadCloser, error) { return &joinedReader{rest: j}, nil }

// A joinedReader opens each content when the one before it has ended.
type joinedReader struct {
	rest joined
	open io.ReadCloser
}

func (r *joinedReader) Read(p []byte) (int, error) {
	for {
		if r.open == nil {
			if len(r.rest) == 0 {
				return 0, io.EOF
			}
			var err error
			if r.open, err = r.rest[0].Open(); err != nil {
				r.open = nil
				return 0, err
			}
			r.rest = r.rest[1:]
		}
		n, err := r.open.Read(p)
		if err == io.EOF {
			err = r.open.Close()
			r.open = nil
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
}

func (r *joinedReader) Close() error {
	r.rest = nil
	if r.open == nil {
		return nil
	}
	return r.open.Close()
}
