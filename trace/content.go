package trace

import "unicode/utf8"

// A Content is what a message carried, where it was kept: formats that other programs
// replay a fetch from need it.
type Content struct {
	// Text is what is UTF-8, Bytes anything else.
	Text  string `json:"text,omitzero"`
	Bytes []byte `json:"base64,omitzero"`
}

// NewContent returns the content with these bytes.
func NewContent(b []byte) *Content {
	if utf8.Valid(b) {
		return &Content{Text: string(b)}
	}
	return &Content{Bytes: b}
}

// Size counts the bytes.
func (c *Content) Size() int64 { return int64(len(c.Text) + len(c.Bytes)) }
