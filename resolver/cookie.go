package resolver

import (
	"crypto/rand"
	"encoding/hex"
	"net/netip"
	"strings"
	"sync"

	"github.com/miekg/dns"
)

// A clientCookie is our half of a DNS cookie (RFC 7873, section 4.1): random, one for
// each server, and forgotten with the run, so that it tells nobody who we are.
type clientCookie [8]byte

func (c clientCookie) hex() string { return hex.EncodeToString(c[:]) }

// Sizes of the server's half in hexadecimal digits (RFC 7873, section 4.2).
const (
	minServerCookie = 2 * 8
	maxServerCookie = 2 * 32
)

// A cookieJar holds the cookies of the servers asked. The zero value is ready.
type cookieJar struct {
	mu      sync.Mutex
	servers map[netip.Addr]cookies
}

type cookies struct {
	client clientCookie
	server string // in hexadecimal, empty while unknown
}

// forServer returns our cookie for a server and the whole of what is sent to it.
func (j *cookieJar) forServer(server netip.Addr) (client clientCookie, whole string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	c, known := j.servers[server]
	if !known {
		rand.Read(c.client[:])
		if j.servers == nil {
			j.servers = make(map[netip.Addr]cookies)
		}
		j.servers[server] = c
	}
	return c.client, c.client.hex() + c.server
}

// learn keeps the server's cookie of an accepted reply.
func (j *cookieJar) learn(server netip.Addr, client clientCookie, m *dns.Msg) {
	opt := m.IsEdns0()
	if opt == nil {
		return
	}
	whole, _ := cookieOf(opt)
	theirs, ours := strings.CutPrefix(whole, client.hex())
	if !ours || len(theirs) < minServerCookie || len(theirs) > maxServerCookie {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if c := j.servers[server]; c.client == client {
		c.server = theirs
		j.servers[server] = c
	}
}
