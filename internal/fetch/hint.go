package fetch

import (
	"fetchscope/httpclient"
	"fetchscope/resolver"
	"fetchscope/trace"
	"fetchscope/transport"
)

const untrusted = "-k fetches regardless of trust; --cacert FILE trusts another authority"

// hints are the next things to try, for the failures where one helps.
var hints = map[trace.Code]string{
	resolver.NameNotFound:    "check the spelling; `fetchscope resolve NAME` shows what the servers say",
	resolver.NoAddress:       "the name has no address of the kind asked for: without -4 or -6 both are tried",
	resolver.ServerFailure:   "another resolver may know more: --server 9.9.9.9",
	resolver.Refused:         "another resolver may answer: --server 9.9.9.9",
	resolver.Timeout:         "another resolver may answer: --server 9.9.9.9; `fetchscope resolve NAME` shows each query",
	resolver.NoServer:        "check the network, or name a resolver: --server ADDRESS",
	resolver.Lame:            "the zone's delegation is broken: `fetchscope resolve --iterate NAME` shows where",
	resolver.AliasLoop:       "the zone's aliases are broken: `fetchscope resolve NAME CNAME` shows them",
	resolver.Bogus:           "`fetchscope resolve --dnssec NAME` shows the chain of trust; without --dnssec nothing is validated",
	resolver.ServerTLS:       "this is the name server, not the site: check --server and its port",
	resolver.ServerUntrusted: "this is the name server's certificate, not the site's: --cacert FILE trusts its authority; -k does not apply to it",
	CodeProxyName:            "check the proxy's name in -x or in the environment (http_proxy, https_proxy)",

	transport.CodeRefused:     "nothing listens there: check host and port",
	transport.CodeUnreachable: "there is no route to it: check the network, or try the other family with -4 or -6",
	transport.CodeHostDown:    "the host does not answer on its network: check the address",
	transport.CodeTimeout:     "allow more time: -m SECONDS, --connect-timeout SECONDS",
	transport.CodeReset:       "the server, or something on the way, broke the connection: try again, or ask it what it disliked",
	transport.CodeNotTLS:      "the server does not speak TLS on this port: try http://, or the right port",
	transport.CodeTLSAlert:    "the server refused the handshake: it may want another TLS version, name or certificate",
	transport.CodeTLSCut:      "the server ended the handshake: it may want another TLS version or name",
	transport.CodeTLS:         "client and server have no TLS version or cipher in common, or the server's TLS is broken",
	transport.CodeCertWanted:  "the server wants a certificate that it accepts: -E FILE shows one; `tls.client_certificate` in --format json has whose it takes",
	transport.CodeClientCert:  "-E wants a certificate and --key its key, in PEM form; -E FILE:PASSWORD for a key that is encrypted",
	transport.CodePinFile:     "--pinnedpubkey wants sha256//HASH, or a file with a public key in PEM form or DER",
	transport.CodeCAFile:      "--cacert wants a file of certificates in PEM form",

	transport.CodeExpired:     untrusted,
	transport.CodeNotYetValid: "check this machine's clock; " + untrusted,
	transport.CodeWrongName:   "check the host name; -k fetches regardless",
	transport.CodeUnknownCA:   untrusted,
	transport.CodeSelfSigned:  untrusted,
	transport.CodeNotACA:      untrusted,
	transport.CodeConstraint:  untrusted,
	transport.CodePathLength:  untrusted,
	transport.CodeUsage:       untrusted,
	transport.CodeUnknownCrit: untrusted,
	transport.CodeWeakSign:    untrusted,
	transport.CodeCertificate: untrusted,

	httpclient.CodeEmpty:     "the server gave up on the request: it may want https://, or another Host",
	httpclient.CodeMalformed: "what answered is no HTTP/1 server: check scheme and port",
	httpclient.CodeTruncated: "what came was kept; try again, or ask the server why it stopped",
	httpclient.CodeBadCoding: "--source without --compressed shows the bytes as they came",
	httpclient.CodeCodingCut: "--source without --compressed shows the bytes as they came",

	CodeTooManyRedirects: "--max-redirs N allows more; without -L the first answer is shown",
	CodeHTTPError:        "without -f the server's page is shown",
	CodeTooLarge:         "--max-filesize sets this limit",
	CodePageTooLarge:     "-o FILE or --source takes pages of any size",
	CodeBinary:           "-o FILE saves it; a pipe takes it as it is",
	CodeTunnel:           "the proxy may want a name and password: -x http://user:password@host:port",
	CodeScheme:           "http:// and https:// are fetched",
}
