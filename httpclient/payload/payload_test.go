package payload

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fetchscope/httpclient"
)

func write(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func opened(t *testing.T, name string) httpclient.Content {
	t.Helper()
	c, err := File(name)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// What says its size is read to it exactly, and as often as it is opened.
func TestContents(t *testing.T) {
	onDisk := opened(t, write(t, "on disk"))
	for _, tt := range []struct {
		name string
		c    httpclient.Content
		size int64
		want string
	}{
		{"bytes", Bytes("abc"), 3, "abc"},
		{"no bytes", Bytes(nil), 0, ""},
		{"file", onDisk, 7, "on disk"},
		{"empty file", opened(t, write(t, "")), 0, ""},
		{"section", Section(strings.NewReader("0123456789"), 2, 5), 5, "23456"},
		{"rest of a file", From(onDisk, 3), 4, "disk"},
		{"nothing left of a file", From(onDisk, 7), 0, ""},
		{"from the start", From(onDisk, 0), 7, "on disk"},
		{"rest of what is unsized", From(Unsized(onDisk), 2), Unknown, " disk"},
		{"unsized", Unsized(onDisk), Unknown, "on disk"},
		{"joined", Join(Bytes("a"), onDisk, Bytes(""), Bytes("z")), 9, "aon diskz"},
		{"joined, one unsized", Join(Bytes("a"), Unsized(onDisk)), Unknown, "aon disk"},
		{"joined, one alone", Join(onDisk), 7, "on disk"},
		{"joined, none", Join(), 0, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.c.Size(); got != tt.size {
				t.Errorf("size %d, want %d", got, tt.size)
			}
			for range 2 {
				r, err := tt.c.Open()
				if err != nil {
					t.Fatal(err)
				}
				b, err := io.ReadAll(r)
				if string(b) != tt.want || err != nil {
					t.Errorf("read %q, %v, want %q", b, err, tt.want)
				}
				if err := r.Close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// A file that changed behind the announcement of its size.
func TestFileThatChanges(t *testing.T) {
	for _, tt := range []struct {
		name, later, want string
		fails             bool
	}{
		{"grows", "0123456789", "01234", false},
		{"shrinks", "012", "012", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			name := write(t, "01234")
			c := opened(t, name)
			if err := os.WriteFile(name, []byte(tt.later), 0o600); err != nil {
				t.Fatal(err)
			}
			r, err := c.Open()
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			b, err := io.ReadAll(r)
			if string(b) != tt.want || (err != nil) != tt.fails {
				t.Errorf("read %q, %v; want %q, an error %v", b, err, tt.want, tt.fails)
			}
		})
	}
}

func TestFileThatCannotBeOpened(t *testing.T) {
	for _, tt := range []struct{ name, path string }{
		{"missing", filepath.Join(t.TempDir(), "none")},
		{"a folder", t.TempDir()},
	} {
		if _, err := File(tt.path); err == nil || !strings.HasPrefix(err.Error(), "open ") {
			t.Errorf("%s: %v, want an error of opening", tt.name, err)
		}
	}
	name := write(t, "b")
	c := Join(Bytes("a"), opened(t, name))
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	r, err := c.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if b, err := io.ReadAll(r); string(b) != "a" || err == nil {
		t.Errorf("read %q, %v; want a and an error", b, err)
	}
}

func TestStreamIsReadOnce(t *testing.T) {
	c := Stream(io.NopCloser(strings.NewReader("once")))
	r, err := c.Open()
	if b, _ := io.ReadAll(r); string(b) != "once" || err != nil || c.Size() != Unknown {
		t.Errorf("read %q, %v, size %d", b, err, c.Size())
	}
	if _, err := c.Open(); !errors.Is(err, ErrSpent) {
		t.Errorf("opened again: %v, want %v", err, ErrSpent)
	}
}

// A reader that is closed beside a Read says so, and opens no more.
func TestJoinedIsClosed(t *testing.T) {
	r, err := Join(Bytes("a"), Bytes("b")).Open()
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	if n, err := r.Read(make([]byte, 1)); n != 0 || !errors.Is(err, os.ErrClosed) {
		t.Errorf("read %d bytes, %v; want %v", n, err, os.ErrClosed)
	}
}

func TestAContentThatEndsBeforeItBegins(t *testing.T) {
	r, err := From(Unsized(Bytes("abc")), 5).Open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if b, err := io.ReadAll(r); err == nil || len(b) > 0 {
		t.Errorf("%q, %v", b, err)
	}
}
