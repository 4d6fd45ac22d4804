package wire

import (
	"fmt"
	"strings"

	"fetchscope/trace"
)

// Describe says in a line what an event is that people want to know of beside the bytes;
// "" of any other.
func Describe(e trace.Event) string {
	switch e := e.(type) {
	case trace.QuerySent:
		return fmt.Sprintf("Asking %s by %s for %s %s", e.Server, e.Protocol, e.Name, e.Type)
	case trace.QueryAnswered:
		return fmt.Sprintf("Answer to query %d: %s, %d bytes", e.ID, e.Rcode, e.Bytes)
	case trace.QueryFailed:
		return fmt.Sprintf("No answer to query %d: %s", e.ID, e.Why)
	case trace.Resolved:
		return "Resolved by " + e.Source + " to " + strings.Join(e.Addresses, ", ")
	case trace.AddressesAdded:
		return "Resolved also to " + strings.Join(e.Addresses, ", ")
	case trace.ProxyUsed:
		return "Uses proxy " + e.Proxy + ", named by " + e.Via
	case trace.Failed:
		return e.Message
	case trace.LenientlyRead:
		return "Read all the same: " + e.What + " (" + e.Section + ")"
	}
	return connection(e)
}

// connection describes steps 2 and 6.
func connection(e trace.Event) string {
	switch e := e.(type) {
	case trace.AttemptStarted:
		return "  Trying " + e.Address + "..."
	case trace.AttemptEnded:
		if e.Outcome == trace.AttemptConnected {
			return ""
		}
		return fmt.Sprintf("Connection to %s %s: %s", e.Address, e.Outcome, e.Why)
	case trace.Connected:
		return "Connected to " + e.Remote + " from " + e.Local
	case trace.ConnectionReused:
		return "Reusing the connection to " + e.Remote
	case trace.TunnelStarted:
		return "Asking the proxy for a tunnel to " + e.Target
	case trace.TunnelEnded:
		return fmt.Sprintf("The proxy answered %d", e.Status)
	case trace.TLSEnded:
		return secured(e)
	case trace.CertificatesSeen:
		return certificates(e)
	case trace.CloseNotified:
		return "TLS ended by the " + string(e.Side) + " (close_notify)"
	case trace.ResetSeen:
		return "Connection reset by the " + string(e.Side)
	case trace.CloseStarted:
		return "Closing connection"
	case trace.CloseEnded:
		return "Connection closed, " + e.Why
	}
	return ""
}

func secured(e trace.TLSEnded) string {
	out := e.Version + " connection using " + e.Cipher
	if e.Group != "" {
		out += " / " + e.Group
	}
	if e.ALPN != "" {
		out += ", ALPN " + e.ALPN
	}
	return out
}

func certificates(e trace.CertificatesSeen) string {
	if len(e.Chain) == 0 {
		return ""
	}
	leaf := e.Chain[0]
	out := fmt.Sprintf("Certificate of %s by %s, until %s: ", leaf.Subject, leaf.Issuer, leaf.NotAfter.UTC().Format("2006-01-02"))
	switch {
	case e.Verified:
		return out + "trusted"
	case e.Ignored:
		return out + e.Message + ", which is ignored"
	}
	return out + e.Message
}
