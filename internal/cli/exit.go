package cli

import (
	"fetchscope/httpclient"
	"fetchscope/internal/fetch"
	"fetchscope/resolver"
	"fetchscope/trace"
	"fetchscope/transport"
	"fetchscope/transport/socks"
)

// codeUsage is the code of a command line that makes no sense.
const codeUsage trace.Code = "bad_usage"

// Exit statuses that are used by themselves; they are curl's.
const (
	statusScheme = 1
	statusUsage  = 2
	statusURL    = 3
	statusProxy  = 5
	statusName   = 6
	statusWrite  = 23
	statusRead   = 26
	statusOther  = 7
	// statusPartial is that of a body that is not whole.
	statusPartial = 18
	statusFrom    = 45
	statusSOCKS   = 97
	statusEngine  = 53
	// statusArgument is that of an argument that is well-formed and cannot be.
	statusArgument = 43
	// statusOption is that of a value that an option cannot have.
	statusOption = 49
	// statusAborted is that of a transfer that another one's failure ended.
	statusAborted = 42
	// statusInterrupted is as shells have it.
	statusInterrupted = 130
)

// statuses maps every code to its exit status: curl's, and 130 as shells have it.
var statuses = map[trace.Code]int{
	codeUsage:        statusUsage,
	fetch.CodeScheme: statusScheme,
	fetch.CodeBadURL: statusURL,

	resolver.NameNotFound:  statusName,
	resolver.NoAddress:     statusName,
	resolver.ServerFailure: statusName,
	resolver.Refused:       statusName,
	resolver.NoServer:      statusName,
	resolver.SpecialName:   statusName,
	resolver.BadReply:      statusName,
	resolver.AliasLoop:     statusName,
	resolver.Timeout:       28,
	resolver.BadName:       statusURL,
	resolver.BadType:       statusUsage,
	resolver.Cancelled:     130,
	// As with curl's DNS over HTTPS; 35 and 60 are about the site.
	resolver.ServerTLS:       statusName,
	resolver.ServerUntrusted: statusName,
	resolver.Lame:            statusName,
	resolver.TooCostly:       statusName,
	resolver.Bogus:           statusName,
	resolver.BadHints:        statusRead,
	resolver.BadAnchor:       statusRead,
	fetch.CodeProxyName:      statusProxy,
	fetch.CodeProxySyntax:    statusProxy,
	fetch.CodeProxyScheme:    statusOther,

	transport.CodeRefused:     statusOther,
	transport.CodeUnreachable: statusOther,
	transport.CodeHostDown:    statusOther,
	transport.CodeDenied:      statusOther,
	transport.CodeNoAddress:   statusOther,
	transport.CodeOther:       statusOther,
	transport.CodeInterface:   statusFrom,
	transport.CodeLocalPort:   statusFrom,
	transport.CodeTimeout:     28,
	transport.CodeInterrupted: 130,
	transport.CodeReset:       56,
	transport.CodeBroken:      56,

	transport.CodeTLS:          35,
	transport.CodeTLSAlert:     35,
	transport.CodeTLSProtocol:  35,
	transport.CodeNotTLS:       35,
	transport.CodeTLSCut:       35,
	transport.CodeCertWanted:   35,
	transport.CodeClientCert:   statusRead,
	transport.CodePinned:       90,
	transport.CodePinFile:      90,
	transport.CodeCAFile:       77,
	transport.CodeExpired:      60,
	transport.CodeNotYetValid:  60,
	transport.CodeWrongName:    60,
	transport.CodeUnknownCA:    60,
	transport.CodeSelfSigned:   60,
	transport.CodeNotACA:       60,
	transport.CodeConstraint:   60,
	transport.CodePathLength:   60,
	transport.CodeUsage:        60,
	transport.CodeUnknownCrit:  60,
	transport.CodeWeakSign:     60,
	transport.CodeWeakKey:      60,
	transport.CodeRevoked:      60,
	transport.CodeCertificate:  60,
	transport.CodeCertUnusable: 60,

	socks.CodeClosed:        statusSOCKS,
	socks.CodeVersion:       statusSOCKS,
	socks.CodeMalformed:     statusSOCKS,
	socks.CodeNoMethod:      statusSOCKS,
	socks.CodeLogin:         statusSOCKS,
	socks.CodeLongName:      statusSOCKS,
	socks.CodeLongLogin:     statusSOCKS,
	socks.CodeNeedsIPv4:     statusSOCKS,
	socks.CodeUnresolved:    statusSOCKS,
	socks.CodeFailure:       statusSOCKS,
	socks.CodeNotAllowed:    statusSOCKS,
	socks.CodeNoNetwork:     statusSOCKS,
	socks.CodeNoHost:        statusSOCKS,
	socks.CodeRefused:       statusSOCKS,
	socks.CodeExpired:       statusSOCKS,
	socks.CodeNoCommand:     statusSOCKS,
	socks.CodeNoFamily:      statusSOCKS,
	socks.CodeUnknownReply:  statusSOCKS,
	socks.CodeRejected:      statusSOCKS,
	socks.CodeNoIdentd:      statusSOCKS,
	socks.CodeIdentMismatch: statusSOCKS,

	httpclient.CodeEmpty:         52,
	httpclient.CodeMalformed:     8,
	httpclient.CodeBadStatus:     statusScheme,
	httpclient.CodeUpgraded:      8,
	httpclient.CodeHTTP09:        statusScheme,
	httpclient.CodeBadLength:     8,
	httpclient.CodeBadTransfer:   61,
	httpclient.CodeHeadTooBig:    56,
	httpclient.CodeTooManyFields: 100,
	httpclient.CodeBadChunk:      56,
	httpclient.CodeTruncated:     statusPartial,
	httpclient.CodeBadCoding:     61,
	httpclient.CodeCodingCut:     61,

	fetch.CodeTooManyRedirects: 47,
	fetch.CodeHTTPError:        22,
	fetch.CodeTooLarge:         63,
	fetch.CodePageTooLarge:     63,
	fetch.CodeBomb:             61,
	fetch.CodeRange:            33,
	fetch.CodeWrite:            statusWrite,
	fetch.CodeBinary:           statusWrite,
	fetch.CodeRead:             statusRead,
	fetch.CodeUpload:           25,
	fetch.CodeTunnel:           statusOther,
	fetch.CodeTunnelBroken:     56,
	fetch.CodeNetrc:            statusRead,
	fetch.CodeAborted:          statusAborted,
	fetch.CodeInternal:         statusOther,
}

// status returns the exit status of a failure. A request that could not be sent has
// one of its own (55, curl's), and so has what was refused later than its phase.
func status(phase trace.Phase, code trace.Code) int {
	if phase == trace.Request && (code == transport.CodeReset || code == transport.CodeBroken) {
		return 55
	}
	if phase != trace.TLS && code == transport.CodeCertWanted {
		return 56 // it was read behind the handshake
	}
	if s, ok := statuses[code]; ok {
		return s
	}
	return statusOther
}
