package style

import "strings"

// A layer is a cascade layer (CSS Cascading 5, section 6.4). The root is what is in none.
type layer struct {
	name  string
	below []*layer
	rank  int
}

// layers are those of a page.
type layers struct {
	root  layer
	count int
	byRef map[layerName]*layer
}

// A layerName is a name within a layer.
type layerName struct {
	in   *layer
	name string
}

func (l *layers) init() { l.byRef = map[layerName]*layer{} }

// named returns the layer of a name, which dots can part, as it is first heard of. One
// without a name is another each time; so is none, once there are too many.
func (l *layers) named(in *layer, name string) *layer {
	name, rest, more := strings.Cut(name, ".")
	x := l.byRef[layerName{in, name}]
	if x == nil || name == "" {
		if l.count++; l.count >= maxLayers-1 {
			return in
		}
		x = &layer{name: name}
		in.below = append(in.below, x)
		l.byRef[layerName{in, name}] = x
	}
	if more {
		return l.named(x, rest)
	}
	return x
}

// order numbers the layers from the weakest on: those in a layer come before what is in
// it and in none of them.
func (l *layers) order() {
	next := 0
	l.root.number(&next)
}

func (x *layer) number(next *int) {
	for _, y := range x.below {
		y.number(next)
	}
	x.rank = *next
	*next++
}
