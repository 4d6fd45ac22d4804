//go:build !linux

package kstamp

// ControlSize is the room for control messages that a receive needs.
const ControlSize = 0

// Warm does nothing here.
func Warm() {}

// EnableDatagrams says that there are no stamps.
func EnableDatagrams(int) error { return ErrUnsupported }

// EnableStream says that there are no stamps.
func EnableStream(int) error { return ErrUnsupported }

// NumberBytes says that there are no stamps.
func NumberBytes(int) error { return ErrUnsupported }

// MarkSend has nothing to ask for.
func MarkSend() []byte { return nil }

// Received finds nothing.
func Received([]byte) (unixNano int64, ok bool) { return 0, false }

// Transmitted finds nothing.
func Transmitted(int) []Transmit { return nil }
