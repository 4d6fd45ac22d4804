package lab

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"

	"fetchscope/trace"
	"fetchscope/transport/tcpstate"
)

// roleVariable tells a process which of the lab's it is, and inherited is the descriptor
// of its conversation with the one that has started it.
const (
	roleVariable = "FETCHSCOPE_LAB"
	inherited    = 3
)

// An End is one of the lab's two processes, seen from within.
type End struct {
	// Side is which.
	Side trace.Side

	conn    *net.UnixConn
	over    chan struct{}
	replies chan message
}

// Join returns the end of a lab that this process is; nil where it is none.
func Join() (*End, error) {
	role := os.Getenv(roleVariable)
	if role == "" {
		return nil, nil
	}
	_ = os.Unsetenv(roleVariable) // of this process alone
	conn, err := connOf(os.NewFile(inherited, "lab"))
	side := trace.Side(role)
	if err != nil || side != trace.Client && side != trace.Server {
		return nil, &Error{Err: fmt.Errorf("%s is set, but no lab has started this process", roleVariable), Hint: "unset " + roleVariable}
	}
	return &End{Side: side, conn: conn, over: make(chan struct{}), replies: make(chan message, 1)}, nil
}

// Enter brings up the client's network and waits until the server's is there too. brief
// takes what the server says; diag asks in the server's network.
func (e *End) Enter(brief any) (diag *tcpstate.Diag, err error) {
	tun, err := openNetwork(e.Side)
	if err != nil {
		return nil, e.refuse(err)
	}
	err = send(e.conn, message{}, tun)
	_ = tun.Close()
	if err != nil {
		return nil, err
	}
	m, files, err := receive(e.conn)
	if err != nil {
		return nil, err
	}
	if len(files) != 1 || json.Unmarshal(m.Brief, brief) != nil {
		closeAll(files)
		return nil, errMessage
	}
	defer files[0].Close()
	go e.listen()
	return tcpstate.DiagOn(files[0])
}

// Serve brings up the server's network and then what is served there, by start, which
// returns what the client's end is to know.
func (e *End) Serve(start func() (brief any, err error)) error {
	tun, err := openNetwork(e.Side)
	if err != nil {
		return e.refuse(err)
	}
	defer tun.Close()
	diag, err := tcpstate.OpenDiag()
	if err != nil {
		return e.refuse(os.NewSyscallError("sock_diag", err))
	}
	defer diag.Close()
	brief, err := start()
	if err != nil {
		return e.refuse(err)
	}
	b, err := json.Marshal(brief)
	if err != nil {
		return e.refuse(err)
	}
	file, err := diag.File()
	if err != nil {
		return e.refuse(err)
	}
	defer file.Close()
	go e.listen()
	return send(e.conn, message{Brief: b}, tun, file)
}

// Over is closed when the lab is over, or is to be.
func (e *End) Over() <-chan struct{} { return e.over }

// listen hands on what the one says who has started us, to the end.
func (e *End) listen() {
	defer close(e.over)
	for {
		m, files, err := receive(e.conn)
		if err != nil {
			return
		}
		closeAll(files)
		select {
		case e.replies <- m:
		default: // nobody has asked
		}
	}
}

// Losses asks the link what it has lost so far.
func (e *End) Losses() (Losses, error) {
	if err := send(e.conn, message{}); err != nil {
		return Losses{}, err
	}
	select {
	case m := <-e.replies:
		if m.Losses != nil {
			return *m.Losses, nil
		}
		return Losses{}, errMessage
	case <-e.over:
		return Losses{}, errors.New("the lab is over")
	}
}

// Close ends the conversation.
func (e *End) Close() error { return e.conn.Close() }

// refuse tells the other process why this one cannot take part.
func (e *End) refuse(err error) error {
	why := explain(err)
	_ = send(e.conn, message{Refused: why.Err.Error(), Hint: why.Hint})
	return why
}
