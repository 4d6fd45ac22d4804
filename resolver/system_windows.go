package resolver

import (
	"net/netip"
	"path/filepath"
	"strconv"
	"unsafe"

	"golang.org/x/sys/windows"
)

func systemHosts() string {
	dir, err := windows.GetSystemDirectory()
	if err != nil {
		dir = `C:\Windows\System32`
	}
	return filepath.Join(dir, "drivers", "etc", "hosts")
}

// systemConf asks the system for the servers and suffixes of the adapters that are up.
func systemConf() conf {
	c := defaultConf()
	for a := adapters(); a != nil; a = a.Next {
		if a.OperStatus != windows.IfOperStatusUp {
			continue
		}
		if suffix := windows.UTF16PtrToString(a.DnsSuffix); suffix != "" && len(c.search) < maxSearch {
			c.search = append(c.search, searchList([]string{suffix})...)
		}
		for d := a.FirstDnsServerAddress; d != nil; d = d.Next {
			c.server(&d.Address, a.Ipv6IfIndex)
		}
	}
	return c.complete()
}

// server adds the server of an adapter. The three site-local addresses fec0:0:0:ffff::/64
// are Windows' placeholders where no server is configured.
func (c *conf) server(at *windows.SocketAddress, adapter uint32) {
	addr, ok := netip.AddrFromSlice(at.IP())
	addr = addr.Unmap()
	if !ok || len(c.servers) >= maxNameservers || netip.MustParsePrefix("fec0:0:0:ffff::/64").Contains(addr) {
		return
	}
	if addr.Is6() && addr.IsLinkLocalUnicast() {
		addr = addr.WithZone(strconv.FormatUint(uint64(adapter), 10))
	}
	c.servers = append(c.servers, Server{Addr: netip.AddrPortFrom(addr, dnsPort), Protocol: UDP})
}

// adapters returns the list of network adapters, nil where there is none to be had.
func adapters() *windows.IpAdapterAddresses {
	const flags = windows.GAA_FLAG_SKIP_UNICAST | windows.GAA_FLAG_SKIP_ANYCAST |
		windows.GAA_FLAG_SKIP_MULTICAST | windows.GAA_FLAG_SKIP_FRIENDLY_NAME
	size := uint32(15 << 10) // what Microsoft recommends to begin with
	for range 3 {            // the list may grow between two calls
		words := make([]uint64, size/8+1)
		first := (*windows.IpAdapterAddresses)(unsafe.Pointer(&words[0]))
		err := windows.GetAdaptersAddresses(windows.AF_UNSPEC, flags, 0, first, &size)
		if err == nil && size > 0 {
			return first
		}
		if err != windows.ERROR_BUFFER_OVERFLOW {
			break
		}
	}
	return nil
}
