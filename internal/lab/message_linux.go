package lab

import (
	"encoding/json"
	"errors"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// A message is what the lab's processes say to one another: a packet of a unix socket,
// with the descriptors that go along.
type message struct {
	// Brief is what the server's end tells the client's.
	Brief json.RawMessage `json:"brief,omitzero"`
	// Refused is why an end cannot take part, and Hint what would help.
	Refused string `json:"refused,omitzero"`
	Hint    string `json:"hint,omitzero"`
	// Losses are the answer to a message that says nothing else.
	Losses *Losses `json:"losses,omitzero"`
}

// The limits of a message: maxLosses of some 300 bytes each, and the descriptors of a
// device and a socket.
const (
	maxMessage = 192 << 10
	maxFiles   = 2
)

// errMessage is a message that is none: its sender is no process of the lab.
var errMessage = errors.New("malformed message between the lab's processes")

func send(c *net.UnixConn, m message, files ...*os.File) error {
	b, err := json.Marshal(m)
	if err != nil {
		return err
	}
	var rights []byte
	if len(files) > 0 {
		fds := make([]int, len(files))
		for i, f := range files {
			fds[i] = int(f.Fd())
		}
		rights = unix.UnixRights(fds...)
	}
	_, _, err = c.WriteMsgUnix(b, rights, nil)
	return err
}

func receive(c *net.UnixConn) (m message, files []*os.File, err error) {
	b, oob := make([]byte, maxMessage), make([]byte, unix.CmsgSpace(4*maxFiles))
	n, oobn, flags, _, err := c.ReadMsgUnix(b, oob)
	if err != nil {
		return m, nil, err
	}
	files = received(oob[:oobn])
	if flags&unix.MSG_TRUNC != 0 || json.Unmarshal(b[:n], &m) != nil {
		closeAll(files)
		return m, nil, errMessage
	}
	return m, files, nil
}

// received takes descriptors out of control messages.
func received(control []byte) (files []*os.File) {
	messages, err := unix.ParseSocketControlMessage(control)
	if err != nil {
		return nil
	}
	for i := range messages {
		fds, err := unix.ParseUnixRights(&messages[i])
		if err != nil {
			continue
		}
		for _, fd := range fds {
			files = append(files, os.NewFile(uintptr(fd), "received"))
		}
	}
	return files
}

func closeAll(files []*os.File) {
	for _, f := range files {
		_ = f.Close()
	}
}

// socketPair makes the two ends of a conversation, ours and that of a process to be.
func socketPair() (ours *net.UnixConn, theirs *os.File, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, os.NewSyscallError("socketpair", err)
	}
	theirs = os.NewFile(uintptr(fds[1]), "lab")
	ours, err = connOf(os.NewFile(uintptr(fds[0]), "lab"))
	if err != nil {
		_ = theirs.Close()
	}
	return ours, theirs, err
}

// connOf makes a connection of a descriptor, which it takes over.
func connOf(f *os.File) (*net.UnixConn, error) {
	defer f.Close()
	c, err := net.FileConn(f)
	if err != nil {
		return nil, err
	}
	u, ok := c.(*net.UnixConn)
	if !ok {
		_ = c.Close()
		return nil, errMessage
	}
	return u, nil
}
