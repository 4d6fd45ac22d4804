package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"fetchscope/trace"
	"fetchscope/trace/har"
	"fetchscope/trace/versus"
)

// maxStored bounds a file of traces. A document takes some tens of kilobytes, a HAR of ours
// no more than 128 MB with all the bodies that it can hold.
const maxStored = 256 << 20

// reopen is the command show: a stored trace again, on stdout, or two side by side.
func (p *operation) reopen(_ context.Context, words []string) error {
	switch {
	case len(words) == 0 || len(words) > 2:
		return usage("show takes a file, or two", "fetchscope show FILE [FILE]")
	case p.format == formatJSONL:
		return usage("--format jsonl is of a fetch as it happens, and this one has", "--format json has all of it")
	case len(words) == 2 && p.format != "":
		return usage("--format is for one file, and two are set side by side for people", "show each by itself")
	}
	var files [][]*trace.Document
	for _, name := range words {
		docs, err := p.stored(name)
		if err != nil {
			return err
		}
		files = append(files, docs)
	}
	if len(files) == 2 {
		return p.beside(words, files)
	}
	return p.showAgain(files[0])
}

// stored reads the traces of a file, - for stdin.
func (p *program) stored(name string) ([]*trace.Document, error) {
	in := p.stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, &statusError{status: statusRead, err: err}
		}
		defer f.Close()
		in = f
	}
	b, err := io.ReadAll(io.LimitReader(in, maxStored+1))
	if err == nil && len(b) > maxStored {
		err = fmt.Errorf("%s is larger than %d MB, which no trace of ours is", name, maxStored>>20)
	}
	if err != nil {
		return nil, &statusError{status: statusRead, err: err}
	}
	docs, err := readTraces(b)
	if err == nil && len(docs) == 0 {
		err = errors.New("it is empty")
	}
	if err != nil {
		return nil, &statusError{status: statusRead, err: fmt.Errorf("%s holds no trace: %w", name, err), hint: "--format json, jsonl or har stores one"}
	}
	return docs, nil
}

// readTraces reads what --format has written: a HAR, documents one behind the other, or a
// stream of events.
func readTraces(b []byte) ([]*trace.Document, error) {
	var docs []*trace.Document
	var stream trace.Stream
	for d := json.NewDecoder(bytes.NewReader(b)); d.More(); {
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return nil, err
		}
		some, err := readTrace(raw, &stream)
		if err != nil {
			return nil, err
		}
		docs = append(docs, some...)
	}
	return docs, stream.Over()
}

// readTrace reads one value of a file.
func readTrace(raw []byte, stream *trace.Stream) ([]*trace.Document, error) {
	var kind struct {
		Event string          `json:"event"`
		Log   json.RawMessage `json:"log"`
	}
	if err := json.Unmarshal(raw, &kind); err != nil {
		return nil, err
	}
	var doc *trace.Document
	var err error
	switch {
	case kind.Log != nil:
		return har.Read(raw)
	case kind.Event != "":
		doc, err = stream.Line(raw)
	default:
		doc, err = trace.ReadDocument(raw)
	}
	if doc == nil || err != nil {
		return nil, err
	}
	return []*trace.Document{doc}, nil
}

// showAgain shows what was stored as if it had just been fetched.
func (p *operation) showAgain(docs []*trace.Document) error {
	if p.format != "" {
		p.gathered.stored = len(docs)
		for _, doc := range docs {
			if err := p.put(doc); err != nil {
				return err
			}
		}
		return p.putGathered()
	}
	if p.view == "none" {
		return nil
	}
	var b bytes.Buffer
	for _, doc := range docs {
		if err := p.drawOn(&b, doc, p.out); err != nil {
			return err
		}
	}
	_, err := p.stdout.Write(b.Bytes())
	return err
}

// beside sets two fetches side by side.
func (p *operation) beside(words []string, files [][]*trace.Document) error {
	if i := slices.IndexFunc(files, func(docs []*trace.Document) bool { return len(docs) != 1 }); i >= 0 {
		return usage(fmt.Sprintf("%s holds %d fetches, and one is set beside another", words[i], len(files[i])), "")
	}
	var b bytes.Buffer
	err := versus.Write(&b, [2]versus.Side{
		{Name: filepath.Base(words[0]), Document: files[0][0]}, {Name: filepath.Base(words[1]), Document: files[1][0]},
	}, versus.Options{Columns: p.out.Columns, Color: p.out.Color, UTF8: p.out.UTF8})
	if err != nil {
		return err
	}
	_, err = p.stdout.Write(b.Bytes())
	return err
}
