package css

import (
	"strings"
	"testing"
)

func TestMedia(t *testing.T) {
	m := Media{Width: 800, Height: 600}
	for query, want := range map[string]bool{
		"": true, "all": true, "screen": true, "SCREEN": true, "print": false, "speech": false, "only screen": true,
		"not print": true, "not screen": false, "not all": false, "print, screen": true, "print, speech": false,
		"screen and (min-width: 800px)": true, "screen and (min-width:801px)": false, "(max-width:799px)": false,
		"(min-width:50em)": true, "(min-width: 50.01em)": false, "(max-width: 8.34in)": true, "(width:800px)": true,
		"(min-width:400px) and (max-width:900px)": true, "(min-width:400px) and (max-width:700px)": false,
		"(width >= 800px)": true, "(width > 800px)": false, "(width < 50rem)": false, "(800px<=width)": true,
		"(400px < width <= 800px)": true, "(400px < width < 800px)": false, "(900px > width)": true, "(width = 800px)": true,
		"(min-width: calc(700px + 6 * 10px))": true, "(min-width:calc((400px + 1px)*2))": false, "(min-width: max(100px, 70em))": false,
		"not screen and (min-width:900px)": true, "not (min-width:900px)": true, "(not (min-width:900px))": true,
		"(min-width:900px) or (color)": true, "((color) and (hover)) or (grid)": true, "(color) and (hover) or (grid)": false,
		"(color)": true, "(monochrome)": false, "(grid)": false, "(grid:0)": true, "(hover)": true, "(hover:none)": false, "(pointer:fine)": true,
		"(any-hover:hover)": true, "(orientation:landscape)": true, "(orientation:portrait)": false, "(aspect-ratio:4/3)": true, "(min-aspect-ratio:16/9)": false,
		"(prefers-color-scheme:light)": true, "(prefers-color-scheme:dark)": false, "(prefers-reduced-motion)": false, "(prefers-reduced-motion:reduce)": false,
		"(prefers-reduced-motion:no-preference)": true, "(prefers-contrast:more)": false, "(forced-colors:active)": false, "(scripting:none)": true, "(scripting)": false,
		"(min-resolution:2dppx)": false, "(-webkit-min-device-pixel-ratio:1.5)": false, "(-webkit-min-device-pixel-ratio:1)": true, "(max-resolution:96dpi)": true,
		"(display-mode:standalone)": false, "(unknown)": false, "not (unknown)": false, "(unknown) or (color)": true, "(min-width:0)": true, "(min-width:1x2)": false,
		"screen and": false, "and": false, "screen (color)": false, "screen and(color)": false, "(color": true, "screen and (color": true,
		"(min-width:100px) and screen": false, "screen or (color)": false, "tv, (color)": true, "screen\\0": false, "(width:calc(1px/0))": false,
		"(update:fast) and (scripting: none)": true, "(min-width: 100px) /* x */ and (max-width:900px)": true,
	} {
		if got := m.Matches(query); got != want {
			t.Errorf("%q: got %v, want %v", query, got, want)
		}
	}
}

func TestContainer(t *testing.T) {
	m := Media{Width: 640, Height: 600}
	for query, want := range map[string]bool{
		"(min-width:600px)": true, "card (min-width: 700px)": false, "card (width < 700px)": true, "not (width < 700px)": false,
		"style(--x: 1)": false, "(inline-size > 30em) and (block-size > 0px)": true, "card": false,
	} {
		if got := m.Container(query); got != want {
			t.Errorf("%q: got %v, want %v", query, got, want)
		}
	}
}

func TestSupports(t *testing.T) {
	declaration := func(name, value string) bool { return name == "a" && strings.HasPrefix(value, "b") }
	selector := func(s string) bool { return s == "x>y" }
	for condition, want := range map[string]bool{
		"(a:b)": true, "( a : b c )": true, "(a:c)": false, "(d:b)": false, "not (a:c)": true, "not (a:b)": false, "(a:b !important)": true,
		"(a:b) and (a:c)": false, "(a:b) or (a:c)": true, "(not (a:c)) and (a:b)": true, "((a:b) or (a:c)) and (a:b)": true,
		"(a:b) and (a:b) or (a:b)": false, "selector(x>y)": true, "selector(z)": false, "not selector(z)": true, "unknown(x)": false,
		"(a)": false, "a:b": false, "": false, "(a:b": true, "font-tech(variations)": true, "((((a:b))))": true,
	} {
		if got := Supports(condition, declaration, selector); got != want {
			t.Errorf("%q: got %v, want %v", condition, got, want)
		}
	}
}

// Conditions as deep as a page likes neither recurse without end nor hold.
func TestDeepConditions(t *testing.T) {
	for _, open := range []string{"(", "not (", "calc(", "(width:calc("} {
		for _, n := range []int{500, 100_000} {
			if (Media{Width: 800}).Matches(strings.Repeat(open, n) + "color") {
				t.Errorf("%q repeated %d times holds", open, n)
			}
		}
	}
}
