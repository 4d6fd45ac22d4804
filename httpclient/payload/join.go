package payload

import (
	"io"
	"os"
	"sync"

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

// A joinedReader opens each content when the one before it has ended. It may be closed
// beside a Read.
type joinedReader struct {
	mu     sync.Mutex
	rest   joined
	open   io.ReadCloser
	closed bool
}

func (r *joinedReader) Read(p []byte) (int, error) {
	for {
		from, err := r.current()
		if err != nil {
			return 0, err
		}
		n, err := from.Read(p)
		if err == io.EOF {
			err = r.leave()
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
}

// current is what is being read.
func (r *joinedReader) current() (from io.ReadCloser, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.closed:
		return nil, os.ErrClosed
	case r.open != nil:
		return r.open, nil
	case len(r.rest) == 0:
		return nil, io.EOF
	}
	if from, err = r.rest[0].Open(); err != nil {
		return nil, err
	}
	r.open, r.rest = from, r.rest[1:]
	return from, nil
}

// leave closes what has ended.
func (r *joinedReader) leave() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	from := r.open
	r.open = nil
	if from == nil || r.closed {
		return nil
	}
	return from.Close()
}

func (r *joinedReader) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed, r.rest = true, nil
	if r.open == nil {
		return nil
	}
	return r.open.Close()
}
