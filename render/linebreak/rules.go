package linebreak

import "sync"

// A pair is a rule that only compares two neighbours: no line ends between what is of one
// set and what is of the other.
type pair struct{ before, after set }

// rules are all rules of that kind, in the order of UAX 14. Rules that allow a break stand
// between them there; what those take away from a later rule is left out of its sets.
// Where a space stands before, other rules hold (context.afterSpaces).
var rules = [...]pair{
	{every, wj}, // LB11
	{wj, every},
	{gl, every},                // LB12
	{^(ba | hyphen), gl},       // LB12a
	{every, cl | cp | ex | sy}, // LB13
	{op, every},                // LB14
	{every, is},                // LB15d
	{cl | cp, ns},              // LB16
	{b2, b2},                   // LB17
	{every, qu | quPf},         // LB19
	{qu | quPi, every},
	{^cb, ba | hyphen | ns}, // LB21, of which LB20 takes CB
	{bb, ^cb},
	{sy, hl},         // LB21b
	{^cb, in},        // LB22
	{letter, number}, // LB23
	{number, letter},
	{pr, han | eb | em}, // LB23a
	{han | eb | em, po},
	{pr | po, letter}, // LB24
	{letter, pr | po},
	{po | pr | hy | is, number}, // LB25, without what context.number knows
	{jl, jl | jv | h2 | h3},     // LB26
	{jv | h2, jv | jt},
	{jt | h3, jt},
	{hangul, po}, // LB27
	{pr, hangul},
	{letter, letter}, // LB28
	{ap, aksara},     // LB28a
	{aksara, vf | vi},
	{is, letter},                           // LB29
	{eb | idUnassigned | alUnassigned, em}, // LB30b
}

// together has for each class those before which no line ends after it. It is made when
// the first text comes.
var (
	once     sync.Once
	together [64]set
)

func makePairs() {
	for _, r := range rules {
		for c := range together {
			if r.before>>c&1 != 0 {
				together[c] |= r.after
			}
		}
	}
}
