package socks

import "fetchscope/trace"

// The codes of the package's errors; their values never change.
const (
	CodeClosed     trace.Code = "socks_closed"
	CodeVersion    trace.Code = "socks_bad_version"
	CodeMalformed  trace.Code = "socks_malformed_reply"
	CodeNoMethod   trace.Code = "socks_no_acceptable_method"
	CodeLogin      trace.Code = "socks_login_refused"
	CodeLongName   trace.Code = "socks_name_too_long"
	CodeLongLogin  trace.Code = "socks_login_too_long"
	CodeNeedsIPv4  trace.Code = "socks_wrong_family"
	CodeUnresolved trace.Code = "socks_target_not_resolved"

	CodeFailure      trace.Code = "socks_general_failure"
	CodeNotAllowed   trace.Code = "socks_not_allowed"
	CodeNoNetwork    trace.Code = "socks_network_unreachable"
	CodeNoHost       trace.Code = "socks_host_unreachable"
	CodeRefused      trace.Code = "socks_connection_refused"
	CodeExpired      trace.Code = "socks_ttl_expired"
	CodeNoCommand    trace.Code = "socks_command_not_supported"
	CodeNoFamily     trace.Code = "socks_address_type_not_supported"
	CodeUnknownReply trace.Code = "socks_unknown_reply"

	CodeRejected      trace.Code = "socks_rejected"
	CodeNoIdentd      trace.Code = "socks_identd_unreachable"
	CodeIdentMismatch trace.Code = "socks_identd_mismatch"
)

// A refusal is a reply that says no, in words.
type refusal struct {
	code trace.Code
	text string
}

// refusals5 are the replies of RFC 1928, section 6.
var refusals5 = []refusal{
	1: {CodeFailure, "it failed (general failure)"},
	2: {CodeNotAllowed, "its rules do not allow it"},
	3: {CodeNoNetwork, "it has no route to that network"},
	4: {CodeNoHost, "it cannot reach that host"},
	5: {CodeRefused, "that host refused the connection"},
	6: {CodeExpired, "the packets ran out of hops (TTL expired)"},
	7: {CodeNoCommand, "it does not know the command CONNECT"},
	8: {CodeNoFamily, "it does not know this type of address"},
}

// refusals4 are the replies of SOCKS 4.
var refusals4 = []refusal{
	91: {CodeRejected, "it rejected the request, or failed"},
	92: {CodeNoIdentd, "it could not reach identd on this host"},
	93: {CodeIdentMismatch, "identd on this host names another user"},
}

// refused makes an error of a reply that says no.
func refused(known []refusal, reply byte) error {
	r := refusal{CodeUnknownReply, "it gave a reason that no document has"}
	if int(reply) < len(known) && known[reply].code != "" {
		r = known[reply]
	}
	return fail(r.code, "the SOCKS proxy did not connect: %s (reply %d)", r.text, reply)
}
