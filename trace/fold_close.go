package trace

import "time"

// finishClose draws the conclusions of step 6 from the states.
func (f *exchangeFold) finishClose() {
	if f.x.Close == nil {
		return
	}
	d, c := f.x.Close, f.x.Connection
	var seen map[State]StateTime
	if c != nil {
		seen = c.of(Client)
	}
	if n := f.packets.segments(); n != nil {
		d.Segments = n
	}
	if s := f.packets.reset(); s != nil && d.Reset == "" && seen[Closed].Evidence == Packet && seen[Closed].Start == s.At {
		d.Reset = s.From
	}
	d.Initiator = initiator(seen)
	_, waited := seen[TimeWait]
	_, acked := seen[LastAck]
	_, closed := seen[Closed]
	graceful := d.Reset == "" && (waited || acked && closed)
	if len(seen) > 0 && (graceful || d.Reset != "" || d.End != "complete") {
		d.Graceful = &graceful
	}
	if s, ok := seen[FinWait2]; ok && s.Evidence != Inferred && waited && d.Segments == nil {
		// Its acknowledgement and its FIN were apart.
		four := 4
		d.Segments = &four
	}
	end, ended := seen[Closed]
	switch {
	case waited && ended: // it was watched
		took := end.Start - seen[TimeWait].Start
		d.TimeWait = &took
	case d.TimeWaitLeft != nil:
		c.States = append(c.States, timeWaitEnd(d))
	}
}

// of returns one side's states by name.
func (c *Connection) of(side Side) map[State]StateTime {
	out := map[State]StateTime{}
	for _, s := range c.States {
		if s.Side == side {
			out[s.State] = s
		}
	}
	return out
}

// initiator is who sent the first FIN, or the reset, by the client's states.
func initiator(seen map[State]StateTime) Side {
	_, first := seen[FinWait1]
	_, second := seen[CloseWait]
	_, both := seen[Closing]
	_, closed := seen[Closed]
	switch {
	case both:
		return Both
	case first:
		return Client
	case second, closed:
		return Server
	}
	return None
}

// timerSlack is how much later than its timer Linux ends TIME_WAIT: the timer wheel is
// coarse at a minute's distance.
const timerSlack = 2050 * time.Millisecond

// timeWaitEnd is the CLOSED that follows TIME_WAIT, by the kernel's timer.
func timeWaitEnd(d *CloseInfo) StateTime {
	end := *d.TimeWaitAt + *d.TimeWaitLeft
	m := Between(end, end.Add(timerSlack), Inferred)
	return StateTime{State: Closed, Side: Client, Start: m.At, Uncertainty: Time(m.Within), Evidence: m.From}
}
