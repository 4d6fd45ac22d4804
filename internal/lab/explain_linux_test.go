package lab

import (
	"io/fs"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestExplain(t *testing.T) {
	forked := &fs.PathError{Op: "fork/exec", Path: self, Err: unix.EPERM}
	tun := func(err error) error { return &fs.PathError{Op: "open", Path: tunPath, Err: err} }
	for _, c := range []struct {
		name      string
		err       error
		settings  map[string]string
		why, hint string
	}{
		{"no such device", tun(unix.ENOENT), nil, "no such file", "modprobe tun"},
		{"no driver", tun(unix.ENODEV), nil, "no such device", "modprobe tun"},
		{"another's device", tun(unix.EACCES), nil, "permission denied", "chmod 0666"},
		{"a container's devices", tun(unix.EPERM), nil, "not permitted", "--device"},
		{"no user namespaces", &fs.PathError{Op: "fork/exec", Path: self, Err: unix.ENOSPC}, map[string]string{"/proc/sys/user/max_user_namespaces": "0"}, "user.max_user_namespaces is 0", "sysctl"},
		{"Debian's switch", forked, map[string]string{"/proc/sys/kernel/unprivileged_userns_clone": "0"}, "unprivileged_userns_clone is 0", "sysctl"},
		{"Ubuntu's switch", os.NewSyscallError("TUNSETIFF", unix.EPERM), map[string]string{"/proc/sys/kernel/apparmor_restrict_unprivileged_userns": "1"}, "apparmor_restrict_unprivileged_userns is 1", "sysctl"},
		{"seccomp", forked, map[string]string{"/proc/sys/user/max_user_namespaces": "1000"}, "operation not permitted", "sandbox"},
		{"something else", &fs.PathError{Op: "fork/exec", Path: self, Err: unix.ENOMEM}, nil, "cannot allocate memory", ""},
		{"known already", &Error{Err: errMessage, Hint: "so"}, nil, errMessage.Error(), "so"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := explainBy(c.err, func(path string) string { return c.settings[path] })
			if !strings.Contains(got.Error(), c.why) || !strings.Contains(got.Hint, c.hint) || (got.Hint == "") != (c.hint == "") {
				t.Errorf("%v becomes %q, hint %q; want %q and %q", c.err, got.Error(), got.Hint, c.why, c.hint)
			}
		})
	}
}
