package cli

import (
	"slices"

	"fetchscope/trace"
	"fetchscope/trace/bench"
	"fetchscope/trace/har"
	"fetchscope/trace/markdown"
	"fetchscope/trace/prom"
)

// The formats that stdout can have instead of the page.
const (
	formatJSON     = "json"
	formatJSONL    = "jsonl"
	formatHAR      = "har"
	formatProm     = "prom"
	formatBench    = "bench"
	formatMarkdown = "markdown"
)

var formats = []string{formatJSON, formatJSONL, formatHAR, formatProm, formatBench, formatMarkdown}

// wholeFormats are those that have all that is known, packets too.
var wholeFormats = []string{formatJSON, formatJSONL, formatHAR}

// Gathered are the documents of a run, for formats that put all of them into one file.
type gathered struct {
	documents []*trace.Document
	bodies    int64 // the bytes of theirs that are held
	stored    int   // how many of them show has read
}

// checkFormat refuses a format that an operation has nothing for.
func (p *operation) checkFormat() error {
	if p.dryRun && !slices.Contains([]string{"", formatJSON, formatJSONL}, p.format) {
		return usage("--format "+p.format+" is about a fetch, and --dry-run makes none", "--format json has the URL and the request")
	}
	return nil
}

// asMarkdown is --markdown.
func asMarkdown(g *global, v string) error {
	g.format = map[string]string{switchOn: formatMarkdown}[v]
	return nil
}

// put writes a document where --format wants it.
func (p *program) put(doc *trace.Document) error {
	switch p.format {
	case formatJSON:
		return trace.WriteJSON(p.stdout, doc, !p.several())
	case formatHAR, formatProm:
		p.gathered.documents = append(p.gathered.documents, doc)
	case formatMarkdown:
		return markdown.Write(p.stdout, doc)
	case formatBench:
		return bench.Write(p.stdout, doc)
	}
	return nil
}

// putGathered writes what one file has of all fetches.
func (p *program) putGathered() error {
	switch p.format {
	case formatHAR:
		return har.Write(p.stdout, p.gathered.documents, har.Options{Version: version()})
	case formatProm:
		return prom.Write(p.stdout, p.gathered.documents)
	}
	return nil
}
