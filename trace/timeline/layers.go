package timeline

import (
	"fmt"
	"time"

	"fetchscope/trace"
)

// layers draws a row for each layer between the socket and the origin's TLS, below that of
// the phase connect: what a proxy or a load balancer was told, and how long that took.
func (v *view) layers(x *trace.Exchange) {
	for _, l := range x.Connection.Middle() {
		if l.Duration == nil {
			v.drawEmpty("   via", v.through(&l))
			continue
		}
		v.drawRow("   via", v.figure(*l.Duration, &l.Uncertainty), v.bar(v.layerSpans(x, &l)...), v.through(&l), false)
	}
}

// through says what a layer is.
func (v *view) through(l *trace.Layer) string {
	peer := v.pen.text(l.Peer)
	switch l.Kind {
	case trace.LayerHAProxy:
		return v.pen.text(l.Line)
	case trace.LayerTLS:
		switch {
		case l.TLS.Version == "":
			return "TLS to " + peer
		case l.TLS.Ignored:
			return "NOT TRUSTED, " + l.TLS.Version + " to " + peer
		}
		return l.TLS.Version + " to " + peer
	case trace.LayerConnect:
		if l.Status != nil {
			return fmt.Sprintf("tunnel %d by %s", *l.Status, peer)
		}
		return "tunnel by " + peer
	}
	return l.Kind + " " + peer
}

// layerTrips is how often a kind of layer waits for its peer: SOCKS 5 for the method and for the
// reply (RFC 1928, sections 3 and 6); what is left is the peer's work, connecting further.
func layerTrips(kind string) int {
	switch kind {
	case trace.LayerSOCKS4, trace.LayerSOCKS4a, trace.LayerConnect:
		return 1
	case trace.LayerSOCKS5, trace.LayerSOCKS5h:
		return 2
	}
	return 0
}

func (v *view) layerSpans(x *trace.Exchange, l *trace.Layer) []span {
	start, end := l.Start, l.Start+*l.Duration
	rtt, known := roundTrip(x)
	trips := layerTrips(l.Kind)
	if l.TLS != nil {
		trips = roundTrips(l.TLS)
	}
	switch {
	case l.Outcome == trace.LayerFailed:
		return []span{{start, end, broken}}
	case trips == 0:
		return []span{{start, end, work}}
	case !known:
		return []span{{start, end, network}}
	}
	return cutAt(start, start+rtt*trace.Time(trips), end)
}

// layerDetails tells what the rows of the layers have no room for.
func (v *view) layerDetails(x *trace.Exchange) {
	for i, l := range x.Connection.Middle() {
		if i == 0 {
			v.line("")
		}
		text := "* " + v.through(&l)
		if l.Target != "" {
			text += v.pen.arrow + v.pen.text(l.Target)
		}
		if l.Bound != "" {
			text += ", which says that it uses " + v.pen.text(l.Bound)
		}
		v.line(text)
		v.connectDetails(&l)
		if l.TLS == nil {
			continue
		}
		for _, c := range l.TLS.Chain {
			v.chained(&c, time.Unix(0, v.doc.StartedUnix))
		}
	}
}

// connectDetails shows a CONNECT and its answer, as the heads of the page are shown.
func (v *view) connectDetails(l *trace.Layer) {
	c := l.Tunnel
	if c == nil {
		return
	}
	v.line("> CONNECT " + v.pen.text(l.Target) + " " + c.Version)
	v.fields("> ", c.Headers)
	if l.Status != nil {
		v.line(fmt.Sprintf("< %s %d %s", c.AnswerVersion, *l.Status, v.pen.text(c.Reason)))
		v.fields("< ", c.AnswerHeaders)
	}
}

// chainOf is the chain of certificates that is why an exchange failed: the origin's, or that
// of a proxy.
func chainOf(x *trace.Exchange) *trace.TLSInfo {
	if x.TLS != nil && x.TLS.Why != "" && !x.TLS.Ignored {
		return x.TLS
	}
	for _, l := range x.Connection.Middle() {
		if l.TLS != nil && l.TLS.Why != "" && !l.TLS.Ignored {
			return l.TLS
		}
	}
	return nil
}
