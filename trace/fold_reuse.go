package trace

// A keptConn is what exchanges over one connection have in common. Its methods work on a
// nil one, of an exchange with a connection of its own.
type keptConn struct {
	tls     *TLSInfo
	proxied bool                // the other end is a proxy's
	least   trip                // the smallest so far
	ways    map[Side]*numbering // of its segments, to be counted on
}

// A Carried is what the connections of a run's fetches have told so far. Its zero value
// knows of none.
type Carried struct{ known map[int]*keptConn }

func (c *Carried) conns() map[int]*keptConn {
	if c == nil {
		return map[int]*keptConn{}
	}
	if c.known == nil {
		c.known = map[int]*keptConn{}
	}
	return c.known
}

// numbers returns the numbering of the segments so far; nil where there were none.
func (k *keptConn) numbers() map[Side]*numbering {
	if k == nil {
		return nil
	}
	return k.ways
}

// takeOver finds the connection of an exchange that reuses one.
func (f *exchangeFold) takeOver(records []Record, kept map[int]*keptConn) {
	for _, r := range records {
		if _, ok := r.Event.(ConnectionReused); ok && r.Conn == f.winner {
			f.reused = &keptConn{}
			if k := kept[r.Conn]; k != nil {
				f.reused = k
			}
			f.x.TLS = f.reused.tls
			return
		}
	}
}

// handOver keeps what an exchange to come over the same connection needs.
func (f *exchangeFold) handOver(kept map[int]*keptConn) {
	if f.opened {
		kept[f.winner] = &keptConn{tls: f.x.TLS, proxied: f.proxied(), least: f.leastTrip(), ways: f.packets.ways}
	}
}

// saved says that a phase needed not be gone through again.
func (f *exchangeFold) saved(p Phase) bool {
	return f.reused != nil && (p.Step() <= Connect.Step())
}
