//go:build linux || darwin || freebsd

package cli

import "syscall"

// writeAccess is W_OK of access(2).
const writeAccess = 2

// writable asks whether this user may write to a file or folder.
func writable(name string) error { return syscall.Access(name, writeAccess) }
