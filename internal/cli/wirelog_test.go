package cli

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"fetchscope/trace"
)

// What is written slowly is waited for: no more is kept meanwhile than may be, and nothing
// is lost. Events wait for nobody.
func TestWireLogWaitsForRoom(t *testing.T) {
	const piece, pieces = 1 << 20, 3 * (maxQueued >> 20)
	from, to := io.Pipe()
	w := newWireLog(to)
	go w.run()
	go func() {
		tap := w.tap()
		tap.Received([]byte("HTTP/1.1 200 OK\r\n\r\n"))
		for range pieces {
			tap.Received(bytes.Repeat([]byte("x"), piece))
			w.Put(trace.Record{Event: trace.CloseStarted{}})
		}
		w.close()
		to.Close()
	}()
	var text bytes.Buffer
	for buf := make([]byte, 1<<20); ; {
		n, err := from.Read(buf)
		text.Write(buf[:n])
		w.mu.Lock()
		if w.queued > maxQueued+piece {
			t.Errorf("%d bytes wait, more than %d", w.queued, maxQueued)
		}
		w.mu.Unlock()
		if err != nil {
			break
		}
	}
	if got := strings.Count(text.String(), "<= Recv data, 1048576 bytes"); got != pieces {
		t.Errorf("%d pieces were written, not %d", got, pieces)
	}
	if got := strings.Count(text.String(), "== Info: Closing connection\n"); got != pieces {
		t.Errorf("%d events were written, not %d", got, pieces)
	}
}
