// Package payload holds what requests carry: bytes, files, streams, and any of them one
// behind the other. It is the beginning of step 3.
//
// Each is an [httpclient.Content]: it says how long it is, where that can be known, and
// is opened once for each time it is sent, since a redirect, a retry or a server that
// wants credentials may ask for it again. Nothing is read before, and no more is held
// than is being sent.
package payload

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
	"syscall"

	"fetchscope/httpclient"
)

// ErrSpent says that a content came off a stream, has been read, and cannot be again.
var ErrSpent = errors.New("the body was read from a stream, which cannot be read again")

// Unknown is the size of what only its end tells.
const Unknown = -1

// Bytes are a content that is in memory.
type Bytes []byte

// Open returns the bytes.
func (b Bytes) Open() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }

// Size counts the bytes.
func (b Bytes) Size() int64 { return int64(len(b)) }

// A file is a content on disk, or what has a name there.
type file struct {
	name string
	size int64
}

// File returns the content of a file. What is no regular file has no size that could be
// known.
func File(name string) (httpclient.Content, error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, notOpened(name, err)
	case info.IsDir():
		return nil, notOpened(name, syscall.EISDIR)
	case !info.Mode().IsRegular():
		return file{name, Unknown}, nil
	}
	// That it may be read is found out now: later, a connection would be made for nothing.
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	return file{name, info.Size()}, f.Close()
}

// notOpened words an error as if the file had been opened.
func notOpened(name string, err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	return &fs.PathError{Op: "open", Path: name, Err: err}
}

func (f file) Size() int64 { return f.size }

func (f file) Open() (io.ReadCloser, error) {
	r, err := os.Open(f.name)
	if err != nil || f.size == Unknown {
		return r, err
	}
	return &exact{ReadCloser: r, left: f.size, size: f.size}, nil
}

// An exact reads as many bytes as were announced: a file may have grown or shrunk since.
type exact struct {
	io.ReadCloser
	left, size int64
}

func (e *exact) Read(p []byte) (int, error) {
	if e.left == 0 {
		return 0, io.EOF
	}
	n, err := e.ReadCloser.Read(p[:min(int64(len(p)), e.left)])
	e.left -= int64(n)
	if err == io.EOF && e.left > 0 {
		err = fmt.Errorf("it ended after %d of the %d bytes that it had", e.size-e.left, e.size)
	}
	return n, err
}

// A section is a part of what can be read anywhere.
type section struct {
	r           io.ReaderAt
	begin, size int64
}

// Section returns size bytes of r from begin on, standard input's say where that is a
// file.
func Section(r io.ReaderAt, begin, size int64) httpclient.Content { return section{r, begin, size} }

func (s section) Size() int64 { return s.size }

func (s section) Open() (io.ReadCloser, error) {
	r := io.NopCloser(io.NewSectionReader(s.r, s.begin, s.size))
	return &exact{ReadCloser: r, left: s.size, size: s.size}, nil
}

// An unsized is a content that does not say how long it is.
type unsized struct{ httpclient.Content }

// Unsized returns a content that keeps its size to itself, so that its end has to tell.
func Unsized(c httpclient.Content) httpclient.Content { return unsized{c} }

func (unsized) Size() int64 { return Unknown }

// A stream can be read once.
type stream struct {
	r    io.ReadCloser
	once sync.Once
}

// Stream returns a content that is read off r, once.
func Stream(r io.ReadCloser) httpclient.Content { return &stream{r: r} }

func (s *stream) Size() int64 { return Unknown }

func (s *stream) Open() (r io.ReadCloser, err error) {
	err = ErrSpent
	s.once.Do(func() { r, err = s.r, nil })
	return r, err
}
