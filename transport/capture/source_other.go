//go:build !linux

package capture

// open says that there are no packets.
func open(admission) (source, error) { return nil, ErrUnsupported }
