package trace

// The moments of phases that are packets.

// byPacket makes a bound of a segment.
func byPacket(find func(*exchangeFold) *passage) bound {
	return func(f *exchangeFold) (Record, bool) {
		if s := find(f); s != nil {
			return Record{Moment: s.moment()}, true
		}
		return Record{}, false
	}
}

// synLeft is the SYN of a connection that came about, or was refused by a packet.
func synLeft(f *exchangeFold) *passage { return f.packets.syn(Client) }

func synAnswered(f *exchangeFold) *passage {
	if !f.opened {
		return nil
	}
	return f.packets.syn(Server)
}

// sent is the segment with which the byte before an offset of what we wrote first left:
// the SYN has the number before the first byte.
func (p *packets) sent(offset int64) *passage {
	return p.find(Client, func(s *passage) bool { return s.Len > 0 && s.first <= offset && s.last > offset })
}

// helloLeft is the segment with the first byte of the ClientHello.
func helloLeft(f *exchangeFold) *passage {
	if r, ok := f.first(kindOf[TLSStarted]()); ok {
		return f.packets.sent(r.Event.(TLSStarted).Offset + 1)
	}
	return nil
}

// finishedLeft is the segment with the last byte of the handshake, where that is ours.
func finishedLeft(f *exchangeFold) *passage {
	if r, ok := f.last(kindOf[TLSEnded]()); ok && r.Event.(TLSEnded).OursLast {
		return f.packets.sent(r.Event.(TLSEnded).Offset)
	}
	return nil
}

// lastByteLeft is the segment with the last byte of the request.
func lastByteLeft(f *exchangeFold) *passage {
	if r, ok := f.last(kindOf[RequestEnded]()); ok {
		return f.packets.sent(r.Event.(RequestEnded).Offset)
	}
	return nil
}

// came is the segment with which all was there up to an offset of what the server sent.
// Where segments are missing, the bounds of its being read tell that this one cannot be
// right; the queue may still have been empty shortly after it had passed.
func (p *packets) came(offset int64, m Moment) *passage {
	s := p.find(Server, func(s *passage) bool { return s.complete > offset })
	if offset == 0 || s == nil || s.At > m.At.Add(kernelLag) || s.At < m.Earliest().Add(-kernelLag) {
		return nil
	}
	return s
}

// firstByteCame is the segment with the first byte of the response. Under TLS that is
// what completes its record; without, what the queue was empty before.
func firstByteCame(f *exchangeFold) *passage {
	r, ok := f.first(kindOf[FirstByte]())
	if !ok {
		return nil
	}
	offset := r.Event.(FirstByte).Offset
	if f.x.TLS != nil {
		return f.packets.came(offset, r.Moment)
	}
	last := f.packets.came(offset, r.Moment)
	if last == nil {
		return nil
	}
	since := r.Earliest().Add(-kernelLag)
	if left := lastByteLeft(f); left != nil {
		since = max(since, left.At)
	}
	return f.packets.find(Server, func(s *passage) bool {
		return s == last || s.Len > 0 && s.complete == s.last && s.At > since && s.At < last.At
	})
}

// lastByteCame is the segment with the last byte of the response.
func lastByteCame(f *exchangeFold) *passage {
	r, ok := f.last(kindOf[ResponseEnded]())
	if !ok {
		return nil
	}
	return f.packets.came(r.Event.(ResponseEnded).Offset, r.Moment)
}

// partedFirst is the segment that begins the close.
func partedFirst(f *exchangeFold) *passage {
	reset := f.packets.reset()
	for i := range f.packets.passed {
		if s := &f.packets.passed[i]; s.Has("FIN") || s == reset {
			return f.ofOpen(s)
		}
	}
	return nil
}

// partedLast is the last segment of the close: a FIN, the acknowledgement of one, or a
// reset.
func partedLast(f *exchangeFold) *passage {
	p := &f.packets
	last := p.reset()
	for _, end := range []Side{Client, Server} {
		fin := p.fin(end)
		for _, s := range []*passage{fin, p.acked(fin)} {
			if s != nil && (last == nil || s.At > last.At) {
				last = s
			}
		}
	}
	for i := range p.passed {
		if s := &p.passed[i]; (last == nil || s.At > last.At) && s.Has("FIN") {
			last = s
		}
	}
	if last != nil && last.Again && last.Has("FIN") {
		if answer := p.answer(last); answer != nil {
			last = answer
		}
	}
	return f.ofOpen(last)
}

// answer is the first segment behind one that acknowledges all of it.
func (p *packets) answer(of *passage) *passage {
	return p.find(of.From.other(), func(s *passage) bool { return s.At > of.At && s.acks >= of.last })
}

// ofOpen leaves out what is of a connection that did not come about.
func (f *exchangeFold) ofOpen(s *passage) *passage {
	if !f.opened {
		return nil
	}
	return s
}
