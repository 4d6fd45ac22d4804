package optionfile

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func read(t *testing.T, text string) (out []Entry) {
	t.Helper()
	if err := Read(strings.NewReader(text), func(e Entry) error {
		out = append(out, e)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestRead(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       Entry
	}{
		{"a switch", "silent", Entry{Option: "silent"}},
		{"with dashes", "--silent", Entry{Option: "--silent", Dashed: true}},
		{"a letter", "-s", Entry{Option: "-s", Dashed: true}},
		{"behind a blank", "url a", Entry{Option: "url", Argument: "a", Has: true}},
		{"behind a tab", "url\ta", Entry{Option: "url", Argument: "a", Has: true}},
		{"behind an equals sign", "url=a", Entry{Option: "url", Argument: "a", Has: true}},
		{"with blanks around it", "url = a", Entry{Option: "url", Argument: "a", Has: true}},
		{"behind a colon", "url: a:b", Entry{Option: "url", Argument: "a:b", Has: true}},
		{"dashes and an equals sign", "--url=a", Entry{Option: "--url=a", Dashed: true}},
		{"dashes and an equals sign apart", "--url = a", Entry{
			Option: "--url", Dashed: true, Argument: "=", Has: true,
			Warning: "Option '--url' uses argument with unquoted whitespace. This may cause side-effects. Consider double quotes.",
		}},
		{"in quotes", `data = "a b"c`, Entry{Option: "data", Argument: "a b", Has: true}},
		{"nothing in quotes", `data ""`, Entry{Option: "data", Has: true}},
		{"escapes", `data "\"\\\t\n\r\v\x'"`, Entry{Option: "data", Argument: "\"\\\t\n\r\vx'", Has: true}},
		{"quotes without an end", `data "a b\`, Entry{Option: "data", Argument: "a b", Has: true}},
		{"nothing behind the separator", "data =", Entry{Option: "data"}},
		{"a comment behind it", "data a # b", Entry{Option: "data", Argument: "a", Has: true}},
		{"a return at the end", "data a\r", Entry{Option: "data", Argument: "a", Has: true}},
		{"before it", " \tdata a", Entry{Option: "data", Argument: "a", Has: true}},
		{"single quotes", "data 'a'", Entry{
			Option: "data", Argument: "'a'", Has: true,
			Warning: "Option 'data' uses argument with leading single quote. It is probably a mistake. Consider double quotes.",
		}},
	} {
		c.want.Line = 3
		if diff := cmp.Diff([]Entry{c.want}, read(t, "# comment\n\n"+c.text+"\n \t\n  # another")); diff != "" {
			t.Errorf("%s: %q (-want +got)\n%s", c.name, c.text, diff)
		}
	}
}

func TestReadEnds(t *testing.T) {
	enough := errors.New("enough")
	if err := Read(strings.NewReader("a\nb\n"), func(Entry) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("error %v, want that of the caller", err)
	}
	long := "data " + strings.Repeat("x", MaxLine)
	if err := Read(strings.NewReader(long), func(Entry) error { return nil }); !errors.Is(err, ErrLong) {
		t.Errorf("a line of %d bytes: %v", len(long), err)
	}
}

// Whatever an argument is, in quotes and with its escapes it is read as it was.
func FuzzQuoted(f *testing.F) {
	f.Add("data", "a \"b\" \\ \t\r\v\n")
	escapes := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\t", `\t`, "\n", `\n`, "\r", `\r`, "\v", `\v`)
	f.Fuzz(func(t *testing.T, option, argument string) {
		if option == "" || strings.ContainsAny(option, " \t\r\n:=#\"") {
			t.Skip("this is not the name of one option")
		}
		got := read(t, option+` "`+escapes.Replace(argument)+`"`)
		want := []Entry{{Line: 1, Option: option, Dashed: option[0] == '-', Argument: argument, Has: true}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got)\n%s", argument, diff)
		}
	})
}

func FuzzRead(f *testing.F) {
	f.Add("# c\nurl = \"a\\\"b\" c\n--next\n-d 'x' y\r\n:=\n")
	f.Fuzz(func(t *testing.T, text string) {
		last := 0
		for _, e := range read(t, text) {
			if e.Line <= last || e.Line > strings.Count(text, "\n")+1 {
				t.Errorf("line %d behind %d", e.Line, last)
			}
			last = e.Line
			if strings.ContainsAny(e.Option, " \t\n") || len(e.Argument) > len(text) || !e.Has && e.Argument != "" {
				t.Errorf("%+v", e)
			}
		}
	})
}
