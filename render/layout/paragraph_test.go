package layout

import (
	"bytes"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"fetchscope/render/linebreak"
	"fetchscope/render/style"
)

// A gathering is a sink that keeps its lines and counts what it is given.
type gathering struct {
	lines []string
	bytes int
}

func (g *gathering) Line(b []byte) {
	g.lines = append(g.lines, string(b))
	g.bytes += len(b)
}

func (g *gathering) Shows(b []byte) bool { return legible(string(b)) != "" }

// legible returns what of a text a line must show: all but white space, directions and
// what only says where lines may end.
func legible(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || isDirection(r) || strings.ContainsRune("\u00ad\u200b\u2028\u2029\ufeff", r) {
			return -1
		}
		return r
	}, s)
}

// paragraph lays out text in which what is between tildes does not wrap.
func paragraph(text string, width int, tight bool) *gathering {
	t := tree{signs: signsFor(true)}
	t.add(0, box{})
	for i, part := range strings.Split(text, "~") {
		start := len(t.text)
		t.text = append(t.text, part...)
		if i%2 == 1 {
			t.hold(start)
		}
	}
	b := box{kind: textBox, end: int32(len(t.text))}
	var g gathering
	f := newFlow(&t, &g, width)
	f.tight = tight
	f.fill(t.segmentsOf(&b), style.Start)
	return &g
}

func FuzzParagraph(f *testing.F) {
	for i, s := range []string{
		"one two-three --four /five/six", "天地。「玄」ー", "a\u00a0b\u00a0\u00a0cccccccccccc", "un\u00adbreak\u00adable",
		"~a b c d e f g h~ i ~j~~k~", "  a\n   b  \n\n c", "\u202ea b \u2066c\u202d d\u2069 e", "กขคงจกขคงจกขคงจ", "👩‍👩‍👧🇩🇪🇫🇷e\u0301",
	} {
		f.Add(s, uint8(i*3+8), i%2 == 0)
	}
	f.Fuzz(func(t *testing.T, text string, width uint8, tight bool) {
		// Tabs and the other white space of HTML never come here.
		text = strings.Map(func(r rune) rune {
			if r < ' ' && r != '\n' || r == 0x7F || r == utf8.RuneError {
				return -1
			}
			return r
		}, text)
		w := int(width)%60 + MinWidth
		g := paragraph(text, w, tight)
		for _, line := range g.lines {
			fits(t, line, w, tight)
		}
		want, got := legible(strings.ReplaceAll(text, "~", "")), legible(strings.Join(g.lines, ""))
		if strings.Contains(text, "\u00ad") {
			want, got = strings.ReplaceAll(want, "-", ""), strings.ReplaceAll(got, "-", "")
		}
		if got != want {
			t.Errorf("%q became %q", text, g.lines)
		}
		proportional(t, text, w, tight)
	})
}

// fits checks that a line is no wider than it may be, unless no part of it can move.
func fits(t *testing.T, line string, w int, tight bool) {
	t.Helper()
	line = strings.TrimRight(line, " ")
	if textWidth([]byte(line)) <= w {
		return
	}
	if strings.ContainsFunc(line, isDirection) && !tight {
		return // those that were opened again here hide where the line could end
	}
	b := linebreak.Breaker{Options: linebreak.Options{Slashes: true}}
	b.Reset([]byte(strings.TrimLeft(line, " ")))
	_, k := b.Next()
	if tight || k != linebreak.End || breakable([]byte(line)) {
		if n, _ := clusterAt([]byte(line), 0); n < len(line) {
			t.Errorf("%d columns of %d: %q", textWidth([]byte(line)), w, line)
		}
	}
}

// proportional checks that twice the text costs no more than twice the work: each byte is
// cut from its text once, and the lines that come out grow with it.
func proportional(t *testing.T, text string, w int, tight bool) {
	t.Helper()
	var s segments
	s.reset([]byte(text), nil, 0)
	for at := 0; ; {
		g := s.next()
		if g.start != at || g.end < g.start || s.at < g.end || g.brk != endBreak && s.at == at {
			t.Fatalf("%q: a segment from %d to %d after %d", text, g.start, g.end, at)
		}
		if at = s.at; g.brk == endBreak {
			break
		}
	}
	const turns = 2 * maxOpen * 3 // bytes by which directions may lengthen each line
	one, two := paragraph(text, w, tight), paragraph(text+"\n"+text, w, tight)
	if most := 2*(len(one.lines)+1) + strings.Count(text, "~"); len(two.lines) > most {
		t.Errorf("%q: %d lines, twice the text %d", text, len(one.lines), len(two.lines))
	}
	if most := 2*len(text) + (turns+2)*(len(two.lines)+1); two.bytes > most {
		t.Errorf("%q: %d bytes of lines", text, two.bytes)
	}
}

func TestHold(t *testing.T) {
	var x tree
	write := func(s string) int {
		at := len(x.text)
		x.text = append(x.text, s...)
		return at
	}
	write("ab")
	x.hold(write("cd"))
	x.hold(write("ef")) // joins
	write("gh")
	at := write("ij")
	x.hold(at)
	x.truncate(at + 1)
	write("kl")
	x.hold(write(""))
	if len(x.held) != 2 || x.held[0] != (stretch{2, 6}) || x.held[1] != (stretch{8, 9}) {
		t.Errorf("got %v", x.held)
	}
	if got := x.heldFrom(6); len(got) != 1 || got[0] != x.held[1] {
		t.Errorf("from 6: %v", got)
	}
	x.truncate(3)
	if len(x.held) != 1 || x.held[0] != (stretch{2, 3}) {
		t.Errorf("cut to 3: %v", x.held)
	}
}

func BenchmarkFill(b *testing.B) {
	for name, s := range map[string]string{
		"ASCII": "The harbour master keeps a list of ships (and of their cargoes), which is read at 8:30. ",
		"mixed": "Über die Häfen – „Wer führt das Buch?“ – 港の長は船の一覧を持っている。Капитан порта ведёт список кораблей. ",
	} {
		b.Run(name, func(b *testing.B) {
			t := tree{text: bytes.Repeat([]byte(s), 1000), signs: signsFor(true)}
			x := box{kind: textBox, end: int32(len(t.text))}
			b.SetBytes(int64(len(t.text)))
			b.ReportAllocs()
			for b.Loop() {
				newFlow(&t, &nobody{}, 80).fill(t.segmentsOf(&x), style.Start)
			}
		})
	}
}

// Nobody is a sink that keeps nothing.
type nobody struct{}

func (nobody) Line([]byte)       {}
func (nobody) Shows([]byte) bool { return true }
