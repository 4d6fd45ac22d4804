package coding

import (
	"bufio"
	"io"

	"github.com/klauspost/compress/zstd"
)

// maxWindow is the largest window that zstd may ask for in HTTP (RFC 9659, section 3).
const maxWindow = 8 << 20

// openZstd reads the frames of a zstd stream (RFC 8878, section 3.1).
func openZstd(r *bufio.Reader) (io.Reader, error) {
	return zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecodeBuffersBelow(0))
}
