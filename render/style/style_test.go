package style

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/net/html"
)

// styles returns the style of each element in the body of a page.
func styles(t *testing.T, source string) []Style {
	t.Helper()
	root, err := html.Parse(strings.NewReader(source))
	if err != nil {
		t.Fatal(err)
	}
	c := Compute(root, Options{})
	k := c.Cursor()
	var out []Style
	for range c.of {
		s := *k.Next()
		s.Before, s.After = 0, 0
		out = append(out, s)
	}
	return out[3:] // html, head, body
}

func TestCompute(t *testing.T) {
	for _, c := range []struct {
		name, source string
		want         []Style
	}{
		{"block and inline", "<div><b>", []Style{{Display: Block}, {}}},
		{"inherited", "<pre><i>", []Style{{Display: Block, Space: 1, WhiteSpace: Pre}, {WhiteSpace: Pre}}},
		{
			"a table inherits neither alignment nor white space", "<center><table>",
			[]Style{{Display: Block, Align: Center}, {Display: Table}},
		},
		{"what is not displayed has nothing in it", "<div hidden><p></p></div><b>", []Style{{Display: None}, {}}},
		{"what is replaced neither", "<video><p></p></video><b>", []Style{{Display: InlineBlock, Replaced: true}, {}}},
		{"lists in lists", "<ul><li><ol type=I><li>", []Style{
			{Display: Block, Space: 1, Depth: 1},
			{Display: ListItem, Depth: 1},
			{Display: Block, Marker: UpperRoman, Depth: 2},
			{Display: ListItem, Marker: UpperRoman, Depth: 2},
		}},
		{"hidden fields", "<input type=HIDDEN>", []Style{{Display: None, Replaced: true}}},
		{"dialogs", "<dialog></dialog><dialog open>", []Style{{Display: None}, {Display: Block}}},
		{"align", "<p align=RIGHT><b></b></p><hr align=center>", []Style{
			{Display: Block, Space: 1, Align: End}, {Align: End}, {Display: Block, Replaced: true},
		}},
		{"unknown elements", "<x-y>", []Style{{}}},
		{"foreign elements", "<svg><title></title><p-x>", []Style{{}, {Display: None}, {}}},
	} {
		if d := cmp.Diff(c.want, styles(t, c.source), cmpopts.IgnoreUnexported(Style{})); d != "" {
			t.Errorf("%s: %q (-want +got):\n%s", c.name, c.source, d)
		}
	}
}

// Elements that are displayed alike share a style, however many they are.
func TestShared(t *testing.T) {
	root, err := html.Parse(strings.NewReader(strings.Repeat("<p>a<b>b</b>", 1000)))
	if err != nil {
		t.Fatal(err)
	}
	if c := Compute(root, Options{}); len(c.styles) > 7 || len(c.of) != 2003 {
		t.Errorf("%d styles of %d elements", len(c.styles), len(c.of))
	}
}
