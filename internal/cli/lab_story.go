package cli

import (
	"fetchscope/internal/lab"
	"fetchscope/trace"
)

func story(doc *trace.Document, losses lab.Losses) string { return "" }
