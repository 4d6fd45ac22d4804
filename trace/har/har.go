// Package har writes trace documents as a HAR 1.2 log, which browsers' developer tools,
// sitespeed.io and Playwright read, and reads those of its own back.
//
// It is a function of the documents alone. What HAR has no place for is in fields that
// begin with an underscore, as the specification asks of applications: phases and states
// beside each entry, and all documents in _fetchscope, from which Read makes them again. A
// body stands in its entry alone, where it was kept.
//
// It implements the HAR 1.2 Spec of Jan Odvarko, which the W3C's Web Performance group
// drafted as "HTTP Archive (HAR) format" and never published, and what importers ask for
// beyond: a page for all entries to refer to, no null, and -1 for whatever does not apply.
package har

import (
	"io"
	"strconv"
	"time"

	"fetchscope/trace"
)

// Options say what is not in the documents.
type Options struct {
	// Version is the program's.
	Version string
}

type file struct {
	Log log `json:"log"`
}

type log struct {
	Version string  `json:"version"`
	Creator creator `json:"creator"`
	Pages   []page  `json:"pages"`
	Entries []entry `json:"entries"`
	// Documents are what all else was made of, without the bodies.
	Documents []*trace.Document `json:"_fetchscope"`
}

type creator struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// A page stands for a fetch: readers such as sitespeed.io's take no entry without one.
type page struct {
	Started string      `json:"startedDateTime"`
	ID      string      `json:"id"`
	Title   string      `json:"title"`
	Timings pageTimings `json:"pageTimings"`
}

type pageTimings struct {
	OnContentLoad millis `json:"onContentLoad"`
	OnLoad        millis `json:"onLoad"`
}

// specified is the version of the format.
const specified = "1.2"

// Write writes the documents of a run as one log, each of them a page of it.
func Write(w io.Writer, docs []*trace.Document, o Options) error {
	l := log{
		Version: specified, Creator: creator{"fetchscope", o.Version},
		Pages: []page{}, Entries: []entry{}, Documents: []*trace.Document{},
	}
	for i, d := range docs {
		p := newPage(d, "page_"+strconv.Itoa(i+1))
		l.Pages = append(l.Pages, p)
		for j := range d.Exchanges {
			l.Entries = append(l.Entries, newEntry(d, j, p.ID))
		}
		l.Documents = append(l.Documents, withoutBodies(d))
	}
	return trace.WriteJSON(w, file{l}, true)
}

func newPage(d *trace.Document, id string) page {
	p := page{
		Started: moment(d, 0), ID: id, Title: withoutFragment(d.URL),
		Timings: pageTimings{OnContentLoad: notApplicable, OnLoad: notApplicable},
	}
	x := d.Last()
	if x == nil {
		return p
	}
	if end, ok := x.Phase(trace.Receive).End(); ok {
		p.Timings.OnLoad = millis(end)
	}
	if end, ok := x.Phase(trace.Render).End(); ok {
		p.Timings = pageTimings{OnContentLoad: millis(end), OnLoad: millis(end)}
	}
	return p
}

// moment is a moment by the wall clock (ISO 8601). It is written to the microsecond: some
// readers take no more digits.
func moment(d *trace.Document, t trace.Time) string {
	return time.Unix(0, d.StartedUnix+int64(t)).UTC().Format("2006-01-02T15:04:05.000000Z07:00")
}

// withoutBodies is the document as the log holds it: the entries have the bodies.
func withoutBodies(d *trace.Document) *trace.Document {
	out := *d
	out.Exchanges = append([]trace.Exchange{}, d.Exchanges...)
	for i := range out.Exchanges {
		x := &out.Exchanges[i]
		if r := x.Request; r != nil && r.Content != nil {
			without := *r
			without.Content = nil
			x.Request = &without
		}
		if r := x.Response; r != nil && r.Content != nil {
			without := *r
			without.Content = nil
			x.Response = &without
		}
	}
	return &out
}
