package writeout

import "strings"

// A Format is one that has been read.
type Format struct{ items []item }

// A kind is what an item does.
type kind int

const (
	literal   kind = iota // text is written as it is
	variable              // text names it
	header                // text names the field
	clock                 // text is for strftime
	toStdout              // from here on
	toStderr              // likewise
	toFile                // likewise, text names the file
	toFileEnd             // likewise, behind what is there
	onError               // the rest is for failures
)

// An item is a piece of a format.
type item struct {
	kind kind
	text string
	// all wants every field of that name, of every response, with between between them.
	all     bool
	between string
}

// Parse reads a format. There is none that is wrong: what is no instruction is text.
func Parse(s string) *Format {
	f := &Format{}
	for len(s) > 0 {
		n := strings.IndexAny(s, `%\`)
		if n < 0 {
			n = len(s)
		}
		if n == 0 {
			s = f.special(s)
			continue
		}
		f.add(literal, s[:n])
		s = s[n:]
	}
	return f
}

// Stdout says whether anything may go to stdout.
func (f *Format) Stdout() bool {
	stdout := true
	for _, i := range f.items {
		switch i.kind {
		case toStdout:
			stdout = true
		case toStderr:
			stdout = false
		case toFile, toFileEnd, onError:
			// A file that cannot be opened leaves things as they are.
		default:
			if stdout {
				return true
			}
		}
	}
	return false
}

func (f *Format) add(k kind, text string) { f.items = append(f.items, item{kind: k, text: text}) }

// special reads what begins with a per cent sign or a backslash, and returns the rest.
func (f *Format) special(s string) string {
	if len(s) == 1 {
		f.add(literal, s)
		return ""
	}
	if s[0] == '\\' {
		f.add(literal, escaped(s[:2]))
		return s[2:]
	}
	for _, d := range directives {
		if rest, ok := strings.CutPrefix(s, d.begin); ok {
			return f.directive(d.begin, rest, d.add)
		}
	}
	if s[1] == '%' {
		f.add(literal, "%")
	} else {
		f.add(literal, s[:2])
	}
	return s[2:]
}

// directives are the instructions with an argument in braces.
var directives = [...]struct {
	begin string
	add   func(f *Format, argument string)
}{
	{"%{", (*Format).named},
	{"%header{", (*Format).field},
	{"%output{", (*Format).output},
	{"%time{", func(f *Format, argument string) { f.add(clock, argument) }},
}

// directive reads the argument of one. Without an end its beginning is text.
func (f *Format) directive(begin, s string, add func(*Format, string)) string {
	end := closing(s, begin == "%header{")
	if end < 0 {
		f.add(literal, begin)
		return s
	}
	add(f, s[:end])
	return s[end+1:]
}

// closing finds the brace that ends an argument. In a field's a backslash keeps one from
// ending it.
func closing(s string, escapes bool) int {
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '}':
			return i
		case escapes && s[i] == '\\':
			i++
		}
	}
	return -1
}

func (f *Format) named(name string) {
	switch name {
	case "stdout":
		f.add(toStdout, "")
	case "stderr":
		f.add(toStderr, "")
	case "onerror":
		f.add(onError, "")
	default:
		f.add(variable, name)
	}
}

func (f *Format) field(argument string) {
	name, between, all := strings.Cut(argument, ":all:")
	f.items = append(f.items, item{kind: header, text: name, all: all, between: unescape(between)})
}

func (f *Format) output(name string) {
	if at, end := strings.CutPrefix(name, ">>"); end {
		f.add(toFileEnd, at)
		return
	}
	f.add(toFile, name)
}

// escaped is what a backslash and a letter stand for: themselves, as a rule.
func escaped(s string) string {
	switch s[1] {
	case 'n':
		return "\n"
	case 'r':
		return "\r"
	case 't':
		return "\t"
	}
	return s
}

// unescape undoes the escapes of a separator.
func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] != '\\' || i+1 == len(s):
			b.WriteByte(s[i])
		case s[i+1] == '}':
			b.WriteByte('}')
			i++
		default:
			b.WriteString(escaped(s[i : i+2]))
			i++
		}
	}
	return b.String()
}
