package coding

import (
	"bufio"
	"io"

	"github.com/andybalholm/brotli"
)

// openBrotli reads a br stream (RFC 7932). Its window is 16 MB at the most (section 9.1):
// the large ones, which are no part of br, are refused.
func openBrotli(r *bufio.Reader) (io.Reader, error) { return brotli.NewReader(r), nil }
