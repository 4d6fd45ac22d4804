package cli

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// endless is the URL of an origin whose text goes on for as long as it is taken.
func endless(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				_, err := io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
				for line := strings.Repeat("more\n", 1000); err == nil; {
					_, err = io.WriteString(c, line)
				}
			}()
		}
	}()
	return "http://" + l.Addr().String() + "/"
}

// Where what reads stdout goes away, as head does, the program ends by itself.
func TestClosedPipe(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("pipes are not closed like this on Windows")
	}
	page := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(page, []byte(strings.Repeat("<p>more\n", 100_000)), 0o644); err != nil {
		t.Fatal(err)
	}
	url := endless(t)
	const told = "fetchscope: (23) write /dev/stdout: broken pipe\n"
	for _, c := range []struct {
		name string
		args []string
		want string // on stderr
	}{
		{"silent", []string{"-s", url}, ""},
		{"errors alone", []string{"-s", "-S", url}, told},
		{"unrendered", []string{"-s", "-S", "--source", url}, told},
		{"a page", []string{"render", page}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, stderr := headOf(t, c.args)
			if status != statusWrite || stderr != c.want {
				t.Errorf("%v into a closed pipe: status %d and %q, want %d and %q", c.args, status, stderr, statusWrite, c.want)
			}
		})
	}
}

// headOf runs the command, closes its stdout after the first bytes, and returns the exit
// status, -1 for a signal, and what it said.
func headOf(t *testing.T, args []string) (status int, stderr string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	cmd := &exec.Cmd{Path: self, Args: append([]string{"fetchscope"}, args...), Stderr: &said}
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(out, make([]byte, 4)); err != nil {
		t.Errorf("nothing came: %v", err)
	}
	out.Close()
	var exit *exec.ExitError
	if err := cmd.Wait(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), said.String()
}
