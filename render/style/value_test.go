package style

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// styled returns the style of the last element of a page, with a sheet.
func styled(t *testing.T, sheet, body string) (Style, *Computed) {
	t.Helper()
	root := document(t, "<!doctype html><style>"+sheet+"</style><body>always "+body)
	c := Compute(root, Options{Width: 80})
	return c.styles[c.of[len(c.of)-1]], c
}

func TestDisplay(t *testing.T) {
	for value, want := range map[string]Display{
		"none": None, "contents": Contents, "inline": Inline, "block": Block, "flow-root": Block, "inline-block": InlineBlock, "list-item": ListItem,
		"flex": Block, "inline-flex": InlineBlock, "grid": Block, "inline-grid": InlineBlock, "-webkit-box": Block, "-webkit-inline-flex": InlineBlock,
		"table": Table, "inline-table": Table, "table-row": Row, "table-cell": Cell, "table-row-group": RowGroup, "table-header-group": HeaderGroup,
		"table-footer-group": FooterGroup, "table-caption": Caption, "table-column": None, "table-column-group": None, "ruby": Inline, "math": Inline,
		"block flow": Block, "inline flow": Inline, "inline flow-root": InlineBlock, "block flex": Block, "flex inline": InlineBlock, "block table": Table,
		"inline table": Table, "list-item block flow": ListItem, "inline list-item": Inline, "block ruby": Block, "BLOCK": Block, `n\6fne`: None, `no\6e e`: None,
		// not valid: the value before stands
		"bogus": Table, "block block": Table, "block none": Table, "list-item flex": Table, "": Table, "inline block flow x": Table, "-ms-flexbox": Table, "run-in": Table, "12px": Table,
	} {
		got, _ := styled(t, "b{display:table;display:"+value+"}", "<b>x</b>")
		if got.Display != want {
			t.Errorf("display: %s is %d, want %d", value, got.Display, want)
		}
	}
}

// Boxes that float, leave the flow or are items of a flexible box are blocks.
func TestBlockified(t *testing.T) {
	for _, c := range []struct {
		sheet, body string
		want        Display
	}{
		{"b{float:left}", "<b>x</b>", Block},
		{"b{float:none}", "<b>x</b>", Inline},
		{"b{position:absolute}", "<b>x</b>", Block},
		{"b{position:fixed;display:inline-block}", "<b>x</b>", Block},
		{"b{position:relative}", "<b>x</b>", Inline},
		{"div{display:flex}", "<div><b>x</b></div>", Block},
		{"div{display:inline-grid}", "<div><b>x</b></div>", Block},
		{"div{display:flex}i{display:contents}", "<div><i><b>x</b></i></div>", Block},
		{"div{display:flex}", "<div><i><b>x</b></i></div>", Inline},
		{"div{display:flex}b{display:none}", "<div><b>x</b></div>", None},
		{"div{display:grid}b{display:table-cell}", "<div><b>x</b></div>", Block},
		{"b{display:table;float:left}", "<b>x</b>", Table},
	} {
		if got, _ := styled(t, c.sheet, c.body); got.Display != c.want {
			t.Errorf("%s in %s: %d, want %d", c.sheet, c.body, got.Display, c.want)
		}
	}
}

func TestProperties(t *testing.T) {
	for _, c := range []struct {
		name, sheet string
		want        Style
	}{
		{"white space", "b{white-space:pre}", Style{WhiteSpace: Pre}},
		{"break-spaces", "b{white-space:break-spaces}", Style{WhiteSpace: PreWrap}},
		{"in two words", "b{white-space:nowrap preserve}", Style{WhiteSpace: Pre}},
		{"in two properties", "b{white-space-collapse:preserve-breaks;text-wrap:wrap}", Style{WhiteSpace: PreLine}},
		{"wrapping alone", "b{white-space:pre;text-wrap-mode:wrap}", Style{WhiteSpace: PreWrap}},
		{"balance wraps", "b{white-space:nowrap;text-wrap:balance}", Style{}},
		{"white space, not valid", "b{white-space:pre nowrap wrap}", Style{}},
		{"inherited", "body{white-space:nowrap;text-align:right;text-transform:uppercase;list-style:square}", Style{WhiteSpace: NoWrap, Align: End, Transform: Uppercase, Marker: Square}},
		{"transforms", "b{text-transform:capitalize full-width}", Style{Transform: Capitalize | FullWidth}},
		{"no transform", "body{text-transform:lowercase}b{text-transform:none}", Style{}},
		{"centred", "b{text-align:center}", Style{Align: Center}},
		{"right in text that runs left", "b{direction:rtl;text-align:right}", Style{RightToLeft: true}},
		{"justified", "b{text-align:center;text-align:justify}", Style{}},
		{"bidi", "b{unicode-bidi:isolate-override}", Style{Bidi: IsolateOverride}},
		{"raised", "b{vertical-align:super}", Style{Script: Super}},
		{"shifted by a length", "b{vertical-align:sub;vertical-align:-.3em}", Style{}},
		{"a list", "b{list-style:inside upper-roman url(x.png)}", Style{Marker: UpperRoman}},
		{"a list without marks", "b{list-style:none}", Style{Marker: NoMarker}},
		{"none for the picture", "b{list-style:circle none}", Style{Marker: Circle}},
		{"no picture", "b{list-style:url(x)}", Style{Marker: Disc}},
		{"a mark of its own", "b{list-style-type:'→ '}", Style{Marker: Text, MarkText: "→ "}},
		{"an unknown counter style", "b{list-style-type:trad-x}", Style{Marker: Decimal}},
		{"a list, not valid", "b{list-style-type:inside}", Style{Marker: Decimal}},
		{"initial", "body{list-style:none}b{list-style:initial}", Style{Marker: Disc}},
		{"invisible", "b{visibility:hidden}", Style{Invisible: true}},
		{"counters", "b{counter-reset:a b 3;counter-increment:c -1;counter-set:none}", Style{Counters: Counters{Reset: &[]Count{{"a", 0}, {"b", 3}}, Increment: &[]Count{{"c", -1}}}}},
		{"counters, not valid", "b{counter-reset:1;counter-increment:a 1.5}", Style{}},
		{"quotes", "b{quotes:'<' '>' '(' ')'}", Style{Quotes: &Quotes{Marks: []string{"<", ">", "(", ")"}}}},
		{"no quotes", "b{quotes:none}", Style{Quotes: &Quotes{}}},
		{"quotes, not valid", "b{quotes:'<'}", Style{}},
		{"content of an element", "b{content:'x'}", Style{Content: &Content{Items: []Item{{Text: "x"}}}}},
	} {
		got, _ := styled(t, c.sheet, "<b>x</b>")
		if d := cmp.Diff(c.want, got, cmpopts.IgnoreUnexported(Style{})); d != "" {
			t.Errorf("%s: %s (-want +got):\n%s", c.name, c.sheet, d)
		}
	}
}

func TestContent(t *testing.T) {
	for value, want := range map[string][]Item{
		`"a\201C" 'b'`:                           {{Text: "a“"}, {Text: "b"}},
		"attr(TITLE)":                            {{Kind: Attribute, Text: "title"}},
		"attr(data-x raw-string, 'none')":        {{Kind: Attribute, Text: "data-x", Otherwise: "none"}},
		"counter(a)":                             {{Kind: Counter, Text: "a", Marker: Decimal}},
		"counter(a, lower-greek)":                {{Kind: Counter, Text: "a", Marker: LowerGreek}},
		"counters(a, '.') ' '":                   {{Kind: Nested, Text: "a", Otherwise: ".", Marker: Decimal}, {Text: " "}},
		"open-quote no-close-quote":              {{Kind: OpenQuote}, {Kind: CloseSilent}},
		"url(x.png) 'a' linear-gradient(red, b)": {{Text: "a"}},
		"'\\f101' / 'an arrow'":                  {{Text: "\uf101"}},
		"image-set(url('a;b') 1x)":               {},
		// no pseudo-element
		"none": nil, "normal": nil, "": nil, "bogus": nil, "counter()": nil, "counters(a)": nil, "attr()": nil, "'a' none": nil, "12": nil, "rgb(1,2,3)": nil,
		strings.Repeat("'a'", maxItems+1): nil,
	} {
		s, c := styled(t, "b::after{counter-reset:z;content:"+value+"}", "<b>x</b>")
		var got []Item
		if s.After != 0 {
			got = append([]Item{}, c.Pseudo(s.After).Content.Items...)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("content: %s (-want +got):\n%s", value, d)
		}
	}
}

// What pseudo-elements are there at all.
func TestPseudos(t *testing.T) {
	for _, c := range []struct {
		name, sheet, body string
		before            bool
	}{
		{"content", "b::before{content:'x'}", "<b>x</b>", true},
		{"with one colon", "b:before{content:'x'}", "<b>x</b>", true},
		{"none without content", "b::before{color:red;display:block}", "<b>x</b>", false},
		{"not displayed", "b::before{content:'x';display:none}", "<b>x</b>", false},
		{"taken back", "b::before{content:'x'}b.a::before{content:none}", "<b class=a>x</b>", false},
		{"of what is hidden", "b{display:none}b::before{content:'x'}", "<b>x</b>", false},
		{"of what is replaced", "img::before{content:'x'}", "<img alt=x>", false},
		{"nothing but a picture", "b::before{content:url(x)}", "<b>x</b>", false},
		{"of all elements", "*::before{content:'x'}", "<b>x</b>", true},
		{"quotations", "", "<q>x</q>", true},
		{"quotations without", "q::before{content:none}", "<q>x</q>", false},
	} {
		if s, _ := styled(t, c.sheet, c.body); (s.Before != 0) != c.before {
			t.Errorf("%s: %v", c.name, s.Before != 0)
		}
	}
}

func TestSupported(t *testing.T) {
	for declaration, want := range map[string]bool{
		"display:grid": true, "display:bogus": false, "color:red": true, "gap:1px": true, "z-index:1": true, "x:1": true, "-webkit-line-clamp:2": true,
		"-webkit-bogus:1": false, "-moz-appearance:none": false, "-ms-ime-align:auto": false, "--x:y": true, "position:-webkit-sticky": true,
		"background-clip:-moz-text": false, "bogus:1": false, "grid-gap:1px": true, "colour:red": false, "content-visibility:auto": true, "zoom:1": true, "zoo:1": false,
	} {
		name, value, _ := strings.Cut(declaration, ":")
		if got := supported(name, value); got != want {
			t.Errorf("%s: %v, want %v", declaration, got, want)
		}
	}
}
