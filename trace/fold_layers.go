package trace

import "slices"

// layer takes what was recorded of a layer between the socket and the origin's TLS. They are
// made one after the other, each within the one below.
func (f *exchangeFold) layer(r Record) {
	if r.Conn != 0 && r.Conn != f.winner {
		return
	}
	switch e := r.Event.(type) {
	case LayerStarted:
		f.beginLayer(r, Layer{Kind: e.Layer, Peer: e.Peer, Target: e.Target})
	case LayerEnded:
		if l := f.endLayer(r); l != nil {
			l.Bound, l.Line = e.Bound, e.Line
		}
	case TunnelStarted:
		f.beginLayer(r, Layer{Kind: LayerConnect, Peer: e.Proxy, Target: e.Target, Tunnel: &TunnelInfo{Version: e.Version, Headers: e.Headers}})
	case TunnelEnded:
		if l := f.endLayer(r); l != nil {
			l.answered(e)
		}
	case Failed:
		f.endLayer(r)
		// What fails a connection that is open fails the layer that was made last.
		if n := len(f.layers); n > 0 && e.Phase == Connect {
			f.layers[n-1].Outcome, f.layers[n-1].Why = LayerFailed, e.Code
		}
	}
}

// answered takes the answer to a CONNECT.
func (l *Layer) answered(e TunnelEnded) {
	l.Status = &e.Status
	if e.Status/100 != 2 { // RFC 9110, section 9.3.6
		l.Outcome = LayerFailed
	}
	if l.Tunnel != nil {
		l.Tunnel.AnswerVersion, l.Tunnel.Reason, l.Tunnel.AnswerHeaders = e.Version, e.Reason, e.Headers
	}
}

// ofProxy takes what was recorded of the TLS with a proxy.
func (f *exchangeFold) ofProxy(r Record) {
	if e, ok := r.Event.(TLSStarted); ok {
		f.beginLayer(r, Layer{Kind: LayerTLS, TLS: &TLSInfo{Chain: []Certificate{}}, Peer: e.ServerName})
	}
	l := f.openLayer()
	if l == nil || l.TLS == nil {
		return
	}
	l.TLS.take(r)
	if _, ok := r.Event.(TLSEnded); ok {
		l.TLS.count()
		f.endLayer(r)
	}
}

func (f *exchangeFold) beginLayer(r Record, l Layer) {
	l.Start, l.begun = r.At, r.Moment
	f.layers = append(f.layers, l)
}

// openLayer is the layer that is being made, nil for none.
func (f *exchangeFold) openLayer() *Layer {
	if n := len(f.layers); n > 0 && f.layers[n-1].Duration == nil {
		return &f.layers[n-1]
	}
	return nil
}

// endLayer ends the layer that is being made.
func (f *exchangeFold) endLayer(r Record) *Layer {
	l := f.openLayer()
	if l != nil {
		l.end(r.Moment)
	}
	return l
}

func (l *Layer) end(m Moment) {
	took, uncertainty := max(m.At-l.begun.At, 0), Time(l.begun.Within+m.Within)
	l.Duration, l.Uncertainty, l.Evidence, l.Outcome = &took, uncertainty, m.From, LayerDone
}

// finishLayers puts what lies below and above those layers to them: the socket, and the TLS
// of the origin with the times of its phase.
func (f *exchangeFold) finishLayers() {
	c := f.x.Connection
	if c == nil || !f.opened {
		return
	}
	if f.reused != nil {
		c.Layers = f.reused.layers
		return
	}
	socket, ok := f.socketLayer()
	if ok {
		c.Layers = append(c.Layers, socket)
	}
	c.Layers = append(c.Layers, f.layers...)
	if tls := f.x.Phase(TLS); f.x.TLS != nil && tls.Start != nil {
		l := Layer{
			Kind: LayerTLS, Peer: f.x.TLS.ServerName, Start: *tls.Start, Duration: tls.Duration,
			Evidence: tls.EndFrom, Outcome: LayerDone,
		}
		if tls.Uncertainty != nil {
			l.Uncertainty = *tls.Uncertainty
		}
		if tls.Status == FailedHere {
			l.Outcome, l.Why = LayerFailed, f.failure.Code
		}
		c.Layers = append(c.Layers, l)
	}
}

// socketLayer is the connection itself, the attempts that were in vain left out: by its
// states where they were seen, else by the calls.
func (f *exchangeFold) socketLayer() (Layer, bool) {
	c := f.x.Connection
	l := Layer{Kind: LayerTCP, Peer: c.Remote}
	if c.Local == "" {
		l.Kind = LayerUnix
	}
	syn, sent := clientState(SynSent)(f)
	up, ok := clientState(Established)(f)
	if !sent || !ok {
		up, ok = f.last(kindOf[Connected]())
		for _, a := range c.Attempts {
			if a.Conn == f.winner {
				syn = Record{Moment: Moment{At: a.Start, From: Clock}}
			}
		}
	}
	l.Start, l.begun = syn.At, syn.Moment
	l.end(up.Moment)
	return l, ok
}

// sealed says whether there is TLS, with the origin or with a proxy.
func (f *exchangeFold) sealed() bool {
	layers := f.layers
	if f.reused != nil {
		layers = f.reused.layers
	}
	return f.x.TLS != nil || slices.ContainsFunc(layers, func(l Layer) bool { return l.TLS != nil })
}
