package lab

import "time"

// maxQueued bounds the packets that are under way in one direction: 6 MB of the largest,
// which is what a gigabit a second puts into 50 ms.
const maxQueued = 4096

// A queue holds packets until they are due. The link's delay is the same for all, so that
// they are due in the order in which they came. Its room is used again.
type queue struct {
	slots []slot
	first int
	count int
}

// A slot holds a packet and when it is due, by the monotonic clock.
type slot struct {
	packet []byte
	due    time.Duration
}

// push puts a packet at the end; false where there is no room.
func (q *queue) push(packet []byte, due time.Duration) bool {
	if q.count == maxQueued {
		return false
	}
	if q.count == len(q.slots) {
		q.grow()
	}
	s := &q.slots[(q.first+q.count)%len(q.slots)]
	s.packet, s.due = append(s.packet[:0], packet...), due
	q.count++
	return true
}

// grow doubles the room, with the first packet at its start.
func (q *queue) grow() {
	slots := make([]slot, 0, max(2*len(q.slots), 64))
	slots = append(slots, q.slots[q.first:]...)
	slots = append(slots, q.slots[:q.first]...)
	q.slots, q.first = slots[:cap(slots)], 0
}

// next returns the packet that is due first, nil where there is none.
func (q *queue) next() *slot {
	if q.count == 0 {
		return nil
	}
	return &q.slots[q.first]
}

// drop takes the first packet out.
func (q *queue) drop() {
	q.first = (q.first + 1) % len(q.slots)
	q.count--
}
