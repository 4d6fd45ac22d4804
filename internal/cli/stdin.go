package cli

import (
	"io"
	"os"
	"sync"
)

// An interruptibleReader reads what may never come, a terminal's lines say: Close makes a
// Read that waits return. The read beneath cannot be called off, so what does it outlives
// the fetch, up to the end of the input or of the program.
type interruptibleReader struct {
	from   io.Reader
	want   chan []byte
	got    chan arrival
	closed chan struct{}
	begin  sync.Once
	end    sync.Once
}

// An arrival is what one read brought.
type arrival struct {
	n   int
	err error
}

func newInterruptible(r io.Reader) *interruptibleReader {
	return &interruptibleReader{from: r, want: make(chan []byte), got: make(chan arrival, 1), closed: make(chan struct{})}
}

// Read reads as soon as anything has come. What comes when nobody waits any more is lost
// with the stream.
func (i *interruptibleReader) Read(p []byte) (int, error) {
	i.begin.Do(func() { go i.run() })
	own := make([]byte, len(p)) // the read may end when p is not ours any more
	select {
	case i.want <- own:
	case <-i.closed:
		return 0, os.ErrClosed
	}
	select {
	case a := <-i.got:
		return copy(p, own[:a.n]), a.err
	case <-i.closed:
		return 0, os.ErrClosed
	}
}

func (i *interruptibleReader) run() {
	for {
		select {
		case p := <-i.want:
			n, err := i.from.Read(p)
			i.got <- arrival{n, err}
		case <-i.closed:
			return
		}
	}
}

// Close makes reads return.
func (i *interruptibleReader) Close() error {
	i.end.Do(func() { close(i.closed) })
	return nil
}
