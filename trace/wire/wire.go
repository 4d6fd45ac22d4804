// Package wire writes what goes over a connection as text, in the form that curl's --trace
// and --trace-ascii have given it and that people and programs read: an entry for each
// piece, with its kind, its size and its bytes, and between them a line for what happens
// beside.
//
// A [Splitter] finds heads and bodies in what is sent and received, an [Entry] is one piece
// of them, and [Describe] says what an event is in a line. The package writes to memory
// alone; when, and where to, is the caller's business. Bytes that are no printable ASCII
// are drawn as dots, so that the text is fit for a terminal.
package wire

import (
	"bytes"
	"fmt"
	"strings"

	"fetchscope/internal/term"
)

// A Kind is what an entry is of.
type Kind int

// What went over, and what happened beside it.
const (
	Info Kind = iota
	SentHead
	SentData
	ReceivedHead
	ReceivedData
)

// titles are the words that begin an entry.
var titles = [...]string{
	Info: "== Info: ", SentHead: "=> Send header", SentData: "=> Send data",
	ReceivedHead: "<= Recv header", ReceivedData: "<= Recv data",
}

// An Entry is one piece.
type Entry struct {
	Kind Kind
	// Size is how many bytes went over. Text is what is shown of them, which differs
	// where credentials are hidden; for Info it is a line.
	Size int
	Text []byte
}

// The bytes of a line, as curl has them: without the hexadecimal more fit.
const (
	hexWidth  = 16
	textWidth = 64
)

// Append writes the entry behind b, with a stamp before it, in hexadecimal too or as text
// alone.
func (e Entry) Append(b []byte, stamp string, hex bool) []byte {
	b = append(b, stamp...)
	if e.Kind == Info {
		return fmt.Appendf(b, "%s%s\n", titles[Info], term.Safe(string(e.Text)))
	}
	b = fmt.Appendf(b, "%s, %d bytes (0x%x)\n", titles[e.Kind], e.Size, e.Size)
	if hex {
		return appendHex(b, e.Text)
	}
	return appendText(b, e.Text)
}

// appendHex writes rows of an offset, the bytes in hexadecimal, and as text.
func appendHex(b, p []byte) []byte {
	for at := 0; at < len(p); at += hexWidth {
		row := p[at:min(at+hexWidth, len(p))]
		b = fmt.Appendf(b, "%04x: % x ", at, row)
		b = append(b, strings.Repeat(" ", 3*(hexWidth-len(row)))...)
		b = append(printable(b, row), '\n')
	}
	return b
}

// appendText writes rows of an offset and text. A row ends with a line of the text too,
// whose end it leaves out.
func appendText(b, p []byte) []byte {
	for at := 0; at < len(p); {
		rest := p[at:]
		row, skip := rest[:min(textWidth, len(rest))], 0
		if end := bytes.Index(rest[:min(textWidth+2, len(rest))], lineEnd); end >= 0 {
			row, skip = rest[:end], 2
		}
		b = fmt.Appendf(b, "%04x: ", at)
		b = append(printable(b, row), '\n')
		at += len(row) + skip
	}
	return b
}

var lineEnd = []byte("\r\n")

// printable writes bytes as text.
func printable(b, p []byte) []byte {
	for _, c := range p {
		if c < ' ' || c >= 0x7f {
			c = '.'
		}
		b = append(b, c)
	}
	return b
}
