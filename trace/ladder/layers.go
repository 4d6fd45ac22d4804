package ladder

import (
	"fmt"

	"fetchscope/trace"
)

// layers tells what proxies and load balancers were told before the origin's TLS.
func (l *ladder) layers() {
	for _, layer := range l.x.Connection.Middle() {
		name := layer.Kind
		switch {
		case layer.Kind == trace.LayerTLS:
			name = "TLS with the proxy"
		case layer.Status != nil:
			name = fmt.Sprintf("%s %d", name, *layer.Status)
		}
		forms := []string{" " + name, " " + layer.Kind}
		if layer.Duration != nil {
			forms = append([]string{" " + name + ", " + ms(*layer.Duration) + " ms"}, forms...)
		}
		l.add(rung{at: layer.Start, order: 3, cut: true, arrow: l.fitting(l.middle, forms), moment: ms(layer.Start)})
	}
}
