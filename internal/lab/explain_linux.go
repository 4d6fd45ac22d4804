package lab

import (
	"errors"
	"io/fs"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// switches are the system's settings that forbid what a lab needs, with the value that
// does.
var switches = []struct{ path, value, name string }{
	{"/proc/sys/user/max_user_namespaces", "0", "user.max_user_namespaces is 0"},
	{"/proc/sys/user/max_net_namespaces", "0", "user.max_net_namespaces is 0"},
	{"/proc/sys/kernel/unprivileged_userns_clone", "0", "kernel.unprivileged_userns_clone is 0"},
	{"/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1", "kernel.apparmor_restrict_unprivileged_userns is 1"},
}

// explain finds out why a lab cannot be had, and what would help.
func explain(err error) *Error {
	return explainBy(err, func(path string) string {
		b, _ := os.ReadFile(path)
		return strings.TrimSpace(string(b))
	})
}

// explainBy is explain with the system's settings read by a function.
func explainBy(err error, read func(path string) string) *Error {
	var known *Error
	if errors.As(err, &known) {
		return known
	}
	var path *fs.PathError
	if errors.As(err, &path) && path.Path == tunPath {
		return &Error{Err: err, Hint: tunHint(path.Err)}
	}
	if !errors.Is(err, fs.ErrPermission) && !errors.Is(err, unix.ENOSPC) && !errors.Is(err, unix.EUSERS) {
		return &Error{Err: err}
	}
	for _, s := range switches {
		if read(s.path) == s.value {
			return &Error{
				Err:  errors.New("this system keeps namespaces from ordinary users: " + s.name),
				Hint: "run it as root, or have that changed by sysctl",
			}
		}
	}
	return &Error{
		Err:  errors.New("network namespaces may not be made here: " + cause(err)),
		Hint: "a sandbox forbids it, as containers do: run it outside, or with --privileged; otherwise as root",
	}
}

// cause is the system's own word.
func cause(err error) string {
	var errno unix.Errno
	if errors.As(err, &errno) {
		return errno.Error()
	}
	return err.Error()
}

// tunHint says what helps where the device cannot be opened.
func tunHint(err error) string {
	switch {
	case errors.Is(err, unix.ENOENT), errors.Is(err, unix.ENODEV), errors.Is(err, unix.ENXIO):
		return "load the module: modprobe tun; a container needs --device " + tunPath
	case errors.Is(err, unix.EACCES):
		return "usually all may open it: chmod 0666 " + tunPath + "; or run it as root"
	case errors.Is(err, unix.EPERM):
		return "a container needs --device " + tunPath
	}
	return ""
}
