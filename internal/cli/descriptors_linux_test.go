package cli

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// descriptors counts those that are open by their kind: file, or what a socket is for.
func descriptors(t *testing.T) map[string]int {
	t.Helper()
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skipf("open descriptors cannot be counted: %v", err)
	}
	out := map[string]int{}
	for _, entry := range list {
		fd, err := strconv.Atoi(entry.Name())
		if err != nil {
			t.Fatal(err)
		}
		// The one that the folder is read by is closed again.
		if target, err := os.Readlink("/proc/self/fd/" + entry.Name()); err == nil {
			out[kindOf(fd, target)]++
		}
	}
	return out
}

// kindOf names a descriptor.
func kindOf(fd int, target string) string {
	if !strings.HasPrefix(target, "socket:") {
		return target
	}
	domain, _ := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_DOMAIN)
	kind, _ := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TYPE)
	switch domain {
	case unix.AF_PACKET:
		return packetSockets
	case unix.AF_NETLINK:
		return "netlink sockets"
	}
	return fmt.Sprintf("sockets of domain %d, type %d", domain, kind)
}

const packetSockets = "packet sockets"
