package cli

import (
	"fmt"
	"time"
)

// timeWait shows on a terminal how long TIME_WAIT still lasts; with nothing left it takes
// the line away. The kernel's timers are coarse at that distance: the last two seconds may
// pass behind 0.
func (p *program) timeWait(left time.Duration) {
	if !p.err.Terminal || p.silent || p.noProgress {
		return
	}
	line := fmt.Sprintf("TIME_WAIT: %.0f s left (2 MSL; nothing goes over the wire)", left.Seconds())
	if left == 0 {
		line = ""
	}
	fmt.Fprintf(p.stderr, "\r\x1b[K%s", line)
}
