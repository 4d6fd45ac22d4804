package mathml

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"
)

func line(t testing.TB, formula string) string {
	t.Helper()
	root, err := html.Parse(strings.NewReader("<p>" + formula))
	if err != nil {
		t.Skip(err)
	}
	Flatten(root)
	var math *html.Node
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Data == "math" && n.Type == html.ElementNode && math == nil {
			math = n
		}
		for k := n.FirstChild; k != nil; k = k.NextSibling {
			walk(k)
		}
	}
	walk(root)
	if math == nil {
		return ""
	}
	return math.FirstChild.Data
}

func TestLine(t *testing.T) {
	for _, c := range []struct{ name, formula, want string }{
		{"a sum", "<mi>a</mi>\n <mo>+</mo>\n <mi>b</mi>", "a + b"},
		{"a product nobody writes", "<mn>2</mn><mo>&InvisibleTimes;</mo><mi>x</mi>", "2x"},
		{"a sign before", "<mi>x</mi><mo>=</mo><mo>-</mo><mn>1</mn>", "x = -1"},
		{"a sign first", "<mo>−</mo><mi>x</mi>", "−x"},
		{"a relation", "<mi>x</mi><mo>∈</mo><mi>A</mi><mo>→</mo><mi>B</mi>", "x ∈ A → B"},
		{"a function", "<mi>f</mi><mo>&ApplyFunction;</mo><mo>(</mo><mi>x</mi><mo>,</mo><mi>y</mi><mo>)</mo>", "f(x, y)"},
		{"a fraction", "<mfrac><mn>1</mn><mn>2</mn></mfrac>", "1/2"},
		{"a fraction of sums", "<mfrac><mrow><mi>a</mi><mo>+</mo><mn>1</mn></mrow><mrow><mn>2</mn><mi>b</mi></mrow></mfrac>", "(a + 1)/(2b)"},
		{"a fraction of something in brackets", "<mfrac><mrow><mo>(</mo><mi>a</mi><mo>+</mo><mn>1</mn><mo>)</mo></mrow><mi>b</mi></mfrac>", "(a + 1)/b"},
		{"a fraction of two brackets", "<mfrac><mrow><mo>(</mo><mi>a</mi><mo>)</mo><mo>(</mo><mi>b</mi><mo>)</mo></mrow><mi>c</mi></mfrac>", "((a)(b))/c"},
		{"a power", "<msup><mi>x</mi><mn>2</mn></msup><mo>+</mo><msup><mi>e</mi><mrow><mi>i</mi><mi>π</mi></mrow></msup>", "x² + e^iπ"},
		{"a power of a sum", "<msup><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mrow><mi>n</mi><mo>-</mo><mn>1</mn></mrow></msup>", "(a + b)ⁿ⁻¹"},
		{"an index", "<msub><mi>x</mi><mi>i</mi></msub><msub><mi>a</mi><mn>10</mn></msub>", "x_ia₁₀"},
		{"both", "<msubsup><mi>x</mi><mn>1</mn><mi>k</mi></msubsup>", "x₁^k"},
		{"limits of a sum", "<munderover><mo>∑</mo><mrow><mi>i</mi><mo>=</mo><mn>0</mn></mrow><mi>n</mi></munderover><mi>i</mi>", "∑_(i = 0)ⁿi"},
		{"a derivative", "<msup><mi>f</mi><mo>′</mo></msup>", "f′"},
		{"roots", "<msqrt><mi>x</mi></msqrt><mo>+</mo><msqrt><mi>x</mi><mo>+</mo><mn>1</mn></msqrt>", "√x + √(x + 1)"},
		{"roots with an index", "<mroot><mi>x</mi><mn>3</mn></mroot><mo>+</mo><mroot><mi>x</mi><mn>12</mn></mroot><mo>+</mo><mroot><mi>x</mi><mi>k</mi></mroot>", "∛x + ¹²√x + root_k x"},
		{"an accent", "<mover><mi>x</mi><mo>¯</mo></mover><mo>,</mo><mover accent=true><mi>v</mi><mo>→</mo></mover>", "x\u0304, v\u20d7"},
		{"something above", "<mover><mo>=</mo><mtext>def</mtext></mover>", "=^def"},
		{"a matrix", "<mo>[</mo><mtable><mtr><mtd><mn>1</mn></mtd><mtd><mn>0</mn></mtd></mtr><mtr><mtd><mn>0</mn></mtd><mtd><mn>1</mn></mtd></mtr></mtable><mo>]</mo>", "[1, 0; 0, 1]"},
		{"fences", "<mfenced open='[' separators=';,'><mi>a</mi><mi>b</mi><mi>c</mi></mfenced>", "[a; b, c)"},
		{"an isotope", "<mmultiscripts><mi>C</mi><mprescripts/><mn>6</mn><mn>14</mn></mmultiscripts>", "₆¹⁴C"},
		{"annotations", "<semantics><mi>x</mi><annotation encoding=TeX>x_{y}</annotation></semantics>", "x"},
		{"a phantom", "<mi>x</mi><mphantom><mi>y</mi></mphantom>", "x"},
		{"words", "<mtext>if </mtext><mspace width=1em /><mi>x</mi>", "if x"},
		{"a string", "<ms>a b</ms>", `"a b"`},
		{"a fraction of one", "<mfrac><mn>1</mn></mfrac>", "1"},
		{"bare text", "x = <mi>y</mi>", "x =y"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := line(t, "<math>"+c.formula+"</math>"); got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

// Formulas in formulas take no more time than their size.
func TestDeepFormula(t *testing.T) {
	deep := strings.Repeat("<mroot><mi>x</mi><mrow>", 100)
	if got := line(t, "<math>"+deep+"<mi>y</mi>"); strings.Count(got, "x") != 100 || !strings.Contains(got, "y") {
		t.Errorf("got %q", got)
	}
}

// Whatever stands in a formula, its line is text of a bounded length.
func FuzzLine(f *testing.F) {
	f.Add("<mfrac><mi>a</mi><mrow><mo>+</mo></mrow></mfrac>")
	f.Add("<mmultiscripts><mprescripts/><mi>a</mi><none/></mmultiscripts><mtable><mtr><mtd>a<mtd>b")
	f.Add("<mfenced separators=''><mi>a<mi>b</mfenced><mover><mo>^<mo>~</mover><mroot><mi>x")
	f.Fuzz(func(t *testing.T, formula string) {
		if got := line(t, "<math>"+formula); len(got) > 3*len(formula)+100*strings.Count(formula, "<m")+100 || utf8.ValidString(formula) && !utf8.ValidString(got) {
			t.Errorf("%d bytes from %d: %q", len(got), len(formula), got)
		}
	})
}
