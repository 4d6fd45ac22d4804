package lab

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"

	"fetchscope/trace"

	"golang.org/x/sys/unix"
)

// The limits of waiting for our own processes.
const (
	// joining is how long they may take to bring up their networks and servers.
	joining = 10 * time.Second
	// leaving is how long an interrupted client has to say what it saw, or a server to end.
	leaving = 3 * time.Second
)

// self is this program, also where its file has been replaced meanwhile.
const self = "/proc/self/exe"

// A Command is how the client's end is run: as this program, with these arguments.
type Command struct {
	Args           []string
	Stdin          io.Reader
	Stdout, Stderr io.Writer
}

// A lab is both ends, and the link between them, seen from outside.
type lab struct {
	o              Options
	c              Command
	client, server *child
	tuns           []*os.File
	link           *link
}

// Run runs the command at the client's end of a lab and returns its exit status. The error
// is an *Error, or the cause of ctx; then nothing has been run. Nothing is left behind: no
// process outlives this one, and devices and namespaces go with the processes.
func Run(ctx context.Context, o Options, c Command) (status int, err error) {
	// A child gets its signal when the thread that has started it ends (PR_SET_PDEATHSIG):
	// beside the end of the conversation, a second word that it is alone, by which it can
	// still clear up.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	l := &lab{o: o, c: c}
	defer l.end()
	if err := l.begin(ctx); err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return 0, err
	}
	return l.follow(ctx), nil
}

// begin starts both ends and joins them.
func (l *lab) begin(ctx context.Context) (err error) {
	if l.server, err = l.start(trace.Server); err != nil {
		return err
	}
	if l.client, err = l.start(trace.Client); err != nil {
		return err
	}
	hello, files, err := l.server.joined(ctx, 2)
	if err != nil {
		return err
	}
	l.tuns = files[:1]
	diag := files[1]
	defer diag.Close()
	_, files, err = l.client.joined(ctx, 1)
	if err != nil {
		return err
	}
	l.tuns = append(l.tuns, files...)
	if l.link, err = newLink(l.o, int(l.tuns[1].Fd()), int(l.tuns[0].Fd())); err != nil {
		return &Error{Err: err}
	}
	return send(l.client.conn, hello, diag)
}

// follow waits for the client, and answers it meanwhile. An interrupt reaches the client by
// the end of our part of the conversation: from the terminal it has had it already, and a
// second signal would cut its close short.
func (l *lab) follow(ctx context.Context) int {
	var answering sync.WaitGroup
	answering.Go(func() { l.answer(l.client.conn) })
	defer answering.Wait()
	stop := context.AfterFunc(ctx, func() {
		_ = l.client.conn.CloseWrite()
		l.client.killAfter(leaving)
	})
	defer stop()
	_ = l.client.cmd.Wait()
	_ = l.client.conn.Close()
	return l.client.status()
}

// answer tells the client what was lost whenever it asks.
func (l *lab) answer(c *net.UnixConn) {
	for {
		_, files, err := receive(c)
		if err != nil {
			return
		}
		closeAll(files)
		losses := l.link.seen()
		if send(c, message{Losses: &losses}) != nil {
			return
		}
	}
}

// end ends all there is.
func (l *lab) end() {
	for _, c := range []*child{l.client, l.server} {
		if c != nil {
			c.end()
		}
	}
	if l.link != nil {
		l.link.close()
	}
	closeAll(l.tuns)
}

// A child is one of the two processes.
type child struct {
	side trace.Side
	cmd  *exec.Cmd
	conn *net.UnixConn
	kill *time.Timer
}

// start starts an end of the lab in a network namespace of its own; where that is not for
// this user to make, in a user namespace that has it.
func (l *lab) start(side trace.Side) (*child, error) {
	// A program with capabilities of its own (setcap) belongs to root, /proc/PID included,
	// where the user namespace's maps are to be written.
	_ = unix.Prctl(unix.PR_SET_DUMPABLE, 1, 0, 0, 0)
	c, err := l.startIn(side, &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET})
	if err != nil {
		c, err = l.startIn(side, &syscall.SysProcAttr{
			Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET,
			UidMappings: []syscall.SysProcIDMap{{HostID: os.Geteuid(), Size: 1}},
			GidMappings: []syscall.SysProcIDMap{{HostID: os.Getegid(), Size: 1}},
		})
	}
	if err != nil {
		return nil, explain(err)
	}
	return c, nil
}

func (l *lab) startIn(side trace.Side, how *syscall.SysProcAttr) (*child, error) {
	ours, theirs, err := socketPair()
	if err != nil {
		return nil, err
	}
	defer theirs.Close()
	cmd := exec.Command(self, l.c.Args...)
	cmd.Args[0] = os.Args[0]
	cmd.Env = append(os.Environ(), roleVariable+"="+string(side))
	cmd.ExtraFiles = []*os.File{theirs}
	how.Pdeathsig = syscall.SIGTERM
	cmd.SysProcAttr = how
	cmd.Stderr = l.c.Stderr
	if side == trace.Client {
		cmd.Stdin, cmd.Stdout = l.c.Stdin, l.c.Stdout
	}
	if err := cmd.Start(); err != nil {
		_ = ours.Close()
		return nil, err
	}
	return &child{side: side, cmd: cmd, conn: ours}, nil
}

// joined waits until an end's network is up, with so many descriptors.
func (c *child) joined(ctx context.Context, descriptors int) (message, []*os.File, error) {
	_ = c.conn.SetReadDeadline(time.Now().Add(joining))
	stop := context.AfterFunc(ctx, func() { _ = c.conn.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	m, files, err := receive(c.conn)
	switch {
	case err != nil:
		err = &Error{Err: fmt.Errorf("the %s's end did not come up: %w", c.side, err)}
	case m.Refused != "":
		err = &Error{Err: errors.New(m.Refused), Hint: m.Hint}
	case len(files) != descriptors:
		err = &Error{Err: errMessage}
	default:
		return m, files, c.conn.SetReadDeadline(time.Time{})
	}
	closeAll(files)
	return m, nil, err
}

func (c *child) killAfter(d time.Duration) {
	c.kill = time.AfterFunc(d, func() { _ = c.cmd.Process.Kill() })
}

// end tells a process that it is over, and sees to it.
func (c *child) end() {
	if c.cmd.ProcessState == nil {
		_ = c.conn.Close()
		timer := time.AfterFunc(leaving, func() { _ = c.cmd.Process.Kill() })
		_ = c.cmd.Wait()
		timer.Stop()
	}
	if c.kill != nil {
		c.kill.Stop()
	}
}

// status is the exit status of a process that has ended, as a shell has it.
func (c *child) status() int {
	if w, ok := c.cmd.ProcessState.Sys().(syscall.WaitStatus); ok && w.Signaled() {
		const bySignal = 128
		return bySignal + int(w.Signal())
	}
	return c.cmd.ProcessState.ExitCode()
}
