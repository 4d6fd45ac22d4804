package style

// arraysFlag marks a display whose children are items.
const arraysFlag = 1 << 8

// parseDisplay reads the value of display (CSS Display 3, section 2), one word or two,
// or three for list items.
func parseDisplay(value string) (int, bool) {
	switch list := words(value); len(list) {
	case 1:
		return single(list[0])
	case 2, 3:
		return several(list)
	}
	return 0, false
}

// single reads a display of one word.
func single(word string) (int, bool) {
	switch word {
	case "none":
		return int(None), true
	case "contents":
		return int(Contents), true
	case "inline", "ruby", "ruby-text", "math":
		return int(Inline), true
	case "block", "flow-root", "flow":
		return int(Block), true
	case "inline-block":
		return int(InlineBlock), true
	case "list-item":
		return int(ListItem), true
	case "flex", "grid", "-webkit-box", "-webkit-flex":
		return int(Block) | arraysFlag, true
	case "inline-flex", "inline-grid", "-webkit-inline-box", "-webkit-inline-flex":
		return int(InlineBlock) | arraysFlag, true
	}
	return tabular(word)
}

// tabular reads the displays of tables and what is in them.
func tabular(word string) (int, bool) {
	switch word {
	case "table", "inline-table":
		return int(Table), true
	case "table-row-group":
		return int(RowGroup), true
	case "table-header-group":
		return int(HeaderGroup), true
	case "table-footer-group":
		return int(FooterGroup), true
	case "table-row":
		return int(Row), true
	case "table-cell":
		return int(Cell), true
	case "table-caption":
		return int(Caption), true
	case "table-column", "table-column-group":
		return int(None), true
	}
	return 0, false
}

// several reads an outer and an inner display, and whether the box is a list item too.
func several(words []string) (int, bool) {
	outer, inner, item := "", "", false
	for _, w := range words {
		switch {
		case (w == "block" || w == "inline") && outer == "":
			outer = w
		case w == "list-item" && !item:
			item = true
		case inner == "" && (w == "flow" || w == "flow-root" || w == "table" || w == "flex" || w == "grid" || w == "ruby" || w == "math"):
			inner = w
		default:
			return 0, false
		}
	}
	switch {
	case item && (inner == "" || inner == "flow" || inner == "flow-root"):
		if outer == "inline" {
			return int(Inline), true
		}
		return int(ListItem), true
	case item:
		return 0, false
	case outer == "inline" && inner == "flow-root":
		return single("inline-block")
	case outer == "inline" && (inner == "flex" || inner == "grid"):
		return single("inline-" + inner)
	case outer == "inline" && inner == "flow":
		return single("inline")
	case outer == "block" && (inner == "ruby" || inner == "math"):
		return single("block")
	}
	return single(inner)
}

// blockified returns the display of a box that floats, leaves the flow or is an item
// (section 2.7).
func (d Display) blockified() Display {
	switch d {
	case Inline, InlineBlock, RowGroup, HeaderGroup, FooterGroup, Row, Cell, Caption:
		return Block
	}
	return d
}
