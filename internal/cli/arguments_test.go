package cli

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// reading reads a command line, and returns what it says in short: each operation's URLs
// with their method, separated by a bar.
func reading(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	p := &program{global: usual(), stdin: strings.NewReader(""), stdout: &out, stderr: &out, getenv: func(string) string { return "" }}
	_, err := p.parse(args)
	var ops []string
	for _, op := range p.ops {
		var words []string
		for _, target := range op.s.targets {
			words = append(words, target.word)
		}
		ops = append(ops, strings.TrimSpace(op.s.fetch.Method+" "+strings.Join(words, " ")))
	}
	return fmt.Sprintf("%s, silent %v", strings.Join(ops, " | "), p.silent), err
}

func TestReadingOfTheCommandLine(t *testing.T) {
	for _, c := range []struct{ name, args, want string }{
		{"words", "a b", "a b, silent false"},
		{"long, its argument behind it", "--request PUT a", "PUT a, silent false"},
		{"long, its argument attached", "--request=PUT a", "PUT a, silent false"},
		{"short, its argument behind it", "-X PUT a", "PUT a, silent false"},
		{"short, its argument attached", "-XPUT a", "PUT a, silent false"},
		{"several short ones", "-sSX PUT a", "PUT a, silent true"},
		{"an argument like an option", "-X -s a", "-s a, silent false"},
		{"the last one counts", "-X A -X B a", "B a, silent false"},
		{"a switch that is turned off", "-s --no-silent a", "a, silent false"},
		{"a dash is a word", "- a", "- a, silent false"},
		{"the end of options", "-X PUT -- -s --request a", "PUT -s --request a, silent false"},
		{"operations", "-X A a --next -X B b -: c d", "A a | B b | c d, silent false"},
		{"what holds for all", "a --next -s b", "a | b, silent true"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := reading(t, strings.Fields(c.args)...)
			if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
				t.Errorf("%s: %v (-want +got)\n%s", c.args, err, diff)
			}
		})
	}
}

func TestWhatCannotBeRead(t *testing.T) {
	for _, c := range []struct{ name, args, message, hint string }{
		{"a long option", "--hedaer", "unknown option --hedaer", "did you mean --header?"},
		{"none like it", "--xyzzy", "unknown option --xyzzy", "--help lists"},
		{"a short option", "-sY1y2~", "invalid argument", ""},
		{"a letter among others", "-s~", "unknown option -~ in -s~", ""},
		{"a letter that is none of ASCII", "-å", "unknown option -å", ""},
		{"what is no text", "-s\xff", "unknown option -\ufffd in -s\xff", ""},
		{"nothing behind it", "a -X", "an argument is missing: -X", ""},
		{"nothing behind a long one", "a --request", "an argument is missing: --request", ""},
		{"an argument of a switch", "--silent=yes", "--silent is a switch", ""},
		{"the negation of what is no switch", "--no-request", "only a switch", ""},
		{"a bad argument", "-m long", `invalid argument "long" for "-m, --max-time" flag: wanted seconds`, ""},
		{"no URL before --next", "-I --next a", "no URL before --next", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := reading(t, strings.Fields(c.args)...)
			var e *statusError
			if !errors.As(err, &e) || e.status != statusUsage || !strings.Contains(e.Error(), c.message) || !strings.Contains(e.hint, c.hint) {
				t.Errorf("%s: %+v, want %q and a hint with %q", c.args, err, c.message, c.hint)
			}
		})
	}
}
