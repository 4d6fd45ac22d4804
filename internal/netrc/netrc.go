// Package netrc reads the file of names and passwords that curl and ftp share, usually
// ~/.netrc, and finds in it what is for a host.
//
// The grammar is curl's: words between white space, where machine, default, login,
// password, account and macdef mean something and any other is passed over. A word may
// stand in double quotes, with \n, \r, \t and any other character behind a backslash; a
// word that begins with # makes the rest of its line a comment. There is no standard.
package netrc

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

// The limits of a file; curl has the same.
const (
	// maxFile is more than anybody has passwords.
	maxFile = 128 << 10
	// maxWord is for a name or a password.
	maxWord = 4096
)

// An entry is what the file has for a host, or by default.
type entry struct {
	host      string
	byDefault bool
	// hasLogin and hasPassword tell empty ones from none.
	login, password       string
	hasLogin, hasPassword bool
}

// A File is a netrc file as far as it could be read.
type File struct {
	entries []entry
	err     error
}

// Why a file cannot be read to its end.
var (
	ErrTooLong = errors.New("it is longer than 128 KiB")
	ErrWord    = errors.New("a word is longer than 4096 bytes")
	ErrQuote   = errors.New("a quotation mark is not closed on its line")
)

// Read reads a file. What is wrong in it matters to who looks for what would stand behind
// that place, and is told by Lookup.
func Read(r io.Reader) (*File, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, err
	}
	f := &File{}
	if len(b) > maxFile {
		b, f.err = b[:bytes.LastIndexByte(b[:maxFile], '\n')+1], ErrTooLong
	}
	if err := f.parse(string(b)); err != nil {
		f.err = err
	}
	return f, nil
}

// Lookup finds the name and the password for a host. With a login it looks for that one's
// password alone. An entry without a login serves any.
func (f *File) Lookup(host, login string) (user, password string, found bool, err error) {
	if f == nil {
		return "", "", false, nil
	}
	for _, e := range f.entries {
		ours := e.byDefault || strings.EqualFold(e.host, host)
		if !ours || !e.hasLogin && !e.hasPassword || login != "" && e.hasLogin && e.login != login {
			continue
		}
		if login == "" {
			login = e.login
		}
		return login, e.password, true, nil
	}
	return "", "", false, f.err
}

// parse reads the words, line by line.
func (f *File) parse(text string) error {
	p := parser{file: f}
	for n := 1; text != ""; n++ {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		if err := p.line(strings.TrimSuffix(line, "\r")); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	return nil
}

// A parser knows what the next word is for.
type parser struct {
	file *File
	// wants is the keyword before: what the next word is the value of.
	wants string
	// macro says that lines belong to a macro, which ends with an empty one.
	macro bool
}

func (p *parser) line(line string) error {
	if p.macro {
		p.macro = strings.TrimSpace(line) != ""
		return nil
	}
	for {
		line = strings.TrimLeft(line, " \t")
		if line == "" || line[0] == '#' {
			return nil
		}
		word, rest, err := cutWord(line)
		if err != nil {
			return err
		}
		if p.word(word); p.macro {
			return nil
		}
		line = rest
	}
}

// cutWord takes a word off a line.
func cutWord(line string) (word, rest string, err error) {
	if line[0] == '"' {
		return cutQuoted(line[1:])
	}
	end := strings.IndexAny(line, " \t")
	if end < 0 {
		end = len(line)
	}
	if end > maxWord {
		return "", "", ErrWord
	}
	return line[:end], line[end:], nil
}

// cutQuoted takes a quoted word off a line, whose first mark is gone.
func cutQuoted(line string) (word, rest string, err error) {
	var b strings.Builder
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case c == '"':
			return b.String(), line[i+1:], nil
		case b.Len() >= maxWord:
			return "", "", ErrWord
		case c == '\\' && i+1 < len(line):
			i++
			c = escaped(line[i])
		}
		b.WriteByte(c)
	}
	return "", "", ErrQuote
}

// escaped is what a character behind a backslash stands for.
func escaped(c byte) byte {
	switch c {
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return c
}

// word takes a word: the value of the keyword before, or a keyword.
func (p *parser) word(word string) {
	wanted := p.wants
	p.wants = ""
	switch wanted {
	case "machine":
		p.file.entries = append(p.file.entries, entry{host: word})
	case "login", "password":
		p.value(wanted, word)
	case "macdef":
		p.macro = true
	case "":
		p.keyword(strings.ToLower(word))
	}
}

func (p *parser) keyword(word string) {
	switch word {
	case "default":
		p.file.entries = append(p.file.entries, entry{byDefault: true})
	case "machine", "login", "password", "account", "macdef":
		p.wants = word
	}
}

// value gives the entry that is being read a login or a password. Where it has both
// already, a further pair for the same host begins.
func (p *parser) value(what, word string) {
	if len(p.file.entries) == 0 {
		return
	}
	e := &p.file.entries[len(p.file.entries)-1]
	if e.hasLogin && e.hasPassword {
		p.file.entries = append(p.file.entries, entry{host: e.host, byDefault: e.byDefault})
		e = &p.file.entries[len(p.file.entries)-1]
	}
	if what == "login" {
		e.login, e.hasLogin = word, true
	} else {
		e.password, e.hasPassword = word, true
	}
}
