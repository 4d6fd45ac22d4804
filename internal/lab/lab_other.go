//go:build !linux

package lab

import (
	"context"
	"io"

	"fetchscope/trace"
	"fetchscope/transport/tcpstate"
)

// A Command is how the client's end would be run.
type Command struct {
	Args           []string
	Stdin          io.Reader
	Stdout, Stderr io.Writer
}

// An End is one of a lab's two processes: on this system there is none.
type End struct {
	Side trace.Side
}

// Join returns nil: this process is no end of a lab.
func Join() (*End, error) { return nil, nil }

// Run says that there is no lab here.
func Run(context.Context, Options, Command) (int, error) { return 0, Unsupported }

// Enter says that there is no lab here.
func (*End) Enter(any) (*tcpstate.Diag, error) { return nil, Unsupported }

// Serve says that there is no lab here.
func (*End) Serve(func() (any, error)) error { return Unsupported }

// Over is never closed.
func (*End) Over() <-chan struct{} { return nil }

// Losses says that there is no lab here.
func (*End) Losses() (Losses, error) { return Losses{}, Unsupported }

// Close has nothing to do.
func (*End) Close() error { return nil }
