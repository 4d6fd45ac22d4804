package lab

import (
	"encoding/binary"
	"testing"
	"time"
)

// Packets come out as they went in, whatever the queue's room is cut into.
func TestQueueKeepsTheOrder(t *testing.T) {
	var q queue
	in, out := uint32(0), uint32(0)
	push := func() bool {
		ok := q.push(binary.BigEndian.AppendUint32(nil, in), time.Duration(in))
		if ok {
			in++
		}
		return ok
	}
	pop := func() {
		next := q.next()
		if got := binary.BigEndian.Uint32(next.packet); got != out || next.due != time.Duration(out) {
			t.Fatalf("packet %d, due %d, came out as number %d", got, next.due, out)
		}
		q.drop()
		out++
	}
	for round := range 200 {
		for range round % 90 {
			push()
		}
		for range min(round%70, q.count) {
			pop()
		}
	}
	for q.count > 0 {
		pop()
	}
	if q.next() != nil {
		t.Error("an empty queue has a next packet")
	}
	for range maxQueued {
		if !push() {
			t.Fatal("there was no room")
		}
	}
	if push() {
		t.Errorf("there was room for more than %d", maxQueued)
	}
}

// What it copies is its own.
func TestQueueCopies(t *testing.T) {
	var q queue
	b := []byte{1}
	q.push(b, 0)
	b[0] = 2
	if got := q.next().packet[0]; got != 1 {
		t.Errorf("a packet became %d in the queue", got)
	}
}
