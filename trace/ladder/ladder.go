package ladder

import (
	"io"

	"fetchscope/trace"
)

type Options struct {
	Columns     int
	Color, UTF8 bool
}

func Write(w io.Writer, d *trace.Document, o Options) error { return nil }
