// Package variable keeps the variables of a command line and puts their contents into the
// arguments of its options, as curl's --variable and --expand- do.
//
// Its input are the arguments, and functions that read files and the environment; its
// output are arguments, and warnings in curl's words. A [Set] is used by one goroutine.
package variable

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// MaxContent bounds what a variable holds and what an argument grows to, as in curl: ten
// references in ten variables are a hundred, and so on.
const MaxContent = 10_000_000

// maxName bounds a name, as in curl.
const maxName = 127

// A Set holds variables. Its zero value has none.
type Set struct{ contents map[string][]byte }

// An Environment is where contents come from.
type Environment struct {
	// Lookup finds a variable of the process.
	Lookup func(name string) (value string, set bool)
	// Read reads a file, or standard input for "-".
	Read func(name string) ([]byte, error)
}

// A ReadError is that of a file.
type ReadError struct{ Err error }

func (e *ReadError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *ReadError) Unwrap() error { return e.Err }

var (
	errRange = errors.New("wanted a range of bytes such as [0-9] or [10-] behind the variable's name")
	errLarge = fmt.Errorf("a variable holds %d bytes at most", MaxContent)
	errNUL   = errors.New("a variable holds a NUL byte, which has to be encoded")
)

// Define takes what is behind --variable: NAME=CONTENT or NAME@FILE, with a range of bytes
// behind the name; or %NAME, which the environment must have, and %NAME with either for
// where it has not. What cannot be one is passed over with a warning.
func (s *Set) Define(arg string, e Environment) (warning string, err error) {
	rest, imported := strings.CutPrefix(arg, "%")
	name := rest[:len(rest)-len(strings.TrimLeft(rest, nameBytes))]
	rest = rest[len(name):]
	if name == "" || len(name) > maxName {
		return fmt.Sprintf("Bad variable name length (%d), skipping", len(name)), nil
	}
	if imported {
		value, set := e.Lookup(name)
		switch {
		case set:
			return "", s.set(name, []byte(value))
		case rest == "":
			return "", fmt.Errorf("variable '%s' import fail, not set", name)
		}
	}
	from, to, rest, err := byteRange(rest)
	if err != nil {
		return "", err
	}
	return s.assign(name, rest, arg, span{from, to}, e)
}

// assign gives a variable a text or a file's content.
func (s *Set) assign(name, rest, arg string, part span, e Environment) (warning string, err error) {
	if text, ok := strings.CutPrefix(rest, "="); ok {
		return "", s.set(name, part.of([]byte(text)))
	}
	file, ok := strings.CutPrefix(rest, "@")
	if !ok {
		return "Bad --variable syntax, skipping: " + arg, nil
	}
	content, err := e.Read(file)
	if err != nil {
		return "", &ReadError{err}
	}
	return "", s.set(name, part.of(content))
}

func (s *Set) set(name string, content []byte) error {
	if len(content) > MaxContent {
		return errLarge
	}
	if s.contents == nil {
		s.contents = map[string][]byte{}
	}
	s.contents[name] = content
	return nil
}

// nameBytes are those that a name may have.
const nameBytes = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"

// A span is a part of a content, by the offsets of its first and last byte.
type span struct{ from, to int64 }

func (p span) of(content []byte) []byte {
	size := int64(len(content))
	if p.from >= size {
		return nil
	}
	return content[p.from : min(p.to, size-1)+1]
}

// byteRange reads [N-M] or [N-], where s begins with one.
func byteRange(s string) (from, to int64, rest string, err error) {
	to = math.MaxInt64
	if len(s) < 2 || s[0] != '[' || s[1] < '0' || s[1] > '9' {
		return from, to, s, nil
	}
	inside, rest, closed := strings.Cut(s[1:], "]")
	first, last, ranged := strings.Cut(inside, "-")
	from, err = strconv.ParseInt(first, 10, 64)
	if err == nil && last != "" {
		to, err = strconv.ParseInt(last, 10, 64)
	}
	if err != nil || !closed || !ranged || from > to || strings.HasPrefix(last, "+") || strings.HasPrefix(last, "-") {
		return 0, 0, "", errRange
	}
	return from, to, rest, nil
}

// Expand puts contents in place of {{NAME}}, and {{NAME:FUNCTION:FUNCTION}} where functions
// change them; one that is not there is empty. A backslash keeps {{ as it is. Where nothing
// was put in, the text stays as it is to the letter, as with curl.
func (s *Set) Expand(text string) (out string, warnings []string, err error) {
	e := expansion{set: s, text: text, rest: text}
	for e.next() {
	}
	if e.err != nil || !e.expanded {
		return text, e.warnings, e.err
	}
	return e.out.String() + e.rest, e.warnings, nil
}

// An expansion is one that is under way.
type expansion struct {
	set      *Set
	text     string
	rest     string // of the text
	out      bytes.Buffer
	expanded bool
	warnings []string
	err      error
}

// next expands one reference; there is more where it says so.
func (e *expansion) next() bool {
	at := strings.Index(e.rest, "{{")
	if at < 0 {
		return false
	}
	if at > 0 && e.rest[at-1] == '\\' {
		e.out.WriteString(e.rest[:at-1] + "{{")
		e.rest = e.rest[at+2:]
		return true
	}
	end := strings.Index(e.rest[at:], "}}")
	if end < 0 {
		e.warnings = append(e.warnings, "missing close '}}' in '"+e.text+"'")
		return false
	}
	e.out.WriteString(e.rest[:at])
	inside := e.rest[at+2 : at+end]
	e.rest = e.rest[at+end+2:]
	return e.put(inside)
}

// put puts in what a reference stands for, or leaves it where that is none.
func (e *expansion) put(inside string) bool {
	if warning := badName(inside, e.text); warning != "" {
		e.warnings = append(e.warnings, warning)
		e.out.WriteString("{{" + inside + "}}")
		return true
	}
	var value []byte
	if value, e.err = e.set.value(inside); e.err != nil {
		return false
	}
	e.out.Write(value)
	e.expanded = true
	if e.out.Len() > MaxContent {
		e.err = errLarge
	}
	return e.err == nil
}

// badName says what is wrong with what stands between braces, "" where it begins with a
// name.
func badName(inside, text string) string {
	name, _, _ := strings.Cut(inside, ":")
	switch {
	case name == "" || len(name) > maxName:
		return "bad variable name length '" + text + "'"
	case strings.Trim(name, nameBytes) != "":
		return "bad variable name: " + name
	}
	return ""
}

// value is what a reference stands for.
func (s *Set) value(inside string) ([]byte, error) {
	name, chain, has := strings.Cut(inside, ":")
	value := s.contents[name]
	if has {
		for f := range strings.SplitSeq(chain, ":") {
			apply := function(f)
			if apply == nil {
				return nil, fmt.Errorf("unknown variable function in ':%s'", chain)
			}
			if value = apply(value); len(value) > MaxContent {
				return nil, errLarge
			}
		}
	}
	if bytes.IndexByte(value, 0) >= 0 {
		return nil, errNUL
	}
	return value, nil
}
