package har

import (
	"encoding/json"
	"errors"
	"fmt"

	"fetchscope/trace"
)

// ErrForeign says that a log is another program's.
var ErrForeign = errors.New("this HAR holds no trace of fetchscope's")

// Read returns the documents that a log of ours was made of, with the bodies that it has.
func Read(b []byte) ([]*trace.Document, error) {
	var f file
	if err := json.Unmarshal(b, &f); err != nil {
		return nil, err
	}
	if f.Log.Documents == nil {
		return nil, ErrForeign
	}
	next := 0
	for _, d := range f.Log.Documents {
		if d == nil {
			return nil, ErrForeign
		}
		if err := d.Check(); err != nil {
			return nil, err
		}
		for i := range d.Exchanges {
			if next == len(f.Log.Entries) {
				return nil, fmt.Errorf("it has %d entries, and more exchanges", next)
			}
			if err := f.Log.Entries[next].restore(&d.Exchanges[i]); err != nil {
				return nil, fmt.Errorf("entry %d: %w", next, err)
			}
			next++
		}
	}
	return f.Log.Documents, nil
}

// restore gives the bodies of an entry to its exchange.
func (e *entry) restore(x *trace.Exchange) (err error) {
	if p := e.Request.PostData; p != nil && x.Request != nil {
		if x.Request.Content, err = read(p.Text, p.Encoding); err != nil {
			return err
		}
	}
	if c := e.Response.Content; c.Text != nil && x.Response != nil {
		x.Response.Content, err = read(*c.Text, c.Encoding)
	}
	return err
}

// UnmarshalJSON reads milliseconds; what they were made of is in the documents.
func (m *millis) UnmarshalJSON([]byte) error { return nil }
