package resolver

import (
	"net"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"

	"fetchscope/trace"
)

// truncated is a reply with an answer in it that is not to be used.
func truncated(q *dns.Msg) [][]byte {
	m := replyTo(q, dns.RcodeSuccess, evil)
	m.Truncated = true
	return [][]byte{wire(m)}
}

// frames sends messages with their lengths.
func frames(c net.Conn, messages ...[]byte) {
	for _, m := range messages {
		b, _ := framed(m)
		c.Write(b)
	}
}

func goodFrame(q *dns.Msg) []byte {
	b, _ := framed(wire(replyTo(q, dns.RcodeSuccess, good)))
	return b
}

// Requirement 3.
func TestTruncatedRepliesAreAskedForOverTCP(t *testing.T) {
	tests := []struct {
		name    string
		tcp     stream
		dropped int
		code    trace.Code
		says    string
	}{
		{name: "whole", tcp: func(q *dns.Msg, c net.Conn) { c.Write(goodFrame(q)) }},
		{name: "in many segments", tcp: func(q *dns.Msg, c net.Conn) {
			for _, b := range goodFrame(q) {
				c.Write([]byte{b})
			}
		}},
		{name: "after another message", dropped: 1, tcp: func(q *dns.Msg, c net.Conn) {
			other := replyTo(q, dns.RcodeSuccess, evil)
			other.Id++
			frames(c, wire(other))
			c.Write(goodFrame(q))
		}},
		{
			name: "truncated again", code: BadReply, says: "truncated over TCP too",
			tcp: func(q *dns.Msg, c net.Conn) { frames(c, truncated(q)...) },
		},
		{name: "closed", code: BadReply, says: "closed without a reply", tcp: func(*dns.Msg, net.Conn) {}},
		{
			name: "closed in the length", code: BadReply, says: "closed after 1 of 2 octets",
			tcp: func(q *dns.Msg, c net.Conn) { c.Write(goodFrame(q)[:1]) },
		},
		{
			name: "closed in the message", code: BadReply, says: "closed after 8 of 50 octets",
			tcp: func(q *dns.Msg, c net.Conn) { c.Write(goodFrame(q)[:10]) },
		},
		{
			name: "only other messages", code: BadReply, says: "another ID", dropped: maxStrays,
			tcp: func(q *dns.Msg, c net.Conn) {
				q.Id++
				for range maxStrays {
					c.Write(goodFrame(q))
				}
			},
		},
		{name: "refused", code: NoServer, says: "refused"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := serve(t, truncated, tt.tcp)
			answered, records, err := runQuery(t, asking(t, s), "zoo.test", "A")
			var protocols []string
			for _, q := range of[trace.QuerySent](records) {
				protocols = append(protocols, q.Protocol)
			}
			if diff := cmp.Diff([]string{"udp", "tcp"}, protocols); diff != "" {
				t.Error(diff)
			}
			if n := len(of[trace.DatagramDropped](records)); n != tt.dropped {
				t.Errorf("%d messages were dropped, want %d", n, tt.dropped)
			}
			if tt.code == "" {
				if err != nil || len(answered.Answers) != 1 || answered.Answers[0].Data != "192.0.2.1" {
					t.Errorf("got %+v, %v", answered, err)
				}
				return
			}
			wantCode(t, err, tt.code)
			if !strings.Contains(err.Error(), tt.says) || len(answered.Answers) != 0 {
				t.Errorf("error %v, want %q; answers %v", err, tt.says, answered.Answers)
			}
		})
	}
}

func TestServerOfTCPAloneIsAskedSo(t *testing.T) {
	s := serve(t, silent, func(q *dns.Msg, c net.Conn) { c.Write(goodFrame(q)) })
	r := fresh(Config{HostsFile: file(t, ""), Servers: []Server{{Addr: s.addr, Protocol: TCP}}})
	_, records, err := runQuery(t, r, "zoo.test", "A")
	if err != nil {
		t.Fatal(err)
	}
	if sent := of[trace.QuerySent](records); len(sent) != 1 || sent[0].Protocol != TCP {
		t.Errorf("sent %+v, want one over TCP", sent)
	}
}
