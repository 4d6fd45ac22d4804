package layout

// Signs are what is drawn beside the page's own text.
type signs struct {
	disc, circle, square string // before items
	folded, open         string // before the line that stays of details
	checked, chosen      string // fields of a form
	password, unknown    string
	menu                 string
	full, empty          string // cells of a gauge
	bar                  string // down the side of quotations
	wall                 string // between the cells of a row
	rule, cross          string // below heads, and where it meets a wall
	dotted               string // between rows
	double               string // below headings of the first rank
	dash, shortDash      string // before those of the lower ranks
	// quotes are the quotation marks whatever the language, outer and inner; none means
	// the language's own.
	quotes [4]string
	// raised stands before what is raised, where there are no raised digits; they are
	// there where it is empty.
	raised string
}

var drawn = signs{
	disc: "• ", circle: "◦ ", square: "▪ ",
	folded: "▸ ", open: "▾ ",
	checked: "[✓]", chosen: "(•)",
	password: "[••••••••]", unknown: "…",
	menu: " ▾",
	full: "▓", empty: "░",
	bar: "│ ", wall: " │ ", rule: "─", cross: "┼", dotted: "┄", double: "═",
	dash: "── ", shortDash: "─ ",
}

// typed are the signs of a typewriter, each as wide as the one it stands for where
// columns hang on it.
var typed = signs{
	disc: "* ", circle: "o ", square: "+ ",
	folded: "> ", open: "v ",
	checked: "[x]", chosen: "(*)",
	password: "[********]", unknown: "...",
	menu: " v",
	full: "#", empty: ".",
	bar: "| ", wall: " | ", rule: "-", cross: "+", dotted: ".", double: "=",
	dash: "-- ", shortDash: "- ",
	quotes: [4]string{`"`, `"`, "'", "'"},
	raised: "^",
}

func signsFor(ascii bool) *signs {
	if ascii {
		return &typed
	}
	return &drawn
}
