package selector

// A Budget bounds the work of matching, in steps: a step is one compound tried on one
// element. It grows with the page, and what goes beyond does not match.
type Budget struct {
	own     int // of the element that is styled
	reserve int // of all elements
	spent   int
	over    bool
}

// The size of the budget.
const (
	// perElement is what each element has for itself. Real pages use 20 to 60 steps.
	perElement = 256
	// reserve is shared by all. A page of 2,000 elements with 3,000 rules that are all
	// tried on each, of which there is none, would need as much.
	reserve = 6_000_000
	// grain is how many bytes of an attribute are looked through in one step.
	grain = 64
)

// NewBudget returns the budget of a page.
func NewBudget() Budget { return Budget{reserve: reserve} }

// Begin starts the account of one element.
func (b *Budget) Begin() { b.own = perElement }

// Spent returns the steps that were taken, and whether any were refused.
func (b *Budget) Spent() (steps int, over bool) { return b.spent, b.over }

// spend takes n steps, unless there are none left.
func (b *Budget) spend(n int) bool {
	b.spent += n
	if b.own >= n {
		b.own -= n
		return true
	}
	if b.reserve >= n {
		b.reserve -= n
		return true
	}
	b.spent -= n
	b.over = true
	return false
}

// empty reports whether nothing is left: what was not found then is not known.
func (b *Budget) empty() bool { return b.own <= 0 && b.reserve <= 0 }
