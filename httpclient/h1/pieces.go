package h1

import (
	"bytes"
	"io"
	"strconv"

	"fetchscope/httpclient"
)

// chunkRoom is the room for a chunk's size in hexadecimal digits and two line ends
// (RFC 9112, section 7.1).
const chunkRoom = 16

// Pieces are a request's body, cut as it goes out.
type pieces struct {
	r       io.Reader
	chunked bool
	buf     []byte
	ended   bool
}

func piecesOf(req *httpclient.Request) *pieces {
	p := &pieces{r: req.Stream, chunked: chunkedOut(req)}
	size := pieceSize
	if req.Stream == nil {
		p.r = bytes.NewReader(req.Body)
		size = min(size, len(req.Body)+1)
	}
	p.buf = make([]byte, size+2*chunkRoom)
	return p
}

// next returns what is to be written, and how many bytes of content are in it. The last
// piece comes with io.EOF; every other error is one of reading the content.
func (p *pieces) next() (piece []byte, content int, err error) {
	if p.ended {
		return nil, 0, io.EOF
	}
	room := p.buf[chunkRoom : len(p.buf)-chunkRoom]
	n := 0
	for n == 0 && err == nil {
		n, err = p.r.Read(room)
	}
	p.ended = err == io.EOF
	if !p.chunked {
		return room[:n], n, err
	}
	return p.chunk(n), n, err
}

// chunk is the piece as a chunk, with the last chunk behind it at the end.
func (p *pieces) chunk(n int) []byte {
	end := chunkRoom
	begin := end
	if n > 0 {
		size := append(strconv.AppendInt(make([]byte, 0, chunkRoom), int64(n), 16), "\r\n"...)
		begin -= copy(p.buf[chunkRoom-len(size):], size)
		end += n
		end += copy(p.buf[end:], "\r\n")
	}
	if p.ended {
		end += copy(p.buf[end:], "0\r\n\r\n")
	}
	return p.buf[begin:end]
}

// contentOf is how much of the last piece's content is in its first n bytes.
func (p *pieces) contentOf(n, content int) int {
	if p.chunked && content > 0 {
		n -= len(strconv.FormatInt(int64(content), 16)) + len("\r\n")
	}
	return max(0, min(n, content))
}
